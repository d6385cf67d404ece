"""One customer for staff: its figures, its documents, its people and who may use the portal."""

import streamlit as st

from components.account import contact_access, shared_documents
from components.lists import listing
from components.session import require_staff
from components.staff import autopay_stopped, customer_view, detail_changes
from components.ui import address, cards, links, reviewed, tab
from components.ui.markup import tag
from portal_data.auth import linked_accounts, second_factor
from portal_data.business import organisation, preferences
from portal_data.clock import utc_now
from portal_data.customers import details, directory, review_desk
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
request = listing.request(customer_view.DOCUMENTS, id=customer.id)
request, page = listing.read(staff, request, today, id=customer.id)

record = cards.link(
    "Record payment", links.page("record_payment", customer=customer.id), class_="pt-button"
)
cards.draw(
    cards.head(customer.display_name, tag("div", record, class_="pt-actions"), back=back),
    cards.grid(
        customer_view.figures(balances, locale), cards.card("", customer_view.facts(customer))
    ),
)
autopay_stopped.of_customer(staff, customer.id, locale)
detail_changes.draw(staff, customer, business)
cards.draw(cards.title("Documents"))
listing.draw(request, page, business)
shared_documents.draw_for_staff(staff, customer.id, business)
cards.draw(cards.title("People"))
contact_access.of_customer(staff, customer)
asks = preferences.of_portal(staff).reviews
with_factor = second_factor.of_customer(staff, customer.id)
linked = linked_accounts.of_customer(staff, customer.id)
for each in customer.contacts:
    contact_access.draw(
        staff,
        each,
        today,
        customer.currency_code,
        reviews=asks,
        second_factor=each.id in with_factor,
        linked=each.id in linked,
    )
if not customer.contacts:
    cards.draw(cards.card("", cards.empty("No people yet", "Import or add a contact first.")))
if written := review_desk.of_customer(staff, customer.id):
    cards.draw(
        cards.title("Reviews"),
        cards.card("", cards.rows(reviewed.review(each, business) for each in written)),
    )
