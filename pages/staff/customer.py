"""One customer for staff: its people, and who of them may use the portal."""

import streamlit as st

from components import address, cards, contact_access, links
from components.session import require_staff
from portal_data import customers
from portal_data.errors import NotFound

staff = require_staff()

back = ("Customers", links.page(""))

try:
    customer = customers.for_staff(staff, address.identifier("id"))
except NotFound as missing:
    cards.draw(
        cards.head("Customer not found", back=back),
        cards.card("", cards.empty(str(missing), "Choose one from the list.", tall=True)),
    )
    st.stop()

cards.draw(
    cards.head(customer.display_name, back=back),
    cards.card(
        "",
        cards.facts(
            [
                ("Number", customer.number),
                ("E-mail", customer.email),
                ("Phone", customer.phone),
                ("Terms", customer.payment_terms_label),
                ("Currency", customer.currency_code),
                ("Portal", "Open" if customer.portal_enabled else "Opens with an invitation"),
            ]
        ),
    ),
    cards.title("People"),
)
for each in customer.contacts:
    contact_access.draw(staff, each)
if not customer.contacts:
    cards.draw(cards.card("", cards.empty("No people yet", "Import or add a contact first.")))
