"""An empty screen: the guard that every screen begins with, and nothing."""

from components.session import require_scope

require_scope()
