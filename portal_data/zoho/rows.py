"""Records as rows of their tables, with everything they refer to filled in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from portal_data.ids import new_id
from portal_data.zoho.ledger import Account
from portal_data.zoho.lines import Line
from portal_data.zoho.records import Record
from portal_data.zoho.resolve import Resolver, fold
from portal_data.zoho.shelves import LineShelf, Shelf


@dataclass
class RowMaker:
    """Turns records into rows. `estimates` are (id, customer) by number, the rest ids by name."""

    resolver: Resolver
    invoices: Mapping[str, Account]
    estimates: Mapping[str, tuple[UUID, UUID]]
    taxes: Mapping[str, UUID]
    people: Mapping[str, UUID]
    now: datetime

    def row(self, record: Record) -> dict[str, Any]:
        """Return a record's row by column."""
        values = dict(record.values)
        if "custom_fields" in values:
            custom = values["custom_fields"]
            values["custom_fields"] = json.dumps(custom, ensure_ascii=False) if custom else None
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
        for column in shelf.columns:
            if column not in shelf.kept and column not in record.absent:
                stored[column] = new.get(column)
        return stored

    def lines(
        self, record: Record, shelf: LineShelf, stored: Mapping[int, dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        """Yield the rows of a document's lines; a line keeps the id it has had in its position."""
        customer, document = str(record.customer_id), str(record.row_id)
        for position, line in enumerate(record.parts, 1):
            row = self._line(record, line)
            row |= {"customer_id": customer, shelf.parent: document, "position": position}
            if before := stored.get(position):
                row["id"] = before["id"]
                row |= {column: before[column] for column in record.line_absent if column in before}
            else:
                row["id"] = new_id()
            yield row

    def _line(self, record: Record, line: Line) -> dict[str, Any]:
        if record.kind == "retainer invoice":
            text = " ".join(filter(None, (line.name, line.description)))
            return {"description": text or record.subject, "total_minor": line.total_minor}
        item = self.resolver.item(line.product)
        return {
            "item_id": item,
            "project_id": self.resolver.line_project(line.project, record.customer_id),
            "sku": line.sku,
            "name": line.name,
            "description": line.description,
            "quantity": line.quantity,
            "unit": line.unit,
            "unit_price": line.unit_price,
            "discount_percent": line.discount_percent,
            "discount_minor": line.discount_minor,
            "tax_name": line.tax_name,
            "tax_percent": line.tax_percent,
            "tax_minor": line.tax_minor,
            "total_minor": line.total_minor,
            "custom_fields": line.custom,
        }

    def _references(self, record: Record) -> dict[str, Any]:
        links = record.links
        found: dict[str, Any] = {}
        if record.kind == "contact":
            found["role"] = "admin" if record.values["is_primary"] else "viewer"
        elif record.kind == "item":
            found["tax_id"] = self.taxes.get(links.get("tax", ""))
        elif record.kind == "refund":
            found["status"] = "succeeded"
        elif record.kind == "time entry":
            found["person_id"] = self.people[fold(links["person"])]
        elif record.kind in ("estimate", "invoice", "retainer invoice"):
            found["project_id"] = self.resolver.project_of(record)
        if number := links.get("estimate_number"):
            estimate, owner = self.estimates.get(number, (None, None))
            found["estimate_id"] = estimate if owner == record.customer_id else None
        if (number := links.get("applied_to")) and (account := self.invoices.get(number)):
            mine = account.kind == "invoice" and account.customer_id == record.customer_id
            found["invoice_id"] = account.row_id if mine else None
        return found
