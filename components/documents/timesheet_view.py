"""One timesheet: its hours, what became of it, and its entries with the answer to each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from components.documents import document_view, project_view
from components.lists import listing, timesheet_list
from components.lists.listing import Request
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links
from components.ui import format as say
from components.ui.cards import Figure, figure
from components.ui.markup import Markup, said, tag
from portal_data.billing.history import Event
from portal_data.business.organisation import Organisation
from portal_data.lists import Page
from portal_data.messaging import activity, events
from portal_data.messaging.activity import Entry
from portal_data.projects import timesheets
from portal_data.projects.timesheets import (
    Approval,
    ApprovalEntry,
    Decision,
    EntryFilter,
    EntrySort,
    Status,
)
from portal_data.text import bidi
from portal_data.text.language import N_, NP_, _, _p, counted

_TONES = {
    Decision.APPROVED: "green",
    Decision.REJECTED: "red",
    Decision.QUERIED: "orange",
}
_FILTERS = {
    EntryFilter.ALL: NP_("time entries", "All"),
    EntryFilter.APPROVED: NP_("time entries", "Approved"),
    EntryFilter.REJECTED: NP_("time entries", "Rejected"),
    EntryFilter.QUERIED: NP_("time entries", "Queried"),
    EntryFilter.UNDECIDED: NP_("time entries", "Undecided"),
}
_WORDS = {
    Status.APPROVED: (NP_("timesheet", "Approved"), N_("Approved by {name}")),
    Status.REJECTED: (NP_("timesheet", "Rejected"), N_("Rejected by {name}")),
    Status.PARTLY_APPROVED: (NP_("timesheet", "Partly approved"), N_("Partly approved by {name}")),
}

_ANSWERED = {
    events.APPROVAL_APPROVED.key: N_("Approved by {name}"),
    events.APPROVAL_AUTO_APPROVED.key: N_("Approved without an answer by {name}"),
    events.APPROVAL_PARTLY_APPROVED.key: N_("Partly approved by {name}"),
    events.APPROVAL_QUERIED.key: N_("Questions asked by {name}"),
    events.APPROVAL_REJECTED.key: N_("Rejected by {name}"),
    events.APPROVAL_REOPENED.key: N_("Another answer asked for by {name}"),
    events.APPROVAL_TAKEN_BACK.key: N_("Answer taken back by {name}"),
}
"""What an answer is called, by its event."""
_ANSWER = (N_("Answered"), N_("Answered by {name}"))


def head(approval: Approval, back: tuple[str, str]) -> Markup:
    """Return the name with the status and the project, and the way back."""
    pills = cards.pills(
        [(_p("timesheet", approval.status.value), timesheet_list.TONES[approval.status])]
    )
    project = None
    if approval.project and approval.project_id:
        project = cards.link(said(approval.project), links.project(approval.project_id))
    below = tag("div", pills, project, class_="pt-under")
    return cards.head(approval.name, below, back=back)


def offered(
    request: Request, page: Page[ApprovalEntry, EntryFilter], approval: Approval
) -> Request:
    """Return what was asked, with filters alone that tell entries apart.

    A reason of an entry's own stands with its note; the timesheet's is told above the list.
    """
    filters = {each: _FILTERS[each] for each in (EntryFilter.ALL, *_answers(page))}
    own_row = partial(row, reason=approval.reason)
    return replace(request, screen=replace(SCREEN, filters=filters, row=own_row))


def _answers(page: Page[ApprovalEntry, EntryFilter]) -> list[EntryFilter]:
    """Return the answers that some but not all entries have."""
    every = page.counts[EntryFilter.ALL]
    return [each for each in EntryFilter if 0 < page.counts[each] < every]


def summary(
    approval: Approval, page: Page[ApprovalEntry, EntryFilter], business: Organisation
) -> Markup:
    """Return the hours, the days they are of, and how many were answered how."""
    locale = business.locale
    count = counted(page.counts[EntryFilter.ALL], "{count} entry", "{count} entries")
    figures = [Figure(_("Hours"), say.hours(approval.minutes, locale), count)]
    if approval.period_from and approval.period_to:
        days = say.days(approval.period_from, approval.period_to, locale)
        figures.append(Figure(_("Period"), days))
    if approval.auto_approve_on:
        day = say.day(approval.auto_approve_on, locale)
        figures.append(Figure(_("Without an answer approved on"), day))
    figures += [
        Figure(
            _(_FILTERS[each]),
            say.hours(page.minutes[each], locale),
            counted(page.counts[each], "{count} entry", "{count} entries"),
        )
        for each in _answers(page)
    ]
    return tag("div", [figure(each) for each in figures], class_="pt-summary")


def history(
    approval: Approval, happened: Sequence[Entry], business: Organisation, today: date
) -> Markup:
    """Return when it was received, who answered it, when and why.

    What `happened` to it is told; of an answer that nobody recorded, what the timesheet says.
    """
    told = []
    if approval.received_at:
        told.append(Event(approval.received_at, N_("Received for approval")))
    answers = [each for each in happened if each.event in _ANSWERED]
    for each in answers:
        why = approval.reason if each is answers[-1] else None
        by = bidi.isolated(activity.named(each.actor_name))
        told.append(Event(each.happened_at, _ANSWERED[each.event], why, values={"name": by}))
    if approval.decided_at and not answers:
        by = approval.decided_by
        words = _WORDS.get(approval.status, _ANSWER)[bool(by)]
        named = {"name": bidi.isolated(by or "")}
        told.append(Event(approval.decided_at, words, approval.reason, values=named))
    if not told:
        return cards.empty(_("Nothing yet"), _("What happens to this timesheet appears here."))
    return document_view.history(told, (), "", business, today)


def row(entry: ApprovalEntry, business: Organisation, reason: str | None = None) -> Row:
    """Return an entry as a row; a reason that is not `reason` stands with the note.

    Silence is no answer: what is undecided is counted above the list.
    """
    decided = entry.decision is not Decision.UNDECIDED
    answered = (
        (Pill(_p("time entry", entry.decision.value), _TONES[entry.decision]),) if decided else ()
    )
    return Row(
        "",
        (
            say.day(entry.date, business.locale),
            entry.task or _(project_view.NO_TASK),
            Cell(entry.notes or "", note=None if entry.reason == reason else entry.reason),
            entry.person,
            Cell(pills=answered),
            say.hours(entry.minutes, business.locale),
        ),
    )


SCREEN = listing.Screen(
    list=timesheets.ENTRIES,
    path="timesheet",
    title=N_("Entries"),
    filters=_FILTERS,
    orders={
        EntrySort.OLDEST: N_("Oldest"),
        EntrySort.NEWEST: N_("Newest"),
        EntrySort.LONGEST: N_("Longest"),
    },
    columns=(
        Column(N_("Date"), "middle-start"),
        Column(N_("Task"), "top-start", people=True),
        Column(N_("Note"), "below", wide=True, people=True),
        Column(N_("Person"), "bottom-start", people=True),
        Column(N_("Answer"), "bottom-end"),
        Column(N_("Hours"), "top-end", end=True),
    ),
    sorts={"Date": (EntrySort.OLDEST, EntrySort.NEWEST), "Hours": (EntrySort.LONGEST,)},
    ascending=frozenset({EntrySort.OLDEST}),
    row=row,
    empty=listing.nothing(
        Empty(N_("No entries"), N_("This timesheet holds no time.")),
        N_("No entry matches"),
        {
            EntryFilter.APPROVED: Empty(N_("No approved entries")),
            EntryFilter.REJECTED: Empty(N_("No rejected entries")),
            EntryFilter.QUERIED: Empty(N_("No queried entries")),
            EntryFilter.UNDECIDED: Empty(N_("No undecided entries")),
        },
    ),
)
