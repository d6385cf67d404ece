"""Reviews for staff: what customers' people say of the work, and what waits for an answer."""

from components.lists import listing
from components.session import require_staff
from components.staff import review_list
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now

staff = require_staff()

business = organisation.get(staff)
request = listing.request(review_list.SCREEN)
request, page = listing.read(staff, request, business.today(utc_now()))

cards.draw(cards.head("Reviews", cards.sub("What customers say of your work.")))
listing.draw(request, page, business)
