"""Addresses of the screens: which there are, whose they are, and those of documents."""

from urllib.parse import urlencode
from uuid import UUID

from portal_data.kinds import KINDS

OF_BOTH = frozenset({"", "project", "review", "security", "timesheet", *KINDS})
"""Addresses that customers and staff both have, each with screens of their own."""
_LISTS = {kind.path for kind in KINDS.values()}
OF_CUSTOMERS = OF_BOTH | _LISTS | {
    "account", "projects", "statements", "timesheets",
}  # fmt: skip
OF_STAFF = OF_BOTH | {
    "customer", "data", "inbox", "organisation", "preferences", "readiness", "reviews", "team",
}  # fmt: skip
OF_EVERYBODY = frozenset({"accept", "forgotten", "reset_password"})
"""Addresses that need no sign-in."""
ADDRESSES = OF_CUSTOMERS | OF_STAFF | OF_EVERYBODY
"""Every address that there is. Any other one is answered with 404, whoever asks."""
MOVED = {"statement": "statements"}
"""Addresses of earlier portals, which links and bookmarks may still have, and where they lead."""

_BY_ID = {
    "approval": "timesheet",
    "customer": "customer",
    "project": "project",
    "review": "review",
}
_OF_RECORDS = {kind.record: kind.key for kind in KINDS.values()}


def of_document(record: str | None, number: str | None) -> str | None:
    """Return the address of a document's screen below the portal's; None for what has none.

    `record` is how activity names its kind.
    """
    if record not in _OF_RECORDS or not number:
        return None
    return f"{_OF_RECORDS[record]}?{urlencode({'number': number})}"


def of_subject(record: str | None, subject_id: UUID | None, number: str | None) -> str | None:
    """Return the address of the screen of what activity names: a document, project or timesheet."""
    if record in _BY_ID and subject_id:
        return f"{_BY_ID[record]}?{urlencode({'id': subject_id})}"
    return of_document(record, number)
