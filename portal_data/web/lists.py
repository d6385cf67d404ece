"""Every list of the portal: how an address asks for it, how it is told, and how it is printed."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

import pyarrow as pa

from portal_data.billing import credit_notes, estimates, invoices, periods, retainers
from portal_data.billing.periods import Period
from portal_data.choices import Choice, choose
from portal_data.errors import Invalid
from portal_data.output import tables
from portal_data.payments import payments
from portal_data.projects import projects, time_entries, timesheets
from portal_data.projects.timesheets import EntryFilter, EntrySort
from portal_data.scope import Scope
from portal_data.web import document_pdfs

_SEARCH_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of an address, read as screens read them, but a wrong choice is refused.

    A file could not say that it holds something else than was asked for.
    """

    parameters: Mapping[str, str]
    today: date

    @property
    def search(self) -> str:
        """What is looked for."""
        return self.parameters.get("q", "")[:_SEARCH_LIMIT]

    def choice(self, name: str, default: Choice) -> Choice:
        """Return a parameter as a member of the default's enumeration.

        Raises Invalid for a word that is none of it.
        """
        return choose(name, self.parameters.get(name), default)

    def identifier(self, name: str) -> UUID:
        """Return a parameter as an id; the nil id, which nothing has, when it is none."""
        try:
            return UUID(self.parameters.get(name, ""))
        except ValueError:
            return UUID(int=0)

    def known(self, name: str, ids: Container[UUID]) -> UUID | None:
        """Return a parameter as one of `ids`, or None without it. Raises Invalid for any other."""
        if not self.parameters.get(name):
            return None
        given = self.identifier(name)
        if given not in ids:
            raise Invalid(f"There is no such {name} here.")
        return given


class Found(NamedTuple):
    """All rows of a list by column, and the name of the record they belong to."""

    rows: pa.Table
    subject: str = ""


Read = Callable[[Scope, Asked], Found]


@dataclass(frozen=True, slots=True)
class List:
    """One list: its rows under what an address asks; `printed` makes the PDF of a number."""

    title: str
    fields: tables.Fields
    read: Read
    printed: Callable[..., tuple[str, bytes]] | None = None


class Noun(Protocol):
    """A module whose rows make a list. Its first filter and order are those of a bare address."""

    @property
    def Filter(self) -> type[StrEnum]:
        """Its filters."""

    @property
    def Sort(self) -> type[StrEnum]:
        """Its orders."""

    @property
    def extract(self) -> Callable[..., pa.Table]:
        """Reads all of its rows by column."""


def _all(noun: Noun, *, by_day: bool = False) -> Read:
    """Return what reads all of a noun's rows; `by_day` those of which some change with the day."""

    def read(scope: Scope, asked: Asked) -> Found:
        rows = noun.extract(
            scope,
            wanted=asked.choice("status", next(iter(noun.Filter))),
            search=asked.search,
            sort=asked.choice("sort", next(iter(noun.Sort))),
            **({"today": asked.today} if by_day else {}),
        )
        return Found(rows)

    return read


def _time_log(scope: Scope, asked: Asked) -> Found:
    project = projects.heading(scope, asked.identifier("id"))
    period = asked.choice("period", Period.ALL)
    if period is Period.CUSTOM:
        raise Invalid("A time log has no custom period.")
    first, last = (None, None) if period is Period.ALL else periods.bounds(period, asked.today)
    rows = time_entries.extract(
        scope,
        project.id,
        wanted=asked.choice("status", time_entries.Filter.ALL),
        task=asked.known("task", project.tasks),
        person=asked.known("person", project.people),
        first=first,
        last=last,
        search=asked.search,
        sort=asked.choice("sort", time_entries.Sort.NEWEST),
    )
    return Found(rows, project.name)


def _timesheet(scope: Scope, asked: Asked) -> Found:
    approval = timesheets.get(scope, asked.identifier("id"))
    rows = timesheets.extract_entries(
        scope,
        approval.id,
        wanted=asked.choice("status", EntryFilter.ALL),
        sort=asked.choice("sort", EntrySort.OLDEST),
    )
    return Found(rows, approval.name)


LISTS: Mapping[str, List] = {
    "estimates": List(
        "Estimates", tables.ESTIMATES, _all(estimates, by_day=True), document_pdfs.estimate_pdf
    ),
    "invoices": List(
        "Invoices", tables.INVOICES, _all(invoices, by_day=True), document_pdfs.invoice_pdf
    ),
    "payments": List("Payments", tables.PAYMENTS, _all(payments), document_pdfs.receipt_pdf),
    "credit_notes": List(
        "Credit notes", tables.CREDIT_NOTES, _all(credit_notes), document_pdfs.credit_note_pdf
    ),
    "retainers": List(
        "Retainer invoices",
        tables.RETAINERS,
        _all(retainers, by_day=True),
        document_pdfs.retainer_pdf,
    ),
    "projects": List("Projects", tables.PROJECTS, _all(projects)),
    "project": List("Time log", tables.TIME_LOG, _time_log),
    "timesheets": List("Timesheets", tables.TIMESHEETS, _all(timesheets)),
    "timesheet": List("Timesheet", tables.TIMESHEET, _timesheet),
}
"""Every list by the address of its screen."""
