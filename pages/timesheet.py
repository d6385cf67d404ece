"""One timesheet: its hours, how its entries were answered, and what is said about it."""

import streamlit as st

from components.documents import conversation, document_view, timesheet_screen
from components.documents.conversation import About
from components.session import require_scope
from components.ui import address, links, tab
from portal_data.business import organisation
from portal_data.errors import NotFound
from portal_data.projects import timesheets
from portal_data.text.language import _

scope = require_scope()

business = organisation.get(scope)
back = (_("Timesheets"), links.page("timesheets"))
try:
    approval = timesheets.get(scope, address.identifier("id"))
except NotFound:
    document_view.missing(scope, "timesheet", back)
    st.stop()

tab.name(scope, approval.name)
timesheet_screen.draw(scope, approval, business, back=back)
conversation.draw(scope, About("approval", approval.id), business)
