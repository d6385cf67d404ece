"""A customer's own details, as its contacts read them and as staff do."""

from dataclasses import dataclass
from uuid import UUID

from portal_data import store
from portal_data.customers import payment_limits
from portal_data.errors import NotFound
from portal_data.scope import Permission, Scope, Staff, roles_that_may
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Address:
    """A billing or shipping address."""

    kind: str
    attention: str | None
    street1: str | None
    street2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    phone: str | None
    fax: str | None

    @property
    def lines(self) -> list[str]:
        """The address, a line each, without empty ones; a street may hold line breaks itself."""
        town = " ".join(part for part in (self.city, self.state, self.postal_code) if part)
        parts = (self.attention, self.street1, self.street2, town, self.country)
        return [line for part in parts if part for line in part.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer."""

    id: UUID
    salutation: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    mobile: str | None
    designation: str | None
    is_primary: bool
    role: str
    portal_status: str
    payment_limit_minor: int | None
    """The most that may be paid at once; None is no limit."""
    payment_limit_currency: str | None

    @property
    def name(self) -> str:
        """First and last name, or what is known of the person."""
        whole = " ".join(part for part in (self.first_name, self.last_name) if part)
        return whole or self.email or _("Unnamed contact")

    def pays_at_most(self, currency_code: str) -> int | None:
        """Return the most this person may pay alone at once in a currency; None for no limit."""
        return payment_limits.most(
            self.payment_limit_minor, self.payment_limit_currency, currency_code
        )


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A saved card or bank account: never more than its brand and last four digits."""

    id: UUID
    version: int
    kind: str
    brand: str | None
    last4: str | None
    expires_month: int | None
    expires_year: int | None
    status: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class MyDetails:
    """What *My details* shows: the company, its addresses, its people and saved methods."""

    display_name: str
    company_name: str | None
    number: str | None
    email: str | None
    phone: str | None
    website: str | None
    tax_id: str | None
    tax_treatment: str | None
    payment_terms_label: str | None
    currency_code: str
    addresses: list[Address]
    contacts: list[Contact]
    saved_methods: list[SavedMethod]

    def address(self, kind: str) -> Address | None:
        """Return the billing or shipping address, or None."""
        return next((each for each in self.addresses if each.kind == kind), None)

    def who_may(self, permission: Permission) -> list[str]:
        """Return the names of those who may do something, and can sign in to do it."""
        return [contact.name for contact in self._who_may(permission)]

    def _who_may(self, permission: Permission) -> list[Contact]:
        roles = roles_that_may(permission)
        return [
            contact
            for contact in self.contacts
            if contact.role in roles and contact.portal_status == "active"
        ]

    def who_may_pay(self, minor: int, currency_code: str) -> list[str]:
        """Return the names of those who may pay an amount at once, and can sign in to do it."""
        return [
            contact.name
            for contact in self._who_may(Permission.INVOICE_PAY)
            if (limit := contact.pays_at_most(currency_code)) is None or minor <= limit
        ]

    def contact(self, contact_id: UUID) -> Contact | None:
        """Return one of its people, or None."""
        return next((each for each in self.contacts if each.id == contact_id), None)

    def payment_limit(self, contact_id: UUID, currency_code: str) -> int | None:
        """Return the most a contact may pay alone at once in a currency; None for no limit."""
        contact = self.contact(contact_id)
        return contact.pays_at_most(currency_code) if contact else None


@dataclass(frozen=True, slots=True)
class StaffCustomer:
    """One customer as staff see it, with its people."""

    id: UUID
    number: str | None
    display_name: str
    email: str | None
    phone: str | None
    status: str
    currency_code: str
    payment_terms_label: str | None
    tax_id: str | None
    portal_enabled: bool
    contacts: list[Contact]


_FOR_STAFF = """
    select id, number, display_name, email, phone, status, currency_code, payment_terms_label,
        tax_id, portal_enabled
    from core.customers
    where id = $id
    order by id
"""
_CONTACTS_FOR_STAFF = """
    select id, salutation, first_name, last_name, email, phone, mobile, designation, is_primary,
        role, portal_status, payment_limit_minor, payment_limit_currency
    from core.contacts
    where customer_id = $id
    order by is_primary desc, first_name, last_name, id
"""
_CUSTOMER = """
    select display_name, company_name, number, email, phone, website, tax_id, tax_treatment,
        payment_terms_label, currency_code
    from customers
    order by display_name
"""
_ADDRESSES = """
    select kind, attention, street1, street2, city, state, postal_code, country, phone, fax
    from addresses
    order by kind
"""
_CONTACTS = """
    select id, salutation, first_name, last_name, email, phone, mobile, designation, is_primary,
        role, portal_status, payment_limit_minor, payment_limit_currency
    from contacts
    order by is_primary desc, first_name, last_name, id
"""
_METHODS = """
    select id, version, kind, brand, last4, expires_month, expires_year, status, is_default
    from saved_methods
    order by is_default desc, created_at desc, id
"""


@store.cached
def my_details(scope: Scope) -> MyDetails:
    """Return the customer with its addresses, contacts and saved methods."""
    with store.reading(scope) as session:
        customer = session.one(_CUSTOMER)
        if customer is None:
            raise NotFound(_("There is no such customer."))
        addresses = [Address(**row) for row in session.rows(_ADDRESSES)]
        contacts = [Contact(**row) for row in session.rows(_CONTACTS)]
        methods = [SavedMethod(**row) for row in session.rows(_METHODS)]
    return MyDetails(**customer, addresses=addresses, contacts=contacts, saved_methods=methods)


def for_staff(staff: Staff, customer_id: UUID) -> StaffCustomer:
    """Return one customer with its people. Raises NotFound when there is none."""
    with store.staff_reading(staff) as session:
        row = session.one(_FOR_STAFF, id=customer_id)
        if row is None:
            raise NotFound(_("There is no such customer."))
        contacts = [Contact(**found) for found in session.rows(_CONTACTS_FOR_STAFF, id=customer_id)]
    return StaffCustomer(**row, contacts=contacts)
