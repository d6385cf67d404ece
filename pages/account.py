"""Account: one's own details, the company's, its addresses, people and saved payment methods."""

from components.account import account_view
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import details

scope = require_scope()

mine = details.my_details(scope)
business = organisation.get(scope)
today = business.today(utc_now())
cards.draw(
    cards.head("Account", cards.sub(scope.customer_name)),
    cards.grid(
        cards.stack(
            cards.card("You", account_view.me(scope, mine, business.locale)),
            cards.card("Company", account_view.company(mine)),
        ),
        cards.stack(
            cards.card("Addresses", account_view.addresses(mine)),
            cards.card("Saved for payment", account_view.methods(mine, today)),
        ),
    ),
    cards.card("People", account_view.people(scope, mine)),
)
