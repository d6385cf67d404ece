"""Addresses of the screens of documents, as screens and mails give them."""

from urllib.parse import urlencode

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
