"""Account: one's own details, the company's, its addresses, people and saved payment methods."""

from components import account_view, cards
from components.session import require_scope
from portal_data import customers, organisation
from portal_data.clock import utc_now

scope = require_scope()

mine = customers.my_details(scope)
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
