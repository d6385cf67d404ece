"""Notifications: what customers did that concerns the member of staff."""

from components.account import notification_view
from components.session import require_staff

staff = require_staff()

notification_view.draw(staff)
