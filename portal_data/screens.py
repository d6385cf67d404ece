"""Addresses of the screens: which there are, whose they are, and those of documents."""

from urllib.parse import urlencode

OF_BOTH = frozenset(
    {"", "invoice", "estimate", "payment", "credit_note", "retainer", "security"}
)  # fmt: skip
"""Addresses that customers and staff both have, each with screens of their own."""
OF_CUSTOMERS = OF_BOTH | {
    "account", "credit_notes", "estimates", "invoices", "payments", "project", "projects",
    "retainers", "statements", "timesheet", "timesheets",
}  # fmt: skip
OF_STAFF = OF_BOTH | {
    "customer", "data", "organisation", "preferences", "readiness", "team",
}  # fmt: skip
OF_EVERYBODY = frozenset({"accept", "forgotten", "reset_password"})
"""Addresses that need no sign-in."""
ADDRESSES = OF_CUSTOMERS | OF_STAFF | OF_EVERYBODY
"""Every address that there is. Any other one is answered with 404, whoever asks."""
MOVED = {"statement": "statements"}
"""Addresses of earlier portals, which links and bookmarks may still have, and where they lead."""

_OF_DOCUMENTS = {
    "invoice": "invoice",
    "estimate": "estimate",
    "payment": "payment",
    "credit_note": "credit_note",
    "retainer_invoice": "retainer",
}
"""The screen of each kind of numbered document, as activity names kinds."""


def of_document(kind: str | None, number: str | None) -> str | None:
    """Return the address of a document's screen below the portal's; None for a kind without one."""
    if kind not in _OF_DOCUMENTS or not number:
        return None
    return f"{_OF_DOCUMENTS[kind]}?{urlencode({'number': number})}"
