"""One timesheet: its entries with the answer to each, and who decided when and why."""

import streamlit as st

from components.documents import document_view, timesheet_view
from components.lists import listing
from components.session import require_scope
from components.ui import address, cards, links, roles, tab
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.errors import NotFound
from portal_data.projects import timesheets
from portal_data.projects.timesheets import Status
from portal_data.scope import Permission

scope = require_scope()

business = organisation.get(scope)
today, locale = business.today(utc_now()), business.locale
try:
    approval = timesheets.get(scope, address.identifier("id"))
except NotFound:
    document_view.missing(scope, "timesheet", ("Timesheets", links.page("timesheets")))
    st.stop()

tab.name(scope, approval.name)
request = listing.request(timesheet_view.SCREEN, id=approval.id)
request, page = listing.read(scope, request, today, timesheet=approval.id)
waiting = None
if approval.status is Status.PENDING:
    mine = details.my_details(scope)
    waiting = cards.sub(roles.answering(scope, mine, Permission.TIMESHEET_ANSWER))
cards.draw(
    timesheet_view.head(approval),
    cards.grid(
        cards.card("", timesheet_view.summary(approval, page, business), waiting),
        cards.card("History", timesheet_view.history(approval, business, today)),
    ),
)
listing.draw(timesheet_view.offered(request, page, approval), page, business)
