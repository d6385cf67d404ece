"""Payments made: what was received, when, and what it was applied to."""

from components import cards, listing, payment_list
from components.session import require_scope
from portal_data import organisation, payments

scope = require_scope()

business = organisation.get(scope)
asked = listing.asked(payment_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: payments.list_page(
        scope, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(cards.head("Payments made"))
listing.draw(
    asked,
    found,
    [payment_list.row(each, business.locale) for each in found.rows],
    payment_list.empty(asked.search, asked.wanted),
)
