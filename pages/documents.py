"""The list of one kind of document; filter, search, order and page are the address."""

from components.documents import any_document
from components.lists import listing
from components.payments import pay_several
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.kinds import INVOICE

scope = require_scope()

kind = any_document.kind()
business = organisation.get(scope)
request = listing.request(any_document.SCREENS[kind.key].list)
request, page = listing.read(scope, request, business.today(utc_now()))

picking = None
cards.draw(any_document.head(kind))
if kind is INVOICE:
    pay_several.several(scope, business.today(utc_now()))
    picking = pay_several.picking(scope, page.rows, business.locale)
listing.draw(request, page, business, picking=picking)
