"""What staff can do with an estimate of a customer."""

from functools import partial

import streamlit as st

from components.forms.action import act
from components.session import form, require_staff
from components.ui import cards
from components.ui.markup import said, tag
from portal_data.billing import estimate_offers
from portal_data.billing.estimates import Estimate, Status
from portal_data.clock import utc_now


def draw(estimate: Estimate) -> None:
    """Offer what can be done with an estimate as it is on the screen."""
    accepted = estimate.status in (Status.ACCEPTED, Status.INVOICED)
    if not accepted or not estimate_offers.reversible(estimate.answered_at, utc_now()):
        return
    number = estimate.number
    form(_form(number), lambda: estimate.version)  # what is on the screen is what is decided on
    if st.button("Undo acceptance", icon=":material/undo:", key="estimate.undo"):
        undo(number, estimate.answered_by or "the customer")


@st.dialog("Undo the acceptance?", icon=":material/undo:")
def undo(number: str, by: str) -> None:
    """Ask before an acceptance is taken back."""
    staff = require_staff()
    seen = form(_form(number), lambda: 0).start
    text = (
        " accepted it. The estimate becomes open again, and invoices that were made on the "
        "acceptance become void. The customer sees this in the history; the signed PDF is kept."
    )
    cards.draw(tag("p", said(by, "b"), text, class_="pt-text"))
    with st.container(horizontal=True, gap="small"):
        sure = st.button("Undo acceptance", type="primary", key="undo.yes")
        if st.button("Cancel", key="undo.no"):
            st.rerun()
    if sure:
        act(
            "The estimate is open again.",
            partial(estimate_offers.undo_acceptance, staff, number, seen=seen, now=utc_now()),
            seen=_form(number),
        )


def _form(number: str) -> str:
    return f"staff.estimate.{number}"
