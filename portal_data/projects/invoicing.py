"""Which time may be invoiced: what is billable and, where the project asks for it, approved."""

from dataclasses import dataclass
from uuid import UUID

from portal_data import store
from portal_data.business import preferences
from portal_data.errors import NotFound
from portal_data.scope import Scope
from portal_data.text.language import _

_APPROVES = "select approvals_enabled from projects_by_id order by id"
# one that was answered as a whole before entries had answers of their own has none at them
_UNBILLED = """
    with approved as (
        select distinct l.customer_id, l.time_entry_id
        from approval_entries l
        join approvals a on a.id = l.approval_id and a.customer_id = l.customer_id
        where l.decision = 'approved' or (l.decision is null and a.status = 'approved')
    )
    select (sum(e.minutes) filter (where d.time_entry_id is not null))::bigint as approved,
        (sum(e.minutes) filter (where d.time_entry_id is null))::bigint as others
    from time_entries e
    left join approved d on d.time_entry_id = e.id and d.customer_id = e.customer_id
    where e.project_id = $project_id and e.billable and not e.billed
    order by 1
"""


@dataclass(frozen=True, slots=True)
class Invoiceable:
    """Billable minutes of a project that are on no invoice: those that may be, and the others."""

    ready: int
    unapproved: int


@store.cached
def of_project(scope: Scope, project_id: UUID) -> Invoiceable:
    """Return what of a project's time may be invoiced now.

    Where customers approve the time of a project, nothing else of it may be. Raises NotFound when
    the customer has no such project, or while projects are switched off.
    """
    with store.reading(scope) as session:
        preferences.need_projects(session)
        asks = session.value(_APPROVES, id=project_id)
        if asks is None:
            raise NotFound(_("There is no such project."))
        found = session.one(_UNBILLED, project_id=project_id) or {}
    approved, others = found.get("approved") or 0, found.get("others") or 0
    return Invoiceable(approved, others) if asks else Invoiceable(approved + others, 0)
