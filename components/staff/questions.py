"""Staff answer what an import put in question: they say that it is owed."""

import streamlit as st

from components.session import flash, require_staff
from components.ui import format as say
from portal_data.billing.invoices import Status
from portal_data.clock import utc_now
from portal_data.customers import documents
from portal_data.customers.documents import Kind
from portal_data.errors import PortalError

_HELP = (
    "The books before this portal call part of it settled, but nothing that did was imported. "
    "Say so only when the customer owes it: they can pay it again."
)


def draw(kind: Kind, number: str, statuses: list[tuple[str, str]]) -> None:
    """Offer to say that a document is owed, while it is in question."""
    if not any(text == Status.IN_QUESTION.value for text, _ in statuses):
        return
    if not st.button("Mark as owed", key="document.owed", help=_HELP):
        return
    try:
        documents.clear_question(require_staff(), kind, number, utc_now())
    except PortalError as refused:
        st.error(say.escape_markdown(refused), icon=":material/error:")
    else:
        flash("The customer can pay it again.")
        st.rerun()
