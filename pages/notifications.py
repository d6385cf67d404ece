"""Notifications: what happened that concerns the contact."""

from components.account import notification_view
from components.session import require_scope

scope = require_scope()

notification_view.draw(scope)
