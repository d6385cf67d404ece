"""Forwarding: what is mailed to whom, what the PDF is, who becomes a contact, and how often."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller

from portal_data import kinds, settings, store
from portal_data.auth import identity
from portal_data.billing.history import Event
from portal_data.business import preferences
from portal_data.customers import forwarding
from portal_data.customers.forwarding import OneDocument, OnePeriod
from portal_data.errors import Conflict, InvalidFields, NotFound
from portal_data.ids import new_id
from portal_data.messaging.mail import mailer_for
from portal_data.ops import worker
from portal_data.output import document_pdfs
from portal_data.scope import Role, Scope, Staff
from portal_data.text import language
from tests.catalogues import Translate
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    make_credit_note,
    make_estimate,
    make_invoice,
    make_payment,
    make_retainer,
)
from tests.mail_server import Inbox
from tests.people import at_once, events, mails, make_contact, rows, value

HOSTILE = "<script>alert(1)</script> [x](javascript:alert(1)) **b** \u202e\u2067مرحبا"


@pytest.fixture
def invoice(alice: Scope) -> OneDocument:
    """An invoice of Alice's company."""
    return OneDocument(kinds.INVOICE, make_invoice(alice, number="INV-1"))


def forward(
    who: Scope,
    what: OneDocument | OnePeriod,
    to: str = "max@books.example",
    note: str = "",
    *,
    key: UUID | None = None,
    now: datetime = NOW,
) -> tuple[str, ...]:
    """Forward something as one click does."""
    return forwarding.forward(who, what, to, note, key=key or new_id(), now=now)


def _contacts(scope: Scope) -> dict[str, str]:
    found = rows(
        "select email, portal_status from core.contacts where customer_id = $id order by email",
        id=scope.customer_id,
    )
    return {row["email"]: row["portal_status"] for row in found}


def _attached(message: EmailMessage) -> tuple[str | None, bytes]:
    (attachment,) = message.iter_attachments()
    assert attachment.get_content_type() == "application/pdf"
    content = attachment.get_content()
    assert isinstance(content, bytes)
    return attachment.get_filename(), content


def test_every_kind_arrives_as_the_pdf_that_is_downloaded(
    cast: Cast, inbox: Inbox, server: Controller
) -> None:
    alice = cast.alice
    with store.system_writing() as session:
        session.change(
            "update core.customers set version = version + 1, display_name = $name"
            " where id = $id", name="Ålder \"&\" Söhne شركة", id=alice.customer_id,
        )  # fmt: skip
    made = {
        kinds.ESTIMATE: make_estimate(alice, number="EST-1"),
        kinds.INVOICE: make_invoice(alice, number="INV-1"),
        kinds.RETAINER: make_retainer(alice, number="RET-1"),
        kinds.CREDIT_NOTE: make_credit_note(alice, number="CN-1"),
        kinds.PAYMENT: make_payment(alice, {}, unused_minor=100, number="PAY-1"),
    }
    for kind, document_id in made.items():
        forward(alice, OneDocument(kind, document_id))
    first = date(TODAY.year, 1, 1)
    forward(alice, OnePeriod("GBP", first, TODAY))
    work = worker.Worker(mailer_for(settings.load()))
    for hours in range(3):
        work.work(NOW + timedelta(hours=hours))
    brought = {
        content: (name, str(message["Subject"]))
        for message in inbox.messages
        if not str(message["To"]).endswith("@fern.example")
        for name, content in (_attached(message),)
    }
    reader = identity.view_as_customer(cast.owner, alice.customer_id)
    for kind, number in zip(made, ("EST-1", "INV-1", "RET-1", "CN-1", "PAY-1"), strict=True):
        name, content = document_pdfs.document_pdf(reader, kind, number, now=NOW)
        assert brought[content][0] == name
        assert number in brought[content][1]
    name, content = document_pdfs.statement_pdf(reader, "GBP", first, TODAY, now=NOW)
    title = f"Statement 1 Jan {TODAY.year} – {TODAY.day} Nov {TODAY.year} (GBP)"
    assert brought[content] == (name, f"{title} from Fern & Bloom Ltd")
    assert len(brought) == 6


def test_the_mail_says_who_sends_it_and_quotes_the_note(
    cast: Cast, invoice: OneDocument, inbox: Inbox, server: Controller
) -> None:
    addresses = forward(cast.alice, invoice, "Max@Books.example; eva@x.example", f"Hi\n\n{HOSTILE}")
    assert addresses == ("max@books.example", "eva@x.example")
    work = worker.Worker(mailer_for(settings.load()))
    work.work(NOW)
    work.work(NOW)
    forwarded = [each for each in inbox.messages if "Alice Test of" in _plain(each)]
    assert {str(each["To"]) for each in forwarded} == set(addresses)
    for message in forwarded:
        assert str(message["Reply-To"]) == cast.alice.email
        assert str(message["Subject"]) == "Invoice INV-1 from Fern & Bloom Ltd"
        assert "office@fern.example" in str(message["From"])
        assert message["Cc"] is message["Bcc"] is None
        assert "> <script>alert(1)</script>" in _plain(message)
        assert "\u202e" not in _plain(message)
        html = message.get_body(("html",))
        assert html is not None
        assert "<script>" not in html.get_content()
        assert "portal.example" not in message.as_string()
    told = [each for each in inbox.messages if each not in forwarded]
    assert {str(each["To"]) for each in told} == {"olive@fern.example"}
    assert "Alice Test forwarded INV-1" in _plain(told[0])
    assert "> To max@books.example, eva@x.example" in _plain(told[0])


def _plain(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_recipients_become_contacts_without_access(cast: Cast, invoice: OneDocument) -> None:
    alice, bob, charlie = cast.alice, cast.bob, cast.charlie
    make_contact(alice, "off@alder.example", portal_status="disabled")
    before = {**_contacts(alice)}
    everybody_else = _contacts(charlie)
    forward(alice, invoice, f"{bob.email}, off@alder.example, {charlie.email}, new@x.example")
    assert _contacts(alice) == {
        **before, charlie.email: "not_invited", "new@x.example": "not_invited",
    }  # fmt: skip
    assert _contacts(charlie) == everybody_else
    forward(alice, invoice, "NEW@x.example")
    assert len(_contacts(alice)) == len(before) + 2
    added = rows(
        "select role, login_id from core.contacts where email = 'new@x.example' order by id"
    )
    assert added == [{"role": "viewer", "login_id": None}]
    assert value("select count(*)::bigint as n from core.invitations order by n") == 0
    assert events() == ["document.forwarded"] * 2


def test_the_history_of_a_document_names_whoever_forwarded_it(
    cast: Cast, invoice: OneDocument
) -> None:
    alice, bob = cast.alice, cast.bob
    assert forwarding.history(alice, invoice.id) == []
    forward(alice, invoice, "max@books.example, eva@x.example", "not for\n\nTo c@x.example")
    later = NOW + timedelta(days=1)
    forward(replace(bob, name="شركة Bob", role=Role.PAYER), invoice, now=later)
    forward(alice, OneDocument(kinds.INVOICE, make_invoice(alice, number="INV-2")))
    staff = identity.view_as_customer(cast.owner, alice.customer_id)
    for who in (alice, staff):
        assert [(each.happened, each.sentence, each.detail) for each in _history(who, invoice)] == [
            (NOW, "Forwarded by Alice Test", "max@books.example, eva@x.example"),
            (later, "Forwarded by \u2068شركة Bob\u2069", "max@books.example"),
        ]
    for role in (Role.VIEWER, Role.PAYER, Role.APPROVER):
        found = _history(replace(bob, role=role), invoice)
        assert [each.happened for each in found] == [NOW, later]
        assert "example" not in repr(found)
    nobody = replace(alice, customer_id=new_id())
    assert _history(cast.charlie, invoice) == _history(nobody, invoice) == []


def _history(who: Scope, what: OneDocument) -> list[Event]:
    return forwarding.history(who, what.id)


def test_sixteen_clicks_of_one_form_send_once(cast: Cast, invoice: OneDocument) -> None:
    key = new_id()
    done, refused = at_once(
        lambda _: forward(cast.alice, invoice, "a@x.example, b@x.example", key=key)
    )
    assert (len(done), refused) == (16, [])
    assert len(mails("mail.forward")) == 2
    assert events() == ["document.forwarded"]


@pytest.mark.parametrize(
    ("to", "note"),
    [
        ("", ""),
        (" ,; ", ""),
        ("nobody", ""),
        ("a@x.example\r\nBcc: b@x.example", ""),
        ("a@x.example%0aBcc:b@x.example,<c@x.example>", ""),
        ('"a\r\nb"@x.example', ""),
        ("a@x.example\0", ""),
        (", ".join(f"{n}@x.example" for n in range(6)), ""),
        ("x" * 1_000_000, ""),
        ("a@x.example", "x" * 2_001),
        ("a@x.example", "x" * 1_000_000),
        ("a@x.example", "null\0"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field(
    cast: Cast, invoice: OneDocument, to: str, note: str
) -> None:
    with pytest.raises(InvalidFields) as refused:
        forward(cast.alice, invoice, to, note)
    assert set(refused.value.fields) == {"note" if len(note) > 2 else "to"}
    assert mails("mail.forward") == []
    assert "max@books.example" not in _contacts(cast.alice)


def test_a_hostile_name_starts_no_header(cast: Cast, invoice: OneDocument) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.organisation set name = $name", name="Fern\r\nBcc: evil@x.example"
        )
    forward(cast.alice, invoice)
    (mail,) = mails("mail.forward")
    assert mail["subject"] == "Invoice INV-1 from Fern Bcc: evil@x.example"


def test_only_so_much_is_forwarded_a_day(
    cast: Cast, invoice: OneDocument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forwarding, "DAY_LIMIT", 3)
    monkeypatch.setattr(forwarding, "CUSTOMER_DAY_LIMIT", 4)
    colleague = _colleague(cast)
    done, refused = at_once(lambda n: forward(cast.alice, invoice, f"{n}@x.example"), times=8)
    assert (len(done), [type(each) for each in refused]) == (3, [Conflict] * 5)
    assert len(mails("mail.forward")) == 3
    assert len([each for each in _contacts(cast.alice) if each.endswith("@x.example")]) == 3
    forward(colleague, invoice)
    with pytest.raises(Conflict, match="Your company"):
        forward(colleague, invoice)
    forward(cast.charlie, OneDocument(kinds.INVOICE, make_invoice(cast.charlie)))
    forward(cast.alice, invoice, now=NOW + timedelta(hours=24, minutes=1))
    monkeypatch.setattr(forwarding, "MOST_CONTACTS", 1)
    with pytest.raises(Conflict, match="too many contacts"):
        forward(colleague, invoice, "more@x.example", now=NOW + timedelta(days=2))


def _colleague(cast: Cast) -> Scope:
    """Bob, who may forward now."""
    return replace(cast.bob, role=Role.PAYER)


def test_what_is_not_the_customers_is_not_there(cast: Cast, invoice: OneDocument) -> None:
    draft = OneDocument(kinds.INVOICE, make_invoice(cast.alice, status="draft"))
    for who, what in (
        (cast.charlie, invoice),
        (cast.alice, draft),
        (cast.alice, OneDocument(kinds.ESTIMATE, invoice.id)),
        (cast.alice, OnePeriod("ZZQ", TODAY, TODAY)),
        (cast.alice, OnePeriod("GBP", TODAY, TODAY - timedelta(days=1))),
    ):
        with pytest.raises(NotFound):
            forward(who, what)
    assert rows("select id from core.outbox order by id") == []


def test_a_business_may_switch_it_off(cast: Cast, invoice: OneDocument, owner: Staff) -> None:
    preferences.change(owner, now=NOW, customers_forward_documents=False)
    with pytest.raises(NotFound):
        forward(cast.alice, invoice)
    assert mails("mail.forward") == []


def test_what_is_gone_when_it_is_sent_is_not_sent(
    cast: Cast, invoice: OneDocument, inbox: Inbox, server: Controller
) -> None:
    forward(cast.alice, invoice)
    with store.system_writing() as session:
        session.change("update core.invoices set version = version + 1, status = 'draft'")
    worker.Worker(mailer_for(settings.load())).work(NOW)
    (row,) = rows("select status, error from core.outbox where kind = 'mail.forward' order by id")
    assert row == {"status": "failed", "error": "What was to be attached is gone."}


def test_mail_and_document_are_in_the_language_of_who_sends_them(
    cast: Cast, inbox: Inbox, server: Controller, translated: Translate
) -> None:
    make_invoice(cast.alice, number="INV-1")
    german = replace(cast.alice, language="de")
    first = date(TODAY.year, 1, 1)
    forward(german, OnePeriod("GBP", first, TODAY))
    assert rows("select subject_number as n from core.activity order by id")[0]["n"] == (
        f"the statement 1 Jan {TODAY.year} – {TODAY.day} Nov {TODAY.year} (GBP)"
    )
    worker.Worker(mailer_for(settings.load())).work(NOW)
    (message,) = (each for each in inbox.messages if str(each["To"]) == "max@books.example")
    assert "de‹" in str(message["Subject"])
    assert f"01.01.{TODAY.year}" in str(message["Subject"])
    with language.reading("de"):
        german_pdf = document_pdfs.statement_pdf(german, "GBP", first, TODAY, now=NOW)
    with language.reading("en"):
        english = document_pdfs.statement_pdf(cast.alice, "GBP", first, TODAY, now=NOW)
    assert _attached(message)[1] == german_pdf[1] != english[1]
