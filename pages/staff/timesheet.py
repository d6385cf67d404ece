"""One timesheet of a customer for staff: how it was answered, and what is said about it."""

import streamlit as st

from components.documents import conversation, timesheet_screen
from components.documents.conversation import About
from components.session import require_staff
from components.staff import customer_view, timesheet_desk
from components.ui import address, links, tab
from portal_data.auth import identity
from portal_data.business import organisation
from portal_data.customers import conversations
from portal_data.errors import NotFound
from portal_data.projects import timesheets

staff = require_staff()

business = organisation.get(staff)
try:
    about = About("approval", address.identifier("id"))
    found = conversations.subject(staff, about.kind, about.id)
    looking = identity.view_as_customer(staff, found.customer_id)
    approval = timesheets.get(looking, about.id)
except NotFound:
    customer_view.missing(staff, "timesheet")
    st.stop()

tab.name(staff, approval.name)
back = (found.customer_name, links.customer(found.customer_id))
timesheet_screen.draw(looking, approval, business, back=back)
timesheet_desk.draw(staff, approval)
conversation.draw_for_staff(staff, found.customer_id, about, business)
