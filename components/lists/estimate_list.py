"""Estimates as a list: filters, columns, and the words and colours of each status."""

from components.lists.listing import Kind
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.billing.estimates import PAGE_SIZE, Estimate, EstimateRow, Filter, Sort, Status

TONES = {
    Status.OPEN: "blue",
    Status.ACCEPTED: "green",
    Status.DECLINED: "red",
    Status.INVOICED: "green",
    Status.EXPIRED: "gray",
}
SOON = 7
"""Days before its end from which an open offer says how long it still stands."""
_FILTERS = {
    Filter.ALL: "All",
    Filter.OPEN: "Open",
    Filter.ACCEPTED: "Accepted",
    Filter.DECLINED: "Declined",
    Filter.INVOICED: "Invoiced",
    Filter.EXPIRED: "Expired",
}
KIND = Kind(
    path="estimates",
    title="Estimates",
    search="Number, subject, amount",
    size=PAGE_SIZE,
    filters=_FILTERS,
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.EXPIRY: "Expires first",
        Sort.NUMBER: "Number",
        Sort.TOTAL: "Amount",
    },
    columns=(
        Column("Estimate", "middle-start", link=True),
        Column("Subject", "top-start", wide=True, people=True),
        Column("Date", "middle"),
        Column("Valid until", "bottom-start", narrow="until"),
        Column("Status", "bottom-end"),
        Column("Amount", "top-end", end=True),
    ),
    sorts={
        "Estimate": (Sort.NUMBER,),
        "Date": (Sort.NEWEST, Sort.OLDEST),
        "Valid until": (Sort.EXPIRY,),
        "Amount": (Sort.TOTAL,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.EXPIRY}),
    printed=True,
)


def status(estimate: EstimateRow | Estimate) -> tuple[str, str]:
    """Return an estimate's status as (words, tone): one that ends soon says so."""
    left = estimate.days_left
    if left is None or left > SOON:
        return estimate.status.value, TONES[estimate.status]
    ends = f"{say.count(left, 'day')} left" if left else "last day"
    return f"{estimate.status.value}, {ends}", "orange"


def row(estimate: EstimateRow, locale: str) -> Row:
    """Return an estimate as a row that opens it."""
    until = say.day(estimate.expiry_date, locale) if estimate.expiry_date else ""
    closed = estimate.status is not Status.OPEN
    return Row(
        links.estimate(estimate.number),
        (
            estimate.number,
            estimate.subject or estimate.reference or "No subject",
            say.day(estimate.date, locale),
            Cell(until, tone="quiet" if closed else None),
            Cell(pills=(Pill(*status(estimate)),)),
            say.money(estimate.total_minor, estimate.currency_code, locale),
        ),
    )


def empty(search: str, wanted: Filter) -> Empty:
    """Return what is said in place of rows."""
    if search:
        return Empty("No estimate matches", f"Nothing was found for “{search}” under this filter.")
    if wanted is Filter.ALL:
        return Empty("No estimates yet", "When one is sent to you, it appears here.")
    if wanted is Filter.OPEN:
        return Empty("No open estimates", "Nothing waits for an answer.")
    return Empty(f"No {_FILTERS[wanted].lower()} estimates", "There are none under this filter.")
