"""The screen of one timesheet, alike for its customer and for staff who look."""

from components.documents import timesheet_view
from components.lists import listing
from components.ui import cards, roles
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.projects.timesheets import Approval, Status
from portal_data.scope import Permission, Role, Scope


def draw(
    scope: Scope, approval: Approval, business: Organisation, *, back: tuple[str, str]
) -> None:
    """Draw a timesheet with its entries; `back` leads to where it was chosen."""
    today = business.today(utc_now())
    request = listing.request(timesheet_view.SCREEN, id=approval.id)
    request, page = listing.read(scope, request, today, timesheet=approval.id)
    waiting = None
    if approval.status is Status.PENDING:
        mine = details.my_details(scope)
        waiting = cards.sub(roles.answering(scope, mine, Permission.TIMESHEET_ANSWER))
    cards.draw(
        timesheet_view.head(approval, back),
        cards.grid(
            cards.card("", timesheet_view.summary(approval, page, business), waiting),
            cards.card("History", timesheet_view.history(approval, business, today)),
        ),
    )
    offered = timesheet_view.offered(request, page, approval)
    if scope.role is Role.STAFF:
        offered = listing.without_files(offered)
    listing.draw(offered, page, business)
