"""One customer for staff: its figures, its documents, its people and who may use the portal."""

import streamlit as st

from components.account import contact_access
from components.lists import listing
from components.session import require_staff
from components.staff import customer_view
from components.ui import address, cards, links, tab
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import details, directory, documents
from portal_data.errors import NotFound

staff = require_staff()

back = ("Customers", links.page(""))

try:
    customer = details.for_staff(staff, address.identifier("id"))
except NotFound as missing:
    tab.name(staff, "Customer not found")
    cards.draw(
        cards.head("Customer not found", back=back),
        cards.card("", cards.empty(str(missing), "Choose one from the list.", tall=True)),
    )
    st.stop()

tab.name(staff, customer.display_name)
business = organisation.get(staff)
today, locale = business.today(utc_now()), business.locale
balances = directory.balances(staff, customer.id, today=today)
asked = listing.asked(customer_view.DOCUMENTS, id=customer.id)
asked, found = listing.find(
    asked,
    lambda page: documents.list_page(
        staff,
        customer.id,
        today=today,
        wanted=asked.wanted,
        search=asked.search,
        sort=asked.sort,
        page=page,
    ),
)

cards.draw(
    cards.head(customer.display_name, back=back),
    cards.grid(
        customer_view.figures(balances, locale), cards.card("", customer_view.facts(customer))
    ),
)
cards.draw(cards.title("Documents"))
listing.draw(
    asked,
    found,
    [customer_view.row(each, locale) for each in found.rows],
    customer_view.empty(asked.search, asked.wanted),
)
cards.draw(cards.title("People"))
contact_access.of_customer(staff, customer)
for each in customer.contacts:
    contact_access.draw(staff, each)
if not customer.contacts:
    cards.draw(cards.card("", cards.empty("No people yet", "Import or add a contact first.")))
