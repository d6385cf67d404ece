"""The status words of documents in Zoho's exports, and ours for them."""

from functools import lru_cache

from portal_data.zoho.defects import CellError
from portal_data.zoho.records import Row

_DRAFT = dict.fromkeys(("draft", "pendingapproval", "approved", "rejected"), "draft")
_SENT = ("sent", "open", "overdue", "partiallypaid", "paid", "closed", "unpaid", "viewed")
_STATES: dict[str, dict[str, str]] = {
    "invoice": {
        **_DRAFT,
        **dict.fromkeys(_SENT, "sent"),
        "void": "void",
        "writeoff": "written_off",
        "writtenoff": "written_off",
    },
    "retainer invoice": {
        **_DRAFT,
        **dict.fromkeys((*_SENT, "drawn", "partiallydrawn"), "sent"),
        "void": "void",
    },
    "credit note": {**_DRAFT, "open": "open", "closed": "open", "void": "void"},
    "estimate": {
        "draft": "draft",
        "pendingapproval": "draft",
        "approved": "draft",
        "sent": "sent",
        "open": "sent",
        "viewed": "sent",
        "expired": "sent",
        "accepted": "accepted",
        "declined": "declined",
        "rejected": "declined",
        "invoiced": "invoiced",
        "partiallyinvoiced": "invoiced",
    },
}


def status_of(kind: str, row: Row) -> str:
    """Return our word for the status of a document. Raises CellError when it is not known."""
    word = _letters(row.key("status"))
    states = _STATES[kind]
    if word not in states:
        raise CellError(
            f"The status {row.raw('status')!r} is not known.",
            f"Known are {', '.join(sorted(states))}.",
            column=row.header("status"),
        )
    return states[word]


@lru_cache(maxsize=256)
def _letters(status: str) -> str:
    return "".join(letter for letter in status.lower() if letter.isalpha())
