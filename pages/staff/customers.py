"""Customers for staff: what they owe in each currency, and who of them uses the portal."""

from components import account_list, cards, listing, readiness_view
from components.session import require_staff
from portal_data import accounts, organisation, readiness
from portal_data.clock import utc_now

staff = require_staff()

business = organisation.get(staff)
today = business.today(utc_now())
asked = listing.asked(account_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: accounts.list_page(
        staff, today=today, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

steps = readiness.steps(staff)
cards.draw(readiness_view.reminder(steps), cards.head("Customers"))
listing.draw(
    asked,
    found,
    [account_list.row(each, business.locale) for each in found.rows],
    account_list.empty(asked.search, asked.wanted),
)
