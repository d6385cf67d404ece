"""Security: a contact's own password and sign-ins."""

from components.account import account_security
from components.session import require_scope

scope = require_scope()

account_security.draw(scope)
