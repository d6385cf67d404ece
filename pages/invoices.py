"""Invoices: what is owed and what is settled; filter, search, order and page are the address."""

from components.lists import billing_tabs, invoice_list, listing
from components.session import require_scope
from components.ui import cards
from portal_data.billing import invoices
from portal_data.business import organisation
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

cards.draw(billing_tabs.head("invoices"))
listing.draw(
    asked,
    found,
    [invoice_list.row(each, business.locale) for each in found.rows],
    invoice_list.empty(asked.search, asked.wanted),
)
