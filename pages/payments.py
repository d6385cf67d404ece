"""Payments made: what was received, when, and what it was applied to."""

from components.lists import listing, payment_list
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.payments import payments

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
