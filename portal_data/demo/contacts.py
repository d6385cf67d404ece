"""The people at the customers: every role and portal status, their logins and invitations."""

from dataclasses import dataclass
from hashlib import sha256

from portal_data.demo.books import Books, Row
from portal_data.demo.organisation import add_login


@dataclass(frozen=True, slots=True)
class Person:
    """One contact as written below; the first of each customer is its primary contact."""

    key: str
    customer: str
    first_name: str
    last_name: str
    role: str = "admin"
    portal: str = "active"
    designation: str | None = None
    department: str | None = None
    salutation: str | None = None
    email: str | None = None
    """Only where it is not `key@customer.example`."""
    payment_limit_minor: int | None = None
    shown_as: str | None = None
    """What the demo's list of sign-ins says of this person; None leaves the person out."""


PEOPLE = (
    Person("imogen", "brackenridge", "Imogen", "Hartley", designation="Finance director",
           department="Finance", salutation="Ms",
           shown_as="administrator at Brackenridge Hotels, the customer with most to show"),
    Person("tom", "brackenridge", "Tom", "Okafor", "payer", designation="Accounts payable",
           department="Finance", payment_limit_minor=500_000,
           shown_as="payer there, up to £5,000"),
    Person("priya", "brackenridge", "Priya", "Raman", "approver", designation="Head of estates",
           department="Estates", salutation="Dr", shown_as="approver there"),
    Person("callum", "brackenridge", "Callum", "Reid", "viewer", designation="Night auditor",
           shown_as="viewer there"),
    Person("sofia", "brackenridge", "Sofia", "Lindqvist", "approver", "invited",
           designation="Spa manager"),
    Person("dennis", "brackenridge", "Dennis", "Moyle", "viewer", "not_invited"),
    Person("greta", "brackenridge", "Greta", "Falk", "payer", "disabled",
           designation="Accounts payable (left)"),
    Person("maelle", "cote", "Maëlle", "Le Goff", designation="Gérante", salutation="Mme",
           shown_as="administrator at a customer billed in euro"),
    Person("yann", "cote", "Yann", "L’Hostis", "viewer", designation="Comptable"),
    Person("layla", "nakheel", "ليلى", "الحداد", designation="مديرة المالية",
           shown_as="administrator at a customer that writes from right to left"),
    Person("omar", "nakheel", "عمر", "السالم", "approver", "invited"),
    Person("yui", "aoba", "結衣", "佐藤", designation="経理部長"),
    Person("noam", "galim", "נועם", "ברק"),
    Person("clerk", "lantern", "Bartholomew Percival", "Featherstonehaugh-Cholmondeley",
           designation="Clerk to the Society"),
    Person("aoife", "omalley", "Aoife", "O’Malley", portal="invited"),
    Person("noor", "omalley", "Noor", "Haddad", "payer", designation="Bookkeeper",
           email="noor@ledgerline.example",
           shown_as="bookkeeper of two customers: payer at one, viewer at the other"),
    Person("sian", "sian", "Siân", "Llewelyn-Prŷs", salutation="Ms"),
    Person("noor-too", "sian", "Noor", "Haddad", "viewer", designation="Bookkeeper",
           email="noor@ledgerline.example"),
    Person("grace", "pemberton", "Grace", "Adeyemi", designation="Commercial manager"),
    Person("walt", "cascadia", "Walter", "Ng", designation="Controller"),
    Person("edith", "oldmill", "Edith", "Pym", portal="not_invited"),
    Person("alex", "blank", "Alex", "Marsh",
           shown_as="administrator at a customer that has nothing yet"),
)  # fmt: skip


def introduce(books: Books, password_hash: str) -> None:
    """Gather contacts, with a login and an accepted invitation for those who use the portal."""
    logins: dict[str, Row] = {}
    seen: set[str] = set()
    for person in PEOPLE:
        customer = books.customers[person.customer]
        email = person.email or f"{person.key}@{person.customer}.example"
        used = person.portal in ("active", "disabled")
        if used and email not in logins:
            logins[email] = add_login(books, email, password_hash)
        books.contacts[person.key] = books.add(
            "contacts",
            customer_id=customer["id"],
            login_id=logins[email]["id"] if used else None,
            salutation=person.salutation,
            first_name=person.first_name,
            last_name=person.last_name,
            email=email,
            phone=customer["phone"],
            designation=person.designation,
            department=person.department,
            is_primary=person.customer not in seen,
            role=person.role,
            payment_limit_minor=person.payment_limit_minor,
            payment_limit_currency=customer["currency_code"],
            portal_status=person.portal,
            created_at=customer["created_at"],
            updated_at=customer["created_at"],
        )
        seen.add(person.customer)
        if person.portal != "not_invited":
            _invite(books, person.portal, books.contacts[person.key])


def _invite(books: Books, portal: str, contact: Row) -> None:
    """Gather the contact's invitation; its token is drawn and forgotten, so nobody can use it."""
    sent = contact["created_at"]
    ago = (books.today - sent.date()).days
    if portal == "invited":
        sent = books.moment(books.day(2), "09:40")
    elif ago > 2:
        sent = books.moment(books.workday(ago - 1), "09:40")
    next_day = books.moment(sent.date(), "09:40")
    books.add(
        "invitations",
        customer_id=contact["customer_id"],
        contact_id=contact["id"],
        token_hash=sha256(books.chance.randbytes(32)).hexdigest(),
        created_at=sent,
        created_by=books.staff["rowan"]["id"],
        created_by_kind="staff",
        expires_at=books.moment(books.day((books.today - sent.date()).days - 3), "09:40"),
        accepted_at=None if portal == "invited" else next_day.replace(hour=11),
        revoked_at=None,
    )


def full_name(contact: Row) -> str:
    """Return first and last name of a contact's row."""
    return f"{contact['first_name']} {contact['last_name']}"


def main_contact(books: Books, customer: str) -> Row:
    """Return the primary contact of the customer with this key."""
    key = next(person.key for person in PEOPLE if person.customer == customer)
    return books.contacts[key]
