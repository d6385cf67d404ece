"""What acting leaves behind, long and of other scripts: links, failed mail, archives, disputes."""

import json
from datetime import timedelta
from uuid import UUID

from portal_data import store
from portal_data.auth import tokens
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.customers import forwarding
from portal_data.customers.forwarding import OneDocument
from portal_data.ids import new_id
from portal_data.kinds import INVOICE
from portal_data.payments import attempts
from portal_data.payments.attempts import Status
from portal_data.scope import Scope
from tests.data.choosing import make_choice
from tests.factories import insert, make_approval, make_entry

OFFER, SIGN_IN_LINK = "offer-of-the-extreme-portal", "sign-in-link-of-the-extreme-portal"
PAY_LINK = "pay-link-of-the-extreme-portal"
"""The tokens of a public link of an estimate, and of one that signs in."""
_ADDRESS = "accounts.payable.and.receivable.of.the.northern.region@" + "x" * 50 + ".example"
_ERRORS = (
    "The server refused the recipient (550 5.1.1 <" + _ADDRESS + ">: Recipient address rejected: "
    "User unknown in virtual mailbox table; see https://postmaster.example/help/" + "x" * 60 + ").",
    "The mail server could not be reached.",
)
DAY = timedelta(days=1)
FAILED, WAITING = (UUID(int=number) for number in (1, 2))
"""Attempts to pay: one that its provider refused, one that waits for somebody's agreement."""


def add(who: Scope, words: tuple[str, ...], invoice: UUID, approved: tuple[UUID, UUID]) -> None:
    """Store it for somebody's company; `approved` are a project and somebody who worked on it."""
    _forward(who, invoice)
    _dispute(who, words, invoice)
    _promise(who, invoice)
    _offer(who, words)
    _pay_link(who, invoice)
    _attempt(who, FAILED, "failed", invoice, failure_message=" ".join(words))
    _attempt(who, WAITING, "awaiting_approval", invoice)
    for place, each in enumerate(words):
        for status in ("failed", "retry"):
            _mail(who, each, status, place)
    project, person = approved
    entry = make_entry(who, project, person, 95, notes=words[-1], day=utc_now().date())
    make_approval(
        who, {entry: "approved"}, name=words[-1], project_id=project, status="approved",
        submitted_at=utc_now() - DAY, decided_at=utc_now() - DAY,
    )  # fmt: skip


def link_of(email: str) -> None:
    """Store the link that signs somebody in."""
    with store.system_writing() as session:
        login = session.value("select id from core.logins where email = $email", email=email)
    insert(
        "login_links", login_id=login, token_hash=tokens.digest(SIGN_IN_LINK),
        created_at=utc_now(), expires_at=utc_now() + DAY,
    )  # fmt: skip


def archive_of(email: str, status: str, **more: object) -> None:
    """Store what became of the file of all data that somebody asked for."""
    with store.system_reading() as session:
        contact = session.one(
            "select id, customer_id, role from core.contacts where email = $email order by id",
            email=email,
        )
    assert contact is not None
    insert(
        "data_archives", customer_id=contact["customer_id"], contact_id=contact["id"],
        role=contact["role"], status=status, asked_at=utc_now() - DAY, finished_at=utc_now(),
        expires_at=utc_now() + 7 * DAY, **more,
    )  # fmt: skip


def _forward(who: Scope, invoice: UUID) -> None:
    addresses = ", ".join(f"{number}.{_ADDRESS}" for number in range(5))
    what = OneDocument(INVOICE, invoice)
    forwarding.forward(who, what, addresses, "", key=new_id(), now=utc_now())


def _dispute(who: Scope, words: tuple[str, ...], invoice: UUID) -> None:
    own = {"customer_id": who.customer_id}
    for each in words:
        dispute = insert(
            "disputes", kind="customer", invoice_id=invoice, contact_id=who.contact_id,
            reason="Goods or work have defects", body=f"{each}\n\n{each}", currency_code="GBP",
            amount_minor=987_654_321, status="opened", opened_at=utc_now(), **own,
        )  # fmt: skip
        for name in (each[:90], "x" * 90, "plan"):
            insert(
                "files", subject_kind="dispute", subject_id=dispute, name=f"{name}.pdf",
                media_type="application/pdf", size_bytes=4_999_999, sha256="0" * 64,
                storage_key=str(new_id()), uploaded_by_kind="contact", uploaded_by=who.contact_id,
                uploaded_by_name=who.name, visible=True, created_at=utc_now(), **own,
            )  # fmt: skip


def _promise(who: Scope, invoice: UUID) -> None:
    own = {"customer_id": who.customer_id, "amount_minor": 987_654_321}
    for status in ("open", "broken", "kept"):
        promise = insert(
            "payment_promises", contact_id=who.contact_id, currency_code="GBP", status=status,
            promised_on=utc_now().date(), created_at=utc_now() - DAY,
            closed_at=None if status == "open" else utc_now(), **own,
        )  # fmt: skip
        with store.system_writing() as session:
            session.load(
                "core.payment_promise_items",
                ("customer_id", "promise_id", "invoice_id", "amount_minor"),
                [(who.customer_id, promise, invoice, 987_654_321)],
            )


def _offer(who: Scope, words: tuple[str, ...]) -> None:
    estimate = make_choice(who, "EST-OFFER", subject=words[-1])
    with store.system_writing() as session:
        preferences.change_within(session, None, {"answer_estimates_by_link": True}, utc_now())
        for name, each in zip(("Tree", "Pond", "Fountain"), words, strict=True):
            session.change(
                "update core.estimate_lines set name = $words, description = $words"
                " where estimate_id = $id and name = $name",
                id=estimate, name=name, words=each,
            )  # fmt: skip
    insert(
        "document_links", customer_id=who.customer_id, document_kind="estimate",
        document_id=estimate, purpose="answer", token_hash=tokens.digest(OFFER),
        created_at=utc_now(), expires_at=utc_now() + 30 * DAY,
    )  # fmt: skip


def _pay_link(who: Scope, invoice: UUID) -> None:
    with store.system_writing() as session:
        preferences.change_within(session, None, {"public_pay_links": True}, utc_now())
    insert(
        "document_links", customer_id=who.customer_id, document_kind="invoice",
        document_id=invoice, purpose="pay", token_hash=tokens.digest(PAY_LINK),
        created_at=utc_now(), expires_at=utc_now() + 30 * DAY,
    )  # fmt: skip


def _attempt(who: Scope, key: UUID, status: str, invoice: UUID, **more: object) -> None:
    own = {"customer_id": who.customer_id}
    item = {"invoice_id": invoice, "retainer_invoice_id": None, "amount_minor": 987_654_321}
    insert(
        "payment_attempts", id=key, contact_id=who.contact_id, key=str(key), provider="demo",
        status=status, currency_code="GBP", amount_minor=item["amount_minor"],
        created_at=utc_now() - DAY, updated_at=utc_now(), expires_at=utc_now() + 30 * DAY,
        **own, **more,
    )  # fmt: skip
    insert("payment_attempt_items", attempt_id=key, **own, **item)
    if Status(status).in_flight:
        with store.system_writing() as session:
            attempts.fly(session, {"id": key, **own}, [item], utc_now())


def _mail(who: Scope, words: str, status: str, place: int) -> None:
    """Store a mail of which the outbox has given up, or which it tries again next year."""
    to, label = f"{place}.{_ADDRESS}", {"link_label": "Accept invitation"} if place == 1 else {}
    insert(
        "outbox", customer_id=who.customer_id, kind="mail.activity", status=status, attempts=5,
        dedup_key=f"{status}:{place}", payload=json.dumps({"to": to, "subject": words, **label}),
        error=_ERRORS[place % 2], not_before=utc_now() + 365 * DAY, created_at=utc_now(),
    )  # fmt: skip
    if place == 0 and status == "failed":
        insert(
            "mail_bounces", customer_id=who.customer_id, email=to, kind="hard",
            reason=_ERRORS[0], happened_at=utc_now(),
        )  # fmt: skip
