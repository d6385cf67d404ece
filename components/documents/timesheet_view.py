"""One timesheet: its hours, what became of it, and its entries with the answer to each."""

from dataclasses import replace
from datetime import date

from components.documents import document_view, project_view
from components.lists import listing, timesheet_list
from components.lists.listing import Asked, Kind
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links
from components.ui import format as say
from components.ui.cards import Figure, figure
from components.ui.markup import Markup, said, tag
from portal_data.billing.history import Event
from portal_data.business.organisation import Organisation
from portal_data.projects.timesheets import (
    ENTRIES,
    Approval,
    ApprovalEntry,
    ApprovalEntryPage,
    Decision,
    EntryFilter,
    EntrySort,
    Status,
)
from portal_data.text import bidi

_TONES = {
    Decision.APPROVED: "green",
    Decision.REJECTED: "red",
    Decision.QUERIED: "orange",
}
_FILTERS = {
    EntryFilter.ALL: "All",
    EntryFilter.APPROVED: "Approved",
    EntryFilter.REJECTED: "Rejected",
    EntryFilter.QUERIED: "Queried",
    EntryFilter.UNDECIDED: "Undecided",
}
_ORDERS = {
    EntrySort.OLDEST: "Oldest",
    EntrySort.NEWEST: "Newest",
    EntrySort.LONGEST: "Longest",
}
_KIND = Kind(
    path="timesheet",
    title="Entries",
    search="",
    size=ENTRIES,
    filters=_FILTERS,
    orders=_ORDERS,
    columns=(
        Column("Date", "middle-start"),
        Column("Task", "top-start", people=True),
        Column("Note", "below", wide=True, people=True),
        Column("Person", "bottom-start", people=True),
        Column("Answer", "bottom-end"),
        Column("Hours", "top-end", end=True),
    ),
    sorts={"Date": (EntrySort.OLDEST, EntrySort.NEWEST), "Hours": (EntrySort.LONGEST,)},
    ascending=frozenset({EntrySort.OLDEST}),
)
_WORDS = {
    Status.APPROVED: "Approved",
    Status.REJECTED: "Rejected",
    Status.PARTLY_APPROVED: "Partly approved",
}


def head(approval: Approval) -> Markup:
    """Return the name with the status and the project, and the way back."""
    pills = cards.pills([(approval.status.value, timesheet_list.TONES[approval.status])])
    project = None
    if approval.project and approval.project_id:
        project = cards.link(said(approval.project), links.project(approval.project_id))
    below = tag("div", pills, project, class_="pt-under")
    return cards.head(approval.name, below, back=("Timesheets", links.page("timesheets")))


def asked(approval: Approval) -> Asked[EntryFilter, EntrySort]:
    """Return what the address asks of the entries."""
    return listing.asked(_KIND, id=approval.id)


def offered(
    asked: Asked[EntryFilter, EntrySort], found: ApprovalEntryPage
) -> Asked[EntryFilter, EntrySort]:
    """Return what was asked, with filters alone that tell entries apart."""
    filters = {each: _FILTERS[each] for each in (EntryFilter.ALL, *_answers(found))}
    return replace(asked, kind=replace(_KIND, filters=filters))


def _answers(found: ApprovalEntryPage) -> list[EntryFilter]:
    """Return the answers that some but not all entries have."""
    every = found.counts[EntryFilter.ALL]
    return [each for each in EntryFilter if 0 < found.counts[each] < every]


def summary(approval: Approval, found: ApprovalEntryPage, business: Organisation) -> Markup:
    """Return the hours, the days they are of, and how many were answered how."""
    locale = business.locale
    count = say.count(found.counts[EntryFilter.ALL], "entry", "entries")
    figures = [Figure("Hours", say.hours(approval.minutes, locale), count)]
    if approval.period_from and approval.period_to:
        days = say.days(approval.period_from, approval.period_to, locale)
        figures.append(Figure("Period", days))
    figures += [
        Figure(
            _FILTERS[each],
            say.hours(found.minutes[each], locale),
            say.count(found.counts[each], "entry", "entries"),
        )
        for each in _answers(found)
    ]
    return tag("div", [figure(each) for each in figures], class_="pt-summary")


def history(approval: Approval, business: Organisation, today: date) -> Markup:
    """Return when it was received, who decided on it, when and why."""
    events = []
    if approval.received_at:
        events.append(Event(approval.received_at, "Received for approval"))
    if approval.decided_at:
        by = f" by {bidi.isolated(approval.decided_by)}" if approval.decided_by else ""
        words = f"{_WORDS.get(approval.status, 'Answered')}{by}"
        events.append(Event(approval.decided_at, words, approval.reason))
    if not events:
        return cards.empty("Nothing yet", "What happens to this timesheet appears here.")
    return document_view.history(events, (), "", business, today)


def row(entry: ApprovalEntry, approval: Approval, locale: str) -> Row:
    """Return an entry as a row; a reason of its own stands with the note.

    Silence is no answer: what is undecided is counted above the list.
    """
    reason = None if entry.reason == approval.reason else entry.reason
    decided = entry.decision is not Decision.UNDECIDED
    answered = (Pill(entry.decision.value, _TONES[entry.decision]),) if decided else ()
    return Row(
        "",
        (
            say.day(entry.date, locale),
            entry.task or project_view.NO_TASK,
            Cell(entry.notes or "", note=reason),
            entry.person,
            Cell(pills=answered),
            say.hours(entry.minutes, locale),
        ),
    )


def empty(wanted: EntryFilter) -> Empty:
    """Return what is said in place of rows."""
    if wanted is EntryFilter.ALL:
        return Empty("No entries", "This timesheet holds no time.")
    return Empty(f"No {_FILTERS[wanted].lower()} entries", "There are none under this filter.")
