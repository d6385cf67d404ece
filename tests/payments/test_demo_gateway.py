"""The demo provider and its gateway: every scenario, twice, at once, and what nobody may do."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from portal_data import settings, store
from portal_data.errors import Invalid, NotFound, Unavailable
from portal_data.messaging import outbox
from portal_data.messaging.mail import mailer_for
from portal_data.messaging.outbox import LADDER
from portal_data.ops.worker import Worker
from portal_data.payments.demo_gateway import events, pages, rows
from portal_data.payments.provider import (
    Back,
    BadSignature,
    Provider,
    ProviderError,
    State,
    Status,
)
from portal_data.payments.providers.demo import Demo
from tests.conftest import NOW, Cast
from tests.payments.event_server import Events, serving
from tests.payments.paying import (
    BOTH,
    CANCEL,
    RETURN,
    Clock,
    choose,
    payer,
    saved,
    token,
    wanted,
)
from tests.people import at_once, value
from tests.people import rows as stored

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    """The provider's clock, which tests turn."""
    return Clock()


@pytest.fixture
def demo(clock: Clock, db: store.Store) -> Demo:
    """The provider over an empty store."""
    return Demo(clock)


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Events]:
    """A server that stands for the portal and takes events."""
    with serving() as taken:
        monkeypatch.setenv("PORTAL_BASE_URL", f"{taken.url}/portal")
        settings.load.cache_clear()
        yield taken
    settings.load.cache_clear()


def queued() -> list[tuple[str, datetime]]:
    """Kinds of the events that wait, with when they are due, in that order."""
    found = stored(
        "select payload, not_before from core.outbox where kind = 'demo_gateway.event' "
        "order by not_before, id"
    )
    return [(json.loads(row["payload"])["event"]["kind"], row["not_before"]) for row in found]


def paid(demo: Demo, cast: Cast, scenario: str, *, wish: bool = False, **form: str) -> str:
    """The reference of a payment for which a scenario was chosen; `wish` to save its method."""
    started = demo.start(wanted(cast.alice, save_method=wish))
    choose(started.url, demo._clock(), scenario=scenario, **form)
    return started.reference


def what(status: Status) -> tuple[State, int, str | None]:
    """The state of a payment, what arrived and why it failed."""
    return status.state, status.received_minor, status.failure_code


# Pages --------------------------------------------------------------------------------------------


def test_it_is_a_provider(demo: Demo) -> None:
    provider: Provider = demo
    assert (provider.key, provider.live, provider.kinds) == ("demo", False, BOTH)
    assert demo.takes("KWD", 1)
    assert not demo.takes("GBP", 0)
    assert not demo.takes("???", 100)


def test_a_payment_waits_on_its_page(demo: Demo, cast: Cast, clock: Clock) -> None:
    request = wanted(cast.alice)
    started = demo.start(request)
    shown = pages.opened(token(started.url), NOW)
    assert (shown.amount_minor, shown.currency_code, shown.name) == (12_345, "GBP", "Alder Ltd")
    assert shown.lines == (("Invoice INV-1", 10_000), ("Invoice INV-2", 2_345))
    status = demo.status(started.reference)
    assert what(status) == (State.CREATED, 0, None)
    assert (status.attempt_id, status.currency_code) == (request.attempt_id, "GBP")
    assert queued() == []
    clock.pass_(hours=1)
    assert demo.status(started.reference).state is State.EXPIRED
    assert choose(started.url, clock.now, scenario="card") == RETURN
    assert demo.status(started.reference).state is State.EXPIRED


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        ("card", (State.SUCCEEDED, 12_345, None)),
        ("card_declined", (State.FAILED, 0, "card_declined")),
        ("bank", (State.PENDING, 0, None)),
        ("bank_refused", (State.PENDING, 0, None)),
        ("bank_returned", (State.PENDING, 0, None)),
    ],
)
def test_what_is_chosen_happens(
    demo: Demo, cast: Cast, scenario: str, said: tuple[State, int, str | None]
) -> None:
    started = demo.start(wanted(cast.alice))
    assert choose(started.url, NOW, scenario=scenario) == RETURN
    status = demo.status(started.reference)
    assert what(status) == said
    assert status.mode == ("Card" if scenario.startswith("card") else "Bank debit")
    assert queued()[0] == (f"payment.{said[0]}", NOW)


@pytest.mark.parametrize(
    ("scenario", "later", "kinds"),
    [
        ("bank", (State.SUCCEEDED, 12_345, None), ["pending", "succeeded"]),
        ("bank_refused", (State.FAILED, 0, "R01"), ["pending", "failed"]),
        ("bank_returned", (State.SUCCEEDED, 12_345, None), ["pending", "succeeded", "returned"]),
    ],
)
def test_banks_answer_when_it_is_time(
    demo: Demo,
    cast: Cast,
    clock: Clock,
    scenario: str,
    later: tuple[State, int, str | None],
    kinds: list[str],
) -> None:
    reference = paid(demo, cast, scenario)
    assert demo.status(reference).expected_on == date(2026, 11, 25)  # 20 November is a Friday
    clock.pass_(seconds=59)
    assert demo.status(reference).state is State.PENDING
    clock.pass_(seconds=1)
    status = demo.status(reference)
    assert what(status) == later
    assert (status.expected_on, status.reversals) == (None, ())
    moments = [NOW + place * MINUTE for place in range(3)]
    assert queued() == list(zip([f"payment.{kind}" for kind in kinds], moments, strict=False))


def test_a_debit_comes_back_with_its_reason(demo: Demo, cast: Cast, clock: Clock) -> None:
    reference = paid(demo, cast, "bank_returned")
    clock.pass_(minutes=2)
    status = demo.status(reference)
    assert what(status) == (State.SUCCEEDED, 12_345, None)
    (back,) = status.reversals
    assert (back.kind, back.state, back.amount_minor) == (Back.RETURN, State.SUCCEEDED, 12_345)
    assert back.message is not None
    assert back.message.startswith("R01")
    assert demo.status(reference).reversals == (back,)
    with pytest.raises(ProviderError):
        demo.refund(reference, 1, "key", None)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("yes", (State.SUCCEEDED, 12_345, None)),
        ("no", (State.FAILED, 0, "authentication_failed")),
    ],
)
def test_the_bank_of_a_card_asks(
    demo: Demo, cast: Cast, answer: str, said: tuple[State, int, str | None]
) -> None:
    started = demo.start(wanted(cast.alice))
    assert choose(started.url, NOW, scenario="card_secure") is None
    status = demo.status(started.reference)
    assert (status.state, status.url) == (State.REQUIRES_ACTION, started.url)
    with pytest.raises(Invalid):
        choose(started.url, NOW, scenario="card")
    assert choose(started.url, NOW, confirmed=answer) == RETURN
    assert what(demo.status(started.reference)) == said
    assert demo.status(started.reference).url is None


def test_whoever_was_declined_tries_again(demo: Demo, cast: Cast) -> None:
    started = demo.start(wanted(cast.alice))
    choose(started.url, NOW, scenario="card_declined")
    assert pages.opened(token(started.url), NOW).failure_code == "card_declined"
    choose(started.url, NOW, scenario="card")
    assert what(demo.status(started.reference)) == (State.SUCCEEDED, 12_345, None)


@pytest.mark.parametrize("scenario", ["", "cash", "bank", "bank_deposits", "\0", "CARD"])
def test_what_a_page_does_not_offer_changes_nothing(demo: Demo, cast: Cast, scenario: str) -> None:
    started = demo.start(wanted(cast.alice, kinds=frozenset({"card"})))
    with pytest.raises(Invalid):
        choose(started.url, NOW, scenario=scenario)
    with pytest.raises(Invalid):
        pages.sent(token(started.url), {"scenario": "card"}, None, NOW)
    assert demo.status(started.reference).state is State.CREATED
    assert pages.opened(token(started.url), NOW).step == 1


def test_an_older_form_and_a_finished_page_change_nothing(demo: Demo, cast: Cast) -> None:
    started = demo.start(wanted(cast.alice))
    choose(started.url, NOW, scenario="card_declined")
    assert choose(started.url, NOW, step=1, scenario="card") is None
    assert demo.status(started.reference).state is State.FAILED
    choose(started.url, NOW, scenario="card")
    before = stored("select * from core.demo_gateway order by reference")
    for step in (1, 2, 3, 4):
        assert choose(started.url, NOW, step=step, scenario="bank_returned", save="on") == RETURN
    assert stored("select * from core.demo_gateway order by reference") == before
    assert [kind for kind, _ in queued()] == ["payment.failed", "payment.succeeded"]


def test_of_many_who_send_one_form_one_wins(demo: Demo, cast: Cast) -> None:
    started = demo.start(wanted(cast.alice))
    scenarios = ("card", "card_secure", "bank", "bank_refused")

    def one(number: int) -> Any:
        form = {"step": "1", "scenario": scenarios[number % 4], "save": "on"}
        return pages.sent(token(started.url), form, None, NOW)

    done, refused = at_once(one)
    assert (len(done), refused) == (16, [])
    assert value("select version from core.demo_gateway where kind = 'payment'") == 2
    assert len([kind for kind, due in queued() if due == NOW]) == 1


@pytest.mark.parametrize("wrong", ["", ".", "x", "demo_pi_1.x", "\0", "ü" * 40, "a." + "0" * 64])
def test_other_tokens_open_nothing(demo: Demo, cast: Cast, wrong: str) -> None:
    started = demo.start(wanted(cast.alice))
    other = demo.start(wanted(cast.charlie))
    mixed = f"{started.reference}.{token(other.url).rpartition('.')[2]}"
    for each in (wrong, mixed, token(started.url)[:-1], token(started.url) + "0"):
        with pytest.raises(NotFound):
            pages.opened(each, NOW)
        with pytest.raises(NotFound):
            pages.sent(each, {"step": "1", "scenario": "card"}, None, NOW)


# The same twice -----------------------------------------------------------------------------------


def test_the_same_attempt_is_one_payment(demo: Demo, cast: Cast) -> None:
    request = wanted(cast.alice)
    started, refused = at_once(lambda _: demo.start(request))
    assert (len(set(started)), len(started), refused) == (1, 16, [])
    assert value("select count(*) from core.demo_gateway where kind = 'payment'") == 1
    with pytest.raises(ProviderError) as differs:
        demo.start(wanted(cast.alice, attempt_id=request.attempt_id, currency_code="EUR"))
    assert differs.value.final
    choose(started[0].url, NOW, scenario="card")
    assert demo.start(request).url is None


def test_the_same_charge_takes_money_once(demo: Demo, cast: Cast) -> None:
    request = wanted(cast.alice, method=saved(demo, cast.alice, "bank", NOW))
    started, refused = at_once(lambda _: demo.charge(request))
    assert (len(set(started)), len(started), refused) == (1, 16, [])
    assert [kind for kind, _ in queued()] == [
        "method.saved", "payment.pending", "payment.succeeded"
    ]  # fmt: skip


def test_a_cancelled_payment_cannot_be_made(demo: Demo, cast: Cast) -> None:
    started = demo.start(wanted(cast.alice))
    assert demo.cancel(started.reference).state is State.CANCELLED
    assert choose(started.url, NOW, scenario="card") == RETURN
    assert demo.cancel(started.reference).state is State.CANCELLED
    assert [kind for kind, _ in queued()] == ["payment.cancelled"]


@pytest.mark.parametrize(("scenario", "left"), [("card", "succeeded"), ("bank", "pending")])
def test_what_was_made_is_not_cancelled(demo: Demo, cast: Cast, scenario: str, left: str) -> None:
    assert demo.cancel(paid(demo, cast, scenario)).state == left


def test_paying_and_cancelling_at_once_ends_in_one_of_them(demo: Demo, cast: Cast) -> None:
    started = demo.start(wanted(cast.alice))

    def one(number: int) -> Any:
        if number % 2:
            return demo.cancel(started.reference).state
        return pages.sent(token(started.url), {"step": "1", "scenario": "card"}, None, NOW)

    done, refused = at_once(one)
    assert (len(done), refused) == (16, [])
    (kind,) = [kind for kind, _ in queued()]
    assert kind == f"payment.{demo.status(started.reference).state}"


# Refunds ------------------------------------------------------------------------------------------


def test_refunds_go_back_once_and_never_too_much(demo: Demo, cast: Cast) -> None:
    reference = paid(demo, cast, "card")
    done, refused = at_once(lambda number: demo.refund(reference, 5_000, f"k{number % 8}", None))
    assert len({each.reference for each in done}) == 2
    assert all(isinstance(each, ProviderError) and each.final for each in refused)
    backs = demo.status(reference).reversals
    assert [(each.kind, each.state, each.amount_minor) for each in backs] == [
        (Back.REFUND, State.SUCCEEDED, 5_000)
    ] * 2
    with pytest.raises(ProviderError):
        demo.refund(reference, 2_346, "more", None)
    assert demo.refund(reference, 2_345, "rest", "why").state is State.SUCCEEDED
    for amount in (0, -1, 1):
        with pytest.raises(ProviderError):
            demo.refund(reference, amount, "nothing", None)


def test_the_same_refund_has_one_amount(demo: Demo, cast: Cast) -> None:
    reference = paid(demo, cast, "card")
    assert demo.refund(reference, 100, "key", None) == demo.refund(reference, 100, "key", None)
    with pytest.raises(ProviderError):
        demo.refund(reference, 101, "key", None)


@pytest.mark.parametrize("scenario", ["card_declined", "card_secure"])
def test_nothing_is_refunded_that_was_not_paid(demo: Demo, cast: Cast, scenario: str) -> None:
    with pytest.raises(ProviderError):
        demo.refund(paid(demo, cast, scenario), 1, "key", None)


def test_a_refund_to_an_account_takes_its_time(demo: Demo, cast: Cast, clock: Clock) -> None:
    reference = paid(demo, cast, "bank")
    clock.pass_(minutes=1)
    made = demo.refund(reference, 345, "key", None)
    assert made.state is State.PENDING
    clock.pass_(minutes=1)
    (back,) = demo.status(reference).reversals
    assert (back.reference, back.state) == (made.reference, State.SUCCEEDED)


def test_refunds_fail_when_that_was_chosen(demo: Demo, cast: Cast, clock: Clock) -> None:
    reference = paid(demo, cast, "card", refunds_fail="on")
    assert demo.refund(reference, 12_345, "key", None).state is State.PENDING
    with pytest.raises(ProviderError):
        demo.refund(reference, 1, "other", None)
    clock.pass_(minutes=1)
    (back,) = demo.status(reference).reversals
    assert (back.state, back.amount_minor) == (State.FAILED, 12_345)
    assert demo.refund(reference, 12_345, "again", None).state is State.PENDING


# Saved methods ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scenario", "last4"), [("card", "4242"), ("bank", "6789")])
def test_a_method_is_saved_with_a_payment(
    demo: Demo, cast: Cast, scenario: str, last4: str
) -> None:
    reference = paid(demo, cast, scenario, wish=True, save="on")
    method = demo.status(reference).method
    assert method is not None
    assert (method.kind, method.last4, method.verified) == (scenario, last4, True)
    assert demo.methods(demo.ensure_customer(payer(cast.alice))) == [method]
    assert demo.methods(demo.ensure_customer(payer(cast.charlie))) == []
    assert demo.status(paid(demo, cast, "card", wish=True)).method is None
    assert demo.status(paid(demo, cast, "card", save="on")).method is None
    paid(demo, cast, "card_declined", wish=True, save="on")
    assert demo.methods(demo.ensure_customer(payer(cast.alice))) == [method]


@pytest.mark.parametrize(
    ("scenario", "absent", "said"),
    [
        ("card", True, (State.SUCCEEDED, 12_345, None)),
        ("card_declined", False, (State.FAILED, 0, "card_declined")),
        ("card_secure", False, (State.REQUIRES_ACTION, 0, None)),
        ("card_secure", True, (State.FAILED, 0, "authentication_required")),
        ("bank", True, (State.PENDING, 0, None)),
        ("bank_returned", False, (State.PENDING, 0, None)),
    ],
)
def test_last_digits_decide_on_a_charge(
    demo: Demo, cast: Cast, scenario: str, absent: bool, said: tuple[State, int, str | None]
) -> None:
    method = saved(demo, cast.alice, scenario, NOW)
    started = demo.charge(wanted(cast.alice, method=method, absent=absent))
    assert what(demo.status(started.reference)) == said
    assert (started.url is not None) == (said[0] is State.REQUIRES_ACTION)
    assert demo.status(started.reference).method is None


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_charge_is_confirmed_on_its_page(demo: Demo, cast: Cast, answer: str) -> None:
    method = saved(demo, cast.alice, "card_secure", NOW)
    started = demo.charge(wanted(cast.alice, method=method))
    assert choose(started.url, NOW, confirmed=answer) == RETURN
    assert choose(started.url, NOW, scenario="card") == RETURN
    expected = State.SUCCEEDED if answer == "yes" else State.FAILED
    assert demo.status(started.reference).state is expected


def test_a_payer_whom_it_does_not_know_is_known_anew(demo: Demo, cast: Cast) -> None:
    known = demo.ensure_customer(payer(cast.alice))
    assert demo.ensure_customer(payer(cast.alice, known)) == known
    assert demo.ensure_customer(payer(cast.alice, "demo_cus_of_another_gateway")) == known
    assert demo.ensure_customer(payer(cast.charlie)) != known


def test_nobody_charges_or_removes_anothers_method(demo: Demo, cast: Cast) -> None:
    method = saved(demo, cast.alice, "card", NOW)
    with pytest.raises(ProviderError) as refused:
        demo.charge(wanted(cast.charlie, method=method))
    assert refused.value.final
    with pytest.raises(ProviderError):
        demo.forget(demo.ensure_customer(payer(cast.charlie)), method)
    assert value("select count(*) from core.demo_gateway where kind = 'payment'") == 0


def test_a_removed_method_is_gone(demo: Demo, cast: Cast) -> None:
    method = saved(demo, cast.alice, "card", NOW)
    customer = demo.ensure_customer(payer(cast.alice))
    for _ in range(2):
        demo.forget(customer, method)
        assert demo.methods(customer) == []
    demo.forget(customer, "demo_pm_of_nobody")
    with pytest.raises(ProviderError):
        demo.charge(wanted(cast.alice, method=method))


def test_an_account_is_verified_by_two_amounts(demo: Demo, cast: Cast, clock: Clock) -> None:
    started = demo.start_saving(payer(cast.alice), "GBP", BOTH, RETURN)
    assert demo.saved(started.reference) is None
    assert choose(started.url, NOW, scenario="bank_deposits") is None
    method = demo.saved(started.reference)
    assert method is not None
    assert (method.verified, method.verify_url) == (None, started.url)
    with pytest.raises(ProviderError):
        demo.charge(wanted(cast.alice, method=method.reference))
    amounts = pages.opened(token(started.url), NOW).amounts
    assert amounts is not None
    assert amounts[0] != amounts[1]
    assert all(0 < each < 100 for each in amounts)
    clock.pass_(days=9)
    second, first = (str(each) for each in amounts)
    assert choose(started.url, clock.now, first=first, second=second) == RETURN
    method = demo.saved(started.reference)
    assert method is not None
    assert (method.verified, method.verify_url) == (True, None)
    assert demo.charge(wanted(cast.alice, method=method.reference)).url is None


def test_ten_wrong_answers_and_it_failed(demo: Demo, cast: Cast) -> None:
    started = demo.start_saving(payer(cast.alice), "GBP", BOTH, RETURN)
    choose(started.url, NOW, scenario="bank_deposits")
    right = pages.opened(token(started.url), NOW).amounts
    for tried in range(9):
        assert choose(started.url, NOW, first="0", second=str(tried)) is None
        assert pages.opened(token(started.url), NOW).tries_left == 9 - tried
    with pytest.raises(Invalid):
        choose(started.url, NOW, first="-1", second="9" * 30)
    assert choose(started.url, NOW, first="0", second="0") == RETURN
    assert right is not None
    choose(started.url, NOW, first=str(right[0]), second=str(right[1]))
    method = demo.saved(started.reference)
    assert method is not None
    assert method.verified is False
    assert [kind for kind, _ in queued()] == ["method.saved", "method.failed"]


def test_guesses_at_once_count_as_one(demo: Demo, cast: Cast) -> None:
    started = demo.start_saving(payer(cast.alice), "GBP", BOTH, RETURN)
    choose(started.url, NOW, scenario="bank_deposits")
    form = {"step": "2", "first": "0", "second": "0"}
    at_once(lambda _: pages.sent(token(started.url), form, None, NOW))
    assert pages.opened(token(started.url), NOW).tries_left == 9


def test_amounts_are_typed_in_within_ten_days(demo: Demo, cast: Cast, clock: Clock) -> None:
    started = demo.start_saving(payer(cast.alice), "GBP", BOTH, RETURN)
    choose(started.url, NOW, scenario="bank_deposits")
    clock.pass_(days=10)
    assert choose(started.url, clock.now, first="1", second="2") == RETURN
    assert pages.opened(token(started.url), clock.now).stage is None


# Events -------------------------------------------------------------------------------------------


def test_an_event_is_signed_and_says_which_payment(demo: Demo, cast: Cast, portal: Events) -> None:
    request = wanted(cast.alice)
    started = demo.start(request)
    choose(started.url, NOW, scenario="card")
    worker = Worker(mailer_for(settings.load()))
    assert worker.work(NOW) == 1
    ((path, headers, body),) = portal.came
    assert path == "/portal/webhooks/demo"
    (notice,) = demo.verify(body, headers, NOW)
    assert (notice.kind, notice.reference, notice.attempt_id) == (
        "payment.succeeded", started.reference, request.attempt_id
    )  # fmt: skip
    assert worker.work(NOW) == 0


def test_events_go_to_where_the_page_was_served(demo: Demo, cast: Cast, portal: Events) -> None:
    with serving() as other:
        started = demo.start(wanted(cast.alice))
        form = {"step": "1", "scenario": "bank"}
        pages.sent(token(started.url), form, f"{other.url}/below", NOW)
        worker = Worker(mailer_for(settings.load()))
        assert worker.work(NOW) == 1
        assert worker.work(NOW + MINUTE) == 1
        assert [path for path, _, _ in other.came] == ["/below/webhooks/demo"] * 2
    assert portal.came == []


def test_events_are_lost_or_come_twice_as_was_chosen(
    demo: Demo, cast: Cast, portal: Events
) -> None:
    paid(demo, cast, "bank", events="lost")
    assert queued() == []
    paid(demo, cast, "card", events="twice")
    assert Worker(mailer_for(settings.load())).work(NOW) == 2
    first, second = [demo.verify(body, headers, NOW) for _, headers, body in portal.came]
    assert first == second


@pytest.mark.parametrize("status", [301, 400, 404, 500])
def test_an_event_that_is_not_taken_is_sent_again(
    demo: Demo, cast: Cast, portal: Events, status: int
) -> None:
    portal.status = status
    paid(demo, cast, "card")
    worker = Worker(mailer_for(settings.load()))
    assert worker.work(NOW) == 0
    assert len(portal.came) == 1
    assert worker.work(NOW + LADDER[0] - timedelta(seconds=1)) == 0
    portal.status = 200
    later = NOW + LADDER[0]
    assert worker.work(later) == 1
    (_, _, first), (_, headers, again) = portal.came
    assert first == again
    assert demo.verify(again, headers, later + timedelta(seconds=300))


def test_an_event_that_reaches_nobody_is_sent_again(demo: Demo, cast: Cast, portal: Events) -> None:
    with serving() as gone:
        pass
    with pytest.raises(Unavailable):
        events.deliver({"event": {}, "address": gone.url}, NOW)


def test_an_event_leaves_outside_of_any_transaction(
    demo: Demo, cast: Cast, portal: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever takes it may write to the same store at once."""
    written = []

    def deliver(payload: Any, now: datetime) -> None:
        def write() -> bool:
            with store.system_writing() as session:
                return outbox.enqueue(session, "x", dedup_key="x", payload={}, now=now)

        written.extend(at_once(lambda _: write(), 1)[0])

    monkeypatch.setattr("portal_data.ops.worker.CALLS", {events.EVENT: deliver})
    paid(demo, cast, "card")
    assert Worker(mailer_for(settings.load())).work(NOW) == 1
    assert written == [True]


BODY = b'{"id": "demo_evt_1", "kind": "x", "reference": "demo_pi_1", "attempt_id": null}'


def test_only_what_the_gateway_signed_about_now_is_believed() -> None:
    demo, header = Demo(), events.HEADER
    good = events.signature(BODY, NOW)
    for name in (header, header.lower()):
        for seconds in (-300, 0, 300):
            moment = NOW + timedelta(seconds=seconds)
            (notice,) = demo.verify(BODY, {name: good}, moment)
            assert (notice.external_id, notice.attempt_id) == ("demo_evt_1", None)
    for seconds in (-301, 301):
        with pytest.raises(BadSignature):
            demo.verify(BODY, {header: good}, NOW + timedelta(seconds=seconds))
    moment, _, mac = good.partition(",")
    forged = [
        "", good[:-1], good + "0", mac, moment, f"{moment},v1=", f"t=-1,{mac}", f"t=²,{mac}",
        f"t={'9' * 400},{mac}", f"t={int(moment[2:]) + 1},{mac}", "ü", good.replace("v1", "v0"),
    ]  # fmt: skip
    for each in forged:
        with pytest.raises(BadSignature):
            demo.verify(BODY, {header: each}, NOW)
    with pytest.raises(BadSignature):
        demo.verify(BODY, {}, NOW)
    with pytest.raises(BadSignature):
        demo.verify(BODY + b" ", {header: good}, NOW)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b"{}", BODY.replace(b"null", b'"x"'),
     BODY.replace(b"null", b"7")],
)  # fmt: skip
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        Demo().verify(body, {events.HEADER: events.signature(body, NOW)}, NOW)


def test_references_that_nobody_has_are_errors(demo: Demo) -> None:
    for act in (
        lambda: demo.status("demo_pi_x"),
        lambda: demo.cancel("demo_pi_x"),
        lambda: demo.refund("demo_pi_x", 1, "key", None),
        lambda: demo.saved("demo_si_x"),
    ):
        with pytest.raises(ProviderError) as unknown:
            act()
        assert unknown.value.final


@pytest.mark.only_engine("postgres")
def test_no_customers_session_sees_a_row(demo: Demo, cast: Cast, db: store.Store) -> None:
    demo.start(wanted(cast.alice))
    assert value("select count(*) from core.demo_gateway") == 2
    with db.reading(cast.alice) as session:
        assert session.value("select count(*) from core.demo_gateway") == 0


def test_cancel_url_is_where_the_page_leads_back(demo: Demo, cast: Cast) -> None:
    started = demo.start(wanted(cast.alice))
    assert pages.opened(token(started.url), NOW).cancel_url == CANCEL
    assert rows.opened(token(started.url)) == started.reference
