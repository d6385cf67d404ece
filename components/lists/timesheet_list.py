"""Timesheets as a list: filters, columns, and the words and colours of each status."""

from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.projects import timesheets
from portal_data.projects.timesheets import ApprovalRow, Filter, Sort, Status

TONES = {
    Status.PENDING: "blue",
    Status.APPROVED: "green",
    Status.REJECTED: "red",
    Status.PARTLY_APPROVED: "orange",
}


def row(approval: ApprovalRow, business: Organisation) -> Row:
    """Return a timesheet as a row that opens it."""
    received = approval.received_at
    return Row(
        links.timesheet(approval.id),
        (
            approval.name,
            approval.project or "",
            say.day(business.day_of(received), business.locale) if received else "",
            Cell(pills=(Pill(approval.status.value, TONES[approval.status]),)),
            say.hours(approval.minutes, business.locale),
        ),
    )


SCREEN = listing.Screen(
    list=timesheets.LIST,
    path="timesheets",
    title="Timesheets",
    search="Timesheet or project",
    filters={
        Filter.ALL: "All",
        Filter.PENDING: "Pending",
        Filter.APPROVED: "Approved",
        Filter.REJECTED: "Rejected",
        Filter.PARTLY_APPROVED: "Partly approved",
    },
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.NAME: "Name",
        Sort.HOURS: "Hours",
    },
    columns=(
        Column("Timesheet", "top-start", link=True, people=True),
        Column("Project", "middle-start", wide=True, people=True),
        Column("Received", "bottom-start"),
        Column("Status", "bottom-end"),
        Column("Hours", "top-end", end=True),
    ),
    sorts={
        "Timesheet": (Sort.NAME,),
        "Received": (Sort.NEWEST, Sort.OLDEST),
        "Hours": (Sort.HOURS,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.NAME}),
    row=row,
    empty=listing.nothing(
        "timesheet",
        "timesheets",
        Empty("No timesheets yet", "When hours are sent to you for approval, they appear here."),
        {Filter.PENDING: "Nothing waits for an answer. Thank you!"},
    ),
)
