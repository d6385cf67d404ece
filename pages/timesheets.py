"""Timesheets: hours that were sent for approval, and how they were answered."""

from components.lists import listing, timesheet_list
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.projects import timesheets

scope = require_scope()

business = organisation.get(scope)
asked = listing.asked(timesheet_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: timesheets.list_page(
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
