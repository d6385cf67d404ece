"""Recurring invoices: the profiles that invoices are made from, with their lines."""

import re
from typing import TypeVar

from portal_data.zoho.defects import CellError
from portal_data.zoho.documents import amounts
from portal_data.zoho.lines import LINE_SOURCES, Sheaf, watch_texts
from portal_data.zoho.records import Reading, Record, Row, absent_columns, split_key

T = TypeVar("T")

_FREQUENCIES = {  # a word of the file, its letters only: our unit and how many of it
    "day": ("day", 1),
    "days": ("day", 1),
    "daily": ("day", 1),
    "week": ("week", 1),
    "weeks": ("week", 1),
    "weekly": ("week", 1),
    "month": ("month", 1),
    "months": ("month", 1),
    "monthly": ("month", 1),
    "quarterly": ("month", 3),
    "halfyearly": ("month", 6),
    "year": ("year", 1),
    "years": ("year", 1),
    "yearly": ("year", 1),
    "annually": ("year", 1),
}
_STATES = {"active": "active", "stopped": "stopped", "expired": "expired"}
_SOURCES = {
    "ends_on": ("ends",),
    "next_on": ("next",),
    "every": ("every",),
    "payment_terms_days": ("terms_days", "terms_label"),
    "notes": ("notes",),
    "terms": ("terms",),
}
_NET = re.compile(r"net\s*(\d{1,4})", re.IGNORECASE)


def read_profiles(sheaves: list[Sheaf], reading: Reading) -> list[Record]:
    """Return a record for each profile that adds up; set the others aside."""
    records = []
    for sheaf in sheaves:
        row = sheaf.row
        subject = row.key("number") or row.key("id") or f"row {row.number}"
        try:
            records.append(_record(subject, sheaf, reading))
        except CellError as error:
            row.number = sheaf.error_row or row.number
            total = row.key("total") or None
            reading.set_aside("recurring profile", subject, row, error, amount=total)
    return records


def _record(subject: str, sheaf: Sheaf, reading: Reading) -> Record:
    if sheaf.error:
        raise sheaf.error
    row = sheaf.row
    if not sheaf.lines:
        raise CellError("The profile has no lines.", "Export with items, quantities and prices.")
    if not row.key("number"):
        raise CellError("The name is missing.", "Enter it.", column=row.header("number"))
    watch_texts(sheaf, reading.findings)
    unit, every = _frequency(row)
    customer = row.identifier("customer_id"), row.key("customer_name")
    owner = customer[0] or customer[1].lower()
    return Record(
        kind="recurring profile",
        external_id=split_key(row.identifier("id"), f"{owner}|{row.key('number').lower()}"),
        subject=subject,
        file=row.file,
        row=row.number,
        values={
            "name": row.key("number"),
            "frequency": unit,
            "every": every,
            "starts_on": row.needed_date("date"),
            "ends_on": row.date("ends"),
            "next_on": row.date("next"),
            "status": _known(row, "status", _STATES),
            "currency_code": sheaf.currency,
            "total_minor": amounts("recurring profile", sheaf, reading)["total_minor"],
            "payment_terms_days": _terms(row),
            "notes": row.text("notes"),
            "terms": row.text("terms"),
            "custom_fields": row.custom(),
            "source_fields": sheaf.source,
        },
        links={"customer_id": customer[0], "customer_name": customer[1]},
        parts=list(sheaf.lines),
        absent=absent_columns(row.layout, _SOURCES),
        line_absent=absent_columns(row.layout, LINE_SOURCES),
        labels=row.layout.labels,
        digest=sheaf.digest.to_bytes(16, "big"),
        currency=sheaf.currency,
    ).seal()


def _frequency(row: Row) -> tuple[str, int]:
    """Return a unit of time and how many of it lie between two invoices."""
    unit, each = _known(row, "frequency", _FREQUENCIES)
    given = row.number_of("every")
    every = 1 if given is None else given
    if every != int(every) or not 0 < every < 1000:
        raise CellError(
            f"{row.raw('every')!r} is no number of times.",
            "Correct it.",
            column=row.header("every"),
        )
    return unit, each * int(every)


def _known(row: Row, name: str, words: dict[str, T]) -> T:
    word = "".join(letter for letter in row.key(name).lower() if letter.isalpha())
    if word not in words:
        raise CellError(
            f"{row.raw(name)!r} is not known.",
            f"Known are {', '.join(words)}.",
            column=row.header(name),
        )
    return words[word]


def _terms(row: Row) -> int | None:
    """Return the days until an invoice is due: a number, or what a label such as Net 30 says."""
    if row.key("terms_days").isdecimal():
        return row.days("terms_days")
    label = row.key("terms_label") or row.key("terms_days")
    if "receipt" in label.lower():
        return 0
    found = _NET.search(label)
    return int(found[1]) if found else None
