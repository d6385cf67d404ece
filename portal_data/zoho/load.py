"""Writing what was decided: new rows in bulk, changed rows put back whole, in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from portal_data.billing import ledger
from portal_data.ids import BUSINESS, new_id
from portal_data.store import OpenSession
from portal_data.zoho import portal_edits
from portal_data.zoho.books import SOURCE
from portal_data.zoho.catalogue import tax_key
from portal_data.zoho.document_sets import is_staged
from portal_data.zoho.load_lines import LineLoader, load_rows
from portal_data.zoho.open_amounts import Settler
from portal_data.zoho.plan import Decisions
from portal_data.zoho.records import Record
from portal_data.zoho.resolve import Resolver, fold
from portal_data.zoho.rows import RowMaker, as_text
from portal_data.zoho.targets import LINES, SHELVES, Shelf
from portal_data.zoho.voiding import void

Progress = Callable[[str, int, int], None]
T = TypeVar("T")

_AT_ONCE = 5_000  # ids in one statement
_REFS = ("source", "kind", "external_id", "row_id", "customer_id", "fingerprint", "import_id")
_DELETE_REFS = """
    delete from core.import_refs where source = $source and kind = $kind and row_id = any($ids)
"""
_DELETE_ALLOCATIONS = "delete from core.allocations where id = any($ids)"
_SET_RATE = (
    "update core.exchange_rates set rate = $rate where currency_code = $code and date = $date"
)
_REBALANCE = {
    "invoice": """
        update core.invoices
        set version = version + 1,
            balance_minor = $balance, in_question_minor = $question, updated_at = $now
        where id = $id
    """,
    "retainer invoice": """
        update core.retainer_invoices
        set version = version + 1,
            balance_minor = $balance, unused_minor = unused_minor + balance_minor - $balance,
            in_question_minor = $question, updated_at = $now
        where id = $id
    """,
    "credit note": """
        update core.credit_notes set version = version + 1,
            balance_minor = $balance, updated_at = $now
        where id = $id
    """,
}
_ALLOCATIONS = (
    "id",
    "customer_id",
    "payment_id",
    "invoice_id",
    "retainer_invoice_id",
    "date",
    "amount_minor",
    "withheld_minor",
    "early_discount_minor",
    "source_fields",
    "created_at",
)


@dataclass
class Loader:
    """Writes one import. `now` is naive UTC and stamps every row it touches."""

    session: OpenSession
    decisions: Decisions
    resolver: Resolver
    settler: Settler
    import_id: UUID
    base_currency: str
    now: datetime
    progress: Progress
    maker: RowMaker = field(init=False)

    def write(self) -> None:
        """Write everything that was decided."""
        self.maker = RowMaker(
            self.resolver,
            self.settler.ledger.invoices,
            self._estimates(),
            self._write_taxes(),
            self._write_people(),
            self.base_currency,
            self.now,
        )
        total = sum(len(self.decisions.of(kind).written) for kind in SHELVES)
        done = 0
        for kind, shelf in SHELVES.items():
            change = self.decisions.of(kind)
            if change.written:
                self.progress(f"Writing {kind}s", done, total)
                self._write_kind(kind, shelf)
            done += len(change.written)
        self._write_rates()
        self._write_allocations()
        self._write_project_people()
        for account in self.settler.rebalanced:
            values = {"id": account.row_id, "balance": account.balance, "now": self.now}
            if account.kind != "credit note":
                values["question"] = account.in_question
            self.session.change(_REBALANCE[account.kind], **values)
        portal_edits.settle(self.session, self.resolver.edits, self.now)
        void(self.session, self.settler.removal, self.settler.imported, self.import_id, self.now)
        self.progress("Finishing", total, total)
        ledger.post(self.session, self.now)

    def _write_kind(self, kind: str, shelf: Shelf) -> None:
        change = self.decisions.of(kind)
        self._insert(shelf.table, shelf.columns, map(self.maker.row, change.created))
        for group in _groups(change.updated):
            ids = [record.row_id for record in group]
            stored = {row["id"]: row for row in self.session.rows(shelf.stored, ids=ids)}
            self.session.change(shelf.delete, ids=ids)
            rows = [self.maker.merged(stored[r.row_id], r, shelf) for r in group]
            self._insert(shelf.table, tuple(rows[0]), rows)
        if lines := LINES.get(kind):
            loader = LineLoader(self.session, self.maker)
            loader.write(lines, change.created)
            for group in _groups(change.updated):
                loader.replace(lines, group)
            for source in {r.parts.source for r in change.accepted if is_staged(r.parts)}:
                source.forget()
        self._write_refs(kind, change.created)
        self._replace_refs(kind, change.updated)

    def _write_allocations(self) -> None:
        """Write what payments were used for; of changed ones, replace what an import wrote."""
        known = self.decisions.books.refs["allocation"]
        updated = [record.row_id for record in self.decisions.of("payment").updated]
        old = [row for payment in updated for row in self.settler.imported[payment]]
        for group in _groups(old):
            self.session.change(_DELETE_ALLOCATIONS, ids=group)
            self.session.change(_DELETE_REFS, source=SOURCE, kind="allocation", ids=group)
        rows, refs = [], []
        replaced = set(old)
        for allocation in self.settler.allocations:
            part, payment, target = allocation.application, allocation.payment, allocation.target
            ref = known.get(part.key)
            row_id = ref.row_id if ref and ref.row_id in replaced else new_id()
            retainer = target.kind == "retainer invoice"
            created = payment.extra["created_at"] or self.now
            rows.append(
                (
                    row_id,
                    payment.customer_id,
                    payment.row_id,
                    None if retainer else target.row_id,
                    target.row_id if retainer else None,
                    part.date,
                    part.amount,
                    part.withheld,
                    part.early_discount,
                    as_text(part.source),
                    created,
                )
            )
            refs.append(self._ref("allocation", part.key, row_id, payment.customer_id, ""))
        self._load("core.allocations", _ALLOCATIONS, rows)
        self._load("core.import_refs", _REFS, refs)

    def _write_taxes(self) -> dict[str, UUID]:
        """Add the taxes that items name; exports have no list of taxes."""
        taxes = {
            tax_key(row["name"], row["percent"], row["kind"]): row["id"]
            for row in self.decisions.books.rows["tax"]
        }
        rows = []
        for record in self.decisions.of("item").written:
            key = record.links.get("tax")
            if key and key not in taxes:
                name, percent, kind = key.rsplit("|", 2)
                taxes[key] = new_id()
                rows.append((taxes[key], name, Decimal(percent), kind))
        self._load("core.taxes", ("id", "name", "percent", "kind"), rows)
        return taxes

    def _write_people(self) -> dict[str, UUID]:
        """Add the people who logged time."""
        people, rows = dict(self.resolver.people), []
        for record in self.decisions.of("time entry").written:
            key = fold(record.links["person"])
            if key not in people:
                people[key] = new_id()
                extra = record.extra
                rows.append((people[key], extra["person_name"], extra["person_email"]))
        self._load("core.people", ("id", "name", "email"), rows)
        return people

    def _write_project_people(self) -> None:
        """Put everybody who logged time onto the project, with the rate they are billed at."""
        known = {
            (row["project_id"], row["person_id"])
            for row in self.decisions.books.rows["project person"]
        }
        rows = []
        for record in self.decisions.of("time entry").written:
            project = record.values["project_id"]
            person = self.maker.people[fold(record.links["person"])]
            if (project, person) not in known:
                known.add((project, person))
                rows.append((project, person, record.customer_id, record.extra["rate"]))
        columns = ("project_id", "person_id", "customer_id", "rate")
        self._load("core.project_people", columns, rows)

    def _write_rates(self) -> None:
        """Add or correct exchange rates; a rate has no identity but its currency and day."""
        change = self.decisions.of("exchange rate")
        known = {
            (row["currency_code"], row["date"]): row["rate"]
            for row in self.decisions.books.rows["exchange rate"]
        }
        rows = []
        for record in change.written:
            code, day, rate = (record.values[name] for name in ("currency_code", "date", "rate"))
            if (code, day) not in known:
                rows.append((code, day, rate))
            elif known[code, day] != rate:
                self.session.change(_SET_RATE, code=code, date=day, rate=rate)
        self._load("core.exchange_rates", ("currency_code", "date", "rate"), rows)
        self._replace_refs("exchange rate", change.updated)
        self._write_refs("exchange rate", change.created)

    def _estimates(self) -> dict[str, tuple[UUID, UUID]]:
        estimates = {
            row["number"]: (row["id"], row["customer_id"])
            for row in self.decisions.books.rows["estimate"]
        }
        for record in self.decisions.of("estimate").accepted:
            estimates[record.values["number"]] = (record.row_id, record.customer_id)
        return estimates

    def _load(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        load_rows(self.session, table, columns, rows)

    def _insert(self, table: str, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
        self._load(table, columns, ([row.get(c) for c in columns] for row in rows))

    def _write_refs(self, kind: str, records: list[Record]) -> None:
        self._load(
            "core.import_refs",
            _REFS,
            (
                self._ref(kind, r.external_id, r.row_id, r.customer_id, r.fingerprint)
                for r in records
            ),
        )

    def _replace_refs(self, kind: str, records: list[Record]) -> None:
        for group in _groups(records):
            ids = [record.row_id for record in group]
            self.session.change(_DELETE_REFS, source=SOURCE, kind=kind, ids=ids)
            self._write_refs(kind, group)

    def _ref(
        self, kind: str, key: str, row_id: UUID, customer_id: UUID | None, fingerprint: str
    ) -> tuple[Any, ...]:
        whose = customer_id or BUSINESS
        return SOURCE, kind, key, row_id, whose, fingerprint, self.import_id


def _groups(rows: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
