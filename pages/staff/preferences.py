"""Preferences: what the business switches on and off for its customers and its staff."""

from components.session import require_staff
from components.staff import preferences_form
from components.ui import cards
from portal_data.business import preferences
from portal_data.scope import Role

staff = require_staff()

about = "What customers find in the portal, and what the team hears of."
if staff.role is Role.OWNER:
    cards.draw(cards.head("Preferences", cards.sub(about)))
    preferences_form.draw(staff)
else:
    cards.draw(
        cards.head("Preferences", cards.sub(f"{about} Only an owner may change it.")),
        preferences_form.read_only(preferences.of_portal(staff)),
    )
