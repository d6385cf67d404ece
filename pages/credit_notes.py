"""Credit notes: what was credited, and what remains of it."""

from components import bills, cards, credit_note_list, listing
from components.session import require_scope
from portal_data import credit_notes, organisation

scope = require_scope()

business = organisation.get(scope)
asked = listing.asked(credit_note_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: credit_notes.list_page(
        scope, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(bills.head("credit_notes"))
listing.draw(
    asked,
    found,
    [credit_note_list.row(each, business.locale) for each in found.rows],
    credit_note_list.empty(asked.search, asked.wanted),
)
