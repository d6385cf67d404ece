"""Retainer invoices: what is to be paid in advance, and what is left of what was."""

from components.lists import billing_tabs, listing, retainer_list
from components.session import require_scope
from components.ui import cards
from portal_data.billing import retainers
from portal_data.business import organisation
from portal_data.clock import utc_now

scope = require_scope()

business = organisation.get(scope)
today = business.today(utc_now())
asked = listing.asked(retainer_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: retainers.list_page(
        scope, today=today, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(billing_tabs.head("retainers"))
listing.draw(
    asked,
    found,
    [retainer_list.row(each, business.locale) for each in found.rows],
    retainer_list.empty(asked.search, asked.wanted),
)
