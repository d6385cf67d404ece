"""Security: a member of staff's own password and sign-ins."""

from components.account import account_security
from components.session import require_staff

staff = require_staff()

account_security.draw(staff)
