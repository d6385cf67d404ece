"""Mails that a real server refuses: recorded, the address marked, shown to staff, sent again."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from portal_data import lists, store
from portal_data.auth import invitations
from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.messaging import bounces, failed_mail, notifications, outbox
from portal_data.messaging.delivery import Delivery, Digest
from portal_data.messaging.failed_mail import FailedMail, Filter
from portal_data.messaging.mail import mailer_for
from portal_data.messaging.outbox import LADDER
from portal_data.ops.worker import Worker
from portal_data.settings import load
from tests.conftest import NOW, Cast
from tests.data.test_delivery import EIGHT, choose, comment
from tests.factories import TODAY
from tests.mail_server import Inbox
from tests.people import at_once, events, make_contact, rows

GONE = "550 5.1.1 no such user <b>here</b>"


def work(now: datetime = NOW) -> None:
    """Send all that is due."""
    worker = Worker(mailer_for(load()))
    while worker.work(now):
        pass


def shown(cast: Cast, by: Filter = Filter.FAILED) -> list[FailedMail]:
    """What staff see."""
    found: list[FailedMail] = lists.page(cast.owner, failed_mail.LIST, filter=by, today=TODAY).rows
    return found


def marked(email: str) -> bool:
    """Whether an address is marked."""
    with store.system_reading() as session:
        return bool(bounces.marked(session, [email]))


def test_a_refused_recipient_is_a_bounce_and_marks_the_address(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    inbox.recipient_answers = ["550 5.1.1 no such user"]
    comment(cast.alice, cast.alice, "A")
    work()
    (bounce,) = rows("select email, kind, reason, outbox_id from core.mail_bounces order by id")
    (mail,) = shown(cast)
    assert (bounce["email"], bounce["kind"]) == (cast.owner.email, "hard")
    assert bounce["outbox_id"] == mail.id
    assert mail.error == bounce["reason"] == "The server refused the recipient (550 5.1.1)."
    assert (mail.to, mail.customer, mail.bounced) == (cast.owner.email, "Alder Ltd", True)
    assert mail.subject == "Alice Test commented on INV-A (Alder Ltd)"
    comment(cast.alice, cast.alice, "B")
    work()
    assert inbox.messages == [], "news go to the bell alone"
    assert notifications.unread(cast.owner).at_bell == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(GONE, "hard"), ("552 5.3.4 too large", "soft"), ("554 no thanks", "soft")],
)
def test_a_refused_message_marks_only_what_is_about_the_mailbox(
    cast: Cast, server: Controller, inbox: Inbox, answer: str, kind: str
) -> None:
    inbox.answers = [answer]
    comment(cast.alice, cast.alice, "A")
    work()
    (bounce,) = rows("select kind, reason from core.mail_bounces order by id")
    assert bounce["kind"] == kind
    assert "<b>" not in bounce["reason"], "what a server says is not repeated"
    assert marked(cast.owner.email) == (kind == "hard")


def test_what_is_refused_for_now_is_no_bounce_until_the_ladder_ends(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    inbox.recipient_answers = ["451 4.7.1 later"] * (len(LADDER) + 1)
    comment(cast.alice, cast.alice, "A")
    now = NOW
    work(now)
    (waiting,) = shown(cast, Filter.WAITING)
    assert (waiting.status, waiting.resendable, shown(cast)) == ("retry", False, [])
    for step in LADDER:
        now += step
        work(now)
    (mail,) = shown(cast)
    assert (mail.attempts, mail.bounced) == (len(LADDER) + 1, False)
    assert rows("select id from core.mail_bounces order by id") == []
    failed_mail.retry(cast.owner, mail.id, now)
    work(now)
    assert [str(each["Subject"]) for each in inbox.messages] == [mail.subject]


def test_sending_again_sends_it_whole_once_and_takes_the_mark_away(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    inbox.recipient_answers = [GONE]
    comment(cast.alice, cast.alice, "A")
    work()
    (mail,) = shown(cast)
    done, refused = at_once(lambda _: failed_mail.retry(cast.owner, mail.id, NOW))
    assert (len(done), {type(each) for each in refused}) == (1, {Conflict})
    assert not marked(cast.owner.email)
    work()
    work()
    (message,) = inbox.messages
    body = message.get_body(("plain",))
    assert body is not None
    assert "invoice?number=INV-A" in body.get_content()
    assert shown(cast) == []
    assert events().count("mail.sent_again") == 1
    with pytest.raises(Conflict):
        failed_mail.retry(cast.owner, mail.id, NOW)
    with pytest.raises(NotFound):
        failed_mail.retry(cast.owner, new_id(), NOW)


def test_an_invitation_is_tried_at_a_marked_address_but_its_link_never_comes_back(
    cast: Cast, server: Controller, inbox: Inbox
) -> None:
    contact = make_contact(cast.alice, "dora@alder.example")
    inbox.recipient_answers = [GONE]
    invitations.invite(cast.owner, contact, NOW)
    work()
    (mail,) = shown(cast)
    assert (mail.resendable, mail.bounced) == (False, True)
    with pytest.raises(Conflict, match="works no more"):
        failed_mail.retry(cast.owner, mail.id, NOW)
    invitations.invite(cast.owner, contact, NOW + timedelta(hours=1))
    work(NOW + timedelta(hours=1))
    (message,) = inbox.messages
    assert message["To"] == "dora@alder.example"
    assert "List-Unsubscribe" not in message, "what somebody waits for cannot be stopped"
    assert not marked("dora@alder.example"), "it was taken"


def test_a_digest_for_a_marked_address_is_not_written(cast: Cast) -> None:
    choose(cast.alice, Delivery(Digest.DAILY))
    comment(cast.owner, cast.alice, "A")
    work()
    with store.system_writing() as session:
        bounces.record(
            session, cast.alice.email.upper(), "gone", hard=True,
            customer_id=cast.alice.customer_id, outbox_id=new_id(), now=NOW,
        )  # fmt: skip
    before: list[Any] = rows("select id from core.outbox where kind like 'mail.%' order by id")
    work(EIGHT)
    assert rows("select id from core.outbox where kind like 'mail.%' order by id") == before


def test_links_that_open_something_are_wiped_whatever_becomes_of_the_mail() -> None:
    assert {
        "mail.activity", "mail.autopay_by_hand", "mail.autopay_declined", "mail.autopay_notice",
        "mail.digest", "mail.reminder",
    } == outbox.OPENING_NOTHING  # fmt: skip
