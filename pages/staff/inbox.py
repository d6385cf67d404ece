"""The inbox: what customers wrote and dispute, and who waits for an answer."""

from components.lists import listing
from components.session import require_staff
from components.staff import disputes, inbox_list
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.ids import BUSINESS

staff = require_staff()

business = organisation.get(staff)
request = listing.request(inbox_list.SCREEN)
request, page = listing.read(
    staff, request, business.today(utc_now()), reader=staff.staff_id, everybody=BUSINESS
)

cards.draw(
    cards.head("Inbox", cards.sub("What customers write and dispute, and who waits.")),
    disputes.waiting(staff, business),
)
listing.draw(request, page, business)
