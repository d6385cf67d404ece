"""How people are told: choices, digests exactly once, quiet hours, links that stop mails."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from portal_data import store
from portal_data.auth import access, identity
from portal_data.business import preferences
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import (
    activity,
    comments,
    delivery,
    events,
    notifications,
    outbox,
    topics,
    unsubscribing,
)
from portal_data.messaging.delivery import Channel, Delivery, Digest
from portal_data.messaging.events import EVENTS
from portal_data.messaging.mail import DeliveryFailed
from portal_data.messaging.outbox import ABANDONED_AFTER
from portal_data.messaging.topics import LABELS, Topic
from portal_data.ops import notifier
from portal_data.ops.worker import Worker
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import make_invoice
from tests.people import at_once, mails, rows, value

HOUR = timedelta(hours=1)
DAILY, MAIL = Delivery(Digest.DAILY), Channel.MAIL
EIGHT = datetime(2026, 11, 21, 8)
"""The next digest after NOW, a Friday at 9:30 in a winter London."""


class _Post:
    """A way of mails that keeps them, and fails as often as told."""

    to_files = True

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.failures = 0

    def send(self, message: Any) -> None:
        """Keep a message, or fail."""
        if self.failures:
            self.failures -= 1
            raise DeliveryFailed("Not now.")
        self.sent.append(message)


@pytest.fixture
def post() -> _Post:
    """What was mailed."""
    return _Post()


@pytest.fixture
def work(post: _Post) -> Callable[[datetime], None]:
    """Do all that is due at a moment."""
    worker = Worker(post)

    def done(now: datetime) -> None:
        while worker.work(now):
            pass

    return done


def comment(who: Scope | Staff, customer: Scope, words: str, now: datetime = NOW) -> None:
    """Say something about an invoice of the customer's."""
    number = f"INV-{words}"
    invoice = make_invoice(customer, number=number)
    with store.system_writing() as session:
        comments.add(
            session, who, words, subject_kind="invoice", subject_id=invoice,
            customer_id=customer.customer_id, now=now,
        )  # fmt: skip
        activity.record(
            session, who, events.COMMENT_ADDED, now=now, customer_id=customer.customer_id,
            subject_kind="invoice", subject_id=invoice, subject_number=number, details=words,
            visible=True,
        )  # fmt: skip


def choose(who: Scope | Staff, chosen: Delivery) -> None:
    """Let somebody choose, from what stands there now."""
    delivery.change(who, replace(chosen, version=delivery.get(who).version), now=NOW)


def to(post: _Post, who: Scope | Staff) -> list[str]:
    """The subjects of the mails to somebody."""
    return [str(each["Subject"]) for each in post.sent if each["To"] == who.email]


def test_every_event_that_is_heard_of_has_a_topic() -> None:
    for event in EVENTS.values():
        assert topics.topic_of(event) in LABELS
    assert Topic.OTHER not in {*topics.heard_by("staff"), *topics.heard_by("contact")}
    heard = topics.heard_by("contact")
    assert (
        {Topic.COMMENTS, Topic.ESTIMATES, Topic.TIMESHEETS}
        <= set(heard)
        < set(topics.heard_by("staff"))
    )
    names = {each.mailed_to_contacts for each in EVENTS.values() if each.mailed_to_contacts}
    off = replace(preferences.Preferences(), **dict.fromkeys(names, False))
    assert topics.mailed_to("contact", Role.VIEWER, off) == []
    assert topics.mailed_to("contact", Role.APPROVER, off) == [Topic.TIMESHEETS]
    off = preferences.Preferences(notify_staff_of_activity=False)
    assert topics.mailed_to("staff", None, off) == []


def test_who_chose_nothing_hears_at_once(cast: Cast, post: _Post, work: Any) -> None:
    comment(cast.owner, cast.alice, "A")
    work(NOW)
    assert to(post, cast.alice) == to(post, cast.bob) == ["Olive commented on INV-A"]
    assert notifications.unread(cast.alice).at_bell == 1


def test_channels_are_chosen_apart_and_for_oneself(cast: Cast, post: _Post, work: Any) -> None:
    choose(cast.alice, Delivery(muted=frozenset({(Topic.COMMENTS, MAIL)})))
    choose(cast.bob, Delivery(muted=frozenset({(Topic.COMMENTS, Channel.BELL)})))
    comment(cast.owner, cast.alice, "A")
    work(NOW)
    assert (to(post, cast.alice), notifications.unread(cast.alice).at_bell) == ([], 1)
    assert (len(to(post, cast.bob)), notifications.unread(cast.bob).at_bell) == (1, 0)
    choose(cast.alice, Delivery())
    comment(cast.owner, cast.alice, "B")
    work(NOW)
    assert to(post, cast.alice) == ["Olive commented on INV-B"]


def test_the_business_has_the_last_word(cast: Cast, post: _Post, work: Any) -> None:
    preferences.change(cast.owner, now=NOW, notify_contacts_of_comments=False)
    choose(cast.bob, DAILY)
    comment(cast.owner, cast.alice, "A")
    work(NOW)
    work(EIGHT)
    assert post.sent == []


def test_a_digest_tells_of_everything_once_and_leaves_out_what_was_read(
    cast: Cast, post: _Post, work: Any
) -> None:
    choose(cast.alice, DAILY)
    for words in "ABC":
        comment(cast.owner, cast.alice, words)
    work(NOW)
    assert (to(post, cast.alice), len(to(post, cast.bob))) == ([], 3)
    notifications.mark_opened(cast.alice, "invoice", "INV-B", NOW + HOUR)
    work(EIGHT - timedelta(seconds=1))
    assert to(post, cast.alice) == []
    for moment in (EIGHT, EIGHT, EIGHT + timedelta(days=1)):
        work(moment)
    assert to(post, cast.alice) == ["2 news from Fern & Bloom Ltd"]
    (letter,) = mails("mail.digest")
    assert "INV-A" in letter["body"]
    assert "INV-C" in letter["body"]
    assert "INV-B" not in letter["body"]
    assert notifications.unread(cast.alice).at_bell == 2, "a mail is not read at the bell"


def test_what_was_all_read_is_not_mailed_and_one_thing_is_mailed_as_ever(
    cast: Cast, post: _Post, work: Any
) -> None:
    choose(cast.alice, DAILY)
    choose(cast.bob, DAILY)
    comment(cast.owner, cast.alice, "A")
    work(NOW)
    notifications.mark_all_read(cast.alice, until=NOW, now=NOW)
    work(EIGHT)
    assert (to(post, cast.alice), to(post, cast.bob)) == ([], ["Olive commented on INV-A"])


def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(
    cast: Cast, post: _Post, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies inside and after each transaction on the way from the event to the mail."""
    choose(cast.bob, Delivery(Digest.NONE))
    choose(cast.alice, DAILY)

    class Died(BaseException):
        """The process is gone."""

    now = NOW
    for words, step in (("A", "notify"), ("B", "digest"), ("C", "mark_sent"), ("D", "enqueue")):
        comment(cast.owner, cast.alice, f"{words}1", now)
        comment(cast.owner, cast.alice, f"{words}2", now)
        module: Any = {"mark_sent": outbox, "enqueue": outbox}.get(step, notifier)
        inner, left = getattr(module, step), [2]

        def dying(*args: Any, inner: Any = inner, left: list[int] = left, **more: Any) -> Any:
            done = inner(*args, **more)  # in the transaction, which is lost with the process
            if left[0]:
                left[0] -= 1
                raise Died
            return done

        monkeypatch.setattr(module, step, dying)
        for _ in range(8):
            try:
                work(now)
            except Died:
                now += ABANDONED_AFTER
        now = EIGHT if now < EIGHT else now.replace(hour=8, minute=0) + timedelta(days=1)
        for _ in range(8):
            try:
                work(now)
            except Died:
                now += ABANDONED_AFTER
        monkeypatch.setattr(module, step, inner)
        now += ABANDONED_AFTER
        work(now)
    told = "\n".join(letter["body"] for letter in mails("mail.digest"))
    for words in ("A1", "A2", "B1", "B2", "C1", "C2", "D1", "D2"):
        assert told.count(f"INV-{words}\n") + told.endswith(f"INV-{words}") == 1, words
    assert value("select count(*) from core.notifications where digest_at is not null") == 0


def test_a_digest_made_twice_at_once_is_one(cast: Cast, work: Any) -> None:
    choose(cast.alice, DAILY)
    for words in "AB":
        comment(cast.owner, cast.alice, words)
    work(NOW)
    (row,) = rows("select customer_id, payload from core.outbox where kind = 'digest'")

    def make(_: int) -> None:
        with store.system_writing() as session:
            notifier.digest(session, row["customer_id"], json.loads(row["payload"]), EIGHT)

    at_once(make, 4)
    assert len(mails("mail.digest")) == 1


def test_who_lost_access_or_switched_it_off_meanwhile_gets_no_digest(
    cast: Cast, post: _Post, work: Any
) -> None:
    choose(cast.alice, DAILY)
    choose(cast.bob, DAILY)
    comment(cast.owner, cast.alice, "A")
    work(NOW)
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    choose(cast.alice, Delivery(Digest.NONE))
    work(EIGHT)
    assert post.sent == []


@pytest.mark.parametrize(
    ("chosen", "now", "due"),
    [
        (Delivery(), NOW, NOW),
        (Delivery(Digest.NONE), NOW, None),
        (DAILY, NOW, EIGHT),
        (DAILY, EIGHT, EIGHT + timedelta(days=1)),
        (Delivery(Digest.WEEKLY), NOW, datetime(2026, 11, 23, 8)),
        (Delivery(Digest.DAILY, timezone="America/New_York"), NOW, datetime(2026, 11, 20, 13)),
        # over midnight: 22:00 to 7:00
        (Delivery(quiet_from=1320, quiet_until=420), NOW, NOW),
        (
            Delivery(quiet_from=1320, quiet_until=420),
            datetime(2026, 11, 20, 23),
            datetime(2026, 11, 21, 7),
        ),
        (
            Delivery(quiet_from=1320, quiet_until=420),
            datetime(2026, 11, 21, 6, 59),
            datetime(2026, 11, 21, 7),
        ),
        (Delivery(quiet_from=540, quiet_until=720), NOW, datetime(2026, 11, 20, 12)),
        # in Tokyo it is half past six in the evening
        (Delivery(quiet_from=1080, quiet_until=1140, timezone="Asia/Tokyo"), NOW,
         datetime(2026, 11, 20, 10)),
        # the digest waits for the end of quiet hours
        (Delivery(Digest.DAILY, quiet_from=0, quiet_until=600), NOW, datetime(2026, 11, 21, 10)),
        # the night in which the clocks go forward, and back
        (Delivery(quiet_from=1320, quiet_until=420), datetime(2026, 3, 28, 23),
         datetime(2026, 3, 29, 6)),
        (Delivery(quiet_from=1320, quiet_until=420), datetime(2026, 10, 24, 22),
         datetime(2026, 10, 25, 7)),
    ],
)  # fmt: skip
def test_mails_come_when_they_are_wanted(
    chosen: Delivery, now: datetime, due: datetime | None
) -> None:
    assert chosen.mail_due(Topic.COMMENTS, now, "Europe/London") == due


def test_what_happens_in_quiet_hours_comes_together_at_their_end(
    cast: Cast, post: _Post, work: Any
) -> None:
    choose(cast.alice, Delivery(quiet_from=540, quiet_until=720))
    for words in "AB":
        comment(cast.owner, cast.alice, words)
    work(NOW)
    assert to(post, cast.alice) == []
    work(NOW.replace(hour=12, minute=0))
    assert to(post, cast.alice) == ["2 news from Fern & Bloom Ltd"]


def test_choices_are_ones_own_checked_and_never_overwritten(cast: Cast) -> None:
    done, refused = at_once(lambda _: delivery.change(cast.alice, DAILY, now=NOW))
    assert (len(done), {type(each) for each in refused}) == (1, {Conflict})
    assert delivery.get(cast.alice) == Delivery(Digest.DAILY, version=1)
    assert delivery.get(cast.bob) == delivery.get(cast.owner) == Delivery()
    for wrong in (
        Delivery(quiet_from=5),
        Delivery(quiet_from=5, quiet_until=5),
        Delivery(quiet_from=-1, quiet_until=2000),
        Delivery(timezone="Europe/Nowhere"),
    ):
        with pytest.raises(Invalid):
            delivery.change(cast.owner, wrong, now=NOW)
    looking = identity.view_as_customer(cast.owner, cast.alice.customer_id)
    with pytest.raises(NotAllowed):
        delivery.change(looking, DAILY, now=NOW)


# Links that stop mails ---------------------------------------------------------------------------


def token(post: _Post, who: Scope | Staff) -> str:
    """The token of the link in the last mail to somebody."""
    (*_, message) = [each for each in post.sent if each["To"] == who.email]
    header = str(message["List-Unsubscribe"])
    assert header.startswith("<https://portal.example/unsubscribe/")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return header.rpartition("/")[2].removesuffix(">")


def test_a_link_stops_one_persons_mails_of_one_kind(cast: Cast, post: _Post, work: Any) -> None:
    comment(cast.owner, cast.alice, "A")
    comment(cast.alice, cast.alice, "B")
    work(NOW)
    own = token(post, cast.alice)
    assert cast.alice.email not in own
    assert unsubscribing.opened(own).words == "Comments"
    assert delivery.get(cast.alice) == Delivery(), "looking at it changes nothing"
    for _ in range(2):
        assert unsubscribing.stop(own, NOW).words == "Comments"
    assert delivery.get(cast.alice).muted == {(Topic.COMMENTS, MAIL)}
    assert delivery.get(cast.bob) == delivery.get(cast.owner) == Delivery()
    unsubscribing.stop(token(post, cast.owner), NOW)
    assert delivery.get(cast.owner).muted == {(Topic.COMMENTS, MAIL)}
    comment(cast.owner, cast.alice, "C")
    work(NOW)
    assert len(to(post, cast.alice)) == 1
    assert len(to(post, cast.bob)) == 2


def test_the_link_of_a_digest_stops_digests(cast: Cast, post: _Post, work: Any) -> None:
    choose(cast.alice, DAILY)
    for words in "AB":
        comment(cast.owner, cast.alice, words)
    work(NOW)
    work(EIGHT)
    assert unsubscribing.stop(token(post, cast.alice), NOW).words == "Digests"
    assert delivery.get(cast.alice).digest is Digest.NONE


def test_no_other_link_does_anything(cast: Cast, post: _Post, work: Any) -> None:
    comment(cast.owner, cast.alice, "A")
    work(NOW)
    of, person, signature = token(post, cast.alice).split(".")
    others = [
        f"estimates.{person}.{signature}",
        f"digest.{person}.{signature}",
        f"nonsense.{person}.{signature}",
        f"{of}.{cast.bob.contact_id.hex}.{signature}",
        f"{of}.{new_id().hex}.{signature}",
        f"{of}.{person}.{signature[:-2]}AA",
        f"{of}.{person}.",
        f"{of}.{person}.{signature}x",
        "",
        "x" * 200,
        "\0",
    ]
    for each in others:
        with pytest.raises(NotFound):
            unsubscribing.opened(each)
        with pytest.raises(NotFound):
            unsubscribing.stop(each, NOW)
    assert rows("select * from core.notification_choices order by event") == []
