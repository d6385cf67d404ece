"""Not found: what a customer sees at an address that the portal has, but not for customers."""

from components import not_found
from components.session import require_scope

scope = require_scope()

not_found.draw_for_customers()
