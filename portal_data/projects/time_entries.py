"""The time log of a project: who worked on what, when, for how long, and whether it is billed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from typing import Any
from uuid import UUID

from portal_data import lists, store
from portal_data.billing import periods
from portal_data.billing.periods import Period
from portal_data.business import preferences
from portal_data.choices import choose
from portal_data.errors import Invalid, NotFound
from portal_data.lists import columns
from portal_data.lists.columns import Column
from portal_data.projects.projects import Heading
from portal_data.text.language import N_, NP_, _


class Status(StrEnum):
    """What became of an entry. One that is not billable is never on an invoice."""

    UNBILLED = NP_("time entry", "Unbilled")
    BILLED = NP_("time entry", "Billed")
    NON_BILLABLE = NP_("time entry", "Non-billable")


class Filter(StrEnum):
    """The log's filters."""

    ALL = "all"
    UNBILLED = "unbilled"
    BILLED = "billed"
    NON_BILLABLE = "non_billable"


class Sort(StrEnum):
    """The log's orders; the longest entry first is one of them."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry of `minutes`; `begins` and `ends` are HH:MM of the clock where it was worked."""

    id: UUID
    date: Date
    task: str | None
    person: str
    minutes: int
    begins: str | None
    ends: str | None
    notes: str | None
    status: Status
    invoice_number: str | None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What an address narrows a log to; None is any task, any person, all days.

    `wrong` says which of its words the log does not have.
    """

    task: UUID | None
    person: UUID | None
    period: Period
    first: Date | None
    last: Date | None
    wrong: tuple[str, ...] = ()

    def given(self, project: Heading) -> dict[str, Any]:
        """Return the parameters of `LIST` for the log of a project."""
        return {
            "project": project.id,
            "task": self.task,
            "person": self.person,
            "first": self.first,
            "last": self.last,
        }


def narrowed(project: Heading, parameters: Mapping[str, str], today: Date) -> Narrowed:
    """Return what `task`, `person` and `period` of an address narrow the log of a project to.

    What they have wrongly is as if it were not given, and `wrong` says so.
    """
    chosen: dict[str, UUID | None] = {}
    wrong = []
    for name, ids, none in (
        ("task", project.tasks, N_("There is no such task in this project.")),
        ("person", project.people, N_("There is no such person in this project.")),
    ):
        by_word = {str(each): each for each in ids}
        word = parameters.get(name, "")
        chosen[name] = by_word.get(word)
        if word and word not in by_word:
            wrong.append(_(none))
    period = Period.ALL
    try:
        period = choose("period", parameters.get("period"), Period.ALL)
        if period is Period.CUSTOM:
            raise Invalid(_("A time log has no custom period."))
    except Invalid as error:
        period = Period.ALL
        wrong.append(str(error))
    first, last = (None, None) if period is Period.ALL else periods.bounds(period, today)
    return Narrowed(chosen["task"], chosen["person"], period, first, last, tuple(wrong))


_PROJECT = "select id from projects where id = $project order by id"


def _need(session: store.Session, given: Mapping[str, Any]) -> None:
    """Raise NotFound unless projects are shown, and the customer has this one."""
    preferences.need_projects(session)
    if session.value(_PROJECT, project=given["project"]) is None:
        raise NotFound(_("There is no such project."))


LIST = lists.List(
    reading=store.reading,
    row=EntryRow,
    columns="id, date, task_id, person_id, minutes, begins, ends, notes, invoice_id",
    derived={
        "status": """case
            when not billable then 'non_billable' when billed then 'billed' else 'unbilled'
        end"""
    },
    source="time_entries",
    condition="""project_id = $project
        and (cast($task as uuid) is null or task_id = cast($task as uuid))
        and (cast($person as uuid) is null or person_id = cast($person as uuid))
        and (cast($first as date) is null or date >= cast($first as date))
        and (cast($last as date) is null or date <= cast($last as date))""",
    search=("notes",),
    named="""select e.id, e.date, t.name as task, p.name as person, e.minutes, e.begins, e.ends,
        e.notes, e.status, i.number as invoice_number
    from page e
    join people p on p.id = e.person_id
    left join tasks t on t.id = e.task_id
    left join invoices i on i.id = e.invoice_id""",
    filters=lists.each_of("status", Filter),
    orders={
        Sort.NEWEST: "date desc, id desc",
        Sort.OLDEST: "date, id",
        Sort.LONGEST: "minutes desc, date desc, id desc",
    },
    size=50,
    optional=("task", "person", "first", "last"),
    words={"status": Status},
    timed=True,
    need=_need,
    export={
        columns.DATE: "date",
        Column("Task"): "task",
        Column("Person"): "person",
        Column("Begins"): "begins",
        Column("Ends"): "ends",
        **columns.WORKED,
        Column("Note"): "notes",
        columns.STATUS: "status",
        Column("Invoice"): "invoice_number",
    },
)
"""The log of the project whose id is `project`: of one task, one person and from day `first` to
`last`, both included, where these are given."""
