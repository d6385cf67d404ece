"""Invoices: what is owed and what is settled; filter, search, order and page are the address."""

from components import bills, cards, invoice_list, listing
from components.session import require_scope
from portal_data import invoices, organisation
from portal_data.clock import utc_now

scope = require_scope()

business = organisation.get(scope)
today = business.today(utc_now())
asked = listing.asked(invoice_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: invoices.list_page(
        scope, today=today, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(bills.head("invoices"))
listing.draw(
    asked,
    found,
    [invoice_list.row(each, business.locale) for each in found.rows],
    invoice_list.empty(asked.search, asked.wanted),
)
