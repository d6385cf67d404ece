"""What you are told: how the contact hears of what happens."""

from components.account import told_how_form
from components.session import require_scope

scope = require_scope()

told_how_form.draw(scope)
