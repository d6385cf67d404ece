"""Projects: what is worked on, how long, and how much of each budget is used."""

from components.lists import listing, project_list
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.text.language import _

scope = require_scope()

business = organisation.get(scope)
request = listing.request(project_list.SCREEN)
request, page = listing.read(scope, request, business.today(utc_now()))

cards.draw(cards.head(_("Projects")))
listing.draw(request, page, business)
