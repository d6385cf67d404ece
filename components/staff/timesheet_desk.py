"""What staff do about a customer's answer to a timesheet: ask for another one."""

from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.session import form, require_staff
from components.ui import cards
from components.ui.markup import said, tag
from portal_data.clock import utc_now
from portal_data.projects import timesheet_reversals
from portal_data.projects.timesheets import Approval, Status
from portal_data.scope import Staff


def draw(staff: Staff, approval: Approval) -> None:
    """Offer to ask for another answer, where one was given and nothing of it is invoiced."""
    if approval.status is Status.PENDING or approval.invoiced:
        return
    form(_name(approval.id), lambda: approval.version)
    if st.button("Ask for another answer", type="tertiary", icon=":material/undo:",
                 key="timesheet.reopen"):  # fmt: skip
        reopen(approval.id, approval.name)


@st.dialog("Ask for another answer?", icon=":material/undo:")
def reopen(approval_id: UUID, name: str) -> None:
    """Ask before the customer's answer is set aside."""
    staff = require_staff()
    opened = form(_name(approval_id), lambda: 0)
    words = (
        said(name, "b"),
        " waits for an answer again, with all of its entries. Whoever may give it is told by mail; "
        "reasons that were given stay in the comments.",
    )
    cards.draw(tag("p", *words, class_="pt-text"))
    if confirmed("Ask for another answer"):
        act(
            "The customer is asked for another answer.",
            lambda: timesheet_reversals.reopen(
                staff, approval_id, seen=opened.start, now=utc_now()
            ),
            seen=_name(approval_id),
        )


def _name(approval_id: UUID) -> str:
    return f"timesheet.{approval_id}"
