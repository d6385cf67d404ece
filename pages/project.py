"""One project: its hours, worth, budget, tasks and people, or its time log, and what is said."""

import streamlit as st

from components.documents import conversation, document_view, project_screen
from components.documents.conversation import About
from components.session import require_scope
from components.ui import address, links, tab
from portal_data.business import organisation
from portal_data.errors import NotFound
from portal_data.text.language import _

scope = require_scope()

business = organisation.get(scope)
projects = (_("Projects"), links.page("projects"))
try:
    shown = project_screen.read(scope, address.identifier("id"))
except NotFound:
    document_view.missing(scope, "project", projects)
    st.stop()

tab.name(scope, shown.name)
project_screen.draw(scope, shown, business, back=projects)
conversation.draw(scope, About("project", shown.id), business)
