"""One invoice, for whoever holds its public link: read, taken as PDF and paid."""

from components.documents import public_invoice
from components.ui import address

public_invoice.draw(address.text("token"), back=bool(address.text("back")))
