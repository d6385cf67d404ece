"""Mail for staff: what could not be sent, why, and what to do about it."""

from components.lists import listing
from components.session import require_staff
from components.staff import mail_desk, mail_list
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now

staff = require_staff()

business = organisation.get(staff)
request = listing.request(mail_list.SCREEN)
request, page = listing.read(staff, request, business.today(utc_now()))

cards.draw(cards.head("Mail", cards.sub("What could not be sent, and what to do about it.")))
mail_desk.draw(page.rows)
listing.draw(request, page, business)
