"""One project of a customer for staff: what the customer sees, and what is said about it."""

import streamlit as st

from components.documents import conversation, project_screen
from components.documents.conversation import About
from components.session import require_staff
from components.staff import customer_view, submit_time
from components.ui import address, links, tab
from portal_data.auth import identity
from portal_data.business import organisation
from portal_data.customers import conversations
from portal_data.errors import NotFound

staff = require_staff()

business = organisation.get(staff)
try:
    about = About("project", address.identifier("id"))
    found = conversations.subject(staff, about.kind, about.id)
    looking = identity.view_as_customer(staff, found.customer_id)
    shown = project_screen.read(looking, about.id)
except NotFound:
    customer_view.missing(staff, "project")
    st.stop()

tab.name(staff, shown.name)
back = (found.customer_name, links.customer(found.customer_id))
project_screen.draw(looking, shown, business, back=back)
submit_time.draw(staff, about.id, shown.code or shown.name, business)
conversation.draw_for_staff(staff, found.customer_id, about, business)
