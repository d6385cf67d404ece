"""Estimates that staff revise and send again: priced, compared, kept, once and not when locked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portal_data import store
from portal_data.billing import (
    estimate_answers,
    estimate_revisions,
    estimates,
    revision_changes,
)
from portal_data.billing.estimate_revisions import DraftLine
from portal_data.billing.estimates import Status
from portal_data.billing.revision_changes import RevisedLine
from portal_data.business import preferences
from portal_data.business.preferences import AfterAcceptance
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import chain
from portal_data.ops.notifier import notify
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.data.test_estimate_offers import _accept, _work, series  # noqa: F401 - a fixture
from tests.factories import TODAY, insert, make_estimate
from tests.people import at_once, events, mails, rows

DAY = timedelta(days=1)
VAT = {"tax_name": "VAT", "tax_percent": Decimal(20)}
POND = DraftLine("Pond", Decimal("2.5"), Decimal("10.01"), unit="days", **VAT)


def _told(who: Scope) -> estimates.Estimate:
    return estimates.get(who, "E-1", today=TODAY)


Edit = Callable[[list[DraftLine]], list[DraftLine]]


def _again(who: Staff, change: Edit = list, **more: Any) -> int:
    """Send E-1 again with its lines changed, as it stands now."""
    draft = estimate_revisions.draft(who, "E-1")
    given = {"expiry_date": TODAY + 9 * DAY, "reason": "", "seen": draft.version, "now": NOW + DAY}
    return estimate_revisions.send_again(who, "E-1", change(list(draft.lines)), **{**given, **more})


@pytest.fixture
def declined(cast: Cast) -> Cast:
    """An estimate of one line and a taxed one, declined."""
    made = make_estimate(
        cast.alice, number="E-1", total_minor=11_200, tax_minor=200, expiry=TODAY + DAY
    )
    with store.system_writing() as session:
        session.change("update core.estimates set version = version + 1, subtotal_minor = 11000")
        session.change("update core.estimate_lines set unit_price = 100, total_minor = 10000")
    insert(
        "estimate_lines", customer_id=cast.alice.customer_id, estimate_id=made, position=2,
        name="Pond", quantity=Decimal(1), unit_price=Decimal(10), total_minor=1_000,
        tax_minor=200, custom_fields='{"a": 1}', **VAT,
    )  # fmt: skip
    estimate_answers.decline(cast.alice, "E-1", "Too dear", seen=2, now=NOW)
    return cast


def test_a_declined_estimate_is_open_again_and_both_are_kept(
    db: store.Store, declined: Cast, sam: Staff
) -> None:
    revision = _again(
        sam,
        lambda lines: [
            replace(lines[0], quantity=Decimal("0.5"), discount_percent=Decimal(10)),
            lines[1],
            replace(POND, name="Fountain"),
        ],
        reason="Half a plan,\nwith a fountain.",
    )
    assert revision == 2
    told = _told(declined.alice)
    assert (told.status, told.revision, told.decline_reason) == (Status.OPEN, 2, None)
    assert told.expiry_date == TODAY + 9 * DAY
    assert [line.total_minor for line in told.lines] == [4_500, 1_000, 2_503]
    assert [line.tax_minor for line in told.lines] == [0, 200, 501]
    assert (told.subtotal_minor, told.tax_minor, told.total_minor) == (8_003, 701, 8_704)
    first, second = told.revisions
    assert (first.total_minor, second.total_minor) == (11_200, 8_704)
    assert second.reason == "Half a plan,\nwith a fountain."
    changes = revision_changes.between(first.lines, second.lines)
    assert [(each.name, each.before is None) for each in changes] == [
        ("Planting plan", False), ("Fountain", True),
    ]  # fmt: skip
    kept = rows("select name, custom_fields from core.estimate_lines order by position")
    assert kept[1] == {"name": "Pond", "custom_fields": '{"a": 1}'}
    assert events() == ["estimate.declined", "estimate.sent"]
    assert "Declined by Alice Test" in [event.sentence for event in told.history]
    assert db.check_integrity() == []
    with db.system_reading() as session:
        assert chain.verify(session) == []
    estimate_answers.decline(declined.alice, "E-1", "", seen=told.version, now=NOW + DAY)


def test_customers_hear_of_it_with_what_has_changed(
    db: store.Store, declined: Cast, sam: Staff
) -> None:
    _again(sam, reason="<b>Cheaper</b>")
    (sent,) = rows("select id from core.activity where event = 'estimate.sent' order by id")
    with db.system_writing() as session:
        assert notify(session, sent["id"], NOW + DAY) == 2
    assert {each["to"] for each in mails("mail.activity")} == {
        declined.alice.email, declined.bob.email,
    }  # fmt: skip
    for mail in mails("mail.activity"):
        assert (mail["subject"], mail["quote"]) == ("Sam sent estimate E-1", "<b>Cheaper</b>")


@pytest.mark.parametrize(
    ("status", "words"), [("invoiced", "invoiced"), ("draft", "never sent"), ("accepted", "locked")]
)
def test_what_cannot_be_revised_says_why(cast: Cast, sam: Staff, status: str, words: str) -> None:
    make_estimate(cast.alice, number="E-1", status=status)
    with pytest.raises(Conflict, match=words):
        estimate_revisions.draft(sam, "E-1")
    with pytest.raises(Conflict, match=words):
        estimate_revisions.send_again(
            sam, "E-1", [POND], expiry_date=None, reason="", seen=1, now=NOW
        )
    with pytest.raises(NotFound):
        estimate_revisions.draft(sam, "E-9")
    assert events() == []


def test_unlocked_a_revision_takes_the_acceptance_back(
    cast: Cast, sam: Staff, tmp_path: Path
) -> None:
    make_estimate(cast.alice, number="E-1")
    _accept(cast.alice, tmp_path)
    preferences.change(cast.owner, now=NOW, lock_accepted_estimates=False)
    _again(sam)
    told = _told(cast.alice)
    assert (told.status, told.signed_copy_id, told.answered_by) == (Status.OPEN, None, None)
    first, second = told.revisions
    assert first.lines == second.lines
    assert len(rows("select id from core.document_copies")) == 2


@pytest.mark.usefixtures("series")
def test_what_followed_from_the_old_offer_ends_with_it(
    db: store.Store, declined: Cast, sam: Staff, tmp_path: Path
) -> None:
    alice = declined.alice
    preferences.change(
        declined.owner,
        now=NOW,
        lock_accepted_estimates=False,
        invoice_on_acceptance=AfterAcceptance.DRAFT,
    )
    _again(sam)
    _accept(alice, tmp_path, seen=_told(alice).version)
    _work()
    _again(sam, lambda lines: lines[:1])
    _accept(alice, tmp_path, seen=_told(alice).version)
    _work()
    made = rows("select number, status, total_minor from core.invoices order by number")
    assert [(each["number"], each["status"]) for each in made] == [
        ("INV-007", "void"),
        ("INV-008", "draft"),
    ]
    assert made[1]["total_minor"] == _told(alice).total_minor != made[0]["total_minor"]
    assert events().count("estimate.reopened") == 1
    assert db.check_integrity() == []


@pytest.mark.usefixtures("series")
def test_what_is_paid_of_the_old_offer_keeps_it(
    db: store.Store, declined: Cast, sam: Staff, tmp_path: Path
) -> None:
    preferences.change(
        declined.owner,
        now=NOW,
        lock_accepted_estimates=False,
        invoice_on_acceptance=AfterAcceptance.DRAFT,
    )
    _again(sam)
    _accept(declined.alice, tmp_path, seen=_told(declined.alice).version)
    _work()
    with store.system_writing() as session:
        session.change(
            "update core.invoices set version = version + 1, status = 'sent', pending_minor = 1"
        )
    with pytest.raises(Conflict, match="paid already"):
        _again(sam, lambda lines: lines[:1])
    assert _told(declined.alice).status is Status.ACCEPTED


def test_what_other_books_reckon_otherwise_is_left_to_them(cast: Cast, sam: Staff) -> None:
    make_estimate(cast.alice, number="E-1")
    with store.system_writing() as session:
        session.change("update core.estimates set version = version + 1, total_minor = 9999")
    with pytest.raises(Conflict, match="reckon otherwise"):
        estimate_revisions.draft(sam, "E-1")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "from one to 200"),
        ([POND] * 201, "from one to 200"),
        ([replace(POND, name=" ")], "Line 1"),
        ([POND, replace(POND, name="x" * 201)], "Line 2"),
        ([replace(POND, quantity=Decimal("NaN"))], "Line 1"),
        ([replace(POND, unit_price=Decimal(10) ** 9)], "Line 1"),
        ([replace(POND, discount_percent=Decimal(101))], "from 0 to 100"),
        ([replace(POND, quantity=Decimal(-1))], "below nothing"),
    ],
)
def test_lines_have_to_make_an_estimate(
    declined: Cast, sam: Staff, lines: list[DraftLine], words: str
) -> None:
    before = rows("select * from core.estimate_lines order by id")
    with pytest.raises(Invalid, match=words):
        _again(sam, lambda _: lines)
    assert rows("select * from core.estimate_lines order by id") == before
    assert _told(declined.alice).status is Status.DECLINED


def test_it_cannot_have_expired_before_it_is_sent(declined: Cast, sam: Staff) -> None:
    with pytest.raises(Invalid, match="expired"):
        _again(sam, expiry_date=TODAY - DAY)
    _again(sam, expiry_date=None)
    assert _told(declined.alice).expiry_date is None


def test_one_of_many_at_once_is_sent(declined: Cast, sam: Staff) -> None:
    won, refused = at_once(lambda n: _again(sam, reason=f"Reason {n}", seen=3))
    assert won == [2]
    assert len(refused) == 15
    assert len(rows("select id from core.estimate_revisions")) == 2
    assert events() == ["estimate.declined", "estimate.sent"]


def _line(name: str, total: int = 1) -> RevisedLine:
    return RevisedLine(name, Decimal(1), "", Decimal(1), total)


def test_lines_are_compared_by_their_names() -> None:
    before = [_line("a"), _line("b"), _line("c"), _line("a")]
    after = [_line("a", 2), _line("c"), _line("d"), _line("a")]
    changes = revision_changes.between(before, after)
    assert [(each.before, each.after) for each in changes] == [
        (_line("a"), _line("a", 2)), (_line("b"), None), (None, _line("d")),
    ]  # fmt: skip
    assert revision_changes.between(before, before) == []
    (described,) = revision_changes.between([_line("a")], [replace(_line("a"), description="New")])
    assert described.name == "a"
