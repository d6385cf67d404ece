"""Estimates: what is offered and what was answered; filter, search, order, page are the address."""

from components.lists import estimate_list, listing
from components.session import require_scope
from components.ui import cards
from portal_data.billing import estimates
from portal_data.business import organisation
from portal_data.clock import utc_now

scope = require_scope()

business = organisation.get(scope)
today = business.today(utc_now())
asked = listing.asked(estimate_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: estimates.list_page(
        scope, today=today, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(cards.head("Estimates"))
listing.draw(
    asked,
    found,
    [estimate_list.row(each, business.locale) for each in found.rows],
    estimate_list.empty(asked.search, asked.wanted),
)
