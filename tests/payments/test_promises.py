"""Promises: planned to the minor unit, made once for the same money, kept or broken by facts."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal_data import settings as configured
from portal_data import store
from portal_data.billing import balances, invoices, promised
from portal_data.billing.balances import AGES
from portal_data.billing.promised import Promise, State
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity
from portal_data.messaging.mail import mailer_for
from portal_data.ops import notifier, worker
from portal_data.ops.worker import Worker
from portal_data.payments import offers, paying, planning, promise_closing, promises
from portal_data.payments.collecting import Collector
from portal_data.payments.offers import Payable
from portal_data.payments.paying import Order, Part
from portal_data.payments.planning import Offer
from portal_data.payments.providers import Providers
from portal_data.payments.providers.demo import Demo
from portal_data.scope import Role, Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice, make_payment
from tests.payments.paying import Clock, choose
from tests.payments.test_collecting import integrity, prefer
from tests.people import at_once, events, mails, rows

DAY = timedelta(days=1)
SOON = TODAY + 10 * DAY


@pytest.fixture
def due(cast: Cast) -> tuple[UUID, UUID, UUID]:
    """Three invoices of 40.00, 100.00 and 60.00, due in this order, the first one late."""
    prefer(pay_in_parts=True)
    return tuple(  # type: ignore[return-value]
        make_invoice(cast.alice, number=f"INV-{at}", total_minor=minor, day=TODAY - 40 * DAY,
                     due=TODAY + late * DAY)
        for at, (minor, late) in enumerate([(4_000, -5), (10_000, 3), (6_000, 20)], 1)
    )  # fmt: skip


def plan(scope: Scope, wanted: int, day: date = SOON, **more: Any) -> planning.Plan:
    """Return what an amount in GBP would settle."""
    offered = planning.offer(scope, None, "GBP", **more)
    return planning.reckon(offered, wanted, day, planning.ages_on(scope, "GBP", day))


def parts(scope: Scope, wanted: int, **more: Any) -> tuple[Part, ...]:
    """Return the parts of a plan, as its screen promises them."""
    planned = plan(scope, wanted, **more)
    seen = {share.invoice.number: share.invoice.version for share in planned.shares}
    return tuple(Part("invoice", n, seen[n], minor) for n, minor in planned.parts.items())


def promise(scope: Scope, wanted: int = 10_000, day: date = SOON, now: datetime = NOW) -> UUID:
    """Promise an amount and return the promise's id."""
    key = new_id()
    promises.make(scope, parts(scope, wanted), day, key=key, now=now)
    return key


def only(scope: Scope) -> Promise:
    """Return the customer's one promise, whatever became of it."""
    (found,) = [*promised.open_of(scope), *promised.closed(scope)]
    return found


def close(scope: Scope, now: datetime) -> int:
    """Close what is kept or broken, as the worker does."""
    with store.system_writing() as session:
        return promise_closing.close(session, scope.customer_id, now)


def test_an_amount_goes_to_what_is_due_first(cast: Cast, due: object) -> None:
    planned = plan(cast.alice, 10_000)
    assert planned.parts == {"INV-1": 4_000, "INV-2": 6_000}
    assert [each.remains_minor for each in planned.shares] == [0, 4_000, 6_000]
    assert (planned.over_minor, planned.odd_minor, planned.total_minor) == (0, 0, 10_000)
    assert planned.before == {"not_due": 6_000, "1_30": 14_000, "31_60": 0, "61_90": 0,
                              "over_90": 0}  # fmt: skip
    assert planned.after == {**planned.before, "1_30": 4_000}


def test_more_than_everything_is_said_and_not_planned(cast: Cast, due: object) -> None:
    planned = plan(cast.alice, 20_001)
    assert (planned.total_minor, planned.over_minor) == (20_000, 1)
    assert sum(planned.after.values()) == 0


def test_where_parts_are_not_paid_what_is_left_over_is_said(cast: Cast, due: object) -> None:
    with store.system_writing() as session:
        session.change("delete from core.preferences where key = 'pay_in_parts'")
    planned = plan(cast.alice, 10_500)
    assert planned.parts == {"INV-1": 4_000, "INV-3": 6_000}
    assert (planned.over_minor, planned.odd_minor) == (0, 500)


def test_what_is_disputed_on_its_way_or_promised_is_not_free(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    insert(
        "disputes", customer_id=cast.alice.customer_id, kind="customer", invoice_id=due[0],
        reason="price", currency_code="GBP", amount_minor=1_000, status="opened", opened_at=NOW,
    )  # fmt: skip
    with store.system_writing() as session:
        session.change(
            "update core.invoices set pending_minor = 2500, version = version + 1"
            " where id = $id", id=due[1],
        )  # fmt: skip
    assert planning.offer(cast.alice, None, "GBP").free == {
        "INV-1": 3_000, "INV-2": 7_500, "INV-3": 6_000,
    }  # fmt: skip
    promise(cast.alice, 4_000)
    assert planning.offer(cast.alice, None, "GBP").free == {"INV-2": 6_500, "INV-3": 6_000}
    assert plan(cast.alice, 50_000).total_minor == 12_500
    changing = planning.offer(cast.alice, None, "GBP", changing=only(cast.alice).id)
    assert changing.free_minor == 16_500
    assert (planning.offer(cast.alice, None, "EUR").free, plan(cast.charlie, 9).shares) == ({}, ())


_PAYABLES = st.lists(
    st.tuples(
        st.integers(0, 10**9),  # payable
        st.integers(0, 10**6),  # not payable: disputed or on its way
        st.integers(-200, 200),  # days until due
        st.integers(0, 10**9),  # promised
    ),
    max_size=12,
)


@given(_PAYABLES, st.integers(0, 10**10), st.booleans(), st.sampled_from(["GBP", "JPY", "BHD"]))
def test_a_plan_adds_up(
    given_: list[tuple[int, int, int, int]], wanted: int, in_parts: bool, currency: str
) -> None:
    found = sorted(
        (
            Payable("invoice", f"INV-{at}", 1, None, TODAY + days * DAY, currency,
                    payable + rest, rest, 0, payable, 1 if in_parts and payable else payable, True)
            for at, (payable, rest, days, _held) in enumerate(given_)
        ),
        key=lambda each: each.due_date or TODAY,
    )  # fmt: skip
    held = {f"INV-{at}": min(payable, each) for at, (payable, _r, _d, each) in enumerate(given_)}
    offered = Offer(currency, tuple(found), held)
    before = dict.fromkeys(AGES, 0)
    for each in found:
        before[balances.age((SOON - each.due_date).days)] += each.open_minor  # type: ignore[operator]
    planned = planning.reckon(offered, wanted, SOON, before)
    free, gets = offered.free, planned.parts
    assert planned.total_minor + planned.over_minor + planned.odd_minor == wanted
    assert all(0 < minor <= free[number] for number, minor in gets.items())
    if in_parts:
        assert planned.total_minor == min(wanted, sum(free.values()))
        full = [gets.get(each.number, 0) == free.get(each.number, 0) for each in found]
        first_short = full.index(False) if False in full else len(found)
        behind = found[first_short + 1 :]
        assert not any(gets.get(each.number) for each in behind), "not the oldest first"
    settled = {age: before[age] - planned.after[age] for age in AGES}
    assert sum(settled.values()) == planned.total_minor
    assert all(0 <= settled[age] <= before[age] for age in AGES)
    assert all(share.remains_minor >= 0 for share in planned.shares)


def test_a_promise_is_told_to_both_sides(cast: Cast, due: tuple[UUID, UUID, UUID]) -> None:
    promise(cast.alice)
    made = only(cast.bob)
    assert (made.state, made.contact, made.amount_minor, made.promised_on) == (
        State.OPEN, "Alice Test", 10_000, SOON,
    )  # fmt: skip
    assert [(i.number, i.amount_minor, i.left_minor) for i in made.items] == [
        ("INV-1", 4_000, 4_000), ("INV-2", 6_000, 6_000),
    ]  # fmt: skip
    seen = invoices.get(cast.bob, "INV-2", today=TODAY)
    (of_invoice,) = seen.promises
    assert (of_invoice.amount_minor, of_invoice.promised_on) == (6_000, SOON)
    assert [each.sentence for each in seen.history] == ["Invoice sent", "Payment promised"]
    assert activity.recent(cast.bob, 1)[0].sentence == "Alice Test promised to pay INV-1, INV-2"
    ((waiting,), count) = promises.waiting(cast.owner, 5, NOW)
    assert (waiting.customer, waiting.named, count) == ("Alder Ltd", "INV-1, INV-2", 1)
    assert (promised.open_of(cast.charlie), promised.closed(cast.charlie)) == ([], [])
    assert integrity() == []


def test_the_same_click_twice_is_one_promise(cast: Cast, due: object) -> None:
    key, wanted = new_id(), parts(cast.alice, 10_000)
    for _time in range(2):
        promises.make(cast.alice, wanted, SOON, key=key, now=NOW)
    assert len(promised.open_of(cast.alice)) == 1
    for other in (parts(cast.alice, 1), parts(cast.alice, 9_999)):
        with pytest.raises(Conflict, match="already"):
            promises.make(cast.alice, other, SOON, key=key, now=NOW)
    assert only(cast.alice).amount_minor == 10_000


def test_the_same_money_is_promised_once(cast: Cast, due: object) -> None:
    wanted = parts(cast.alice, 20_000)
    won, lost = at_once(
        lambda _n: promises.make(cast.alice, wanted, SOON, key=new_id(), now=NOW) or True
    )
    assert (won, {type(error) for error in lost}) == ([True], {Conflict})
    assert only(cast.alice).amount_minor == 20_000
    assert integrity() == []


def test_a_promise_is_changed_or_withdrawn_once(cast: Cast, due: object) -> None:
    key = promise(cast.alice)
    more = parts(cast.alice, 15_000, changing=key)

    def act(number: int) -> bool:
        if number % 2:
            promises.withdraw(cast.alice, key, seen=1, now=NOW)
        else:
            promises.change(cast.alice, key, more, SOON, seen=1, key=new_id(), now=NOW)
        return True

    won, lost = at_once(act)
    assert (won, {type(error) for error in lost}) == ([True], {Conflict})
    assert events().count("promise.withdrawn") + events().count("promise.changed") == 1
    assert integrity() == []


def test_a_changed_promise_takes_the_place_of_the_first(cast: Cast, due: object) -> None:
    key = promise(cast.alice, 10_000)
    wanted = parts(cast.alice, 20_000, changing=key)
    assert sum(part.amount_minor for part in wanted) == 20_000
    promises.change(cast.alice, key, wanted, SOON + DAY, seen=1, key=new_id(), now=NOW)
    (now,) = promised.open_of(cast.alice)
    (before,) = promised.closed(cast.alice)
    assert (now.amount_minor, now.promised_on) == (20_000, SOON + DAY)
    assert (before.id, before.state) == (key, State.WITHDRAWN)
    with pytest.raises(Conflict):
        promises.change(cast.alice, key, wanted, SOON, seen=2, key=new_id(), now=NOW)
    assert integrity() == []


def test_staff_withdraw_and_the_customer_hears_of_it(cast: Cast, due: object) -> None:
    key = promise(cast.alice, 4_000)
    promises.withdraw_for(cast.owner, key, seen=1, now=NOW)
    assert only(cast.alice).state is State.WITHDRAWN
    assert activity.recent(cast.alice, 1)[0].sentence == ("Olive withdrew the promise to pay INV-1")
    with pytest.raises(Conflict):
        promises.withdraw_for(cast.owner, key, seen=2, now=NOW)


def test_what_cannot_be_promised(cast: Cast, due: object) -> None:
    wanted = parts(cast.alice, 10_000)

    def make(who: Scope = cast.alice, of: tuple[Part, ...] = wanted, day: date = SOON) -> None:
        promises.make(who, of, day, key=new_id(), now=NOW)

    for day in (TODAY - DAY, TODAY + promises.LATEST + DAY):
        with pytest.raises(Invalid):
            make(day=day)
    for of in (
        (), (wanted[0], wanted[0]), (replace(wanted[0], amount_minor=0),),
        (replace(wanted[0], amount_minor=-1),), (replace(wanted[0], amount_minor=4_001),),
        (replace(wanted[0], record="retainer_invoice"),),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            make(of=of)
    with pytest.raises(Conflict):
        make(of=(replace(wanted[0], seen=9),))
    for who in (replace(cast.alice, role=Role.APPROVER), cast.bob):
        with pytest.raises(NotAllowed):
            make(who)
    with pytest.raises(NotFound):
        make(cast.charlie)
    prefer(payment_promises=False)
    with pytest.raises(Conflict):
        make()
    assert rows("select id from core.payment_promises order by id") == []


def test_a_limit_holds_for_promises_too(cast: Cast, due: object) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.contacts set payment_limit_minor = 5000, payment_limit_currency = 'GBP',"
            " version = version + 1 where id = $id", id=cast.alice.contact_id,
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="more than your limit"):
        promise(cast.alice, 5_001)
    promise(cast.alice, 5_000)
    make_invoice(cast.alice, number="INV-E", total_minor=100, currency_code="EUR")
    with pytest.raises(NotAllowed, match="another currency"):
        half(cast.alice, SOON, 1, "INV-E")


def test_no_more_than_some_are_made_a_day(cast: Cast, due: object) -> None:
    for _time in range(promises.MOST_A_DAY):
        promises.withdraw(cast.alice, promise(cast.alice, 10), seen=1, now=NOW)
    with pytest.raises(Conflict):
        promise(cast.alice, 10)
    promise(cast.alice, 10, now=NOW + 2 * DAY)


def test_a_promise_is_kept_when_its_invoices_got_it(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    promise(cast.alice)
    make_payment(cast.alice, {due[0]: 4_000, due[1]: 5_999})
    assert close(cast.alice, NOW) == 0
    assert only(cast.alice).left_minor == 1
    make_payment(cast.alice, {due[1]: 1})
    assert (close(cast.alice, NOW), close(cast.alice, NOW)) == (1, 0)
    assert only(cast.alice).state is State.KEPT
    assert events().count("promise.kept") == 1
    seen = invoices.get(cast.alice, "INV-1", today=TODAY)
    assert "Promise to pay kept" in [each.sentence for each in seen.history]


def half(scope: Scope, day: date, minor: int = 5_000, number: str = "INV-2") -> UUID:
    """Promise a part of one invoice."""
    seen, key = invoices.get(scope, number, today=TODAY).version, new_id()
    promises.make(scope, (Part("invoice", number, seen, minor),), day, key=key, now=NOW)
    return key


def states(scope: Scope) -> dict[UUID, tuple[State, int]]:
    """Return what became of each promise, and what of it is to come."""
    found = [*promised.open_of(scope), *promised.closed(scope)]
    return {each.id: (each.state, each.left_minor) for each in found}


@pytest.mark.parametrize("latest_first", [False, True])
def test_what_came_keeps_the_promise_whose_day_comes_first(
    cast: Cast, due: tuple[UUID, UUID, UUID], latest_first: bool
) -> None:
    days = [TODAY + 5 * DAY, TODAY + 25 * DAY]
    made = {day: half(cast.alice, day) for day in (reversed(days) if latest_first else days)}
    first, second = made[days[0]], made[days[1]]
    make_payment(cast.alice, {due[1]: 3_000})
    assert states(cast.alice) == {first: (State.OPEN, 2_000), second: (State.OPEN, 5_000)}
    shown = invoices.get(cast.alice, "INV-2", today=TODAY).promises
    assert {each.promised_on: each.left_minor for each in shown} == dict(
        zip(days, (2_000, 5_000), strict=True)
    )
    assert "INV-2" not in planning.offer(cast.alice, None, "GBP").free, "all of it is promised"
    make_payment(cast.alice, {due[1]: 2_000})
    assert (close(cast.alice, NOW), close(cast.alice, NOW)) == (1, 0)
    assert states(cast.alice) == {first: (State.KEPT, 0), second: (State.OPEN, 5_000)}
    assert "INV-2" not in planning.offer(cast.alice, None, "GBP").free
    make_payment(cast.alice, {due[1]: 4_999})
    assert close(cast.alice, NOW) == 0
    make_payment(cast.alice, {due[1]: 1})
    assert close(cast.alice, NOW) == 1
    assert states(cast.alice) == {first: (State.KEPT, 0), second: (State.KEPT, 0)}
    assert integrity() == []


def test_what_came_for_a_broken_promise_counts_for_the_next(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    first, second = half(cast.alice, TODAY + 5 * DAY), half(cast.alice, TODAY + 25 * DAY)
    make_payment(cast.alice, {due[1]: 3_000})
    assert close(cast.alice, NOW + 6 * DAY) == 1
    assert states(cast.alice)[first][0] is State.BROKEN
    assert states(cast.alice)[second] == (State.OPEN, 2_000)


def test_what_is_on_its_way_keeps_one_promise_open_not_two(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    first, second = half(cast.alice, TODAY + 5 * DAY), half(cast.alice, TODAY + 6 * DAY)
    fly(cast.alice, due[1], 5_000, NOW + DAY)
    assert close(cast.alice, NOW + 10 * DAY) == 1
    assert states(cast.alice)[first] == (State.OPEN, 0)
    assert states(cast.alice)[second][0] is State.BROKEN


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("promise"), st.integers(1, 60), st.integers(0, 30)),
        st.tuples(st.just("pay"), st.integers(1, 60), st.just(0)),
        st.tuples(st.just("close"), st.just(0), st.integers(0, 40)),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_STEPS)
@example([("promise", 50, 5), ("promise", 50, 25), ("pay", 50, 0), ("close", 0, 0)])
@example([("promise", 40, 25), ("pay", 30, 0), ("promise", 40, 5), ("pay", 45, 0), ("close", 0, 0)])
def test_what_came_keeps_no_more_than_came(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, steps: list[tuple[str, int, int]]
) -> None:
    monkeypatch.setattr(promises, "MOST_A_DAY", 10_000)
    number = f"INV-{new_id()}"
    invoice = make_invoice(
        cast.alice, number=number, total_minor=100, due=TODAY, partial_payments=True
    )
    with store.system_writing() as session:  # those of the invoice before
        session.change(
            "update core.payment_promises set status = 'withdrawn', version = version + 1"
            " where status = 'open'"
        )
    came, made = 0, {}
    for step, minor, days in steps:
        held = sum(each.left_minor for each in promised.open_of(cast.alice))
        assert held <= 100 - came, "more is promised than is open"
        if step == "promise" and minor <= 100 - came - held:
            made[half(cast.alice, TODAY + days * DAY, minor, number)] = (minor, came)
        if step == "pay" and minor <= 100 - came:
            make_payment(cast.alice, {invoice: minor})
            came += minor
        if step == "close":
            close(cast.alice, NOW + days * DAY)
        became = rows("select id from core.payment_promises where status = 'kept' order by id")
        kept = [made[each["id"]] for each in became if each["id"] in made]
        for before in {before for _minor, before in kept}:
            assert sum(minor for minor, since in kept if since >= before) <= came - before


def test_a_promise_is_broken_once_its_day_is_over(cast: Cast, due: tuple[UUID, UUID, UUID]) -> None:
    promise(cast.alice)
    make_payment(cast.alice, {due[0]: 4_000, due[1]: 5_999})
    assert close(cast.alice, NOW + 10 * DAY) == 0, "its day is not over"
    assert (close(cast.alice, NOW + 11 * DAY), close(cast.alice, NOW + 12 * DAY)) == (1, 0)
    assert only(cast.alice).state is State.BROKEN
    assert events().count("promise.broken") == 1
    ((waiting,), _count) = promises.waiting(cast.owner, 5, NOW + 20 * DAY)
    assert waiting.state is State.BROKEN
    assert promises.waiting(cast.owner, 5, NOW + 60 * DAY) == ([], 0)
    assert plan(cast.alice, 50_000).total_minor == 10_001, "what was promised is free again"


def test_what_is_on_its_way_on_the_day_breaks_nothing(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    promise(cast.alice, 4_000)
    attempt = fly(cast.alice, due[0], 4_000, NOW + DAY)
    assert close(cast.alice, NOW + 11 * DAY) == 0
    assert only(cast.alice).left_minor == 0
    assert only(cast.alice).state is State.OPEN
    land(due[0], attempt)
    assert close(cast.alice, NOW + 12 * DAY) == 1
    assert only(cast.alice).state is State.BROKEN


def fly(scope: Scope, invoice: UUID, minor: int, moment: datetime) -> UUID:
    """Let a payment of an invoice be on its way."""
    own = {"customer_id": scope.customer_id, "amount_minor": minor}
    attempt = insert(
        "payment_attempts", **own, contact_id=scope.contact_id, key=str(new_id()), provider="demo",
        status="pending", currency_code="GBP", created_at=moment, updated_at=moment,
    )  # fmt: skip
    insert("payment_attempt_items", **own, attempt_id=attempt, invoice_id=invoice)
    _pending(invoice, minor)
    return attempt


def land(invoice: UUID, attempt: UUID) -> None:
    """Let a payment that was on its way fail."""
    _pending(invoice, 0)
    with store.system_writing() as session:
        session.change(
            "update core.payment_attempts set status = 'failed', version = version + 1"
            " where id = $id", id=attempt,
        )  # fmt: skip


def _pending(invoice: UUID, minor: int) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.invoices set pending_minor = $minor, version = version + 1"
            " where id = $id", id=invoice, minor=minor,
        )  # fmt: skip


def test_what_was_on_its_way_before_is_no_part_of_a_promise(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    fly(cast.alice, due[0], 3_000, NOW - DAY)
    promise(cast.alice, 1_000)
    assert [(i.number, i.amount_minor) for i in only(cast.alice).items] == [("INV-1", 1_000)]
    assert close(cast.alice, NOW) == 0
    make_payment(cast.alice, {due[0]: 1_000})
    assert close(cast.alice, NOW) == 1
    assert only(cast.alice).state is State.KEPT


def test_what_is_not_asked_for_any_more_breaks_nothing(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    promise(cast.alice, 4_000)
    with store.system_writing() as session:
        session.change(
            "update core.invoices set status = 'void', version = version + 1 where id = $id",
            id=due[0],
        )
    close(cast.alice, NOW + 11 * DAY)
    assert only(cast.alice).state is State.WITHDRAWN


def _work(now: datetime) -> list[str]:
    """Do what the worker finds to do about promises, and return the kinds of it."""
    done = []
    while True:
        found = rows(
            "select id, kind, customer_id from core.outbox where kind like 'promises.%'"
            " and status = 'queued' and not_before <= $now order by id limit 1", now=now,
        )  # fmt: skip
        if not found:
            return done
        row = found[0]
        done.append(row["kind"])
        if row["kind"] == promise_closing.WORK:
            worker.CALLS[row["kind"]]({}, now)
        else:
            close_of(row["customer_id"], now)
        with store.system_writing() as session:
            session.change(
                "update core.outbox set status = 'sent' where id = $id",
                id=row["id"],
            )  # fmt: skip


def close_of(customer_id: UUID, now: datetime) -> None:
    """Close a customer's promises."""
    with store.system_writing() as session:
        promise_closing.close(session, customer_id, now)


def test_open_promises_are_looked_at_every_morning(
    cast: Cast, due: tuple[UUID, UUID, UUID]
) -> None:
    promise(cast.alice, 4_000)
    for _start in range(2):
        with store.system_writing() as session:
            promise_closing.plan(session, NOW)
    first = _work(NOW)
    assert first == ["promises.look", "promises.customer"]
    make_payment(cast.alice, {due[0]: 4_000})
    assert _work(NOW + DAY) == ["promises.look", "promises.customer"]
    assert only(cast.alice).state is State.KEPT
    assert _work(NOW + 2 * DAY) == ["promises.look"]


def test_whoever_uses_the_portal_is_mailed_once_that_it_was_broken(cast: Cast, due: object) -> None:
    promise(cast.alice, 4_000)
    close(cast.alice, NOW + 11 * DAY)
    event = rows("select id from core.activity where event = 'promise.broken' order by id")[0]
    with store.system_writing() as session:
        notifier.notify(session, event["id"], NOW + 11 * DAY)
    subjects = [each["subject"] for each in mails("mail.activity")]
    assert len(subjects) == 3, "Alice, Bob and the owner"
    assert all("saw no payment as promised of INV-1" in each for each in subjects)


def test_promised_is_offered_by_the_pay_screen_as_before(cast: Cast, due: object) -> None:
    promise(cast.alice, 4_000)
    (first, *_rest) = offers.due(cast.alice, None, "GBP")
    assert first.payable_minor == 4_000


def test_a_payment_online_keeps_a_promise_by_itself(cast: Cast, due: object) -> None:
    prefer(pay_online=True)
    promise(cast.alice, 4_500)
    demo = Demo(Clock())
    collector = Collector(Providers([demo]), "https://portal.example")
    order = Order(pays(cast.alice, 4_500))
    attempt = new_id()
    paying.begin(cast.alice, demo, order, key=attempt, now=NOW)
    choose(collector.hand_over(cast.alice, attempt, NOW), NOW, scenario="card", events="lost")
    assert collector.reconcile(NOW + timedelta(minutes=1)) == {"succeeded": 1}
    Worker(mailer_for(configured.load())).work(NOW + timedelta(minutes=2))
    assert only(cast.alice).state is State.KEPT
    assert integrity() == []


def pays(scope: Scope, minor: int) -> tuple[Part, ...]:
    """Return what an amount pays of everything that is due."""
    found = offers.due(scope, None, "GBP")
    split = offers.split(found, minor)
    return tuple(Part("invoice", e.number, e.version, split[e.number]) for e in found
                 if e.number in split)  # fmt: skip
