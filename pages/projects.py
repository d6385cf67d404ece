"""Projects: what is worked on, how long, and how much of each budget is used."""

from components.lists import listing, project_list
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.projects import projects

scope = require_scope()

business = organisation.get(scope)
asked = listing.asked(project_list.KIND)
asked, found = listing.find(
    asked,
    lambda page: projects.list_page(
        scope, wanted=asked.wanted, search=asked.search, sort=asked.sort, page=page
    ),
)

cards.draw(cards.head("Projects"))
listing.draw(
    asked,
    found,
    [project_list.row(each, business.locale) for each in found.rows],
    project_list.empty(asked.search, asked.wanted),
)
