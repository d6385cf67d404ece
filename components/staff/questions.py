"""Staff answer what an import put in question: they say that it is owed."""

import streamlit as st

from components.forms.action import act
from components.session import form, require_staff
from portal_data.billing.invoices import Status
from portal_data.clock import utc_now
from portal_data.customers import documents
from portal_data.kinds import Kind

_HELP = (
    "The books before this portal call part of it settled, but nothing that did was imported. "
    "Say so only when the customer owes it: they can pay it again."
)


def draw(kind: Kind, number: str, version: int, statuses: list[tuple[str, str]]) -> None:
    """Offer to say that a document is owed, while it is in question in the `version` drawn."""
    if not any(text == Status.IN_QUESTION.value for text, _ in statuses):
        return
    name = f"owed.{kind.key}.{number}"
    seen = form(name, lambda: version).start  # the click runs the screen again, on newer rows
    if not st.button("Mark as owed", key="document.owed", help=_HELP):
        return
    act(
        "The customer can pay it again.",
        lambda: documents.clear_question(require_staff(), kind, number, utc_now(), seen=seen),
        seen=name,
    )
