"""The bell in the frame around every screen: how much the person has not read, and the way there.

It changes with the next click and not by itself. A fragment that runs every so often would count
as somebody who is there, so that no sign-in of an open tab ended any more, and would take turns
from those who click (docs/decisions/0026).
"""

import streamlit as st

from components.ui import cards, links
from components.ui.markup import tag
from portal_data import screens
from portal_data.clock import utc_now
from portal_data.messaging import notifications
from portal_data.scope import Scope, Staff
from portal_data.text.language import _, counted

_MOST = 99


def draw(who: Scope | Staff, path: str) -> None:
    """Draw the bell over the screen at `path`; what told of what stands there is read."""
    unread = notifications.unread(who)
    opened = screens.subject_at(path, st.query_params.to_dict()) if unread.everything else None
    if opened and notifications.mark_opened(who, *opened, utc_now()):
        unread = notifications.unread(who)
    count = unread.at_bell
    label = _("Notifications")
    if count:
        label = counted(count, "Notifications, {count} unread", "Notifications, {count} unread")
    badge = tag("b", str(count) if count <= _MOST else f"{_MOST}+") if count else None
    cards.draw(
        tag(
            "a",
            cards.icon("notifications"),
            badge,
            class_="pt-bell",
            href=links.page("notifications"),
            data_turn="page",
            aria_label=label,
            title=label,
            aria_current="page" if path == "notifications" else None,
        )
    )
