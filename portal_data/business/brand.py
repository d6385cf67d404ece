"""The brand: what the business is called, its colour and its logo. Everybody may see it."""

from dataclasses import dataclass

from portal_data import store
from portal_data.business import colours, logos
from portal_data.business.logos import Logo
from portal_data.business.organisation import Organisation

_BRAND = "select name, accent, logo_sha256 from core.organisation order by name"


@dataclass(frozen=True, slots=True)
class Brand:
    """How the business looks on screens and documents."""

    name: str
    accent: str | None = None
    logo: Logo | None = None

    @property
    def shades(self) -> colours.Shades | None:
        """Readable shades of the accent; None for the portal's own colour."""
        return colours.shades(self.accent) if self.accent else None


def of(business: Organisation) -> Brand:
    """Return the brand of a business that was read already."""
    return Brand(business.name, business.accent, logos.of_business(business.logo_sha256))


def current() -> Brand:
    """Return the brand for people who are not signed in."""
    with store.system_reading() as session:
        row = session.one(_BRAND)
    if row is None:
        return Brand("Customer portal")
    return Brand(row["name"], row["accent"], logos.of_business(row["logo_sha256"]))
