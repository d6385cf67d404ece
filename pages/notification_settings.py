"""What you are told: how the contact hears of what happens."""

from components.account import delivery_form
from components.session import require_scope

scope = require_scope()

delivery_form.draw(scope)
