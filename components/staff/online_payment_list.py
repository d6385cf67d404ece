"""Payments through providers as a list for staff: whose they are, where they are, what to do."""

from components.lists import listing
from components.lists.listing import Request
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.clock import local_time
from portal_data.errors import Unavailable
from portal_data.lists import Page
from portal_data.payments import collecting, watch
from portal_data.payments.attempts import Status
from portal_data.payments.watch import AttemptRow, Filter, Sort

_LEFT = "Nothing was paid. Its documents can be paid again."
WHAT_TO_DO = {
    Status.AWAITING_APPROVAL: "A colleague of theirs has to agree first. It ends by itself.",
    Status.CREATED: "Nothing. The customer has not paid yet, and it ends by itself.",
    Status.REQUIRES_ACTION: "Nothing. The customer has to confirm it with the bank.",
    Status.PENDING: "Nothing. It is on its way.",
    Status.HELD: "Decide about it above.",
    Status.SUCCEEDED: "Nothing. It is paid.",
    Status.FAILED: "Nothing was taken. The customer can try again.",
    Status.CANCELLED: _LEFT,
    Status.EXPIRED: _LEFT,
}
"""What staff do about a payment, by where it is."""
_PILLS = {
    Status.AWAITING_APPROVAL: Pill("To be agreed to", "orange"),
    Status.CREATED: Pill("Begun", "gray"),
    Status.REQUIRES_ACTION: Pill("To be confirmed", "orange"),
    Status.PENDING: Pill("On its way", "blue"),
    Status.HELD: Pill("Needs a decision", "red"),
    Status.SUCCEEDED: Pill("Paid", "green"),
    Status.FAILED: Pill("Failed", "red"),
    Status.CANCELLED: Pill("Cancelled", "gray"),
    Status.EXPIRED: Pill("Expired", "gray"),
}


def provider_name(key: str) -> str:
    """Return the name of a provider, which may be switched off meanwhile."""
    try:
        return collecting.current().provider_of(key).label
    except Unavailable:
        return key


def pill(status: str) -> Pill:
    """Return where a payment is."""
    return _PILLS[Status(status)]


def row(attempt: AttemptRow, business: Organisation) -> Row:
    """Return a payment as a row that opens its customer."""
    locale = business.locale
    moment = local_time(attempt.created_at, business.timezone)
    note = attempt.held_reason or attempt.failure_message
    if attempt.status == Status.PENDING and attempt.expected_on:
        note = f"Expected on {say.day(attempt.expected_on, locale)}"
    return Row(
        links.customer(attempt.customer_id),
        (
            Cell(attempt.customer or "", note=attempt.numbers),
            say.money(attempt.amount_minor, attempt.currency_code, locale),
            Cell(WHAT_TO_DO[Status(attempt.status)], note=note),
            Cell(
                f"{say.day(moment.date(), locale)}, {moment:%H:%M}",
                note=provider_name(attempt.provider),
            ),
            Cell(pills=(pill(attempt.status),)),
        ),
    )


def empty(request: Request, page: Page[AttemptRow, Filter]) -> Empty:
    """Return what is said in place of rows."""
    return {
        Filter.HELD: Empty(
            "Nothing needs a decision", "A payment of which another amount came waits here for you."
        ),
        Filter.FLYING: Empty("Nothing is on its way", "Payments that may bring money appear here."),
        Filter.FAILED: Empty("No payment has failed", "What a bank refused appears here."),
        Filter.ALL: Empty("No online payments yet", "What customers pay online appears here."),
    }[Filter(request.query.filter)]


SCREEN = listing.Screen(
    list=watch.LIST,
    path="online_payments",
    title="Online payments",
    exported=False,
    filters={
        Filter.HELD: "Needs a decision",
        Filter.FLYING: "On its way",
        Filter.FAILED: "Failed",
        Filter.ALL: "All",
    },
    orders={Sort.NEWEST: "Newest"},
    columns=(
        Column("Customer", "top-start", link=True, people=True),
        Column("Amount", "top-end", end=True),
        Column("What to do", "below", wide=True, people=True),
        Column("Begun", "bottom-start"),
        Column("Status", "bottom-end"),
    ),
    row=row,
    empty=empty,
)
