"""Activity: what people of the customer did in the portal, for its administrators."""

import streamlit as st

from components.lists import activity_list, listing
from components.session import require_scope
from components.ui import cards
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.scope import Permission
from portal_data.text.language import _

scope = require_scope()

cards.draw(cards.head(_("Activity"), cards.sub(_("What your colleagues and you did here."))))
if not scope.may(Permission.ACTIVITY_READ):
    text = _("Ask an administrator of your company what happened here.")
    cards.draw(cards.card("", cards.empty(_("For administrators"), text, tall=True)))
    st.stop()
business = organisation.get(scope)
request = listing.request(activity_list.SCREEN)
request, page = listing.read(scope, request, business.today(utc_now()))
listing.draw(request, page, business)
