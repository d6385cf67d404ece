"""Addresses of the screens: which there are, whose they are, and those of documents."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from portal_data.kinds import KINDS

OF_BOTH = frozenset(
    {"", "notification_settings", "notifications", "project", "review", "security", "timesheet",
     *KINDS}
)  # fmt: skip
"""Addresses that customers and staff both have, each with screens of their own."""
_LISTS = {kind.path for kind in KINDS.values()}
OF_CUSTOMERS = OF_BOTH | _LISTS | {
    "account", "activity", "check", "pay", "plan", "projects", "statements", "timesheets",
}  # fmt: skip
OF_STAFF = OF_BOTH | {
    "bank", "customer", "data", "inbox", "mail", "online_payments", "organisation", "preferences",
    "readiness", "record_payment", "reviews", "team",
}  # fmt: skip
BY_LINK = frozenset({"offer", "pay_link"})
"""Addresses whose token lets whoever holds it act, more than once."""
OF_EVERYBODY = BY_LINK | {"accept", "email_link", "forgotten", "reset_password", "sign_in_link"}
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
_AT_PATH = {path: record for record, path in _BY_ID.items()}
_OF_RECORDS = {kind.record: kind.key for kind in KINDS.values()}
RECORDS = frozenset({*_BY_ID, *_OF_RECORDS})
"""What has a screen of its own, as activity names it."""


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


def subject_at(path: str, parameters: Mapping[str, str]) -> tuple[str, str] | None:
    """Return what stands at an address as activity names it: its kind, and its id or number.

    A customer's screen, which staff have, is that of a `customer`. None for what is no record.
    """
    if path in KINDS:
        kind, name = KINDS[path].record, parameters.get("number", "")
    else:
        kind, name = _AT_PATH.get(path, ""), parameters.get("id", "")
    return (kind, name) if kind and name else None
