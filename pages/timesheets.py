"""Timesheets: hours that were sent for approval, and how they were answered."""

from components import cards, listing, timesheet_list
from components.session import require_scope
from portal_data import approvals, organisation

scope = require_scope()

business = organisation.get(scope)
asked = listing.asked(timesheet_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: approvals.list_page(
        scope, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(cards.head("Timesheets"))
listing.draw(
    asked,
    found,
    [timesheet_list.row(each, business) for each in found.rows],
    timesheet_list.empty(asked.search, asked.wanted),
)
