"""What a customer claims: that an invoice, or a line of it, is not owed, in whole or in part."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal_data import money, store
from portal_data.billing.disputes import OPEN, Reason, need_open, record
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import events
from portal_data.scope import Permission, Scope
from portal_data.store import Session
from portal_data.text import form_fields, language
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc

BODY = Field(N_("What is wrong"), 2_000, nfc, required=True, multiline=True)
"""What the customer writes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a customer disputes: a line by its id, or the whole invoice, and the amount."""

    line_id: UUID | None
    reason: Reason
    amount_minor: int
    body: str


@dataclass(frozen=True, slots=True)
class Part:
    """What can be disputed: a line of an invoice, or all of it, where both are None.

    `left_minor` is the most that can be, with tax, in minor units.
    """

    line_id: UUID | None
    name: str | None
    left_minor: int


_WHOLE = """
    select id, currency_code, total_minor, tax_inclusive from invoices where number = $number
    order by id
"""
_INVOICE = """
    select id, customer_id, number, version, status, currency_code, total_minor, in_question_minor,
        tax_inclusive
    from core.invoices
    where customer_id = $customer_id and number = $number and status <> 'draft'
    order by id
"""
# what was credited for the invoice already cannot be disputed again
_TAKEN = f"""
    select
        (select coalesce(sum(amount_minor), 0)::bigint from disputes
            where invoice_id = $invoice_id and {OPEN}) as disputed,
        (select coalesce(sum(total_minor), 0)::bigint from credit_notes
            where invoice_id = $invoice_id and status = 'open') as credited
    order by 1
"""
_LINES = f"""
    select l.id, coalesce(l.name, l.description) as name, l.total_minor, l.tax_minor,
        coalesce(d.amount_minor, 0)::bigint as disputed
    from invoice_lines l
    left join (
        select invoice_line_id, sum(amount_minor)::bigint as amount_minor
        from disputes where invoice_id = $invoice_id and {OPEN}
        group by invoice_line_id
    ) d on d.invoice_line_id = l.id
    where l.invoice_id = $invoice_id
    order by l.position, l.id
"""
_THERE = "select id from disputes where id = $id order by id"
_OPEN = """
    insert into core.disputes (id, customer_id, kind, invoice_id, invoice_line_id, contact_id,
        reason, body, currency_code, amount_minor, status, opened_at)
    values ($id, $customer_id, 'customer', $invoice_id, $line_id, $contact_id, $reason, $body,
        $currency, $amount, 'opened', $now)
"""
_HELD = """
    select d.id, d.customer_id, d.version, d.status, d.amount_minor, d.currency_code, d.invoice_id,
        i.number
    from core.disputes d
    join core.invoices i on i.customer_id = d.customer_id and i.id = d.invoice_id
    where d.customer_id = $customer_id and d.id = $id and d.kind = 'customer'
    order by d.id
"""
_WITHDRAW = """
    update core.disputes set version = version + 1, status = 'withdrawn', decided_at = $now
    where customer_id = $customer_id and id = $id
"""


def parts(scope: Scope, number: str) -> list[Part]:
    """Return what of an invoice can be disputed: all of it first, then each line with something.

    Raises NotFound when the customer has no such invoice.
    """
    with store.reading(scope) as session:
        invoice = session.one(_WHOLE, number=number)
        if invoice is None:
            raise NotFound(_("There is no such invoice."))
        whole, *lines = _parts(session, invoice)
    return [whole, *(line for line in lines if line.left_minor)]


def _nothing(session: Session) -> list[str]:
    """Attach nothing to a dispute."""
    return []


def open_dispute(
    scope: Scope,
    number: str,
    claimed: Claim,
    *,
    seen: int,
    key: UUID,
    now: datetime,
    attach: Callable[[Session], list[str]] = _nothing,
) -> bool:
    """Dispute an invoice in the version that was `seen`; tell whether it was not there already.

    `attach` stores what belongs to it in its transaction, and returns the names of that.

    `key` is the id that the dispute gets: the same click twice is one dispute. Raises NotAllowed
    for a role that may not, NotFound for no such invoice or line, InvalidFields for a text that is
    none, Invalid for an amount that the invoice or line has not left to dispute, Conflict when the
    invoice changed, or cannot be disputed.
    """
    scope.need(Permission.DISPUTE_OPEN)
    body = form_fields.clean({"body": BODY}, {"body": claimed.body})["body"]
    with store.writing(scope) as session:
        invoice = session.as_seen(_INVOICE, seen, customer_id=scope.customer_id, number=number)
        if invoice["status"] != "sent":
            raise Conflict(_("This invoice asks for nothing any more."))
        if invoice["in_question_minor"]:
            raise Conflict(_("This invoice is being checked already. Nothing is to be paid on it."))
        if session.value(_THERE, id=key) is not None:
            return False
        _need_left(session, invoice, claimed)
        session.change(
            _OPEN,
            id=key,
            invoice_id=invoice["id"],
            line_id=claimed.line_id,
            contact_id=scope.contact_id,
            reason=claimed.reason.name.lower(),
            body=body,
            currency=invoice["currency_code"],
            amount=claimed.amount_minor,
            now=now,
        )
        about = {**invoice, "invoice_id": invoice["id"], "amount_minor": claimed.amount_minor}
        words = f"{claimed.reason}: {body}"
        if names := attach(session):
            words += f"\n\nAttached: {', '.join(names)}"
        record(session, scope, events.DISPUTE_OPENED, about, words, now)
        return True


def withdraw(scope: Scope, dispute_id: UUID, *, seen: int, now: datetime) -> None:
    """Take a dispute of the customer back in the version that was `seen`: all of it is owed again.

    Raises NotAllowed for a role that may not, NotFound for no such dispute, Conflict when it was
    changed since or is decided.
    """
    scope.need(Permission.DISPUTE_OPEN)
    with store.writing(scope) as session:
        held = session.as_seen(_HELD, seen, customer_id=scope.customer_id, id=dispute_id)
        need_open(held)
        session.change(_WITHDRAW, id=dispute_id, now=now)
        record(session, scope, events.DISPUTE_WITHDRAWN, held, None, now)


def _need_left(session: Session, invoice: dict[str, Any], claimed: Claim) -> None:
    """Raise Invalid unless so much of the invoice, and of its line, is not disputed yet."""
    parts = {part.line_id: part for part in _parts(session, invoice)}
    part = parts.get(claimed.line_id)
    if part is None:
        raise NotFound(_("This invoice has no such line."))
    if not 0 < claimed.amount_minor <= part.left_minor:
        locale = language.locale("en_GB")
        most = money.format(part.left_minor, invoice["currency_code"], locale=locale)
        raise Invalid(
            _(
                "Up to {most} of it can be disputed, what is disputed already not counted.",
                most=most,
            )
        )


def _parts(session: Session, invoice: dict[str, Any]) -> list[Part]:
    """Return an invoice and its lines with what is left to dispute of each."""
    about = {"invoice_id": invoice["id"]}
    taken = session.one(_TAKEN, **about) or {}
    left = max(invoice["total_minor"] - taken["disputed"] - taken["credited"], 0)
    parts = [Part(None, None, left)]
    for line in session.rows(_LINES, **about):
        tax = 0 if invoice["tax_inclusive"] else line["tax_minor"]
        of_line = line["total_minor"] + tax - line["disputed"]
        parts.append(Part(line["id"], line["name"], max(min(left, of_line), 0)))
    return parts
