"""What staff do about failed mail: send one again, of those on the page."""

import streamlit as st

from components.forms.action import act
from components.session import require_staff
from components.ui import cards
from portal_data.clock import utc_now
from portal_data.messaging import failed_mail
from portal_data.messaging.failed_mail import FailedMail


def draw(shown: list[FailedMail]) -> None:
    """Draw what sends a mail again; nothing where none can be."""
    staff = require_staff()
    again = [each for each in shown if each.resendable]
    if not again:
        return
    with st.container(border=True, key="card-mail"):
        cards.draw(cards.title("Send again"))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                "Mail",
                again,
                format_func=lambda each: f"{each.to or each.kind}: {each.subject}".strip(": "),
                key="mail.chosen",
                label_visibility="collapsed",
            )
            if st.button("Send again", type="primary", icon=":material/refresh:", key="mail.again"):
                act(
                    "It is on its way again.",
                    lambda: failed_mail.retry(staff, chosen.id, utc_now()),
                )
