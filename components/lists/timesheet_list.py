"""Timesheets as a list: filters, columns, and the words and colours of each status."""

from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.projects import timesheets
from portal_data.projects.timesheets import ApprovalRow, Filter, Sort, Status
from portal_data.text.language import N_, NP_, _p

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
            Cell(pills=(Pill(_p("timesheet", approval.status.value), TONES[approval.status]),)),
            say.hours(approval.minutes, business.locale),
        ),
    )


SCREEN = listing.Screen(
    list=timesheets.LIST,
    path="timesheets",
    title=N_("Timesheets"),
    search=N_("Timesheet or project"),
    filters={
        Filter.ALL: NP_("timesheets", "All"),
        Filter.PENDING: NP_("timesheets", "Pending"),
        Filter.APPROVED: NP_("timesheets", "Approved"),
        Filter.REJECTED: NP_("timesheets", "Rejected"),
        Filter.PARTLY_APPROVED: NP_("timesheets", "Partly approved"),
    },
    orders={
        Sort.NEWEST: N_("Newest"),
        Sort.OLDEST: N_("Oldest"),
        Sort.NAME: N_("Name"),
        Sort.HOURS: N_("Hours"),
    },
    columns=(
        Column(N_("Timesheet"), "top-start", link=True, people=True),
        Column(N_("Project"), "middle-start", wide=True, people=True),
        Column(NP_("a day", "Received"), "bottom-start"),
        Column(N_("Status"), "bottom-end"),
        Column(N_("Hours"), "top-end", end=True),
    ),
    sorts={
        "Timesheet": (Sort.NAME,),
        "Received": (Sort.NEWEST, Sort.OLDEST),
        "Hours": (Sort.HOURS,),
    },
    ascending=frozenset({Sort.OLDEST, Sort.NAME}),
    row=row,
    empty=listing.nothing(
        Empty(
            N_("No timesheets yet"),
            N_("When hours are sent to you for approval, they appear here."),
        ),
        N_("No timesheet matches"),
        {
            Filter.PENDING: Empty(
                N_("No pending timesheets"), N_("Nothing waits for an answer. Thank you!")
            ),
            Filter.APPROVED: Empty(N_("No approved timesheets")),
            Filter.REJECTED: Empty(N_("No rejected timesheets")),
            Filter.PARTLY_APPROVED: Empty(N_("No partly approved timesheets")),
        },
    ),
)
