"""Records as rows of their tables, with everything they refer to filled in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

import pyarrow as pa

from portal_data.ids import new_id_text
from portal_data.zoho.ledger import Account
from portal_data.zoho.line_sets import LineSet
from portal_data.zoho.records import Record
from portal_data.zoho.resolve import Resolver, fold
from portal_data.zoho.targets import LineShelf, Shelf

_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_KEPT = ("custom_fields", "source_fields")  # columns of JSON, by the file's own names


def as_text(kept: dict[str, str] | None) -> str | None:
    """Return what is kept of a file's own columns as the JSON it is stored as; None for nothing."""
    return _JSON.encode(kept) if kept else None


@dataclass
class RowMaker:
    """Turns records into rows. `estimates` are (id, customer) by number, the rest ids by name."""

    resolver: Resolver
    invoices: Mapping[str, Account]
    estimates: Mapping[str, tuple[UUID, UUID]]
    taxes: Mapping[str, UUID]
    people: Mapping[str, UUID]
    base_currency: str
    now: datetime

    def __post_init__(self) -> None:
        # as text, because a bulk load would turn the same few ids into text line by line
        self.items = {key: str(row) for key, row in self.resolver.items.by_id.items()}

    def row(self, record: Record) -> dict[str, Any]:
        """Return a record's row by column."""
        values = dict(record.values)
        for column in _KEPT:
            values[column] = as_text(values.get(column))
        day = values.get("date")
        created = values.get("created_at") or record.extra.get("created_at")
        values |= {
            "id": record.row_id,
            "customer_id": record.customer_id,
            "created_at": created or (datetime.combine(day, time()) if day else self.now),
            "updated_at": self.now,
        }
        values |= self._references(record)
        return values

    def merged(self, stored: dict[str, Any], record: Record, shelf: Shelf) -> dict[str, Any]:
        """Return the row as the file has it over what the books hold and the file cannot know."""
        new = self.row(record)
        if record.kind == "estimate" and stored["source_status"] == new["source_status"]:
            new["status"] = stored["status"]  # answered in the portal since, and Zoho has not heard
        if record.kind == "contact" and stored["login_id"]:
            new["email"] = stored["email"]  # they sign in with it
        for column in _KEPT:
            if before := stored.get(column):  # columns that this file does not have stay
                old = json.loads(before).items()
                kept = {label: cell for label, cell in old if label not in record.labels}
                new[column] = as_text({**kept, **record.values.get(column, {})})
        for column in shelf.columns:
            if column not in shelf.kept and column not in record.absent:
                stored[column] = new.get(column)
        if "version" in stored:
            stored["version"] += 1
        return stored

    def lines(self, record: Record) -> Iterator[tuple[Any, ...]]:
        """Yield a document's lines in the order of its LineShelf's columns, with new ids."""
        customer, document = str(record.customer_id), str(record.row_id)
        for position, line in enumerate(record.parts, 1):
            start = (new_id_text(), customer, position)
            if record.kind == "retainer invoice":
                text = " ".join(filter(None, (line.name, line.description))) or record.subject
                yield (*start, text, line.total_minor, line.custom, line.source, document)
                continue
            if record.kind == "recurring profile":
                yield (
                    *start,
                    self.items.get(line.product),
                    line.name,
                    line.description,
                    line.quantity,
                    line.unit,
                    line.unit_price,
                    line.tax_name,
                    line.tax_percent,
                    line.total_minor,
                    line.custom,
                    line.source,
                    document,
                )
                continue
            end: tuple[Any, ...] = (document,)
            if record.kind == "invoice":
                end = (self.resolver.line_project(line.project, record.customer_id), document)
            yield (
                *start,
                self.items.get(line.product),
                line.sku,
                line.name,
                line.description,
                line.quantity,
                line.unit,
                line.unit_price,
                line.discount_percent,
                line.discount_minor,
                line.tax_name,
                line.tax_percent,
                line.tax_minor,
                line.total_minor,
                line.custom,
                line.source,
                *end,
            )

    def staged_lines(
        self, source: LineSet, records: list[Record], shelf: LineShelf
    ) -> Iterator[pa.RecordBatch]:
        """Return the lines of documents that stand in a set, as rows of the line table."""
        targets = (
            [record.parts.first for record in records],
            [record.customer_id for record in records],
            [record.row_id for record in records],
        )
        projects = {}
        for customer, key in source.projects(targets):
            if project := self.resolver.line_project(key, customer):
                projects[customer, key] = project
        return source.rows_of(shelf.columns, targets, self.resolver.items.by_id, projects)

    def merged_lines(
        self, record: Record, shelf: LineShelf, stored: Mapping[int, dict[str, Any]]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the lines of a changed document: each keeps the id it has had in its position."""
        for values in self.lines(record):
            row = dict(zip(shelf.columns, values, strict=True))
            if before := stored.get(row["position"]):
                kept = record.line_absent & before.keys() | {"id"}
                row |= {column: before[column] for column in kept}
            yield tuple(row.values())

    def _references(self, record: Record) -> dict[str, Any]:
        links = record.links
        found: dict[str, Any] = {}
        if record.kind == "contact":
            found["role"] = "admin" if record.values["is_primary"] else "viewer"
        elif record.kind == "item":
            found["tax_id"] = self.taxes.get(links.get("tax", ""))
            found["currency_code"] = record.values["currency_code"] or self.base_currency
        elif record.kind == "refund":
            found["status"] = "succeeded"
        elif record.kind == "time entry":
            found["person_id"] = self.people[fold(links["person"])]
        elif record.kind in ("estimate", "invoice", "retainer invoice"):
            found["project_id"] = self.resolver.project_of(record)
        if name := links.get("recurrence"):
            found["recurring_profile_id"] = self.resolver.profiles.get(
                (record.customer_id, fold(name))
            )
        if number := links.get("estimate_number"):
            estimate, owner = self.estimates.get(number, (None, None))
            found["estimate_id"] = estimate if owner == record.customer_id else None
        if (number := links.get("applied_to")) and (account := self.invoices.get(number)):
            mine = account.kind == "invoice" and account.customer_id == record.customer_id
            found["invoice_id"] = account.row_id if mine else None
        return found
