"""Mail that comes back later: what Postfix, Exim and Exchange write of it, and what is ours."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from typer.testing import CliRunner, Result

from portal_data import settings, store
from portal_data.__main__ import app
from portal_data.ids import new_id
from portal_data.messaging import bounces, failed_mail
from portal_data.messaging.mail import dsn
from tests.conftest import NOW, Cast
from tests.data.test_delivery import comment
from tests.data.test_failed_mail import marked, shown, work
from tests.people import at_once, rows

Run = Callable[..., Result]

POSTFIX = """\
Return-Path: <>
Received: by mx.fern.example (Postfix) id 4TxQ2m0Zz1z5; Fri, 20 Nov 2026 09:31:04 +0000 (UTC)
Date: Fri, 20 Nov 2026 09:31:04 +0000 (UTC)
From: MAILER-DAEMON@mx.fern.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: billing@fern.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4TxQ2l6pYhz1z4.1795167064/mx.fern.example"
Message-Id: <4TxQ2m0Zz1z5@mx.fern.example>

This is a MIME-encapsulated message.

--4TxQ2l6pYhz1z4.1795167064/mx.fern.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.fern.example.

<olive@fern.example>: host mail.fern.example[192.0.2.25] said: {reply} (in reply to RCPT TO command)

--4TxQ2l6pYhz1z4.1795167064/mx.fern.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.fern.example
X-Postfix-Queue-ID: 4TxQ2l6pYhz1z4
X-Postfix-Sender: rfc822; billing@fern.example
Arrival-Date: Fri, 20 Nov 2026 09:31:03 +0000 (UTC)

Final-Recipient: rfc822; olive@fern.example
Original-Recipient: rfc822;olive@fern.example
Action: {action}
Status: {status}
Remote-MTA: dns; mail.fern.example
Diagnostic-Code: smtp; {reply}

--4TxQ2l6pYhz1z4.1795167064/mx.fern.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <billing@fern.example>
From: "Fern & Bloom Ltd" <billing@fern.example>
To: olive@fern.example
Subject: Alice Test commented
Message-ID: <{row}@fern.example>

--4TxQ2l6pYhz1z4.1795167064/mx.fern.example--
"""
EXIM = """\
Return-path: <>
X-Failed-Recipients: olive@fern.example
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@exim.fern.example>
To: billing@fern.example
References: <{row}@fern.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=1795167064-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vLx3k-0001Ab-2C@exim.fern.example>

--1795167064-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

  olive@fern.example
    host mail.fern.example [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<olive@fern.example>:
    {reply}

--1795167064-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; exim.fern.example

Action: {action}
Final-Recipient: rfc822;olive@fern.example
Status: {status}
Remote-MTA: dns; mail.fern.example
Diagnostic-Code: smtp; {reply}

--1795167064-eximdsn-1804289383
Content-type: message/rfc822

Return-path: <billing@fern.example>
From: "Fern & Bloom Ltd" <billing@fern.example>
To: olive@fern.example
Subject: Alice Test commented
Message-ID: <{row}@fern.example>
Content-Type: multipart/alternative; boundary="x"

--x
Content-Type: text/plain

Message-ID: <00000000-0000-0000-0000-000000000000@not.this.one>
--x--

--1795167064-eximdsn-1804289383--
"""
OLD_EXIM = """\
X-Failed-Recipients: olive@fern.example
From: Mail Delivery System <Mailer-Daemon@exim.fern.example>
To: billing@fern.example
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

  olive@fern.example
    SMTP error from remote mail server after RCPT TO:<olive@fern.example>:
    {reply}

------ This is a copy of the message, including all the headers. ------

Return-path: <billing@fern.example>
From: billing@fern.example
To: olive@fern.example
Message-ID: <{row}@fern.example>

250 5.0.0 is only said in it.
"""
EXCHANGE = """\
From: <postmaster@outlook.example>
To: <billing@fern.example>
Date: Fri, 20 Nov 2026 09:31:07 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="53ef8f66-0a1c-4f51-9a0c-0d7fbe4d0f3a"
MIME-Version: 1.0
Content-Language: en-GB
Message-ID: <8b1c@DB9PR01.outlook.example>
In-Reply-To: <{row}@fern.example>
References: <{row}@fern.example>
Subject: Undeliverable: Alice Test commented
Auto-Submitted: auto-replied

--53ef8f66-0a1c-4f51-9a0c-0d7fbe4d0f3a
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="7a2a"

--7a2a
Content-Type: text/plain; charset="us-ascii"

Your message to olive@fern.example couldn't be delivered.
--7a2a
Content-Type: text/html; charset="us-ascii"

<p>Your message couldn't be delivered.</p>
--7a2a--

--53ef8f66-0a1c-4f51-9a0c-0d7fbe4d0f3a
Content-Type: message/delivery-status

Reporting-MTA: dns;DB9PR01.outlook.example
Received-From-MTA: dns;mx.fern.example
Arrival-Date: Fri, 20 Nov 2026 09:31:05 +0000

Final-Recipient: rfc822;olive@fern.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{reply}

--53ef8f66-0a1c-4f51-9a0c-0d7fbe4d0f3a--
"""
FORMS = {"postfix": POSTFIX, "exim": EXIM, "exchange": EXCHANGE}
GONE = "550 5.1.1 <olive@fern.example>: Recipient address rejected"


def report(
    form: str, row: UUID, status: str = "5.1.1", reply: str = GONE, action: str = "failed"
) -> bytes:
    """Return what a server says of the mail of an outbox row."""
    text = form.format(row=row, status=status, reply=reply, action=action)
    return text.replace("\n", "\r\n").encode()


# What is read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("status", "reply", "expected", "hard"),
    [
        ("5.1.1", GONE, "5.1.1", True),
        ("5.2.1", "550 5.2.1 mailbox disabled", "5.2.1", True),
        ("5.0.0", "550 5.1.10 no such recipient", "5.1.10", True),
        ("5.0.0", "550 No such user here", "550", True),
        ("5.0.0", "554 Refused as spam", "554", False),
        ("5.7.1", "554 5.7.1 Refused by policy", "5.7.1", False),
        ("4.4.7", "delivery time expired", "4.4.7", False),
        ("", "", "", False),
    ],
)
def test_what_failed_is_told_with_its_status(
    form: str, status: str, reply: str, expected: str, hard: bool
) -> None:
    row = new_id()
    assert dsn.read(report(FORMS[form], row, status, reply)) == [dsn.Returned(row, expected, hard)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_has_not_failed_is_nothing(form: str, action: str) -> None:
    assert dsn.read(report(FORMS[form], new_id(), "4.4.1", "450 later", action)) == []


def test_a_plain_notification_of_an_older_exim_is_read() -> None:
    row = new_id()
    assert dsn.read(report(OLD_EXIM, row)) == [dsn.Returned(row, "5.1.1", True)]


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no mail": b"\x00\xff" * 5000,
    "a holiday notice": b"In-Reply-To: <01890a5d-ac96-774b-bcce-b302099a8057@x>\r\n\r\nI am away.",
    "another server's mail": report(POSTFIX, new_id()).replace(b"@fern.example>\r\n\r\n--4T", b">"),
    "a report without an end": report(POSTFIX, new_id())[:1200],
    "parts without an end": b"Content-Type: multipart/report; boundary=a\r\n\r\n"
    + b"--a\r\n" * 9999,
    "parts in parts": b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 500,
    "a charset that is none": b"X-Failed-Recipients: a\r\n"
    b"Content-Type: text/plain; charset=x\r\n\r\n?",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_anything_else_is_nothing(what: str) -> None:
    assert dsn.read(HOSTILE[what]) == []


# What is recorded ---------------------------------------------------------------------------------


@pytest.fixture
def run(
    db: store.Store, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command on the store under test; afterwards that store is the current one again."""
    monkeypatch.setenv("PORTAL_DATABASE", store_url)
    settings.load.cache_clear()

    def typed(*words: str, given: bytes = b"") -> Result:
        result = CliRunner().invoke(app, words, input=given)
        store.install(db)
        return result

    yield typed
    settings.load.cache_clear()


@pytest.fixture
def sent(cast: Cast, server: Controller) -> UUID:
    """The outbox row of a mail to Olive that the server took."""
    comment(cast.alice, cast.alice, "A")
    work()
    (row,) = rows("select id, status from core.outbox where kind = 'mail.activity' order by id")
    assert row["status"] == "sent"
    found: UUID = row["id"]
    return found


def _bounces() -> list[dict[str, Any]]:
    return rows(
        "select email, kind, reason, outbox_id, customer_id from core.mail_bounces order by id"
    )


@pytest.mark.parametrize("form", FORMS)
def test_what_comes_back_marks_the_address_and_is_seen_once(
    cast: Cast, sent: UUID, run: Run, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "bounce.eml"
    file.write_bytes(report(FORMS[form], sent))
    result = run("mail", "bounces", str(file))
    assert (result.exit_code, result.output) == (0, "1 recorded.\n")
    (bounce,) = _bounces()
    assert (bounce["email"], bounce["kind"], bounce["outbox_id"]) == (
        cast.owner.email, "hard", sent,
    )  # fmt: skip
    assert marked(cast.owner.email)
    (mail,) = shown(cast)
    assert (mail.to, mail.bounced) == (cast.owner.email, True)
    assert mail.error == "It came back later (5.1.1)."
    again = run("mail", "bounces", "-", given=file.read_bytes())
    assert (again.exit_code, again.output) == (0, "Nothing of the portal's came back.\n")
    assert len(_bounces()) == 1


def test_a_message_that_was_refused_marks_no_address(cast: Cast, sent: UUID, run: Run) -> None:
    given = report(POSTFIX, sent, "5.7.1", "554 5.7.1 refused by policy")
    assert run("mail", "bounces", "-", given=given).exit_code == 0
    assert [bounce["kind"] for bounce in _bounces()] == ["soft"]
    assert not marked(cast.owner.email)
    assert len(shown(cast)) == 1


def test_what_the_portal_never_sent_is_ignored(cast: Cast, sent: UUID, run: Run) -> None:
    waiting = rows("select id from core.outbox where id <> $id order by id", id=sent)
    for row in (new_id(), *(each["id"] for each in waiting)):
        result = run("mail", "bounces", "-", given=report(POSTFIX, row))
        assert (result.exit_code, result.output) == (0, "Nothing of the portal's came back.\n")
    for given in HOSTILE.values():
        assert run("mail", "bounces", "-", given=given).exit_code == 0
    assert (_bounces(), shown(cast)) == ([], [])


def test_reports_of_one_mail_at_once_are_one_bounce(cast: Cast, sent: UUID) -> None:
    def came(_: int) -> bool:
        with store.system_writing() as session:
            return bounces.came_back(session, sent, "5.1.1", hard=True, now=NOW)

    done, refused = at_once(came)
    assert (done.count(True), refused) == (1, [])
    assert len(_bounces()) == 1


def test_staff_send_it_again_once_the_address_works(cast: Cast, sent: UUID, run: Run) -> None:
    run("mail", "bounces", "-", given=report(EXIM, sent))
    (mail,) = shown(cast)
    assert mail.resendable
    failed_mail.retry(cast.owner, mail.id, NOW)
    assert not marked(cast.owner.email)
    work()
    assert shown(cast) == []
    assert run("mail", "bounces", "-", given=report(EXIM, sent)).output == "1 recorded.\n"


def test_a_file_that_is_not_there_is_said(run: Run, tmp_path: Path) -> None:
    assert run("mail", "bounces", str(tmp_path / "nothing")).exit_code == 66


def test_while_the_store_cannot_be_asked_the_server_tries_later(
    sent: UUID, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_DATABASE", "postgresql://nobody@127.0.0.1:1/nothing")
    settings.load.cache_clear()
    assert run("mail", "bounces", "-", given=report(POSTFIX, sent)).exit_code == 75
    assert _bounces() == []
