"""Customers for staff: what they owe in each currency, and who of them uses the portal."""

from components.lists import listing
from components.session import require_staff
from components.staff import customer_list, readiness_view
from components.ui import cards
from portal_data.business import organisation, readiness
from portal_data.clock import utc_now

staff = require_staff()

business = organisation.get(staff)
request = listing.request(customer_list.SCREEN)
request, page = listing.read(staff, request, business.today(utc_now()))

steps = readiness.steps(staff)
cards.draw(readiness_view.reminder(steps), cards.head("Customers"))
listing.draw(request, page, business)
