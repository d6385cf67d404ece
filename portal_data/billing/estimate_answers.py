"""What a customer answers to an estimate: yes, signed, or no, with a reason if they like.

See docs/decisions/0022 for what an acceptance keeps.
"""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from portal_data import kept_files, store
from portal_data.billing import acceptance_invoices, copies, estimate_choices, estimate_links
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Status
from portal_data.business import organisation
from portal_data.errors import Conflict, Invalid
from portal_data.kinds import ESTIMATE
from portal_data.messaging import activity, comments, events
from portal_data.messaging.event import Event
from portal_data.scope import Permission, Role, Scope
from portal_data.store import Session
from portal_data.text import emails, form_fields
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc


def _name(text: str) -> str:
    """Return a name in its one spelling. Raises Invalid for one that nobody could read."""
    if not any(letter.isalnum() for letter in text):
        raise Invalid(_("Write it in letters."))
    return nfc(text)


FIELDS = {
    "name": Field(N_("Your full name"), 120, _name, required=True),
    "email": Field(N_("Your e-mail"), 254, emails.normalise, required=True),
    "reason": Field(N_("Reason (optional)"), 2_000, nfc, multiline=True),
}
"""What somebody types who accepts (the name) or declines (the reason), and by link the e-mail."""

BY_LINK = "By public link"
"""Who signed, where no contact did."""

CLOSED = {
    Status.ACCEPTED: N_("This estimate has already been accepted."),
    Status.DECLINED: N_("This estimate has already been declined."),
    Status.INVOICED: N_("This estimate has already been invoiced."),
    Status.EXPIRED: N_("This estimate has expired. Ask for a new one."),
}
"""Why an estimate that is not open can have no answer."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who accepts: the name as typed, the contact who typed it, when and from where.

    By a public link there is no contact, and the e-mail is what the person says.

    `shown_sha256` is that of the PDF that was accepted, `signed_at` naive UTC.
    """

    name: str
    contact: str
    email: str
    address: str | None
    signed_at: datetime
    shown_sha256: str


_HELD = f"""
    select id, version, revision, total_minor, currency_code, {ESTIMATE.status} as status
    from core.estimates
    where customer_id = $customer_id and number = $number and status <> 'draft'
    order by id
"""
_ACCEPT = """
    update core.estimates
    set version = version + 1, status = 'accepted', accepted_at = $now, accepted_by = $contact_id,
        accepted_name = $name, accepted_address = $address, accepted_revision = revision,
        accepted_copy_id = $copy_id, subtotal_minor = $subtotal_minor,
        discount_minor = $discount_minor, tax_minor = $tax_minor,
        round_off_minor = $round_off_minor, total_minor = $total_minor, answered_email = $email,
        answered_link_id = $link_id, updated_at = $now
    where customer_id = $customer_id and id = $id
"""
_DECLINE = """
    update core.estimates
    set version = version + 1, status = 'declined', declined_at = $now, declined_by = $contact_id,
        declined_name = $name, decline_reason = $reason, answered_email = $email,
        answered_link_id = $link_id, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


def signature(
    scope: Scope, name: str, *, shown: bytes, address: str | None, now: datetime
) -> Signature:
    """Return the signature of somebody who typed `name` to accept the PDF that they were `shown`.

    Raises NotAllowed for a role that may not accept, InvalidFields for a name that is none.
    """
    scope.need(Permission.ESTIMATE_ANSWER)
    typed = form_fields.clean(FIELDS, {"name": name})["name"] or ""
    digest = kept_files.digest(shown)
    contact = BY_LINK if scope.role is Role.LINK else scope.name
    return Signature(typed, contact, scope.email, address, now, digest)


def accept(
    scope: Scope,
    number: str,
    signed: Signature,
    *,
    seen: int,
    shown: bytes,
    signed_copy: bytes,
    folder: Path,
    choices: Choices = (),
) -> None:
    """Accept an estimate in the version that was `seen`, and keep both PDFs in `folder`.

    `shown` is what was accepted, `signed_copy` the same with the signature. Of what can be chosen
    `choices` are taken, of anything else the offer. Raises NotAllowed for a role that may not,
    NotFound for no such estimate, Conflict when it changed or is not open, Invalid for choices that
    are not offered.
    """
    scope.need(Permission.ESTIMATE_ANSWER)
    now = signed.signed_at
    today = organisation.get(scope).today(now)
    pdfs = [shown, signed_copy]
    with kept_files.kept(folder, pdfs) as files, store.writing(scope, by_link=True) as session:
        held = _held(session, scope, number, seen, today, now)
        copies.add(session, ESTIMATE, held["id"], seen, files[0], now)
        copy_id = copies.add(session, ESTIMATE, held["id"], seen + 1, files[1], now)
        amounts, chosen = estimate_choices.take(session, held["id"], scope.customer_id, choices)
        session.change(
            _ACCEPT,
            id=held["id"],
            contact_id=scope.person_id,
            name=signed.name,
            address=signed.address,
            copy_id=copy_id,
            **amounts,
            **_holder(scope),
            now=now,
        )
        acceptance_invoices.ask(session, held["id"], scope.customer_id, seen + 1, now)
        details = f"Signed as {signed.name}. SHA-256 of the PDF that was shown: {files[0].sha256}"
        told = "\n".join(filter(None, (details, chosen)))
        _record(session, scope, events.ESTIMATE_ACCEPTED, held | amounts, number, told, now)


def decline(scope: Scope, number: str, reason: str, *, seen: int, now: datetime) -> None:
    """Decline an estimate in the version that was `seen`; a reason becomes a comment, too.

    Raises NotAllowed for a role that may not, InvalidFields for too long a reason, NotFound for no
    such estimate, Conflict when it changed or is not open.
    """
    scope.need(Permission.ESTIMATE_ANSWER)
    given = form_fields.clean(FIELDS, {"reason": reason})["reason"]
    today = organisation.get(scope).today(now)
    with store.writing(scope, by_link=True) as session:
        held = _held(session, scope, number, seen, today, now)
        session.change(
            _DECLINE,
            id=held["id"],
            contact_id=scope.person_id,
            name=scope.name if scope.role is Role.LINK else None,
            reason=given,
            **_holder(scope),
            now=now,
        )
        if given:
            comments.add(
                session,
                scope,
                given,
                subject_kind=ESTIMATE.record,
                subject_id=held["id"],
                now=now,
            )
        _record(session, scope, events.ESTIMATE_DECLINED, held, number, given, now)


def _holder(scope: Scope) -> dict[str, Any]:
    """Return what is kept of somebody who answers by a public link: of contacts nothing more."""
    linked = scope.role is Role.LINK
    return {
        "email": scope.email if linked else None,
        "link_id": scope.contact_id if linked else None,
    }


def _held(
    session: Session, scope: Scope, number: str, seen: int, today: Date, now: datetime
) -> dict[str, Any]:
    """Return and hold the estimate that is answered. Raises NotFound, or Conflict with the reason.

    Who answers what was answered meanwhile hears of the answer, and not that something changed. Of
    a link that ended meanwhile nothing is said.
    """
    if scope.role is Role.LINK:
        estimate_links.hold(session, scope, number, now)
    key = {"customer_id": scope.customer_id, "number": number, "today": today}
    try:
        held = session.as_seen(_HELD, seen, **key)
    except Conflict:
        _need_open(session.one(_HELD, **key) or {})
        raise
    _need_open(held)
    return held


def _need_open(held: dict[str, Any]) -> None:
    status = Status[held["status"].upper()] if held else Status.OPEN
    if status is not Status.OPEN:
        raise Conflict(_(CLOSED[status]))


def _record(
    session: Session,
    scope: Scope,
    event: Event,
    held: dict[str, Any],
    number: str,
    details: str | None,
    now: datetime,
) -> UUID:
    return activity.record(
        session,
        scope,
        event,
        now=now,
        subject_kind=ESTIMATE.record,
        subject_id=held["id"],
        subject_number=number,
        amount_minor=held["total_minor"],
        currency_code=held["currency_code"],
        details=details,
        visible=True,
    )
