"""Forwarding: a contact mails a document or statement of the customer to others, as a PDF.

The worker makes the PDF when it sends the mail, so that no file has to be kept and cleared away;
it is the one that the contact could download at the moment of forwarding.
"""

import re
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from uuid import UUID

from babel.dates import format_date

from portal_data import store
from portal_data.auth.colleagues import MOST_CONTACTS
from portal_data.billing import document, statements
from portal_data.billing.history import Event
from portal_data.business import organisation, preferences
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.kinds import Kind
from portal_data.messaging import activity, events, outbox, templates
from portal_data.scope import Permission, Role, Scope
from portal_data.store import Session
from portal_data.text import bidi, emails, form_fields, language
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc

MOST_ADDRESSES = 5
"""Addresses that one document is forwarded to at once."""
DAY_LIMIT = 20
"""Times that one contact forwards something within 24 hours."""
CUSTOMER_DAY_LIMIT = 50
"""Times that all contacts of one customer do."""
FIELDS = {
    "to": Field(
        N_("To"),
        1_000,
        nfc,
        required=True,
        help=N_("One e-mail address, or up to five with commas between them."),
    ),
    "note": Field(N_("Note"), 2_000, nfc, multiline=True),
}


@dataclass(frozen=True, slots=True)
class OneDocument:
    """A document of the customer."""

    kind: Kind
    id: UUID


@dataclass(frozen=True, slots=True)
class OnePeriod:
    """The customer's statement of a period in one currency, both days included."""

    currency: str
    first: Date
    last: Date


@dataclass(frozen=True, slots=True)
class _Named:
    """What is forwarded: as activity names it, in the words of a mail, and for who attaches it."""

    record: str
    id: UUID | None
    number: str
    title: str
    attachment: dict[str, str]


_TO = "To "
"""What stands before the addresses in the first line of what activity keeps of a forwarding."""
_HOLD = "select id from core.customers where id = $customer_id order by id"
_FORWARDED = """
    select count(*)::bigint as of_customer,
        count(case when actor_id = $contact_id then 1 end)::bigint as of_contact
    from core.activity
    where customer_id = $customer_id and event = $event and happened_at > $since
    order by 1
"""
_OF_DOCUMENT = """
    select happened_at, actor_name, details from forwardings_by_subject_id order by happened_at, id
"""
_KNOWN = """
    select email from core.contacts
    where customer_id = $customer_id and email = any($emails)
    order by email
"""
_CONTACTS = """
    select count(*)::bigint as n from core.contacts where customer_id = $customer_id order by n
"""
_ADD = """
    insert into core.contacts (id, customer_id, email, role, portal_status, version, created_at,
        updated_at)
    values ($id, $customer_id, $email, 'viewer', 'not_invited', 1, $now, $now)
    on conflict (customer_id, email) do nothing
"""


def forward(
    scope: Scope, what: OneDocument | OnePeriod, to: str, note: str, *, key: UUID, now: datetime
) -> tuple[str, ...]:
    """Mail a document to the addresses in `to`, with a note; return the addresses.

    Each becomes a contact of the customer without access, unless it is one. `key` is of this form
    alone: a second click comes with the same one, and sends nothing more. Raises InvalidFields for
    what are no addresses or too long a note, NotFound when the customer has no such document or
    the business lets nothing be forwarded, Conflict after too many within a day.
    """
    scope.need(Permission.DOCUMENT_FORWARD)
    typed = {"to": to, "note": note}
    cleaned = form_fields.clean(FIELDS, typed)
    addresses = _addresses(cleaned["to"] or "")
    # whoever gets it is perhaps nobody we know: it is in the language of who sends it
    with language.reading(scope.language):
        named = _named(scope, what, now)
    own = {"customer_id": scope.customer_id}
    with store.writing(scope) as session:
        need_forwarding(session)
        session.locked(_HOLD, **own)
        business = templates.business_name(session)
        queued = 0
        for address in addresses:
            with language.reading(scope.language):
                mail = templates.forwarded(
                    address, scope.name, scope.customer_name, business, named.title, cleaned["note"]
                )
            queued += outbox.enqueue(
                session,
                "mail.forward",
                dedup_key=f"forward:{key}:{address}",
                customer_id=scope.customer_id,
                payload={**mail, "reply_to": scope.email, "attachment": named.attachment},
                now=now,
            )
        if queued:
            _within_limits(session, scope, now)
            _add_contacts(session, scope, addresses, now)
            sent_to = f"{_TO}{', '.join(addresses)}"
            activity.record(
                session,
                scope,
                events.DOCUMENT_FORWARDED,
                now=now,
                subject_kind=named.record,
                subject_id=named.id,
                subject_number=named.number,
                details="\n\n".join(filter(None, (sent_to, cleaned["note"]))),
                visible=True,
            )
    return addresses


@store.cached
def history(scope: Scope, document_id: UUID) -> list[Event]:
    """Return who forwarded a document and when, oldest first; none of a foreign one.

    To which addresses is told to staff and to whoever may read what colleagues did.
    """
    with store.reading(scope) as session:
        found = session.rows(_OF_DOCUMENT, subject_id=document_id)
    told = scope.role is Role.STAFF or scope.may(Permission.ACTIVITY_READ)
    return [
        Event(
            row["happened_at"],
            N_("Forwarded by {name}"),
            (row["details"] or "").partition("\n")[0].removeprefix(_TO) if told else None,
            values={"name": bidi.isolated(row["actor_name"])},
        )
        for row in found
    ]


def need_forwarding(session: Session) -> None:
    """Raise NotFound, as for any unknown thing, unless contacts may forward documents."""
    if not preferences.get(session).customers_forward_documents:
        raise NotFound(_("Documents cannot be forwarded from here."))


def _addresses(text: str) -> tuple[str, ...]:
    """Return each address once, in the order typed. Raises InvalidFields."""
    found: dict[str, None] = {}
    for part in re.split(r"[\s,;]+", text.strip(" ,;")):
        try:
            found[emails.normalise(part)] = None
        except Invalid as error:
            raise form_fields.wrong(
                FIELDS, to=_("{text} is no e-mail address.", text=part[:80])
            ) from error
    if len(found) > MOST_ADDRESSES:
        raise form_fields.wrong(
            FIELDS, to=_("Forward to {number} addresses at most.", number=MOST_ADDRESSES)
        )
    return tuple(found)


def _named(scope: Scope, what: OneDocument | OnePeriod, now: datetime) -> _Named:
    asked = {"moment": now.isoformat(), **({"language": scope.language} if scope.language else {})}
    if isinstance(what, OneDocument):
        number = document.number_of(scope, what.kind, what.id)
        attachment = {"kind": what.kind.key, "number": number, **asked}
        title = _(what.kind.title) if what.kind.viewed else _("Receipt")
        return _Named(what.kind.record, what.id, number, f"{title} {number}", attachment)
    if what.currency not in statements.currencies(scope) or what.first > what.last:
        raise NotFound(_("There is no such statement."))
    title = _statement(_("Statement {first} – {last} ({currency})"), scope, what)
    with language.reading(None):  # as activity keeps it
        number = _statement("the statement {first} – {last} ({currency})", scope, what)
    attachment = {
        "currency": what.currency,
        "first": what.first.isoformat(),
        "last": what.last.isoformat(),
        **asked,
    }
    return _Named("statement", None, number, title, attachment)


def _statement(words: str, scope: Scope, period: OnePeriod) -> str:
    """Fill in a period as the language that is written now has it."""
    locale = organisation.get(scope).locale
    first, last = (format_date(day, "medium", locale) for day in (period.first, period.last))
    return words.format(first=first, last=last, currency=period.currency)


def _within_limits(session: Session, scope: Scope, now: datetime) -> None:
    done = session.one(
        _FORWARDED,
        customer_id=scope.customer_id,
        contact_id=scope.contact_id,
        event=events.DOCUMENT_FORWARDED.key,
        since=now - timedelta(days=1),
    )
    if done and done["of_contact"] >= DAY_LIMIT:
        raise Conflict(
            _(
                "You have forwarded {number} documents within a day. Go on tomorrow.",
                number=DAY_LIMIT,
            )
        )
    if done and done["of_customer"] >= CUSTOMER_DAY_LIMIT:
        raise Conflict(
            _(
                "Your company has forwarded {number} documents within a day. Go on tomorrow.",
                number=CUSTOMER_DAY_LIMIT,
            )
        )


def _add_contacts(
    session: Session, scope: Scope, addresses: tuple[str, ...], now: datetime
) -> None:
    """Make a contact without access of every address that is none of the customer's yet."""
    own = {"customer_id": scope.customer_id}
    known = {row["email"] for row in session.rows(_KNOWN, emails=list(addresses), **own)}
    new = [address for address in addresses if address not in known]
    if new and session.value(_CONTACTS, **own) + len(new) > MOST_CONTACTS:
        raise Conflict(_("Your company has too many contacts to add more. Please write to us."))
    for address in new:
        session.change(_ADD, id=new_id(), email=address, now=now, **own)
