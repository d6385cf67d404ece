"""What follows an acceptance, how staff undo one, and that no order of it all breaks a rule."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from portal_data import lists, store
from portal_data.billing import (
    acceptance_invoices,
    estimate_answers,
    estimate_choices,
    estimate_offers,
    estimate_pricing,
    estimate_revisions,
    estimates,
    invoices,
    retainers,
)
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Status
from portal_data.business import preferences
from portal_data.business.preferences import AfterAcceptance
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import chain
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.data.choosing import make_choice, plain
from tests.factories import TODAY, insert, make_estimate, make_series
from tests.people import at_once, events, rows, value

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _accept(
    who: Scope,
    folder: Path,
    number: str = "E-1",
    seen: int = 1,
    now: datetime = NOW,
    choices: Choices = (),
) -> None:
    signed = estimate_answers.signature(who, "Alice Test", shown=b"shown", address=None, now=now)
    estimate_answers.accept(
        who, number, signed, seen=seen, shown=b"shown", signed_copy=b"signed", folder=folder,
        choices=choices,
    )  # fmt: skip


def _work(now: datetime = NOW) -> int:
    """Do what the outbox holds for accepted estimates, as the worker does; return how much."""
    found = rows(
        "select customer_id, payload from core.outbox where kind = $kind order by id",
        kind=acceptance_invoices.WORK,
    )
    for row in found:
        with store.system_writing() as session:
            acceptance_invoices.make(session, row["customer_id"], json.loads(row["payload"]), now)
    return len(found)


def _told(who: Scope, number: str = "E-1") -> estimates.Estimate:
    return estimates.get(who, number, today=TODAY)


@pytest.fixture
def series(db: store.Store) -> None:
    """Numbers for what is made by itself."""
    make_series("invoice", "INV-", 7, 3)
    make_series("retainer_invoice", "RET-", 4, 3)


def _prefer(owner: Staff, **changes: Any) -> None:
    preferences.change(owner, now=NOW, **changes)


def _taxed_estimate(scope: Scope, **more: Any) -> None:
    """An estimate of two lines that count, of which one has two taxes, and one that does not."""
    amounts = {"tax_minor": 1_500, "discount_minor": 300, "shipping_minor": 250}
    made = make_estimate(
        scope, number="E-1", total_minor=11_450, subject="Garden", notes="Mind", **amounts, **more
    )
    own = {"customer_id": scope.customer_id}
    line = {**own, "estimate_id": made, "unit_price": Decimal("12.345678"), "total_minor": 5_000}
    taxed = insert(
        "estimate_lines", position=2, name="Pond", quantity=Decimal("1.5"), optional=True,
        selected=True, tax_minor=1_500, **line,
    )  # fmt: skip
    insert(
        "estimate_lines", position=3, name="Fountain", quantity=Decimal(1), optional=True,
        selected=False, **line,
    )  # fmt: skip
    for place, (name, minor) in enumerate((("GST", 500), ("PST", 1_000)), 1):
        insert(
            "line_taxes", document_kind="estimate", line_id=taxed, position=place, name=name,
            percent=Decimal(10 * place), base_minor=5_000, amount_minor=minor, **own,
        )  # fmt: skip


@pytest.mark.usefixtures("series")
def test_what_was_accepted_is_invoiced_to_the_cent(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    alice = cast.alice
    _prefer(cast.owner, invoice_on_acceptance=AfterAcceptance.SENT)
    with store.system_writing() as session:
        session.change(
            "update core.customers set version = version + 1, payment_terms_days = 14,"
            " payment_terms_label = 'Net 14'"
        )
    _taxed_estimate(alice)
    offered = _told(alice)
    _accept(alice, tmp_path)
    assert _told(alice).status is Status.ACCEPTED
    assert _work() == 1
    told = _told(cast.bob)
    assert (told.status, told.answered_by) == (Status.INVOICED, "Alice Test")
    assert [each.number for each in told.invoices] == ["INV-007"]
    made = invoices.get(alice, "INV-007", today=TODAY)
    assert (made.status.value, made.due_date, made.payment_terms_label) == (
        "Unpaid", TODAY + 14 * DAY, "Net 14",
    )  # fmt: skip
    for name in ("subtotal_minor", "discount_minor", "tax_minor", "shipping_minor", "total_minor",
                 "subject", "notes", "currency_code"):  # fmt: skip
        assert getattr(made, name) == getattr(offered, name), name
    assert made.balance_minor == made.total_minor
    accepted = [line for line in offered.lines if line.counts]
    assert [
        (line.name, line.quantity, line.unit_price, line.total_minor) for line in made.lines
    ] == [(line.name, line.quantity, line.unit_price, line.total_minor) for line in accepted]
    taxes = (
        "select name, amount_minor from core.line_taxes where document_kind = 'invoice' order by 1"
    )
    assert rows(taxes) == [
        {"name": "GST", "amount_minor": 500}, {"name": "PST", "amount_minor": 1_000},
    ]  # fmt: skip
    assert events() == ["preferences.changed", "estimate.accepted", "invoice.sent"]
    assert db.check_integrity() == []
    with db.system_reading() as session:
        assert chain.verify(session) == []


@pytest.mark.usefixtures("series")
def test_a_draft_is_for_staff_to_look_at(cast: Cast, tmp_path: Path) -> None:
    _prefer(cast.owner, invoice_on_acceptance=AfterAcceptance.DRAFT)
    make_estimate(cast.alice, number="E-1")
    _accept(cast.alice, tmp_path)
    _work()
    assert _told(cast.alice).status is Status.ACCEPTED
    assert lists.page(cast.alice, invoices.LIST, today=TODAY).total == 0
    assert value("select status from core.invoices") == "draft"
    assert value("select count(*) from core.ledger_entries") == 0
    _work()  # delivered twice
    assert value("select count(*) from core.invoices") == 1
    assert value("select next_number from core.counters where kind = 'invoice'") == 8


@pytest.mark.usefixtures("series")
def test_an_advance_comes_before_the_invoice(db: store.Store, cast: Cast, tmp_path: Path) -> None:
    _prefer(cast.owner, invoice_on_acceptance=AfterAcceptance.SENT, advance_on_acceptance=True)
    make_estimate(cast.alice, number="E-1", total_minor=9_999, retainer_percent=Decimal("12.5"))
    _accept(cast.alice, tmp_path)
    _work()
    _work()
    retainer = retainers.get(cast.alice, "RET-004", today=TODAY)
    assert (retainer.total_minor, retainer.balance_minor) == (1_250, 1_250)
    assert [line.description for line in retainer.lines] == ["Advance of 12.5% for estimate E-1"]
    assert value("select count(*) from core.invoices") == 0
    assert value("select count(*) from core.retainer_invoices") == 1
    assert db.check_integrity() == []


def test_nothing_follows_unless_it_is_wanted(cast: Cast, tmp_path: Path) -> None:
    make_estimate(cast.alice, number="E-1", retainer_percent=Decimal(50))
    _accept(cast.alice, tmp_path)
    assert _work() == 0


def test_a_missing_series_keeps_nobody_from_accepting(cast: Cast, tmp_path: Path) -> None:
    _prefer(cast.owner, invoice_on_acceptance=AfterAcceptance.SENT)
    make_estimate(cast.alice, number="E-1")
    _accept(cast.alice, tmp_path)
    with pytest.raises(Invalid, match="series"):
        _work()
    assert _told(cast.alice).status is Status.ACCEPTED


@pytest.mark.usefixtures("series")
def test_undoing_takes_back_what_followed_for_all_to_see(
    db: store.Store, cast: Cast, sam: Staff, tmp_path: Path
) -> None:
    _prefer(cast.owner, invoice_on_acceptance=AfterAcceptance.SENT)
    make_estimate(cast.alice, number="E-1")
    _accept(cast.alice, tmp_path)
    _work()
    before = _told(cast.alice)
    estimate_offers.undo_acceptance(sam, "E-1", seen=before.version, now=NOW + HOUR)
    told = _told(cast.bob)
    assert (told.status, told.answered_by, told.signed_copy_id) == (Status.OPEN, None, None)
    assert [event.sentence for event in told.history][1:3] == [
        "Accepted by Alice Test", "Acceptance taken back by Sam",
    ]  # fmt: skip
    assert invoices.get(cast.alice, "INV-007", today=TODAY).status.value == "Void"
    assert len(rows("select id from core.document_copies")) == 2
    assert db.check_integrity() == []
    _work()  # delivered late: that acceptance is no more
    assert value("select count(*) from core.invoices") == 1
    _accept(cast.alice, tmp_path, seen=told.version, now=NOW + 2 * HOUR)
    _work()
    assert [each.number for each in _told(cast.alice).invoices] == ["INV-008"]


@pytest.mark.usefixtures("series")
def test_what_is_paid_is_not_undone(cast: Cast, tmp_path: Path) -> None:
    _prefer(cast.owner, invoice_on_acceptance=AfterAcceptance.SENT)
    make_estimate(cast.alice, number="E-1")
    _accept(cast.alice, tmp_path)
    _work()
    with store.system_writing() as session:
        session.change("update core.invoices set version = version + 1, balance_minor = 1")
    with pytest.raises(Conflict, match="INV-007"):
        estimate_offers.undo_acceptance(cast.owner, "E-1", seen=3, now=NOW + HOUR)
    assert _told(cast.alice).status is Status.INVOICED


def test_an_acceptance_is_undone_once_and_in_time(cast: Cast, tmp_path: Path) -> None:
    make_estimate(cast.alice, number="E-1")
    undo = estimate_offers.undo_acceptance
    with pytest.raises(NotFound):
        undo(cast.owner, "E-9", seen=1, now=NOW)
    with pytest.raises(Conflict, match="not accepted"):
        undo(cast.owner, "E-1", seen=1, now=NOW)
    _accept(cast.alice, tmp_path)
    with pytest.raises(Conflict, match="7 days"):
        undo(cast.owner, "E-1", seen=2, now=NOW + 7 * DAY + HOUR)
    won, refused = at_once(lambda n: undo(cast.owner, "E-1", seen=2, now=NOW + 7 * DAY))
    assert (len(won), len(refused)) == (1, 15)
    assert events() == ["estimate.accepted", "estimate.reopened"]


OFFERED = ((2, Decimal(4)), (3, Decimal(1)), (4, Decimal(0)))
_TREES = st.integers(2, 6)
_FOUNTAINS = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal("2.25")])


class Life(RuleBasedStateMachine):
    """One estimate in the hands of a customer and its business, in any order, on any screen."""

    def __init__(self, cast: Cast, folder: Path, number: str) -> None:
        super().__init__()
        self.cast, self.folder, self.number = cast, folder, number
        make_choice(cast.alice, number)
        self.state, self.version, self.now, self.accepted_at = "sent", 1, NOW, NOW
        self.happened, self.revision, self.until = 0, 1, TODAY + 30 * DAY
        self.offer = self.chosen = dict(OFFERED)

    def _tried(self, act: Callable[[], object], possible: bool, state: str) -> bool:
        try:
            act()
        except Conflict:
            assert not possible
        else:
            assert possible
            self.state, self.version, self.happened = state, self.version + 1, self.happened + 1
        return possible

    @property
    def _open(self) -> bool:
        return self.state == "sent" and self.now.date() <= self.until

    @rule(late=st.booleans(), trees=_TREES, pond=st.booleans(), fountain=_FOUNTAINS)
    def accept(self, late: bool, trees: int, pond: bool, fountain: Decimal) -> None:
        seen, choices = self.version - late, {2: Decimal(trees), 3: Decimal(pond), 4: fountain}
        who, given = self.cast.alice, tuple(choices.items())
        act = lambda: _accept(who, self.folder, self.number, seen, self.now, given)  # noqa: E731
        if self._tried(act, self._open and not late, "accepted"):
            self.accepted_at, self.chosen = self.now, choices

    @rule(late=st.booleans(), reason=st.sampled_from(["", "Too dear"]))
    def decline(self, late: bool, reason: str) -> None:
        seen = self.version - late
        self._tried(
            lambda: estimate_answers.decline(
                self.cast.alice, self.number, reason, seen=seen, now=self.now
            ),
            self._open and not late,
            "declined",
        )

    @rule(late=st.booleans())
    def undo(self, late: bool) -> None:
        seen = self.version - late
        in_time = self.now - self.accepted_at <= estimate_offers.GRACE
        undone = self._tried(
            lambda: estimate_offers.undo_acceptance(
                self.cast.owner, self.number, seen=seen, now=self.now
            ),
            self.state == "accepted" and in_time and not late,
            "sent",
        )
        if undone:
            self.chosen = self.offer

    @rule(late=st.booleans(), unlocked=st.booleans(), trees=_TREES, days=st.integers(0, 30))
    def revise(self, late: bool, unlocked: bool, trees: int, days: int) -> None:
        """Staff send it again with other trees, also what is accepted once that is not locked."""
        owner, until = self.cast.owner, self.now.date() + days * DAY
        preferences.change(owner, now=self.now, lock_accepted_estimates=not unlocked)
        accepted = self.state == "accepted"

        def send() -> None:
            draft = estimate_revisions.draft(owner, self.number)
            lines = list(draft.lines)
            lines[1] = replace(lines[1], quantity=Decimal(trees))
            estimate_revisions.send_again(
                owner, self.number, lines, expiry_date=until, reason="",
                seen=self.version - late, now=self.now,
            )  # fmt: skip

        if self._tried(send, not late and (unlocked or not accepted), "sent"):
            # what was accepted is taken back first, and that is an entry of the history, too
            self.version, self.happened = self.version + accepted, self.happened + accepted
            self.revision, self.until = self.revision + 1, until
            self.offer = self.chosen = {**self.chosen, 2: Decimal(trees)}

    @precondition(lambda self: self.now < NOW + 40 * DAY)
    @rule(days=st.integers(1, 20))
    def wait(self, days: int) -> None:
        self.now += days * DAY

    @invariant()
    def the_books_say_so(self) -> None:
        (row,) = rows(_STATE, number=self.number)
        assert (row["status"], row["version"]) == (self.state, self.version)
        assert (row["accepted_copy_id"] is not None) == (self.state == "accepted")
        assert (row["accepted_at"] is not None) == (self.state == "accepted")
        about = "select count(*) from core.activity where subject_id = $id"
        assert value(about, id=row["id"]) == self.happened
        told = estimates.get(self.cast.alice, self.number, today=self.now.date())
        assert dict(estimate_choices.offered(told.lines)) == self.chosen
        assert plain(told, ()) == {name: getattr(told, name) for name in estimate_pricing.AMOUNTS}
        assert (
            row["revision"]
            == self.revision
            == max([each.revision for each in told.revisions], default=1)
        )
        kept = {each.revision: each.total_minor for each in told.revisions}
        offer = plain(told, tuple(self.offer.items()))["total_minor"]
        assert kept.get(self.revision, offer) == offer


_STATE = """
    select id, status, version, revision, accepted_copy_id, accepted_at from core.estimates
    where number = $number order by id
"""


def test_no_order_of_answers_breaks_a_rule(db: store.Store, cast: Cast, tmp_path: Path) -> None:
    made = iter(range(10_000))
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Life(cast, tmp_path, f"L-{next(made)}"),
        settings=settings(
            max_examples=15,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert db.check_integrity() == []
    with db.system_reading() as session:
        assert chain.verify(session) == []
