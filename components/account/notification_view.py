"""The screen of somebody's notifications, the same for contacts and for staff."""

import streamlit as st

from components.forms.action import act
from components.lists import listing, notification_list
from components.session import form
from components.ui import cards, links
from components.ui.markup import Markup, join
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.messaging import notifications
from portal_data.scope import Scope, Staff
from portal_data.text.language import _, counted

_SEEN = "notifications.seen"


def draw(who: Scope | Staff) -> None:
    """Draw the person's notifications, with what marks all of them read."""
    now, business = utc_now(), organisation.get(who)
    own = isinstance(who, Scope)
    request = listing.request(notification_list.OWN if own else notification_list.OF_STAFF)
    reader = who.contact_id if isinstance(who, Scope) else who.staff_id
    request, page = listing.read(who, request, business.today(now), recipient_id=reader)
    seen = form(_SEEN, lambda: now).start
    with st.container(horizontal=True, vertical_alignment="bottom", key="head"):
        cards.draw(cards.head(_("Notifications"), cards.sub(_about())))
        if page.counts[notifications.Filter.UNREAD] and st.button(
            _("Mark all as read"), icon=":material/mark_email_read:", key="notifications.read"
        ):
            act(
                lambda count: counted(
                    count,
                    "{count} notification marked as read.",
                    "{count} notifications marked as read.",
                ),
                lambda: notifications.mark_all_read(who, until=seen, now=utc_now()),
                seen=_SEEN,
            )
    listing.draw(request, page, business)


def _about() -> Markup:
    choose = cards.link(_("Choose what you are told"), links.page("notification_settings"))
    return join(_("What happened that concerns you."), " ", choose)
