"""Every letter in every language as it arrives, and who gets it in which one."""

import re
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from portal_data import settings, store
from portal_data.auth import identity, invitations, logins, resets, second_factor
from portal_data.business import preferences
from portal_data.customers import change_requests, details, own_details, review_desk, reviews
from portal_data.messaging import activity, delivery, events, letters, outbox, templates
from portal_data.messaging.delivery import Delivery, Digest
from portal_data.messaging.mail import mailer_for
from portal_data.ops import notifier
from portal_data.ops.worker import Worker
from portal_data.scope import Scope, Staff
from portal_data.text import language
from tests.catalogues import Translate
from tests.conftest import NOW, Cast
from tests.mail_server import Inbox
from tests.people import mails, make_contact

NAME = '<script>alert(1)</script> {0} {name} %s "&" [x](javascript:1)\r\nBcc: evil@x.example'
ONE_LINE = " ".join(NAME.split())
QUOTE = f"{NAME}\n\nSincerely, the business: <a href='https://evil.example'>pay here</a>"
TO = "dora@alder.example"
LINK = "https://portal.example/accept?token=a&b=<c>"

LETTERS: dict[str, Callable[[], dict[str, Any]]] = {
    "invitation": lambda: templates.invitation(TO, NAME, NAME, NAME, LINK),
    "invitation of a colleague": lambda: templates.invitation(TO, NAME, NAME, NAME, LINK, NAME),
    "password_reset": lambda: templates.password_reset(TO, NAME, LINK),
    "login_link": lambda: templates.login_link(TO, NAME, LINK),
    "data_ready": lambda: templates.data_ready(TO, NAME, NAME, 7),
    "password_changed": lambda: templates.password_changed(TO, NAME),
    "account_linked": lambda: templates.account_linked(TO, NAME, NAME),
    "second_factor": lambda: templates.second_factor(TO, NAME, second_factor._SET_UP),
    "review_request": lambda: templates.review_request(TO, NAME, NAME),
    "review_answered": lambda: templates.review_answered(TO, NAME, NAME, QUOTE),
    "tax_number_answered": lambda: templates.tax_number_answered(TO, NAME, NAME, NAME, True, None),
    "tax number refused": lambda: templates.tax_number_answered(TO, NAME, NAME, NAME, False, QUOTE),
    "no tax number": lambda: templates.tax_number_answered(TO, NAME, NAME, None, True, None),
    "a tax number kept": lambda: templates.tax_number_answered(TO, NAME, NAME, None, False, QUOTE),
    "forwarded": lambda: templates.forwarded(TO, NAME, NAME, NAME, "INV-1", QUOTE),
    "forwarded alone": lambda: templates.forwarded(TO, NAME, NAME, NAME, "INV-1", None),
    "activity": lambda: templates.activity(TO, _told(), None, "invoice?number=1", QUOTE),
    "activity without a screen": lambda: templates.activity(TO, _told(), None),
    "an estimate": lambda: templates.activity(TO, _told(), None, "", None, LINK),
    "reminder": lambda: templates.reminder(
        TO, NAME, NAME, "INV-1", 1, [[_told()]], ["1.00"], "invoice?number=INV-1"
    ),
    "reminder of several": lambda: templates.reminder(
        TO, NAME, NAME, None, 3, [[_told()] * 2] * 2, ["1.00", "2.00"], "invoices?status=unpaid"
    ),
    **{
        name: lambda name=name, day=day: templates.autopay(
            name,
            TO,
            dict.fromkeys(("name", "business", "number", "method"), NAME),
            "invoice?number=1",
            amount="1.00",
            due="1",
            day=day,
            since="1",
            reason=language._("The card has expired."),
        )
        for name, day in (
            ("autopay_notice", "1"),
            ("autopay_declined", "1"),
            ("autopay_by_hand", None),
        )
    },
    "autopay_declined for good": lambda: templates.autopay(
        "autopay_declined",
        TO,
        dict.fromkeys(("name", "business", "number", "method"), NAME),
        "invoice?number=1",
        amount="1.00",
        due="1",
        day=None,
        since="1",
        reason=language._("The card has expired."),
    ),
    "digest": lambda: templates.digest(TO, NAME, [(_told(), None)] * 2, 3),
}
OF_STAFF: dict[str, Callable[[], dict[str, Any]]] = {
    "staff_invitation": lambda: templates.staff_invitation(TO, NAME, NAME, NAME, LINK),
    "bank_details_changed": lambda: templates.bank_details_changed(TO, NAME, NAME, QUOTE),
    "no bank details": lambda: templates.bank_details_changed(TO, NAME, NAME, ""),
}


def _told() -> str:
    return activity.sentence(NAME, "comment.added", "INV-1")


def _text(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _unmarked(text: str, name: str) -> str:
    """Return what of a text came through no catalogue."""
    before = ""
    while before != text:
        before, text = text, re.sub(rf"{name}‹[^‹›]*›", "", text)
    return text


def _letters(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text)


def test_every_file_is_a_letter_that_is_tried_here() -> None:
    files = {path.name.partition(".")[0] for path in letters.FOLDER.glob("*.jinja")} - {"layout"}
    assert files <= {*LETTERS, *OF_STAFF}


def test_every_letter_arrives_whole_in_every_language(
    cast: Cast, server: Controller, inbox: Inbox, translated: Translate
) -> None:
    with store.system_writing() as session:
        for name in language.LANGUAGES:
            for letter, write in LETTERS.items():
                with language.reading(name):
                    payload = write()
                payload["unsubscribe"] = "https://portal.example/unsubscribe/x"
                outbox.enqueue(
                    session, "mail.test", dedup_key=f"{name} {letter}", payload=payload, now=NOW,
                )  # fmt: skip
    worker = Worker(mailer_for(settings.load()))
    while worker.work(NOW):
        pass
    assert len(inbox.messages) == len(LETTERS) * len(language.LANGUAGES)
    found = dict.fromkeys(language.LANGUAGES, 0)
    for message in inbox.messages:
        plain, html = _text(message, "plain"), _text(message, "html")
        (name,) = re.findall(r'<html lang="(\w\w)" dir="ltr">', html)
        found[name] += 1
        # what a stranger wrote is text, in one line where it is a name, and marked where it is more
        assert message["Bcc"] is None
        assert message["To"] == TO
        assert "\n" not in message["Subject"]
        assert not re.search(r"<script|href=['\"]https://evil|<a href='", html)
        assert not any(line.startswith("Bcc:") for line in plain.splitlines())
        quoted = [line for line in plain.splitlines() if "Sincerely" in line]
        assert all(line.startswith("> ") for line in quoted)
        assert len(quoted) == html.count("Sincerely") <= 1
        if ONE_LINE in plain:
            assert "&lt;script&gt;alert(1)&lt;/script&gt; {0} {name} %s" in html
        assert "http" in plain
        # and what is ours came through a catalogue: nothing else has letters, but links and digits
        if name == language.SOURCE:
            assert "‹" not in plain
            continue
        own = [line for line in plain.splitlines() if not line.startswith((">", "http"))]
        assert _letters(_unmarked("\n".join(own), name)) == []
        if (subject := _unmarked(message["Subject"], name)) and "INV-1" not in subject:
            assert _letters(subject) == []
        shown = re.sub(r"<blockquote.*?</blockquote>|<[^>]*>|https://\S*", "", html)
        assert _letters(_unmarked(shown, name)) == []
    assert set(found.values()) == {len(LETTERS)}


def test_letters_to_staff_are_english_and_as_safe(
    cast: Cast, server: Controller, inbox: Inbox, translated: Translate
) -> None:
    with store.system_writing() as session:
        for letter, write in OF_STAFF.items():
            outbox.enqueue(session, "mail.test", dedup_key=letter, payload=write(), now=NOW)
    Worker(mailer_for(settings.load())).work(NOW)
    assert len(inbox.messages) == len(OF_STAFF)
    for message in inbox.messages:
        assert ONE_LINE in _text(message, "plain")
        assert "‹" not in _text(message, "plain")
        assert "<script" not in _text(message, "html")
        assert '<html lang="en" dir="ltr">' in _text(message, "html")


def _reads(who: Scope, own: str | None, company: str) -> None:
    """Let a contact read a language, and the company another one."""
    with store.system_writing() as session:
        session.change(
            "update core.contacts set version = version + 1, language = $language where id = $id",
            id=who.contact_id, language=own,
        )  # fmt: skip
        session.change(
            "update core.customers set version = version + 1, language = $language where id = $id",
            id=who.customer_id, language=company,
        )  # fmt: skip


def _languages(kind: str) -> list[str]:
    return [mail["language"] for mail in mails(f"mail.{kind}")]


@pytest.mark.parametrize(
    ("own", "company", "expected"),
    [("de", "fr", "de"), (None, "fr", "fr"), (None, "sv", "en"), ("es", "sv", "es")],
)
def test_each_gets_mails_in_their_own_language_or_the_companys(
    cast: Cast, owner: Staff, translated: Translate,
    own: str | None, company: str, expected: str,
) -> None:  # fmt: skip
    alice, bob = cast.alice, cast.bob
    _reads(alice, own, company)
    invited = make_contact(alice, "eve@alder.example", language=own)
    invitations.invite(owner, invited, NOW)
    review_desk.request(owner, alice.contact_id, today=NOW.date(), now=NOW)
    with store.system_writing() as session:
        login = logins.find(session, alice.email)
        assert login is not None
        identity.replace_password(session, login, "a hash", NOW)
        second_factor._mail(session, login, second_factor._RENEWED, NOW)
        resets.answer(session, cast.alice.contact_id, alice.email, NOW)
    for kind in ("invitation", "review_request", "password_changed", "second_factor"):
        assert _languages(kind) == [expected], kind
    assert _languages("password_reset") == [expected]
    today = NOW.date()
    reviews.write(alice, 4, "Good", may_publish=False, seen=None, today=today, now=NOW)
    review_desk.reply(owner, reviews.own(alice)[0].id, "Thanks", seen=1, now=NOW)
    own_details.change_company(alice, {"tax_id": "GB 1"}, before=details.my_details(alice), now=NOW)
    (asked,) = change_requests.waiting(alice)
    change_requests.refuse(owner, asked.id, "No", seen=1, now=NOW)
    assert _languages("review_answer") == _languages("tax_number_answered") == [expected]
    # activity and digests: Bob's own language is none
    preferences.change(owner, now=NOW, notify_contacts_of_comments=True)
    delivery.change(bob, Delivery(Digest.DAILY), now=NOW)
    with store.system_writing() as session:
        told = [
            activity.record(
                session, owner, events.COMMENT_ADDED, now=NOW, customer_id=alice.customer_id,
                subject_kind="invoice", subject_number=f"INV-{number}", visible=True,
            )
            for number in range(2)
        ]  # fmt: skip
        for each in told:
            notifier.notify(session, each, NOW)
    by_person = {mail["to"]: mail["language"] for mail in mails("mail.activity")}
    assert by_person == {alice.email: expected}
    Worker(mailer_for(settings.load())).work(NOW + timedelta(days=1))
    assert _languages("digest") == [language.best(company)]
