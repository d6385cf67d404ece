"""Retainer invoices: what is to be paid in advance, and what is left of what was."""

from components import bills, cards, listing, retainer_list
from components.session import require_scope
from portal_data import organisation, retainers
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

cards.draw(bills.head("retainers"))
listing.draw(
    asked,
    found,
    [retainer_list.row(each, business.locale) for each in found.rows],
    retainer_list.empty(asked.search, asked.wanted),
)
