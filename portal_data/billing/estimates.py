"""Estimates as a customer sees them: the list, and one offer with what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import labels, lists, store
from portal_data.billing import estimate_pricing, estimate_taxes, revision_changes
from portal_data.billing.document import Document
from portal_data.billing.history import Event
from portal_data.billing.lines import Line, selecting, taxes
from portal_data.billing.revision_changes import Revision
from portal_data.errors import NotFound
from portal_data.kinds import ESTIMATE
from portal_data.lists import columns
from portal_data.lists.columns import Column
from portal_data.messaging import events, link_events
from portal_data.scope import Scope
from portal_data.store import Session
from portal_data.text.language import N_, NP_, _


class Status(StrEnum):
    """What a customer is told. Expired is derived from the date of expiry, never stored."""

    OPEN = NP_("estimate", "Open")
    ACCEPTED = NP_("estimate", "Accepted")
    DECLINED = NP_("estimate", "Declined")
    INVOICED = NP_("estimate", "Invoiced")
    EXPIRED = NP_("estimate", "Expired")


class Filter(StrEnum):
    """The list's filters. Open is what still waits for an answer and can have one."""

    ALL = "all"
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    INVOICED = "invoiced"
    EXPIRED = "expired"


class Sort(StrEnum):
    """The list's orders; descending but for `oldest` and `expiry`, which asks what ends first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    EXPIRY = "expiry"
    NUMBER = "number"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """One line of the list. The total is in minor units; an offer without expiry stands for good.

    `days_left` counts while it is open: 0 on its last day, None when nothing ends.
    """

    id: UUID
    number: str
    subject: str | None
    reference: str | None
    date: Date
    expiry_date: Date | None
    status: Status
    days_left: int | None
    currency_code: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Successor:
    """An invoice that was made from the estimate, wholly or in part."""

    number: str
    date: Date
    currency_code: str
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Document):
    """A whole estimate.

    `revision` counts how often it was offered, each time changed. `answered_by` is who accepted or
    declined it, where that is known, at the moment `answered_at` (naive UTC); who did so by the
    public link `answered_link_id` gave an `answered_email`, too. `changed_at` is when this
    `version` of it came to be, `signed_copy_id` the PDF that was signed when it was accepted.
    `choosable` says that the customer can choose optional lines or quantities of it, and
    `offered_total_minor` what was offered, where what was accepted of it has another total.
    """

    expiry_date: Date | None
    status: Status
    days_left: int | None
    revision: int
    version: int
    changed_at: datetime
    signed_copy_id: UUID | None
    salesperson: str | None
    answered_at: datetime | None
    answered_by: str | None
    answered_email: str | None
    answered_link_id: UUID | None
    decline_reason: str | None
    invoices: list[Successor]
    revisions: list[Revision]
    discount_percent: Decimal | None
    discount_after_tax: bool
    choosable: bool
    offered_total_minor: int | None


_DAYS_LEFT = (
    """case when status = 'open' then expiry_date - cast($today as date) end as days_left"""
)
LIST = lists.List(
    reading=store.reading,
    row=EstimateRow,
    columns="id, number, subject, reference, date, expiry_date, currency_code, total_minor",
    derived={"status": ESTIMATE.status},
    paged=f"select *, {_DAYS_LEFT} from listed",
    source="estimates",
    search=("number", "subject", "reference"),
    amounts=("total_minor",),
    filters=lists.each_of("status", Filter),
    orders={
        Sort.NEWEST: "date desc, number desc",
        Sort.OLDEST: "date, number",
        Sort.EXPIRY: "expiry_date nulls last, number",
        Sort.NUMBER: "number desc",
        Sort.TOTAL: "total_minor desc, number desc",
    },
    words={"status": Status},
    export={
        Column("Estimate"): "number",
        Column("Subject"): "subject",
        Column("Reference"): "reference",
        columns.DATE: "date",
        Column(labels.VALID_UNTIL, columns.Kind.DATE): "expiry_date",
        columns.STATUS: "status",
        columns.CURRENCY: "currency_code",
        columns.AMOUNT: "total_minor",
    },
    uncounted=frozenset({Status.DECLINED, Status.EXPIRED}),
)
_GET = f"""
    select o.*, {_DAYS_LEFT}
    from (
        select id, number, date, expiry_date, revision, version, updated_at as changed_at,
            accepted_copy_id as signed_copy_id, subject, reference, currency_code,
            tax_inclusive, subtotal_minor, discount_minor, discount_percent, discount_after_tax,
            tax_minor, shipping_minor,
            adjustment_minor, adjustment_label, round_off_minor, total_minor, billing_address,
            shipping_address, salesperson, notes, terms, sent_at, accepted_at, accepted_by,
            accepted_name, declined_at, declined_by, declined_name, decline_reason,
            answered_email, answered_link_id, {ESTIMATE.status} as status
        from estimates_by_number
    ) o
    order by number
"""
_LINES = selecting(
    "estimate_lines", "estimate_id", ", optional, selected, minimum_quantity, maximum_quantity"
)
_REVISIONS = """
    select revision, total_minor, reason, created_at, snapshot
    from estimate_revisions
    where estimate_id = $id
    order by revision
"""
_ANSWERS = """
    select event, happened_at, actor_name
    from activity_by_subject_id
    where event in ('estimate.accepted', 'estimate.declined', 'estimate.reopened',
        'estimate.link_created', 'estimate.link_opened', 'estimate.link_revoked')
    order by happened_at, id
"""
_ANSWERED = {
    events.ESTIMATE_ACCEPTED.key: N_("Accepted by {name}"),
    events.ESTIMATE_DECLINED.key: N_("Declined by {name}"),
    events.ESTIMATE_REOPENED.key: N_("Acceptance taken back by {name}"),
    link_events.ESTIMATE_LINK_CREATED.key: N_("Public link made by {name}"),
    link_events.ESTIMATE_LINK_OPENED.key: N_("Opened by {name}"),
    link_events.ESTIMATE_LINK_REVOKED.key: N_("Public link revoked by {name}"),
}
_INVOICES = """
    select number, date, currency_code, total_minor
    from invoices
    where estimate_id = $id and status <> 'void'
    order by date, number
"""
_CONTACT = """
    select coalesce(nullif(concat_ws(' ', first_name, last_name), ''), email) as name
    from contacts
    where id = $id
    order by id
"""


def get(scope: Scope, number: str, *, today: Date) -> Estimate:
    """Return the estimate with this number. Raises NotFound when the customer has none such."""
    found, sent_at, revisions = _stored(scope, number, today)
    return replace(found, history=_history(found, sent_at, revisions, _answers(scope, found.id)))


@store.cached
def _answers(scope: Scope, estimate_id: UUID) -> list[dict[str, Any]]:
    """Return the answers to an estimate, and what became of its public links.

    They are read apart, since whatever a customer's people do changes the table they are in.
    """
    with store.reading(scope) as session:
        return session.rows(_ANSWERS, subject_id=estimate_id)


@store.cached
def _stored(
    scope: Scope, number: str, today: Date
) -> tuple[Estimate, datetime | None, list[dict[str, Any]]]:
    """Return an estimate without its history, when it was sent, and the rows of its revisions."""
    with store.reading(scope) as session:
        head = session.one(_GET, number=number, today=today)
        if head is None:
            raise NotFound(_("There is no such estimate."))
        lines = [Line(**row) for row in session.rows(_LINES, estimate_id=head["id"])]
        lines = estimate_taxes.shown(session, head["id"], lines)
        revisions = session.rows(_REVISIONS, id=head["id"])
        invoices = [Successor(**row) for row in session.rows(_INVOICES, id=head["id"])]
        head["status"] = Status[head["status"].upper()]
        head["choosable"] = _choosable(head, lines)
        head["offered_total_minor"] = _offered(head, revisions)
        head |= _answer(session, head)
    sent_at = head.pop("sent_at")
    found = Estimate(
        **head,
        lines=lines,
        taxes=taxes(line for line in lines if line.counts),
        invoices=invoices,
        revisions=[revision_changes.of_row(row) for row in revisions],
        history=[],
    )
    return found, sent_at, revisions


def _choosable(head: Mapping[str, Any], lines: list[Line]) -> bool:
    """Tell whether something can be chosen: it is open, and costs what its lines come to here."""
    offers = any(line.optional or line.minimum_quantity or line.maximum_quantity for line in lines)
    return head["status"] is Status.OPEN and offers and estimate_pricing.agrees(head, lines)


def _offered(head: Mapping[str, Any], revisions: list[dict[str, Any]]) -> int | None:
    """Return the total of the offer that was accepted in part or with other quantities."""
    if head["status"] not in (Status.ACCEPTED, Status.INVOICED):
        return None
    totals = {each["revision"]: int(each["total_minor"]) for each in revisions}
    total = totals.get(head["revision"])
    return None if total == head["total_minor"] else total


def _answer(session: Session, head: dict[str, Any]) -> dict[str, Any]:
    """Take both kinds of answers out of a row, and return the one that its status tells of."""
    accepted = (head.pop("accepted_at"), head.pop("accepted_by"), head.pop("accepted_name"), None)
    declined = (head.pop("declined_at"), head.pop("declined_by"), head.pop("declined_name"),
                head.pop("decline_reason"))  # fmt: skip
    answer = declined if head["status"] is Status.DECLINED else accepted
    answered_at, contact_id, name, reason = answer
    if contact_id is not None and not name:
        name = session.value(_CONTACT, id=contact_id)
    return {"answered_at": answered_at, "answered_by": name, "decline_reason": reason}


def _history(
    offer: Estimate,
    sent_at: datetime | None,
    revisions: list[dict[str, Any]],
    answers: list[dict[str, Any]],
) -> list[Event]:
    """Return what happened to the offer, in that order; who viewed it is told by viewings."""
    sent = sent_at or offer.date
    happened = [
        Event(
            each["created_at"],
            N_("Estimate sent") if each["revision"] == 1 else N_("Revision {number} sent"),
            each["reason"] if each["revision"] > 1 else None,
            each["total_minor"],
            {"number": each["revision"]},
        )
        for each in revisions
    ] or [Event(sent, N_("Estimate sent"), amount_minor=offer.total_minor)]
    happened += [
        Event(each["happened_at"], _ANSWERED[each["event"]], values={"name": each["actor_name"]})
        for each in answers
        if each["happened_at"] != offer.answered_at  # that one is told below, as it was signed
    ]
    if offer.answered_at:
        declined, by = offer.status is Status.DECLINED, offer.answered_by
        words = NP_("estimate", "Declined") if declined else NP_("estimate", "Accepted")
        if by:
            words = N_("Declined by {name}") if declined else N_("Accepted by {name}")
        if by and offer.answered_link_id:
            words = (
                N_("Declined by {name} through a public link")
                if declined
                else N_("Accepted by {name} through a public link")
            )
        happened.append(Event(offer.answered_at, words, values={"name": by}))
    happened.sort(key=lambda event: _moment(event.happened))
    invoiced = [
        Event(each.date, NP_("estimate", "Invoiced"), each.number, each.total_minor)
        for each in offer.invoices
    ]
    return happened + invoiced


def _moment(happened: Date | datetime) -> datetime:
    return happened if isinstance(happened, datetime) else datetime.combine(happened, time())
