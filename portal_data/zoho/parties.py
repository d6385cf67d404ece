"""Customers with their addresses, and the people who act for them."""

from portal_data.zoho import cells
from portal_data.zoho.defects import CellError, Problem, SetAside
from portal_data.zoho.records import Reading, Record, Row, absent_columns, split_key

ADDRESS = (
    "attention",
    "street1",
    "street2",
    "city",
    "state",
    "postal_code",
    "country",
    "phone",
    "fax",
)
_CUSTOMER_SOURCES = {
    "company_name": ("company_name",),
    "kind": ("sub_type",),
    "status": ("status",),
    "email": ("email",),
    "phone": ("phone",),
    "mobile": ("mobile",),
    "website": ("website",),
    "tax_id": ("tax_id",),
    "tax_treatment": ("tax_treatment",),
    "payment_terms_days": ("terms_days",),
    "payment_terms_label": ("terms_label",),
    "credit_limit_minor": ("credit_limit",),
    "opening_balance_minor": ("opening_balance",),
    "bank_payment_allowed": ("bank_payment",),
    "portal_enabled": ("portal_enabled",),
    "notes": ("notes",),
    "language": ("language",),
}
_PERSON_SOURCES = {
    name: (name,)
    for name in (
        "salutation",
        "first_name",
        "last_name",
        "email",
        "phone",
        "mobile",
        "designation",
        "department",
    )
}


def read_customers(rows: list[Row], reading: Reading) -> list[Record]:
    """Return a record for each customer; `extra["rows"]` keeps its row for address and person."""

    def build(row: Row) -> Record | None:
        if row.key("contact_type").lower() == "vendor":
            reading.findings.warn(row.file, "A vendor was left out.", row=row.number)
            return None
        name = row.text("name") or row.text("company_name")
        if name is None:
            raise CellError("The name is missing.", "Enter it.", column=row.header("name"))
        identifier = row.identifier("id")
        currency = reading.currency_of(row)
        row.watch(reading.findings, "name", "company_name", "notes")
        key = split_key(identifier, name.strip().lower())
        reading.currencies[identifier] = reading.currencies["=" + name.strip().lower()] = currency
        return Record(
            kind="customer",
            external_id=key,
            subject=name,
            file=row.file,
            row=row.number,
            values={
                "number": row.text("number") or _short_number(identifier),
                "display_name": name,
                "company_name": row.text("company_name"),
                "kind": "individual" if row.key("sub_type").lower() == "individual" else "business",
                "status": "inactive" if row.key("status").lower() == "inactive" else "active",
                "currency_code": currency,
                "language": row.key("language").lower() or "en",
                "email": _email(row, f"customer {name}", reading),
                "phone": row.phone("phone"),
                "mobile": row.phone("mobile"),
                "website": row.text("website"),
                "tax_id": row.text("tax_id"),
                "tax_treatment": row.text("tax_treatment"),
                "payment_terms_days": row.days("terms_days"),
                "payment_terms_label": row.text("terms_label"),
                "credit_limit_minor": row.minor("credit_limit", currency),
                "opening_balance_minor": row.minor("opening_balance", currency),
                "bank_payment_allowed": row.flag("bank_payment"),
                "portal_enabled": row.flag("portal_enabled"),
                "notes": row.text("notes"),
                "created_at": row.moment("created", reading.timezone),
            },
            absent=absent_columns(row.layout, _CUSTOMER_SOURCES) | {"created_at"},
            currency=currency,
        )

    return reading.collect(rows, "customer", _customer_subject, build)


def read_addresses(rows: list[Row], customers: list[Record]) -> list[Record]:
    """Return the billing and shipping addresses that are filled in."""
    by_row = {(row.file, row.number): row for row in rows}
    records = []
    for customer in customers:
        row = by_row[customer.file, customer.row]
        for kind in ("billing", "shipping"):
            values = {
                part: cells.phone(row.raw(f"{kind}_{part}"))
                if part in ("phone", "fax")
                else row.text(f"{kind}_{part}")
                for part in ADDRESS
            }
            if any(values.values()):
                record = Record(
                    kind="address",
                    external_id=f"{customer.external_id}:{kind}",
                    subject=f"{kind} address of {customer.subject}",
                    file=row.file,
                    row=row.number,
                    values={"kind": kind, **values},
                    links={"customer": customer.external_id},
                )
                records.append(record.seal())
    return records


def read_persons(
    rows: list[Row], customer_rows: list[Row], customers: list[Record], reading: Reading
) -> list[Record]:
    """Return the contact persons; a customer without any gets the one its own row describes."""
    persons = reading.collect(rows, "contact", _person_subject, lambda row: _person(row, reading))
    _one_primary(persons, customer_rows)
    owned = {link for person in persons for link in _owner_keys(person)}
    by_row = {(row.file, row.number): row for row in customer_rows}
    for customer in customers:
        row = by_row[customer.file, customer.row]
        keys = {customer.external_id, "=" + customer.subject.strip().lower()}
        if keys & owned or not any(row.key(n) for n in ("email", "first_name", "last_name")):
            continue
        email = customer.values["email"]  # read, and if need be reported, with the customer
        persons.append(_person_of(customer, row, email))
    return persons


def _person(row: Row, reading: Reading) -> Record:
    name = _full_name(row) or row.key("email")
    if not name:
        raise CellError("The person has neither name nor e-mail.", "Enter one of them.")
    owner = row.identifier("customer_id"), row.key("customer_name")
    label = "primary person" if row.flag("is_primary") else "person"
    row.watch(reading.findings, "first_name", "last_name")
    key = split_key(row.identifier("id"), f"{owner[0] or owner[1].lower()}|{name.lower()}")
    return Record(
        kind="contact",
        external_id=key,
        subject=name,
        file=row.file,
        row=row.number,
        values={
            **_person_values(row),
            "email": _email(row, f"{label} {name} of customer {owner[1] or owner[0]}", reading),
            "is_primary": row.flag("is_primary"),
        },
        links={"customer_id": owner[0], "customer_name": owner[1]},
        absent=absent_columns(row.layout, _PERSON_SOURCES),
    )


def _person_of(customer: Record, row: Row, email: str | None) -> Record:
    primary = row.key("primary_id")
    key = (
        primary if primary.isdigit() and len(primary) <= 30 else f"={customer.external_id}|primary"
    )
    return Record(
        kind="contact",
        external_id=key,
        subject=_full_name(row) or customer.subject,
        file=row.file,
        row=row.number,
        values={**_person_values(row), "email": email, "is_primary": True},
        links={"customer": customer.external_id},
        absent=absent_columns(row.layout, _PERSON_SOURCES),
    ).seal()


def _person_values(row: Row) -> dict[str, str | None]:
    return {
        "salutation": row.text("salutation"),
        "first_name": row.text("first_name"),
        "last_name": row.text("last_name"),
        "phone": row.phone("phone"),
        "mobile": row.phone("mobile"),
        "designation": row.text("designation"),
        "department": row.text("department"),
    }


def _one_primary(persons: list[Record], customer_rows: list[Row]) -> None:
    """See to one primary person each: as flagged, as the customer's row says, or the first."""
    named = {row.key("primary_id") for row in customer_rows}
    by_owner: dict[str, list[Record]] = {}
    for person in persons:
        by_owner.setdefault(_owner_keys(person)[0], []).append(person)
    for group in by_owner.values():
        flagged = [person for person in group if person.values["is_primary"]]
        chosen = flagged or [p for p in group if p.external_id in named] or group
        for person in group:
            person.values["is_primary"] = person is chosen[0]
            person.seal()


def _owner_keys(person: Record) -> list[str]:
    identifier, name = person.links["customer_id"], person.links["customer_name"]
    return [key for key in (identifier, "=" + name.strip().lower()) if key not in ("", "=")]


def _email(row: Row, subject: str, reading: Reading) -> str | None:
    """Return the address; one that no mailer may get is left out alone, not with its owner."""
    try:
        return row.email("email")
    except CellError as error:
        problem = Problem(row.file, error.reason, error.remedy, row.number, error.column)
        reading.findings.set_aside.append(SetAside("e-mail", subject, problem))
        return None


def _short_number(identifier: str) -> str | None:
    """Return a number a person can say: the id without the organisation's leading digits."""
    return identifier[-9:].lstrip("0") or identifier or None


def _full_name(row: Row) -> str:
    return " ".join(filter(None, (row.key("first_name"), row.key("last_name"))))


def _customer_subject(row: Row) -> str:
    return row.key("name") or row.key("company_name") or row.key("id") or f"row {row.number}"


def _person_subject(row: Row) -> str:
    return _full_name(row) or row.key("email") or f"row {row.number}"
