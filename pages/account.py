"""Account: one's own details, the company's, its addresses, people and saved payment methods."""

from components.account import account_view, data_card
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import change_requests, details
from portal_data.text.language import _

scope = require_scope()

mine = details.my_details(scope)
business = organisation.get(scope)
today = business.today(utc_now())
cards.draw(cards.head(_("Account"), cards.sub(scope.customer_name)))
account_view.draw(scope, mine, change_requests.waiting(scope), today, business.locale)
data_card.draw(scope, business)
