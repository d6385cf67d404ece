"""Credit notes: what was credited, and what remains of it."""

from components.lists import billing_tabs, credit_note_list, listing
from components.session import require_scope
from components.ui import cards
from portal_data.billing import credit_notes
from portal_data.business import organisation

scope = require_scope()

business = organisation.get(scope)
asked = listing.asked(credit_note_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: credit_notes.list_page(
        scope, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(billing_tabs.head("credit_notes"))
listing.draw(
    asked,
    found,
    [credit_note_list.row(each, business.locale) for each in found.rows],
    credit_note_list.empty(asked.search, asked.wanted),
)
