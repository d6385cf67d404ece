"""Customers for staff: what they owe in each currency, and who of them uses the portal."""

from components.lists import listing
from components.session import require_staff
from components.staff import customer_list, readiness_view
from components.ui import cards
from portal_data.business import organisation, readiness
from portal_data.clock import utc_now
from portal_data.customers import directory

staff = require_staff()

business = organisation.get(staff)
today = business.today(utc_now())
asked = listing.asked(customer_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: directory.list_page(
        staff, today=today, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

steps = readiness.steps(staff)
cards.draw(readiness_view.reminder(steps), cards.head("Customers"))
listing.draw(
    asked,
    found,
    [customer_list.row(each, business.locale) for each in found.rows],
    customer_list.empty(asked.search, asked.wanted),
)
