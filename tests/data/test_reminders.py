"""Reminders of unpaid invoices: which, when, once, to whom, and what the letter says."""

import contextlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from portal_data import clock, settings, store
from portal_data.billing import (
    dispute_decisions,
    invoices,
    pay_links,
    reminder_letters,
    reminders,
)
from portal_data.billing.dispute_claims import Claim, open_dispute
from portal_data.billing.disputes import Reason
from portal_data.business import preferences
from portal_data.business.preferences import Reminders
from portal_data.ids import new_id
from portal_data.messaging import activity, bounces, delivery, outbox, topics, unsubscribing
from portal_data.messaging.delivery import Channel, Delivery, Digest
from portal_data.messaging.mail import mailer_for
from portal_data.messaging.topics import Topic
from portal_data.ops.worker import Worker
from portal_data.payments import promise_closing, promises
from portal_data.payments.paying import Part
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice, make_payment
from tests.mail_server import Inbox
from tests.people import at_once, mails, rows, token_of, value
from tests.queued_mail import text_of

DAY = timedelta(days=1)
ZONE = "Europe/London"
LONG_AGO = NOW - 400 * DAY


class _Post:
    """A way of mails that keeps to whom they went."""

    to_files = True

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, message: Any) -> None:
        """Keep a message."""
        self.sent.append(message)


def _switch(cast: Cast, schedule: Reminders, now: datetime = LONG_AGO) -> None:
    preferences.change(cast.owner, now=now, reminders=schedule)


@pytest.fixture
def around(cast: Cast) -> None:
    """Reminders before and after the due day, since long ago."""
    _switch(cast, Reminders.AROUND)


def _at(day: date, hour: int = 9) -> datetime:
    return clock.start_of_day(day, ZONE, time(hour))


def _work(now: datetime, post: _Post | None = None) -> None:
    worker = Worker(post or _Post())
    while worker.work(now):
        pass


def _morning(day: date = TODAY) -> list[str]:
    """Do all that a portal does which starts on a morning; return the new letters' recipients."""
    before = len(mails("mail.reminder"))
    with store.system_writing() as session:
        reminders.plan(session, _at(day))
    _work(_at(day))
    return [mail["to"] for mail in mails("mail.reminder")[before:]]


def _late(scope: Scope, days: int, **more: Any) -> UUID:
    """Store an invoice that is some days late today."""
    due = TODAY - days * DAY
    return make_invoice(scope, day=due - 30 * DAY, due=due, **more)


def _noted() -> list[int]:
    return [row["days"] for row in rows("select days from core.reminders order by days, id")]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Reminders.OFF, []),
        (Reminders.AFTER, [1, 7, 14, 30]),
        (Reminders.AROUND, [-3, 0, 1, 7, 14, 30]),
    ],
)
def test_each_day_of_the_schedule_brings_one_letter(
    cast: Cast, schedule: Reminders, expected: list[int]
) -> None:
    _switch(cast, schedule)
    invoice = _late(cast.alice, 0, number="INV-1")
    found = []
    with store.system_writing() as session:
        reminders.plan(session, _at(TODAY - 6 * DAY))
    for days in range(-6, 40):  # each morning's look plans the next one
        before = len(mails("mail.reminder"))
        _work(_at(TODAY + days * DAY))
        found += [days] * (len(mails("mail.reminder")) - before)
    assert found == expected == _noted()
    history = [each.event for each in activity.of_document(cast.alice, invoice)]
    assert history == ["invoice.reminded"] * len(expected)
    assert {mail["to"] for mail in mails("mail.reminder")} <= {cast.alice.email}
    assert value("select count(*)::bigint from core.notifications") == 0


def test_the_look_is_in_daytime_of_the_business(cast: Cast, around: None) -> None:
    with store.system_writing() as session:
        session.change("update core.organisation set timezone = 'Pacific/Auckland'")
    zone = "Pacific/Auckland"
    _late(cast.alice, 1)
    there = clock.start_of_day(TODAY, zone)
    for hour in (0, 7):
        with store.system_writing() as session:
            reminders.plan(session, there + timedelta(hours=hour))
        _work(there + timedelta(hours=hour, minutes=59))
    assert mails("mail.reminder") == []
    _work(clock.start_of_day(TODAY, zone, reminders.BEGINS))
    assert len(mails("mail.reminder")) == 1


def test_at_night_nothing_is_sent_and_the_morning_has_it(cast: Cast, around: None) -> None:
    _late(cast.alice, 1)
    with store.system_writing() as session:
        reminders.plan(session, _at(TODAY, 23))
    _work(_at(TODAY, 23))
    assert mails("mail.reminder") == []
    # a look of the day that its process slept through until the night
    assert reminders.look(_at(TODAY, 22)) == 0
    _work(_at(TODAY + DAY, 7))
    assert mails("mail.reminder") == []
    _work(_at(TODAY + DAY, 8))
    assert len(mails("mail.reminder")) == 1


def test_many_looks_of_a_day_are_one(cast: Cast, around: None) -> None:
    _late(cast.alice, 1)
    for hour in (8, 9, 12, 19):
        with store.system_writing() as session:
            reminders.plan(session, _at(TODAY, hour))
        _work(_at(TODAY, hour))
        assert reminders.look(_at(TODAY, hour)) == 0 or hour == 8
    looks = rows("select dedup_key from core.outbox where kind = $kind order by 1",
                 kind=reminders.WORK)  # fmt: skip
    assert len(looks) == 2, "today's, and tomorrow's"
    assert len(mails("mail.reminder")) == 1


def test_three_days_down_bring_the_newest_alone(cast: Cast, around: None) -> None:
    _late(cast.alice, 0)
    assert _morning(TODAY - 4 * DAY) == []
    assert _morning(TODAY + 2 * DAY) == [cast.alice.email]
    assert _noted() == [1]
    assert _morning(TODAY + 3 * DAY) == []
    assert _morning(TODAY + 16 * DAY) == [cast.alice.email]
    assert _noted() == [1, 14]


def test_one_invoice_brings_a_link_to_pay_it_and_several_do_not(
    cast: Cast, around: None, sam: Staff
) -> None:
    preferences.change(cast.owner, now=NOW, public_pay_links=True)
    _late(cast.alice, 1, number="INV-1")
    assert _morning() == []  # of the mails that staff may send again
    (mail,) = mails("mail.reminder_link")
    assert "link" not in mail  # it is wiped as soon as it is sent
    (link,) = pay_links.of_invoice(sam, "INV-1")
    assert (link.created_by, link.holds(NOW)) == (None, True)
    assert "mail.reminder_link" not in outbox.OPENING_NOTHING
    for number in ("INV-2", "INV-3"):
        _late(cast.alice, 6, number=number)
    assert _morning(TODAY + DAY) == [cast.alice.email]
    assert len(mails("mail.reminder_link")) == 1
    assert pay_links.of_invoice(sam, "INV-2") == []


def test_the_link_of_a_reminder_opens_its_invoice(cast: Cast, around: None) -> None:
    preferences.change(cast.owner, now=NOW, public_pay_links=True)
    _late(cast.alice, 1, number="INV-1")
    with store.system_writing() as session:
        assert reminders.remind(session, cast.alice.customer_id, _at(TODAY)) == 1
    (mail,) = mails("mail.reminder_link")
    opened = pay_links.opened(token_of(mail["link"]), address=None, now=_at(TODAY))
    assert opened.number == "INV-1"
    assert mail["link_label"] == "Open the invoice"


def test_switching_on_brings_no_backlog_and_nothing_that_is_very_late(cast: Cast) -> None:
    for days in (61, 60, 45, 8):
        _late(cast.alice, days, number=f"INV-{days}")
    _switch(cast, Reminders.AFTER, NOW)
    assert _morning() == [cast.alice.email]
    assert _noted() == [7, 30, 30]
    (mail,) = mails("mail.reminder")
    assert "INV-61" not in mail["body"]
    assert _morning(TODAY + DAY) == []


def test_an_invoice_of_today_is_not_reminded_of_today(cast: Cast, around: None) -> None:
    make_invoice(cast.alice, day=TODAY, due=TODAY)
    make_invoice(cast.alice, day=TODAY, due=TODAY + 2 * DAY)
    assert _morning() == []
    assert _morning(TODAY + DAY) == [cast.alice.email]
    assert _morning(TODAY + 2 * DAY) == [cast.alice.email]
    assert _noted() == [0, 1]


def test_one_letter_has_all_of_a_customer_and_totals_by_currency(cast: Cast, around: None) -> None:
    _late(cast.alice, 1, number="INV-1", total_minor=10_000)
    _late(cast.alice, 7, number="INV-2", total_minor=5_050)
    _late(cast.alice, -3, number="INV-3", total_minor=7_700, currency_code="EUR")
    _late(cast.alice, -4, number="INV-4")
    _late(cast.charlie, 1, number="INV-5")
    assert sorted(_morning()) == [cast.alice.email, cast.charlie.email]
    hers, his = sorted(mails("mail.reminder"), key=lambda mail: mail["to"])
    assert hers["subject"] == "Reminder of 3 invoices of Fern & Bloom Ltd"
    assert hers["link"] == "https://portal.example/invoices?status=unpaid"
    assert hers["body"].splitlines() == [
        "Hello Alice,",
        "",
        "This is still open with Fern & Bloom Ltd:",
        "",
        "• INV-2: £50.50, was due on 13 Nov 2026, 7 days ago",
        "• INV-1: £100.00, was due on 19 Nov 2026, 1 day ago",
        "• INV-3: €77.00, is due on 23 Nov 2026",
        "",
        "In total: €77.00",
        "In total: £150.50",
        "",
        "If you have paid it meanwhile, there is nothing left to do.",
    ]
    assert his["subject"] == "Reminder of invoice INV-5"
    assert his["link"] == "https://portal.example/invoice?number=INV-5"
    assert not any(f"INV-{number}" in his["body"] for number in (1, 2, 3, 4))
    assert "In total" not in his["body"]


def test_a_long_list_is_told_in_part_and_summed_whole(cast: Cast, around: None) -> None:
    for _ in range(33):
        _late(cast.alice, 1)
    _morning()
    (mail,) = mails("mail.reminder")
    assert mail["body"].count("•") == 30
    assert "… and 3 more" in mail["body"]
    assert "In total: £3,300.00" in mail["body"]
    assert len(_noted()) == 33


@pytest.mark.parametrize(
    "more",
    [
        {"status": "draft"},
        {"status": "void"},
        {"status": "written_off", "balance_minor": 0},
        {"balance_minor": 0},
        {"pending_minor": 10_000},
        {"in_question_minor": 1},
        {"reminders_paused_until": TODAY},
        {"expected_payment_date": TODAY + DAY},
    ],
)
def test_what_is_not_asked_for_is_not_reminded_of(
    cast: Cast, around: None, more: dict[str, Any]
) -> None:
    invoice = _late(cast.alice, 1, **more)
    assert _morning() == []
    assert _noted() == []
    if more.keys() & {"reminders_paused_until", "expected_payment_date"}:
        assert _morning(TODAY + DAY) == [cast.alice.email]
        assert _noted() == [1]
        history = activity.of_document(cast.alice, invoice)
        assert [each.event for each in history] == ["invoice.reminded"]


def test_a_customer_that_is_paused_is_left_alone(cast: Cast, around: None) -> None:
    _late(cast.alice, 1)
    with store.system_writing() as session:
        session.change(
            "update core.customers set reminders_paused_until = $day, version = version + 1"
            " where id = $id",
            day=TODAY, id=cast.alice.customer_id,
        )  # fmt: skip
    assert _morning() == []
    assert _morning(TODAY + DAY) == [cast.alice.email]


def test_a_payment_on_its_way_lowers_what_is_asked_for(cast: Cast, around: None) -> None:
    _late(cast.alice, 1, number="INV-1", pending_minor=4_000)
    assert _morning() == [cast.alice.email]
    (mail,) = mails("mail.reminder")
    assert "INV-1: £60.00" in mail["body"]
    assert "Another £40.00 is on its way already." in mail["body"]


def _dispute(scope: Scope, amount: int) -> UUID:
    claim = Claim(None, Reason.QUALITY, amount, "Two pots arrived broken.")
    key = new_id()
    seen = invoices.get(scope, "INV-1", today=TODAY).version
    open_dispute(scope, "INV-1", claim, seen=seen, key=key, now=NOW)
    return key


def test_a_dispute_pauses_what_it_is_about_until_it_is_decided(cast: Cast, around: None) -> None:
    _late(cast.alice, 1, number="INV-1")
    opened = _dispute(cast.alice, 10_000)
    assert _morning() == []
    assert _morning(TODAY + 8 * DAY) == []
    dispute_decisions.reject(cast.owner, opened, "They were whole.", seen=1, now=NOW)
    assert _morning(TODAY + 9 * DAY) == [cast.alice.email]
    assert _noted() == [7], "the newest that applies, not those it slept through"


def test_a_part_in_dispute_is_left_out_and_said(cast: Cast, around: None) -> None:
    invoice = _late(cast.alice, 1, number="INV-1")
    _dispute(cast.alice, 4_000)
    assert _morning() == [cast.alice.email]
    (mail,) = mails("mail.reminder")
    assert "INV-1: £60.00" in mail["body"]
    assert "Another £40.00 is in dispute and not asked for." in mail["body"]
    found = {each.event: each for each in activity.of_document(cast.alice, invoice)}
    assert found["invoice.reminded"].amount_minor == 6_000


def _promise(scope: Scope, invoice: UUID, day: date, status: str = "open") -> None:
    about = {"customer_id": scope.customer_id, "amount_minor": 100}
    promise = insert(
        "payment_promises", **about, currency_code="GBP", promised_on=day, status=status,
        created_at=NOW,
    )  # fmt: skip
    with store.system_writing() as session:
        session.load(
            "core.payment_promise_items",
            ("customer_id", "promise_id", "invoice_id", "amount_minor"),
            [(scope.customer_id, promise, invoice, 100)],
        )


def test_a_promise_pauses_its_invoices_until_its_day_is_over(cast: Cast, around: None) -> None:
    promised, other = (_late(cast.alice, 1, number=f"INV-{each}") for each in (1, 2))
    _promise(cast.alice, promised, TODAY)
    _promise(cast.alice, other, TODAY + 9 * DAY, "withdrawn")
    assert _morning() == [cast.alice.email]
    assert "INV-1" not in mails("mail.reminder")[0]["body"]
    assert _morning(TODAY + DAY) == [cast.alice.email]
    assert "INV-1" in mails("mail.reminder")[1]["body"]


def test_reminders_rest_for_a_promise_and_go_on_once_it_is_broken(cast: Cast, around: None) -> None:
    _late(cast.alice, 1, number="INV-1")
    part = Part("invoice", "INV-1", 1, 10_000)
    promises.make(cast.alice, (part,), TODAY + 2 * DAY, key=new_id(), now=NOW)
    assert _morning() == []
    assert _morning(TODAY + 2 * DAY) == []
    with store.system_writing() as session:
        assert promise_closing.close(session, cast.alice.customer_id, NOW + 3 * DAY) == 1
    assert _morning(TODAY + 3 * DAY) == [cast.alice.email]


def test_whoever_may_pay_and_uses_the_portal_is_reminded(cast: Cast, around: None) -> None:
    invoice = _late(cast.alice, 1)
    with store.system_writing() as session:
        session.change(
            "update core.contacts set portal_status = 'disabled', version = version + 1"
            " where id = $id", id=cast.alice.contact_id,
        )  # fmt: skip
    assert _morning() == [], "Bob only reads"
    assert _noted() == []
    assert activity.of_document(cast.bob, invoice) == []
    with store.system_writing() as session:
        session.change(
            "update core.contacts set role = $role, version = version + 1 where id = $id",
            role=Role.PAYER.value, id=cast.bob.contact_id,
        )  # fmt: skip
    assert _morning(TODAY + DAY) == [cast.bob.email]
    with store.system_writing() as session:
        session.change(
            "update core.customers set portal_enabled = false, version = version + 1"
            " where id = $id", id=cast.alice.customer_id,
        )  # fmt: skip
    assert _morning(TODAY + 7 * DAY) == []


def test_a_dead_address_is_skipped(cast: Cast, around: None) -> None:
    _late(cast.alice, 1)
    with store.system_writing() as session:
        bounces.record(
            session, cast.alice.email.upper(), "gone", hard=True,
            customer_id=cast.alice.customer_id, outbox_id=new_id(), now=NOW,
        )  # fmt: skip
    assert _morning() == []
    assert _noted() == []


def _choose(who: Scope, chosen: Delivery) -> None:
    delivery.change(who, replace(chosen, version=delivery.get(who).version), now=NOW)


def test_choices_hold_and_what_is_paid_before_a_digest_is_not_in_it(
    cast: Cast, around: None
) -> None:
    first = _late(cast.alice, 1, number="INV-1")
    second = _late(cast.alice, 1, number="INV-2")
    _choose(cast.alice, Delivery(Digest.DAILY))
    assert _morning() == []
    assert _noted() == [1, 1]
    make_payment(cast.alice, {first: 10_000})
    _work(_at(TODAY + DAY, 7))
    assert mails("mail.reminder") == []
    _work(_at(TODAY + DAY, 8))
    (mail,) = mails("mail.reminder")
    assert mail["subject"] == "Reminder of invoice INV-2"
    assert [activity.of_document(cast.alice, each) != [] for each in (first, second)] == [
        False,
        True,
    ]
    _choose(cast.alice, Delivery(Digest.AT_ONCE, quiet_from=8 * 60, quiet_until=12 * 60))
    assert _morning(TODAY + 7 * DAY) == []
    _work(_at(TODAY + 7 * DAY, 12))
    assert len(mails("mail.reminder")) == 2


def test_switching_off_stops_what_waits(cast: Cast, around: None) -> None:
    _late(cast.alice, 1)
    _late(cast.charlie, 1)
    _choose(cast.alice, Delivery(Digest.DAILY))
    assert _morning() == [cast.charlie.email]
    _switch(cast, Reminders.OFF, NOW)
    _work(_at(TODAY + DAY, 8))
    assert _morning(TODAY + 7 * DAY) == []
    assert len(mails("mail.reminder")) == 1


def test_one_click_stops_reminders_and_the_settings_bring_them_back(
    cast: Cast, around: None
) -> None:
    _late(cast.alice, 1)
    _morning()
    (mail,) = mails("mail.reminder")
    stopped = unsubscribing.stop(mail["unsubscribe"].rpartition("/")[2], NOW)
    assert (stopped.of, stopped.recipient_id) == (Topic.INVOICES, cast.alice.contact_id)
    assert _morning(TODAY + 7 * DAY) == []
    assert _noted() == [1]
    on = preferences.of(cast.alice)
    assert Topic.INVOICES in topics.mailed_to("contact", Role.PAYER, on)
    assert Topic.INVOICES not in topics.mailed_to("contact", Role.VIEWER, on)
    assert Topic.INVOICES not in topics.heard_by("contact"), "no bell rings for it"
    off = replace(on, reminders=Reminders.OFF)
    assert Topic.INVOICES not in topics.mailed_to("contact", Role.ADMIN, off)
    assert not delivery.get(cast.alice).wants(Topic.INVOICES, Channel.MAIL)
    _choose(cast.alice, Delivery())
    assert _morning(TODAY + 8 * DAY) == [cast.alice.email]


def test_sixteen_at_once_remind_once(cast: Cast, around: None) -> None:
    for number in range(3):
        _late(cast.alice, number + 1)

    def act(_number: int) -> int:
        with store.system_writing() as session:
            return reminders.remind(session, cast.alice.customer_id, NOW)

    reminded, _refused = at_once(act)
    assert sorted(reminded)[-1] == 3
    assert sum(reminded) == 3
    assert len(_noted()) == 3
    assert len(mails("mail.reminder")) == 1


def test_two_workers_send_nothing_twice(cast: Cast, around: None) -> None:
    for scope in (cast.alice, cast.charlie):
        _late(scope, 1)
    with store.system_writing() as session:
        reminders.plan(session, NOW)
    posts = [_Post(), _Post()]

    def act(number: int) -> None:
        for _ in range(6):
            Worker(posts[number]).work(NOW)

    at_once(act, 2)
    _work(NOW + timedelta(minutes=30), posts[0])
    sent = [message["To"] for post in posts for message in post.sent]
    assert sorted(sent) == [cast.alice.email, cast.charlie.email]


def test_a_crash_anywhere_loses_and_doubles_nothing(
    cast: Cast, around: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _late(cast.alice, 1)

    class Died(BaseException):
        """The process is gone."""

    steps = [
        (reminders, "_day"),
        (reminder_letters, "write"),
        (reminder_letters, "_record"),
        (outbox, "mark_sent"),
    ]
    now = NOW
    with store.system_writing() as session:
        reminders.plan(session, now)
    for module, step in steps:
        inner: Callable[..., Any] = getattr(module, step)

        def dying(*given: Any, _inner: Callable[..., Any] = inner, **more: Any) -> Any:
            _inner(*given, **more)
            raise Died

        with monkeypatch.context() as patched:
            patched.setattr(module, step, dying)
            with contextlib.suppress(Died):
                _work(now)
        now += timedelta(minutes=6)
    _work(now)
    assert _noted() == [1]
    assert len(mails("mail.reminder")) == 1
    assert (
        len(rows("select id from core.activity where event = 'invoice.reminded' order by id")) == 1
    )


def test_pages_reach_every_customer(
    cast: Cast, around: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "PAGE", 1)
    for scope in (cast.alice, cast.charlie):
        _late(scope, 1)
    assert reminders.look(NOW) == 2
    _work(NOW)
    assert {mail["to"] for mail in mails("mail.reminder")} == {
        cast.alice.email,
        cast.charlie.email,
    }


HOSTILE = '<b>{number}</b> %s "&\r\nBcc: evil@x.example'


def test_it_arrives_in_the_readers_language_and_names_stay_text(
    cast: Cast, around: None, server: Controller, inbox: Inbox
) -> None:
    _late(cast.alice, 1, number=HOSTILE)
    _late(cast.charlie, 7, number="INV-2", total_minor=123_456, currency_code="EUR")
    with store.system_writing() as session:
        session.change(
            "update core.contacts set language = 'de', first_name = $name, version = version + 1"
            " where id = $id", id=cast.charlie.contact_id, name=HOSTILE,
        )  # fmt: skip
        reminders.plan(session, NOW)
    worker = Worker(mailer_for(settings.load()))
    while worker.work(NOW):
        pass
    hers, his = sorted(inbox.messages, key=lambda message: str(message["To"]))
    for message in (hers, his):
        assert message["Bcc"] is None
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "/unsubscribe/invoices." in message["List-Unsubscribe"]
        assert "<b>" not in text_of(message, "html")
        assert "&lt;b&gt;{number}&lt;/b&gt; %s" in text_of(message, "html")
    plain = text_of(his, "plain")
    assert re.search(r"INV-2: 1\.234,56\s€", plain)
    assert "13.11.2026" in plain
    assert "Rechnung" in str(his["Subject"])
    assert "This is still open" in text_of(hers, "plain")


def test_a_failed_one_can_be_sent_again_as_its_link_opens_nothing(cast: Cast, around: None) -> None:
    _late(cast.alice, 1)
    _morning()
    (row,) = rows("select kind, payload from core.outbox where kind = 'mail.reminder' order by id")
    assert row["kind"] in outbox.OPENING_NOTHING
    assert "token" not in json.loads(row["payload"])["link"]
