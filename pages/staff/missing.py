"""Not found: what staff see at an address of customers, and how to get at what is asked for."""

from components import not_found
from components.session import require_staff

staff = require_staff()

not_found.draw_for_staff()
