"""What you are told: how the member of staff hears of what customers do."""

from components.account import told_how_form
from components.session import require_staff

staff = require_staff()

told_how_form.draw(staff)
