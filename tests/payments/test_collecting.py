"""Payments from the click to the receipt: begun, collected, refused, come back, each fact once."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from portal_data import store
from portal_data.billing import balances, invoices, retainers
from portal_data.customers import details
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity
from portal_data.ops import notifier
from portal_data.payments import attempts, inbox, paying, payments
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Back, BadSignature, Method, ProviderError, Reversal, State
from portal_data.payments.providers import Providers
from portal_data.scope import Role, Scope
from portal_data.store import Session
from portal_data.store.session import ScopedSession
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice, make_retainer
from tests.payments import messages
from tests.payments.scripted import SIGNED, Scripted
from tests.people import at_once, mails, rows, value

LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def provider(cast: Cast) -> Scripted:
    """The provider, and a business whose invoices are all paid online and in parts."""
    prefer(pay_online=True, pay_in_parts=True)
    return Scripted()


@pytest.fixture
def collector(provider: Scripted) -> Collector:
    """What collects through it."""
    return Collector(Providers([provider]), "https://portal.example")


def prefer(**preferences: bool) -> None:
    """Switch preferences on or off."""
    set_on = [(key, json.dumps(on), NOW) for key, on in preferences.items()]
    with store.system_writing() as session:
        session.load("core.preferences", ("key", "value", "updated_at"), set_on)


def part(scope: Scope, number: str, amount_minor: int | None = None) -> Part:
    """Return a part of an invoice as it is seen now; all of what can be paid by default."""
    seen = invoices.get(scope, number, today=TODAY)
    return Part("invoice", number, seen.version, amount_minor or seen.payable_minor)


def begin(scope: Scope, provider: Scripted, *parts: Part, **more: Any) -> UUID:
    """Begin to pay and return the attempt."""
    key = new_id()
    paying.begin(scope, provider, Order(parts, **more), key=key, now=NOW)
    return key


def balance(scope: Scope, number: str = "INV-1") -> tuple[int, int]:
    """Return what is open of an invoice, and how much of that is on its way."""
    seen = invoices.get(scope, number, today=TODAY)
    return seen.balance_minor, seen.pending_minor


def integrity() -> list[str]:
    """Return what is wrong with the books."""
    return store.current().check_integrity()


def reference(attempt_id: UUID) -> str:
    """Return the provider's name of an attempt."""
    return f"pay_{attempt_id}"


def test_an_invoice_is_paid_and_has_its_receipt(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    assert balance(cast.alice) == (10_000, 10_000)
    assert invoices.get(cast.alice, "INV-1", today=TODAY).payable_minor == 0
    url = collector.hand_over(cast.alice, attempt, NOW)
    assert url == f"https://provider.example/{attempt}"
    assert collector.hand_over(cast.alice, attempt, NOW) == url
    (request,) = provider.requests
    assert [(line.words, line.amount_minor) for line in request.lines] == [("INV-1", 10_000)]
    assert request.return_url == f"https://portal.example/pay/return?attempt={attempt}"
    provider.becomes(reference(attempt), State.SUCCEEDED, mode="Card")
    for _again in range(3):
        assert collector.look(attempt, LATER) is Status.SUCCEEDED
    assert balance(cast.alice) == (0, 0)
    shown = attempts.get(cast.alice, attempt)
    assert shown.payment == "PAY-000001"
    receipt = payments.get(cast.bob, "PAY-000001")
    assert (receipt.amount_minor, receipt.unused_minor, receipt.mode) == (10_000, 0, "Card")
    assert [(each.number, each.amount_minor) for each in receipt.allocations] == [("INV-1", 10_000)]
    happened = activity.recent(cast.alice, 10)
    assert [each.sentence for each in happened] == [
        "Alice Test paid PAY-000001", "Alice Test began to pay INV-1",
    ]  # fmt: skip
    assert integrity() == []


def test_both_sides_hear_of_it(cast: Cast, provider: Scripted, collector: Collector) -> None:
    make_invoice(cast.alice, number="INV-1")
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    collector.look(attempt, LATER)
    with store.system_writing() as session:
        for row in session.rows("select id from core.activity order by happened_at, id"):
            notifier.notify(session, row["id"], LATER)
    told = sorted((mail["to"], mail["subject"]) for mail in mails("mail.activity"))
    assert [to for to, _subject in told] == sorted(
        [cast.alice.email, cast.bob.email, cast.owner.email]
    )


def test_a_bulk_payment_is_one_receipt(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    amounts = {f"INV-{n}": 100 + n for n in range(1, 101)}
    for number, amount in amounts.items():
        make_invoice(cast.alice, number=number, total_minor=amount)
    attempt = begin(cast.alice, provider, *(part(cast.alice, number) for number in amounts))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    collector.look(attempt, LATER)
    receipt = payments.get(cast.alice, "PAY-000001")
    assert {each.number: each.amount_minor for each in receipt.allocations} == amounts
    assert receipt.amount_minor == sum(amounts.values())
    assert integrity() == []
    with pytest.raises(Invalid):
        parts = [Part("invoice", f"INV-{n}", 1, 1) for n in range(101)]
        begin(cast.alice, provider, *parts)


def test_a_bulk_payment_takes_no_more_statements_than_one_of_two(
    cast: Cast, provider: Scripted, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[str] = []

    def counted(kind: type[Session], name: str) -> None:
        real = getattr(kind, name)

        def count(session: Session, sql: str, **params: Any) -> Any:
            run.append(sql)
            return real(session, sql, **params)

        monkeypatch.setattr(kind, name, count)

    for kind, name in ((Session, "rows"), (Session, "change"), (ScopedSession, "change")):
        counted(kind, name)
    counts = []
    for turn, many in enumerate((2, 2, 30)):  # the first one meets the customer
        numbers = [f"INV-{turn}-{n}" for n in range(many)]
        for number in numbers:
            make_invoice(cast.alice, number=number)
        parts = [part(cast.alice, number) for number in numbers]
        run.clear()
        attempt = begin(cast.alice, provider, *parts)
        collector.hand_over(cast.alice, attempt, NOW)
        provider.becomes(reference(attempt), State.SUCCEEDED)
        assert collector.look(attempt, LATER) is Status.SUCCEEDED
        counts.append(len(run))
    assert counts[1] == counts[2] > 10
    assert integrity() == []


def test_a_part_is_paid_where_parts_are_allowed(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000, minimum_payment_minor=2_500)
    for amount in (0, -1, 2_499, 10_001):
        with pytest.raises(Invalid):
            paying.begin(
                cast.alice, provider, Order((Part("invoice", "INV-1", 1, amount),)),
                key=new_id(), now=NOW,
            )  # fmt: skip
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1", 2_500))
    collector.hand_over(cast.alice, attempt, NOW)
    assert balance(cast.alice) == (10_000, 2_500)
    other = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    assert balance(cast.alice) == (10_000, 10_000)
    collector.hand_over(cast.alice, other, NOW)
    for each in (other, attempt):
        provider.becomes(reference(each), State.SUCCEEDED)
        collector.look(each, LATER)
    assert balance(cast.alice) == (0, 0)
    assert integrity() == []


def test_no_part_is_paid_where_none_is_allowed(cast: Cast) -> None:
    prefer(pay_online=True)
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    make_invoice(cast.alice, number="INV-2", total_minor=10_000, partial_payments=True)
    provider = Scripted()
    with pytest.raises(Invalid, match=r"Between £100\.00 and £100\.00"):
        begin(cast.alice, provider, part(cast.alice, "INV-1", 5_000))
    begin(cast.alice, provider, part(cast.alice, "INV-2", 5_000))


def test_only_what_names_a_way_is_paid_online(cast: Cast) -> None:
    provider = Scripted()
    own, other = (make_invoice(cast.alice, number=number) for number in ("INV-1", "INV-2"))
    ways = [(cast.alice.customer_id, own, "demo"), (cast.alice.customer_id, other, "stripe")]
    with store.system_writing() as session:
        session.load("core.invoice_providers", ("customer_id", "invoice_id", "provider"), ways)
    make_invoice(cast.alice, number="INV-3")
    begin(cast.alice, provider, part(cast.alice, "INV-1"))
    for number in ("INV-2", "INV-3"):
        with pytest.raises(Conflict, match=f"{number} cannot be paid online"):
            begin(cast.alice, provider, part(cast.alice, number))
    prefer(pay_online=True)
    begin(cast.alice, provider, part(cast.alice, "INV-3"))
    with pytest.raises(Conflict):
        begin(cast.alice, provider, part(cast.alice, "INV-2"))


def test_a_pending_debit_blocks_a_second_payment_and_failure_reopens(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    day = TODAY + timedelta(days=4)
    provider.becomes(reference(attempt), State.PENDING, expected_on=day)
    assert collector.look(attempt, LATER) is Status.PENDING
    shown = attempts.get(cast.alice, attempt)
    assert (shown.status, shown.expected_on) == (Status.PENDING, day)
    with pytest.raises(Conflict, match="on its way"):
        begin(cast.alice, provider, Part("invoice", "INV-1", value(_VERSION), 10_000))
    with pytest.raises(Conflict):
        collector.cancel(cast.alice, attempt, LATER)
    provider.becomes(reference(attempt), State.FAILED, failure_code="R01")
    assert collector.look(attempt, LATER) is Status.FAILED
    assert provider.cancelled == [reference(attempt)], "it could be tried again behind our back"
    assert provider.payments[reference(attempt)].state is State.CANCELLED
    assert collector.look(attempt, LATER) is Status.FAILED
    assert balance(cast.alice) == (10_000, 0)
    assert attempts.get(cast.alice, attempt).failure_code == "R01"
    assert begin(cast.alice, provider, part(cast.alice, "INV-1"))
    assert integrity() == []


_VERSION = "select version from core.invoices where number = 'INV-1' order by 1"


def test_money_that_comes_after_all_is_never_lost(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    late = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, late, NOW)
    assert collector.cancel(cast.alice, late, NOW) is Status.CANCELLED
    other = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, other, NOW)
    for each in (other, late):
        provider.becomes(reference(each), State.SUCCEEDED)
        collector.look(each, LATER)
    assert balance(cast.alice) == (0, 0)
    second = payments.get(cast.alice, "PAY-000002")
    assert (second.amount_minor, second.unused_minor, second.allocations) == (10_000, 10_000, [])
    (account,) = balances.account(cast.alice, today=TODAY).balances
    assert account.available_credits_minor == 10_000
    assert integrity() == []


@pytest.mark.parametrize(
    "came", [{"received_minor": 9_999}, {"received_minor": 10_001}, {"currency_code": "EUR"}]
)
def test_another_amount_or_currency_is_held_for_a_person(
    cast: Cast, provider: Scripted, collector: Collector, came: dict[str, Any]
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED, **came)
    for _again in range(2):
        assert collector.look(attempt, LATER) is Status.HELD
    assert balance(cast.alice) == (10_000, 10_000)
    assert rows("select number from core.payments order by 1") == []
    assert [each.event for each in activity.recent(cast.owner, 1)] == ["payment.held"]
    assert integrity() == []


def test_an_answer_that_is_lost_is_found_again(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    method = saved_method(cast.alice)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"), method_id=method)
    provider.answers_lost = 0
    collector.look(attempt, NOW)  # knows the customer from now on
    assert balance(cast.alice) == (0, 0)
    make_invoice(cast.alice, number="INV-2")
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-2"), method_id=method)
    provider.silent = True
    with pytest.raises(ProviderError):
        collector.hand_over(cast.alice, attempt, NOW)
    assert balance(cast.alice, "INV-2")[1] > 0
    provider.silent = False
    assert collector.look(attempt, LATER) is Status.SUCCEEDED
    assert len(provider.requests) == 2
    assert integrity() == []


@pytest.mark.parametrize("saved", [False, True])
def test_what_its_provider_will_never_take_has_failed_and_blocks_nothing(
    cast: Cast, provider: Scripted, collector: Collector, saved: bool
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    method = saved_method(cast.alice) if saved else None
    asked = begin(cast.alice, provider, part(cast.alice, "INV-1", 3_000), method_id=method)
    seen = begin(cast.alice, provider, part(cast.alice, "INV-1", 3_000), method_id=method)
    left = begin(cast.alice, provider, part(cast.alice, "INV-1", 3_000), method_id=method)
    provider.refusal = "The amount is too small."
    with pytest.raises(ProviderError, match="too small"):
        collector.hand_over(cast.alice, asked, NOW)
    assert collector.look(seen, LATER) is Status.FAILED
    if saved:  # a charge is not asked for again by who wants to leave it
        with pytest.raises(Conflict):
            collector.cancel(cast.alice, left, LATER)
        assert collector.look(left, LATER) is Status.FAILED
    else:
        assert collector.cancel(cast.alice, left, LATER) is Status.FAILED
    assert balance(cast.alice) == (10_000, 0)
    for attempt in (asked, seen, left):
        shown = attempts.get(cast.alice, attempt)
        assert (shown.status, shown.failure_code) == (Status.FAILED, "refused")
    kept = rows("select failure_message as said from core.payment_attempts order by id")
    assert {row["said"] for row in kept} == {provider.refusal}, "which staff read"
    provider.refusal = None
    assert collector.look(asked, LATER) is Status.FAILED
    assert provider.requests == []
    assert [each.event for each in activity.recent(cast.alice, 1)] == ["payment.failed"]
    assert integrity() == []


def test_a_customer_whom_its_provider_lost_is_known_by_the_new_name(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    for lost in (0, 1, 1):
        provider.customers_lost = lost
        attempt = begin(cast.alice, provider, part(cast.alice, "INV-1", 1_000))
        collector.hand_over(cast.alice, attempt, NOW)
    known = f"cus_{cast.alice.customer_id}"
    references = [request.payer.reference for request in provider.requests]
    assert references == [f"{known}_0", f"{known}_1", f"{known}_1"]
    kept = rows("select provider_reference from core.provider_customers order by 1")
    assert kept == [{"provider_reference": f"{known}_1"}]


def test_a_retainer_invoice_is_paid_and_can_be_drawn(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_retainer(cast.alice, number="RET-1", total_minor=5_000)
    seen = retainers.get(cast.alice, "RET-1", today=TODAY)
    attempt = begin(cast.alice, provider, _retainer())
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    collector.look(attempt, LATER)
    paid = retainers.get(cast.alice, "RET-1", today=TODAY)
    assert (seen.balance_minor, paid.balance_minor, paid.unused_minor) == (5_000, 0, 5_000)
    assert payments.get(cast.alice, "PAY-000001").kind == "retainer"
    assert integrity() == []


def _retainer() -> Part:
    """Return all of RET-1 as it is now."""
    row = rows("select version, balance_minor from core.retainer_invoices order by 1")[0]
    return Part("retainer_invoice", "RET-1", row["version"], row["balance_minor"])


def saved_method(scope: Scope, kind: str = "card", **more: Any) -> UUID:
    values = {
        "customer_id": scope.customer_id, "contact_id": scope.contact_id, "provider": "demo",
        "provider_reference": f"pm_{new_id()}", "kind": kind, "last4": "4242",
        "status": "verified", "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return insert("saved_methods", **{**values, **more})


def test_what_comes_back_is_a_reversal_once(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    make_invoice(cast.alice, number="INV-2", total_minor=5_000)
    attempt = begin(
        cast.alice, provider, part(cast.alice, "INV-1"), part(cast.alice, "INV-2", 3_000)
    )
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    collector.look(attempt, LATER)
    provider.comes_back(reference(attempt), Reversal("re_1", Back.REFUND, State.SUCCEEDED, 4_000))
    for _again in range(3):
        collector.look(attempt, LATER)
    assert sum(balance(cast.alice, number)[0] for number in ("INV-1", "INV-2")) == 6_000
    receipt = payments.get(cast.alice, "PAY-000001")
    assert (receipt.refunded_minor, receipt.unused_minor) == (4_000, 0)
    assert integrity() == []
    provider.comes_back(
        reference(attempt), Reversal("rt_1", Back.RETURN, State.SUCCEEDED, 9_000, "R01")
    )
    collector.look(attempt, LATER)
    assert (balance(cast.alice), balance(cast.alice, "INV-2")) == ((10_000, 0), (5_000, 0))
    provider.comes_back(reference(attempt), Reversal("dp_1", Back.DISPUTE, State.SUCCEEDED, 1))
    for _again in range(2):
        collector.look(attempt, LATER)
    failed = rows("select status, amount_minor from core.refunds order by created_at, id")[-1]
    assert failed == {"status": "failed", "amount_minor": 1}
    assert integrity() == []


def test_a_refund_that_fails_leaves_the_money_to_be_used(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    for state in (State.PENDING, State.SUCCEEDED, State.FAILED, State.SUCCEEDED):
        provider.comes_back(reference(attempt), Reversal("re_1", Back.REFUND, state, 10_000))
        collector.look(attempt, LATER)
    receipt = payments.get(cast.alice, "PAY-000001")
    assert (receipt.refunded_minor, receipt.unused_minor) == (0, 10_000)
    assert balance(cast.alice) == (10_000, 0)
    assert integrity() == []


def test_a_returned_retainer_takes_back_what_was_drawn_of_it(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    invoice = make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    retainer = make_retainer(cast.alice, number="RET-1", total_minor=5_000)
    attempt = begin(cast.alice, provider, _retainer())
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    collector.look(attempt, LATER)
    insert(
        "retainer_applications", customer_id=cast.alice.customer_id, retainer_invoice_id=retainer,
        invoice_id=invoice, date=TODAY, amount_minor=4_000, created_at=NOW,
    )  # fmt: skip
    with store.system_writing() as session:
        session.change(
            "update core.invoices set balance_minor = balance_minor - 4000 where id = $id",
            id=invoice,
        )
        session.change(
            "update core.retainer_invoices set unused_minor = unused_minor - 4000 where id = $id",
            id=retainer,
        )
    provider.comes_back(reference(attempt), Reversal("rt_1", Back.RETURN, State.SUCCEEDED, 5_000))
    collector.look(attempt, LATER)
    seen = retainers.get(cast.alice, "RET-1", today=TODAY)
    assert (seen.balance_minor, seen.unused_minor) == (5_000, 0)
    assert balance(cast.alice) == (10_000, 0)
    assert integrity() == []


def test_sixteen_clicks_are_one_payment(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    wanted, key = part(cast.alice, "INV-1"), new_id()
    order = Order((wanted,))
    at_once(lambda _n: paying.begin(cast.alice, provider, order, key=key, now=NOW))
    assert value("select count(*)::bigint as n from core.payment_attempts order by n") == 1
    at_once(lambda _n: collector.hand_over(cast.alice, key, NOW))
    assert len(provider.requests) == 1
    provider.becomes(reference(key), State.SUCCEEDED)
    done, refused = at_once(lambda _n: collector.look(key, LATER))
    assert (set(done), refused) == ({Status.SUCCEEDED}, [])
    assert value("select count(*)::bigint as n from core.payments order by n") == 1
    assert integrity() == []


def test_sixteen_people_pay_one_invoice_and_one_does(cast: Cast, provider: Scripted) -> None:
    make_invoice(cast.alice, number="INV-1")
    wanted = part(cast.alice, "INV-1")
    won, lost = at_once(lambda _n: begin(cast.alice, provider, wanted))
    assert (len(won), len(lost)) == (1, 15)
    assert {type(error) for error in lost} == {Conflict}
    assert integrity() == []


def test_a_limit_needs_somebody_who_may(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1", total_minor=10_000)
    with store.system_writing() as session:
        session.change(
            "update core.contacts set version = version + 1, role = 'payer',"
            " payment_limit_minor = 9999, payment_limit_currency = 'GBP' where id = $id",
            id=cast.bob.contact_id,
        )
    bob = replace(cast.bob, role=Role.PAYER)
    attempt = begin(bob, provider, part(bob, "INV-1"))
    waiting = attempts.get(bob, attempt)
    assert waiting.status is Status.AWAITING_APPROVAL
    with pytest.raises(Conflict, match="agree"):
        collector.hand_over(bob, attempt, NOW)
    with pytest.raises(NotAllowed):
        paying.approve(bob, attempt, seen=waiting.version, now=NOW)
    with pytest.raises(NotFound):
        paying.approve(cast.charlie, attempt, seen=waiting.version, now=NOW)
    won, lost = at_once(
        lambda _n: paying.approve(cast.alice, attempt, seen=waiting.version, now=NOW)
    )
    assert (len(won), {type(error) for error in lost}) == (1, {Conflict})
    assert collector.hand_over(cast.alice, attempt, NOW)
    make_invoice(cast.alice, number="INV-2", total_minor=10_000)
    attempt = begin(bob, provider, part(bob, "INV-2"))
    assert collector.look(attempt, NOW + timedelta(days=15)) is Status.EXPIRED
    attempt = begin(bob, provider, part(bob, "INV-2"))
    paying.leave(bob, attempt, seen=attempts.get(bob, attempt).version, now=NOW)
    assert balance(bob, "INV-2") == (10_000, 0)
    assert integrity() == []


def test_a_limit_in_one_currency_leaves_others_to_colleagues(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-E", total_minor=100, currency_code="EUR")
    with store.system_writing() as session:
        session.change(
            "update core.contacts set version = version + 1, role = 'payer',"
            " payment_limit_minor = 9999, payment_limit_currency = 'GBP' where id = $id",
            id=cast.bob.contact_id,
        )
    bob = replace(cast.bob, role=Role.PAYER)
    attempt = begin(bob, provider, part(bob, "INV-E"))
    waiting = attempts.get(bob, attempt)
    assert waiting.status is Status.AWAITING_APPROVAL
    with pytest.raises(NotAllowed, match="another currency"):
        paying.approve(bob, attempt, seen=waiting.version, now=NOW)
    mine = details.my_details(cast.alice)
    assert mine.who_may_pay(100, "EUR") == ["Alice Test"]
    assert sorted(mine.who_may_pay(9_999, "GBP")) == ["Alice Test", "Bob Test"]
    assert mine.who_may_pay(10_000, "GBP") == ["Alice Test"]
    paying.approve(cast.alice, attempt, seen=waiting.version, now=NOW)
    assert collector.hand_over(cast.alice, attempt, NOW)
    assert integrity() == []


def test_nobody_else_touches_a_payment(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    method = saved_method(cast.alice)
    with pytest.raises(NotFound):
        begin(cast.charlie, provider, Part("invoice", "INV-1", 1, 10_000))
    make_invoice(cast.charlie, number="INV-2")
    with pytest.raises(NotFound):
        begin(cast.charlie, provider, part(cast.charlie, "INV-2"), method_id=method)
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    for act in (collector.hand_over, collector.cancel):
        with pytest.raises(NotFound):
            act(cast.charlie, attempt, NOW)
        with pytest.raises(NotAllowed):
            act(cast.bob, attempt, NOW)
    with pytest.raises(NotFound):
        attempts.get(cast.charlie, attempt)
    assert attempts.in_flight(cast.charlie) == []
    assert [each.id for each in attempts.in_flight(cast.bob)] == [attempt]


def test_messages_are_kept_once_and_looked_at(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    provider.becomes(reference(attempt), State.SUCCEEDED)
    body = json.dumps({"id": "evt_1", "payment": reference(attempt)}).encode()
    with pytest.raises(BadSignature):
        messages.receive(provider, body, {"signature": "forged"}, NOW)
    won, lost = at_once(lambda _n: messages.receive(provider, body, {"signature": SIGNED}, NOW))
    assert (len(won), lost) == (16, [])
    (kept,) = rows("select status, deliveries from core.provider_events order by id")
    assert kept == {"status": "received", "deliveries": 16}
    (work,) = rows("select payload from core.outbox where kind = 'payment.event' order by id")
    inbox.work(collector, json.loads(work["payload"]), LATER)
    assert balance(cast.alice) == (0, 0)
    for name, end in ((None, "ignored"), (str(new_id()), "ignored"), (str(attempt), "handled")):
        said = json.dumps({"id": f"evt_{name}", "attempt": name}).encode()
        messages.receive(provider, said, {"signature": SIGNED}, NOW)
        assert inbox.replay(collector, f"evt_{name}", LATER).status == end
    with pytest.raises(NotFound):
        inbox.replay(collector, "evt_never", LATER)
    assert integrity() == []


def test_a_lost_message_is_settled_by_looking_again(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"))
    collector.hand_over(cast.alice, attempt, NOW)
    (work,) = rows("select payload, not_before from core.outbox where kind = 'payment.look'"
                   " order by id")  # fmt: skip
    assert work["not_before"] == NOW + timedelta(minutes=2)
    provider.silent = True
    collector.work(json.loads(work["payload"]), LATER)
    provider.silent = False
    works = rows("select payload, not_before from core.outbox where kind = 'payment.look'"
                 " order by not_before")  # fmt: skip
    assert [each["not_before"] for each in works][1:] == [LATER + timedelta(minutes=5)]
    provider.becomes(reference(attempt), State.SUCCEEDED)
    collector.work(json.loads(works[1]["payload"]), LATER + timedelta(minutes=5))
    assert balance(cast.alice) == (0, 0)
    assert collector.reconcile(LATER) == {}


def test_a_saved_method_is_kept_when_it_was_wished(
    cast: Cast, provider: Scripted, collector: Collector
) -> None:
    make_invoice(cast.alice, number="INV-1")
    attempt = begin(cast.alice, provider, part(cast.alice, "INV-1"), save_method=True)
    collector.hand_over(cast.alice, attempt, NOW)
    card = Method("pm_1", "card", "visa", "4242", "Alice", 9, 2030)
    provider.becomes(reference(attempt), State.SUCCEEDED, method=card)
    collector.look(attempt, LATER)
    (kept,) = rows("select kind, brand, last4, status from core.saved_methods order by id")
    assert kept == {"kind": "card", "brand": "visa", "last4": "4242", "status": "verified"}
