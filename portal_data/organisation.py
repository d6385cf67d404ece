"""The business that runs this portal: its name, addresses, currency, timezone and how to pay it."""

from dataclasses import dataclass
from datetime import date, datetime

from portal_data import store
from portal_data.clock import local_date
from portal_data.errors import NotFound
from portal_data.scope import Scope, Staff

_COLUMNS = """
    select name, legal_name, slug, email, phone, website, tax_id, street1, street2, city, state,
        postal_code, country, currency_code, timezone, locale, bank_details, document_footer
"""
_MINE = _COLUMNS + "from organisation order by name"
_ALL = _COLUMNS + "from core.organisation order by name"


@dataclass(frozen=True, slots=True)
class Organisation:
    """The one organisation of this installation."""

    name: str
    legal_name: str | None
    slug: str
    email: str | None
    phone: str | None
    website: str | None
    tax_id: str | None
    street1: str | None
    street2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    currency_code: str
    timezone: str
    locale: str
    bank_details: str | None
    document_footer: str | None

    def day_of(self, moment: datetime) -> date:
        """Return the calendar day of a naive UTC moment where the business is."""
        return local_date(moment, self.timezone)

    def today(self, now: datetime) -> date:
        """Return the calendar day at `now` (naive UTC) by which overdue is measured."""
        return self.day_of(now)

    @property
    def address_lines(self) -> list[str]:
        """The postal address, a line each, without empty ones."""
        town = " ".join(part for part in (self.city, self.state, self.postal_code) if part)
        return [line for line in (self.street1, self.street2, town, self.country) if line]


@store.remembered
def get(scope: Scope | Staff) -> Organisation:
    """Return the organisation. Raises NotFound before one was imported, created or demonstrated."""
    if isinstance(scope, Scope):
        with store.reading(scope) as session:
            row = session.one(_MINE)
    else:
        with store.staff_reading(scope) as session:
            row = session.one(_ALL)
    return _made(row)


def of_portal(session: store.OpenSession) -> Organisation:
    """Return the organisation inside a system session (mails, sign-in pages, the worker)."""
    return _made(session.one(_ALL))


def _made(row: dict[str, object] | None) -> Organisation:
    if row is None:
        raise NotFound("This portal has no organisation yet. Import a backup or load the demo.")
    return Organisation(**row)  # type: ignore[arg-type]
