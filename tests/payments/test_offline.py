"""Payments that staff record: receipts, balances, undoing them, and who may not."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_data import store
from portal_data.auth import identity
from portal_data.auth import staff as team
from portal_data.billing import invoices, statements
from portal_data.billing.settlements import Settlement
from portal_data.business import preferences
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.ops import notifier
from portal_data.payments import offline, payments, refunding
from portal_data.payments.collecting import Collector
from portal_data.payments.offline import Open
from portal_data.payments.provider import State
from portal_data.payments.receiving import Part, Received
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice
from tests.payments.scripted import Scripted
from tests.payments.test_collecting import (
    LATER,
    begin,
    collector,
    integrity,
    part,
    provider,
    reference,
)
from tests.people import at_once, events, mails, rows

__all__ = ["collector", "provider"]

CAME = Received(TODAY, "GBP", 10_000, "Bank transfer", "TRN 7")


def record(
    staff: Staff,
    scope: Scope,
    parts: Sequence[Part] = (),
    received: Received = CAME,
    *,
    key: UUID | None = None,
    again: bool = False,
) -> str:
    """Record what came of a customer."""
    return offline.record(
        staff, scope.customer_id, received, parts, key=key or new_id(), again=again, now=NOW
    )


def of_invoice(scope: Scope, number: str) -> list[Settlement]:
    """Return what settled an invoice."""
    return invoices.get(scope, number, today=TODAY).settlements


def left(scope: Scope, number: str) -> int:
    """Return what is open of an invoice."""
    return invoices.get(scope, number, today=TODAY).balance_minor


@pytest.fixture(autouse=True)
def _books(cast: Cast) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=4_000)
    make_invoice(cast.alice, number="INV-2", total_minor=10_000)
    make_invoice(cast.charlie, number="INV-9", total_minor=10_000)


def test_what_came_pays_invoices_and_the_rest_is_credit(cast: Cast) -> None:
    received = replace(CAME, charges_minor=150, note="Thank you")
    number = record(cast.owner, cast.alice, [Part("INV-1", 3_500, 500), Part("INV-2", 6_000)],
                    received)  # fmt: skip
    made = payments.get(cast.bob, number)
    assert (made.amount_minor, made.unused_minor, made.mode) == (10_000, 500, "Bank transfer")
    assert (made.reference, made.description) == ("TRN 7", "Thank you")
    assert [(a.number, a.amount_minor, a.withheld_minor) for a in made.allocations] == [
        ("INV-1", 3_500, 500), ("INV-2", 6_000, 0)
    ]  # fmt: skip
    assert (left(cast.alice, "INV-1"), left(cast.alice, "INV-2")) == (0, 4_000)
    assert rows("select bank_charges_minor from core.payments") == [{"bank_charges_minor": 150}]
    assert "payment.recorded" in events()
    assert integrity() == []


@pytest.mark.parametrize("mailed", [True, False])
def test_contacts_are_mailed_as_the_business_prefers(cast: Cast, mailed: bool) -> None:
    preferences.change(cast.owner, now=NOW, notify_contacts_of_payments=mailed)
    number = record(cast.owner, cast.alice, [Part("INV-1", 4_000)])
    offline.void(cast.owner, number, "Never came", seen=1, now=NOW)
    told = rows(
        "select id from core.activity where event in ('payment.recorded', 'payment.voided')"
        " order by event"
    )
    with store.system_writing() as session:
        for each in told:
            notifier.notify(session, each["id"], NOW)
    to = [mail["to"] for mail in mails("mail.activity")]
    assert sorted(to) == sorted([cast.alice.email, cast.bob.email] * 2 if mailed else [])


def test_a_click_that_comes_again_is_one_payment(cast: Cast) -> None:
    key = new_id()
    first = record(cast.owner, cast.alice, [Part("INV-1", 4_000)], key=key)
    assert record(cast.owner, cast.alice, [Part("INV-1", 4_000)], key=key) == first
    with pytest.raises(Conflict, match="same day and amount"):  # a second tab
        record(cast.owner, cast.alice)
    assert record(cast.owner, cast.alice, again=True) != first
    for who, came in (
        (cast.charlie, CAME),
        (cast.alice, replace(CAME, amount_minor=CAME.amount_minor + 1)),
        (cast.alice, replace(CAME, currency_code="USD")),
    ):
        with pytest.raises(Conflict, match="was recorded here already"):
            record(cast.owner, who, received=came, key=key)
    assert rows("select count(*)::bigint as n from core.payments") == [{"n": 2}]


def test_sixteen_clicks_at_once_are_one_payment(cast: Cast) -> None:
    key = new_id()
    numbers, refused = at_once(
        lambda _n: record(cast.owner, cast.alice, [Part("INV-1", 4_000)], key=key)
    )
    assert len(set(numbers)) == 1
    assert refused == []
    assert left(cast.alice, "INV-1") == 0
    assert integrity() == []


def test_sixteen_payments_at_once_pay_no_more_than_is_open(cast: Cast) -> None:
    done, refused = at_once(
        lambda n: record(
            cast.owner, cast.alice, [Part("INV-1", 1_000)], replace(CAME, amount_minor=1_000 + n)
        )
    )
    assert len(done) == 4
    assert len(refused) == 12
    assert left(cast.alice, "INV-1") == 0
    assert integrity() == []


@pytest.mark.parametrize(
    ("parts", "changed", "refusal", "words"),
    [
        ([Part("INV-1", 4_001)], {}, Conflict, r"£40\.00 of INV-1 is open"),
        ([Part("INV-1", 4_000, 1)], {}, Conflict, "of INV-1 is open"),
        ([Part("INV-1", 10), Part("INV-1", 10)], {}, Invalid, "once"),
        ([Part("INV-9", 10)], {}, NotFound, "no invoice INV-9"),
        ([Part("INV-7", 10)], {}, NotFound, "no invoice INV-7"),
        ([Part("INV-1", 0)], {}, Invalid, "above zero"),
        ([Part("INV-1", -1)], {}, Invalid, "above zero"),
        ([Part("INV-1", 5)], {"amount_minor": 4}, Invalid, "more than came"),
        ([Part("INV-1", 5)], {"currency_code": "EUR"}, Invalid, "is in GBP"),
        ([], {"amount_minor": 0}, Invalid, "above zero"),
        ([], {"amount_minor": -5}, Invalid, "above zero"),
        ([], {"date": TODAY + timedelta(days=1)}, Invalid, "day on which it came"),
        ([], {"date": TODAY - timedelta(days=6_000)}, Invalid, "day on which it came"),
        ([], {"mode": "Magic"}, Invalid, "how it came"),
        ([], {"charges_minor": 10_001}, Invalid, "part of the amount"),
        ([], {"currency_code": "ZZZ"}, Invalid, "currency"),
    ],
)
def test_what_cannot_have_come_is_refused(
    cast: Cast, parts: list[Part], changed: dict[str, object], refusal: type[Exception], words: str
) -> None:
    with pytest.raises(refusal, match=words):
        record(cast.owner, cast.alice, parts, replace(CAME, **changed))  # type: ignore[arg-type]
    assert rows("select id from core.payments") == []
    assert integrity() == []


def test_a_voided_payment_never_came(cast: Cast) -> None:
    before = statements.statement(cast.alice, "GBP", TODAY, TODAY)
    parts = [Part("INV-1", 3_500, 500), Part("INV-2", 6_000)]
    number = record(cast.owner, cast.alice, parts)
    offline.void(cast.owner, number, "Another company's", seen=1, now=NOW)
    assert (left(cast.alice, "INV-1"), left(cast.alice, "INV-2")) == (4_000, 10_000)
    made = payments.get(cast.alice, number)
    assert (made.status, made.unused_minor) == (payments.Status.VOID, 0)
    after = statements.statement(cast.alice, "GBP", TODAY, TODAY)
    assert (after.lines, after.closing_minor, after.aging) == (
        before.lines, before.closing_minor, before.aging
    )  # fmt: skip
    assert "payment.voided" in events()
    assert integrity() == []
    with pytest.raises(Conflict, match="void already"):
        offline.void(cast.owner, number, "Again", seen=2, now=NOW)


def test_a_payment_is_given_to_other_invoices_again_and_again(cast: Cast) -> None:
    number = record(cast.owner, cast.alice, [Part("INV-1", 4_000)])
    offline.reallocate(cast.owner, number, [Part("INV-2", 10_000)], seen=1, now=NOW)
    assert (left(cast.alice, "INV-1"), left(cast.alice, "INV-2")) == (4_000, 0)
    offline.reallocate(
        cast.owner, number, [Part("INV-1", 3_000, 1_000), Part("INV-2", 10)], seen=2, now=NOW
    )
    assert (left(cast.alice, "INV-1"), left(cast.alice, "INV-2")) == (0, 9_990)
    told = [(each.number, each.amount_minor) for each in of_invoice(cast.alice, "INV-1")]
    assert told == [(number, 3_000)]  # and not what was taken back
    found = offline.recorded(cast.owner, number)
    assert found.parts == (Part("INV-1", 3_000, 1_000), Part("INV-2", 10))
    assert payments.get(cast.alice, number).unused_minor == 6_990
    offline.reallocate(cast.owner, number, [], seen=3, now=NOW)
    assert payments.get(cast.alice, number).unused_minor == 10_000
    assert integrity() == []


def test_a_receipt_names_no_invoice_that_it_pays_no_more(cast: Cast) -> None:
    number = record(cast.owner, cast.alice, [Part("INV-1", 3_000, 1_000)])
    offline.reallocate(cast.owner, number, [Part("INV-2", 9_000, 1_000)], seen=1, now=NOW)
    (line,) = payments.get(cast.alice, number).allocations
    assert (line.number, line.amount_minor, line.withheld_minor) == ("INV-2", 9_000, 1_000)


def test_a_receipt_has_one_line_for_each_document_whatever_came_back(cast: Cast) -> None:
    number = record(cast.owner, cast.alice, [Part("INV-1", 4_000)])
    offline.reallocate(
        cast.owner, number, [Part("INV-2", 9_000), Part("INV-1", 500)], seen=1, now=NOW
    )
    offline.reallocate(cast.owner, number, [Part("INV-2", 9_000)], seen=2, now=NOW)
    refunding.refund(cast.owner, number, 3_000, "Part", key=new_id(), seen=3, now=NOW)
    made = payments.get(cast.alice, number)
    (line,) = made.allocations  # what was given to another invoice is no more than that
    assert (line.number, line.amount_minor, line.returned_minor, line.kept_minor) == (
        "INV-2", 9_000, 2_000, 7_000,
    )  # fmt: skip
    assert (made.amount_minor, made.refunded_minor, made.unused_minor) == (10_000, 3_000, 0)
    assert line.kept_minor + made.unused_minor == made.amount_minor - made.refunded_minor
    assert integrity() == []


def test_what_arrives_online_besides_is_credit(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    assert offline.account(cast.owner, cast.alice.customer_id).invoices[0].flying_minor == 4_000
    record(cast.owner, cast.alice, [Part("INV-1", 4_000)])
    provider.becomes(reference(attempt), State.SUCCEEDED, mode="Card")
    collector.look(attempt, LATER)
    assert left(cast.alice, "INV-1") == 0
    assert payments.get(cast.alice, "PAY-000002").unused_minor == 4_000
    assert integrity() == []


def test_what_changed_or_went_back_is_not_voided(cast: Cast) -> None:
    number = record(cast.owner, cast.alice, [Part("INV-1", 4_000)])
    refunding.refund(cast.owner, number, 100, "Part", key=new_id(), seen=1, now=NOW)
    with pytest.raises(Conflict, match="meanwhile"):
        offline.void(cast.owner, number, "No", seen=1, now=NOW)
    seen = offline.recorded(cast.owner, number).version
    with pytest.raises(Conflict, match="went back already"):
        offline.void(cast.owner, number, "No", seen=seen, now=NOW)
    assert integrity() == []


def test_sixteen_who_void_at_once_void_once(cast: Cast) -> None:
    number = record(cast.owner, cast.alice, [Part("INV-1", 4_000)])
    done, refused = at_once(lambda _n: offline.void(cast.owner, number, "Twice", seen=1, now=NOW))
    assert (len(done), len(refused)) == (1, 15)
    assert left(cast.alice, "INV-1") == 4_000
    assert integrity() == []


@pytest.fixture
def clerk(cast: Cast) -> Staff:
    """A member of staff who may move 50 pounds alone."""
    with store.system_writing() as session:
        team.add(session, None, "max@fern.example", "Max", Role.STAFF, NOW)
        member = team.find(session, "max@fern.example").id
        session.change(
            "update core.staff set limit_minor = 5000, limit_currency = 'GBP' where id = $id",
            id=member,
        )
    return Staff(member, new_id(), Role.STAFF, "Max", "max@fern.example")


def test_above_a_limit_an_owner_is_needed(cast: Cast, clerk: Staff) -> None:
    with pytest.raises(NotAllowed, match=r"£50\.00 at once. £100\.00 needs an owner"):
        record(clerk, cast.alice)
    assert record(clerk, cast.alice, received=replace(CAME, amount_minor=5_000))
    with pytest.raises(NotAllowed, match="needs an owner"):  # of another currency nobody knows
        record(clerk, cast.alice, received=replace(CAME, amount_minor=1, currency_code="EUR"))
    number = record(cast.owner, cast.alice)
    with pytest.raises(NotAllowed):
        offline.void(clerk, number, "Mine", seen=1, now=NOW)
    with pytest.raises(NotAllowed):
        offline.reallocate(clerk, number, [], seen=1, now=NOW)
    with pytest.raises(NotAllowed):
        refunding.refund(clerk, number, 5_001, "Mine", key=new_id(), seen=1, now=NOW)
    refunding.refund(clerk, number, 5_000, "Mine", key=new_id(), seen=1, now=NOW)


def test_tax_that_was_withheld_counts_towards_a_limit(cast: Cast, clerk: Staff) -> None:
    came = replace(CAME, amount_minor=4_000)
    with pytest.raises(NotAllowed, match=r"£50\.01 needs an owner"):
        record(clerk, cast.alice, [Part("INV-2", 4_000, 1_001)], came)
    number = record(clerk, cast.alice, [Part("INV-2", 4_000, 1_000)], came)
    with pytest.raises(NotAllowed, match=r"£50\.01 needs an owner"):
        offline.reallocate(clerk, number, [Part("INV-2", 4_000, 1_001)], seen=1, now=NOW)
    offline.reallocate(clerk, number, [Part("INV-2", 3_000, 1_000)], seen=1, now=NOW)
    assert left(cast.alice, "INV-2") == 6_000
    assert integrity() == []


def test_at_most_half_of_an_invoice_is_withheld_as_tax(cast: Cast) -> None:
    came = replace(CAME, amount_minor=1_000)
    with pytest.raises(Invalid, match="At most half of INV-2 can be withheld"):
        record(cast.owner, cast.alice, [Part("INV-2", 1, 5_001)], came)
    number = record(cast.owner, cast.alice, [Part("INV-2", 1, 3_000)], came)
    with pytest.raises(Invalid, match="At most half of INV-2"):  # with what was withheld before
        record(cast.owner, cast.alice, [Part("INV-2", 1, 2_001)], came, again=True)
    offline.reallocate(cast.owner, number, [Part("INV-2", 1, 5_000)], seen=1, now=NOW)
    assert left(cast.alice, "INV-2") == 4_999
    offline.void(cast.owner, number, "Never came", seen=2, now=NOW)  # and withheld nothing
    record(cast.owner, cast.alice, [Part("INV-2", 1_000, 5_000)], came)
    assert left(cast.alice, "INV-2") == 4_000
    assert integrity() == []


def test_a_customer_is_no_staff(cast: Cast) -> None:
    looking = identity.view_as_customer(cast.owner, cast.alice.customer_id)
    for who in (cast.alice, looking):
        with pytest.raises(TypeError):
            offline.account(who, cast.alice.customer_id)  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            record(who, cast.alice)  # type: ignore[arg-type]


@settings(deadline=None)
@given(open_minor=st.lists(st.integers(1, 10**6), max_size=8), amount=st.integers(0, 8 * 10**6))
def test_spreading_pays_the_oldest_first_and_never_more(open_minor: list[int], amount: int) -> None:
    due = [Open(f"INV-{n}", TODAY, TODAY, "GBP", minor, 0, 1) for n, minor in enumerate(open_minor)]
    parts = offline.spread(due, amount)
    assert sum(each.amount_minor for each in parts) == min(amount, sum(open_minor))
    for paid, each in zip(parts, due, strict=False):
        assert paid.number == each.number
        assert 0 < paid.amount_minor <= each.left_minor
    for paid, each in list(zip(parts, due, strict=False))[:-1]:
        assert paid.amount_minor == each.left_minor
