"""What a saved card or bank account is called: its brand and its last four digits."""

from components.ui import format as say
from portal_data.customers.details import SavedMethod
from portal_data.text.language import N_, _

_KINDS = {"bank": N_("Bank"), "bank_account": N_("Bank account"), "card": N_("Card")}


def words(method: SavedMethod) -> str:
    """Return what a method is called: Visa •••• 4242."""
    known = None if method.brand else _KINDS.get(method.kind)
    kind = _(known) if known else say.code(method.brand or method.kind)
    return f"{kind} •••• {method.last4}" if method.last4 else kind
