"""One estimate, for whoever holds its public link: read, taken as PDF, accepted or declined."""

from components.documents import public_estimate
from components.ui import address

public_estimate.draw(address.text("token"))
