"""The activity log of a customer: what its people did in the portal, from where, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from portal_data import lists, store
from portal_data.lists.columnar import mapped
from portal_data.lists.columns import Column
from portal_data.messaging import activity
from portal_data.scope import Permission, Scope


class Filter(StrEnum):
    """The filters of the log."""

    ALL = "all"
    VIEWS = "views"
    DOWNLOADS = "downloads"
    ANSWERS = "answers"
    CHANGES = "changes"
    SIGN_INS = "sign_ins"


class Sort(StrEnum):
    """The orders of the log."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class Logged:
    """One thing that somebody of the customer did; the moment is naive UTC.

    `address` is the network address of the sign-in, where it is known.
    """

    id: UUID
    happened_at: datetime
    event: str
    subject_kind: str | None
    subject_id: UUID | None
    subject_number: str | None
    actor_name: str
    address: str | None


def need(scope: Scope) -> None:
    """Raise NotAllowed unless the contact may read what colleagues did."""
    scope.need(Permission.ACTIVITY_READ)


LIST = lists.List(
    reading=store.reading,
    row=Logged,
    columns="""id, happened_at, event, subject_kind, subject_id, subject_number, actor_name,
        address""",
    source="activity_log",
    search=("actor_name", "subject_number", "address"),
    filters={
        Filter.ALL: lists.EVERY,
        Filter.VIEWS: "event like '%.viewed'",
        Filter.DOWNLOADS: "event in ('document.downloaded', 'document.many_downloaded')",
        Filter.ANSWERS: "event like 'estimate.%' and event <> 'estimate.viewed'"
        " or event like 'approval.%'",
        Filter.CHANGES: "event like 'details.%' or event like 'contact.%'"
        " and event <> 'contact.signed_in'",
        Filter.SIGN_INS: "event = 'contact.signed_in'",
    },
    orders={Sort.NEWEST: "happened_at desc, id desc", Sort.OLDEST: "happened_at, id"},
    export={
        Column("Moment (UTC)"): lambda rows: rows["happened_at"].cast("string"),
        Column("Person"): "actor_name",
        Column("What"): lambda rows: mapped(rows["event"], activity.phrase),
        Column("Of"): "subject_number",
        Column("From address"): "address",
    },
)
"""What the customer's own contacts did, for those who `need` lets through."""
