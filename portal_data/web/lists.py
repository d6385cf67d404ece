"""Every list of the portal as files have it: what it is called, and what an address asks of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import pyarrow as pa

from portal_data import lists
from portal_data.errors import Invalid
from portal_data.kinds import KINDS, Kind
from portal_data.lists import List
from portal_data.messaging import activity_log
from portal_data.output.document_views import VIEWS
from portal_data.projects import projects, time_entries, timesheets
from portal_data.scope import Scope

Parameters = Mapping[str, str]


class Owner(NamedTuple):
    """The one record that all rows of a list belong to: its name, and what its list is given."""

    name: str = ""
    given: Mapping[str, Any] = {}


def _nobody(scope: Scope, parameters: Parameters, today: date) -> Owner:
    return Owner()


@dataclass(frozen=True, slots=True)
class File:
    """A list as a file; its rows may be documents of a `kind`, or all belong to an `owner`."""

    title: str
    list: List[Scope, Any, Any, Any]
    kind: Kind | None = None
    owner: Callable[[Scope, Parameters, date], Owner] = _nobody

    def read(self, scope: Scope, parameters: Parameters, today: date) -> tuple[pa.Table, str]:
        """Return all rows by column that an address asks for, and the name of their owner.

        Raises Invalid for a parameter that the list does not have: a file could not say that it
        holds something else than was asked for.
        """
        query = lists.parse(self.list, parameters)
        if query.wrong:
            raise Invalid(query.wrong[0])
        name, given = self.owner(scope, parameters, today)
        rows = lists.table(
            scope,
            self.list,
            filter=query.filter,
            search=query.search,
            sort=query.sort,
            today=today,
            **given,
        )
        return rows, name


def _project(scope: Scope, parameters: Parameters, today: date) -> Owner:
    heading = projects.heading(scope, _identifier(parameters))
    narrow = time_entries.narrowed(heading, parameters, today)
    if narrow.wrong:
        raise Invalid(narrow.wrong[0])
    return Owner(heading.name, narrow.given(heading))


def _timesheet(scope: Scope, parameters: Parameters, today: date) -> Owner:
    approval = timesheets.get(scope, _identifier(parameters))
    return Owner(approval.name, {"timesheet": approval.id})


def _activity(scope: Scope, parameters: Parameters, today: date) -> Owner:
    activity_log.need(scope)
    return Owner()


def _identifier(parameters: Parameters) -> UUID:
    """Return the parameter `id` as an id; the nil id, which nothing has, when it is none."""
    try:
        return UUID(parameters.get("id", ""))
    except ValueError:
        return UUID(int=0)


FILES: Mapping[str, File] = {
    **{each.path: File(each.plural, VIEWS[each.key].list, each) for each in KINDS.values()},
    "projects": File("Projects", projects.LIST),
    "project": File("Time log", time_entries.LIST, owner=_project),
    "activity": File("Activity", activity_log.LIST, owner=_activity),
    "timesheets": File("Timesheets", timesheets.LIST),
    "timesheet": File("Timesheet", timesheets.ENTRIES, owner=_timesheet),
}
"""Every list by the address of its screen."""
