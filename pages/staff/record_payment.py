"""Record a payment: what came of a customer by transfer, cheque or cash, and what it pays."""

import streamlit as st

from components.session import require_staff
from components.staff import bank_lines, record_form
from components.ui import address, cards, links, tab
from components.ui.markup import said
from portal_data.business import organisation
from portal_data.customers import details
from portal_data.errors import NotFound
from portal_data.payments import bank, offline

staff = require_staff()

tab.name(staff, "Record payment")
number, wanted = address.text("invoice"), address.text("line")
try:
    line = bank.line(staff, address.identifier("line")) if wanted else None
    if line is not None and not address.text("customer"):
        bank_lines.whose(staff, line, organisation.get(staff))
        st.stop()
    owner = offline.owner_of(staff, number) if number else address.identifier("customer")
    customer = details.for_staff(staff, owner)
except NotFound as missing:
    cards.draw(
        cards.head("Record payment", back=("Customers", links.page(""))),
        cards.card("", cards.empty(str(missing), "Choose one from the list.", tall=True)),
    )
    st.stop()

about = cards.sub(said(f"What came of {customer.display_name}, other than online."))
cards.draw(cards.head("Record payment", about, back=(customer.display_name, links.customer(owner))))


@st.fragment
def record() -> None:
    """The form, rerun alone."""
    staff = require_staff()
    record_form.draw(staff, owner, organisation.get(staff), first=number, line=line)


record()
