"""What a customer's contacts changed of their details, and what waits for staff to confirm it."""

from uuid import UUID

import streamlit as st

from components.forms.action import act
from components.forms.fields import Fields
from components.session import form, require_staff
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import change_requests
from portal_data.customers.change_requests import Change
from portal_data.customers.detail_fields import REASON
from portal_data.customers.details import StaffCustomer
from portal_data.scope import Staff

_STATES = {
    "accepted": ("Confirmed", "green"),
    "refused": ("Refused", "red"),
    "withdrawn": ("Withdrawn", "gray"),
}


def draw(staff: Staff, customer: StaffCustomer, business: Organisation) -> None:
    """Draw what waits, with the buttons that answer it, and the latest changes."""
    changes = change_requests.of_customer(staff, customer.id)
    if not changes:
        return
    cards.draw(cards.title("Changed by the customer"))
    for each in changes:
        if each.status == "waiting":
            _waiting(staff, each, customer.tax_id)
    made = [each for each in changes if each.status != "waiting"]
    if made:
        cards.draw(cards.card("", cards.rows(_made(each, business) for each in made)))


def _waiting(staff: Staff, change: Change, current: str | None) -> None:
    name = f"change.{change.id}"
    # what is on the screen is what is confirmed
    seen = form(name, lambda: (change.version, current)).start
    with st.container(border=True, key=f"card-{name}", gap="small"):
        words = join(said(change.asked_by, "b"), f" asks for another {change.label.lower()}: ")
        values = _values(seen[1], change.new_value)
        cards.draw(tag("p", words, values, class_="pt-text"))
        with st.container(horizontal=True, gap="small"):
            if st.button("Confirm", type="primary", key=f"{name}.confirm"):
                act(
                    "The new number stands on documents from now on.",
                    lambda: change_requests.confirm(
                        staff, change.id, seen=seen[0], current=seen[1], now=utc_now()
                    ),
                    seen=name,
                )
            if st.button("Refuse", key=f"{name}.refuse"):
                refuse(change.id, change.label, seen[0])


@st.dialog("Refuse the change?", icon=":material/block:")
def refuse(change_id: UUID, label: str, seen: int) -> None:
    """Ask why, before whoever asked is told; `seen` is the version that was on the screen."""
    staff = require_staff()
    opened = form(f"refuse.{change_id}", lambda: None)
    cards.draw(cards.sub(f"The {label.lower()} stays as it is. Whoever asked gets a mail."))
    with st.form("refuse", border=False):
        drawn = Fields(opened.key)
        drawn.text("reason", REASON, None)
        messages = st.container(key="refuse-messages")
        sent = st.form_submit_button("Refuse", type="primary")
    if sent:
        with messages:
            act(
                "It is refused.",
                lambda: change_requests.refuse(
                    staff, change_id, drawn.typed["reason"], seen=seen, now=utc_now()
                ),
                drawn=drawn,
                form=f"refuse.{change_id}",
            )


def _made(change: Change, business: Organisation) -> Markup:
    when = say.day(business.day_of(change.requested_at), business.locale)
    label = f"Address: {change.label}" if change.subject_kind == "address" else change.label
    about = join(
        said(change.asked_by), f" · {when}", f" · {change.reason}" if change.reason else ""
    )
    asked = change.status != "accepted" or change.field == "tax_id"
    return cards.row(
        join(f"{label}: ", _values(change.old_value, change.new_value)),
        about,
        after=cards.pills([_STATES[change.status]]) if asked else None,
    )


def _values(old: str | None, new: str | None) -> Markup:
    """Return an old and a new value, each in its own direction."""
    return join(said(old or "empty"), " → ", said(new or "empty", "b"))
