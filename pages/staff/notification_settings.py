"""What you are told: how the member of staff hears of what customers do."""

from components.account import delivery_form
from components.session import require_staff

staff = require_staff()

delivery_form.draw(staff)
