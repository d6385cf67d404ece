"""Deciding: what an upload creates, changes and leaves alone, and what must wait outside.

Records are held against the books in order of dependence. Nothing is written here; what cannot be
decided safely is set aside with its reason, together with whatever depends on it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from portal_data import money
from portal_data.ids import new_id
from portal_data.zoho.books import Books, Ref
from portal_data.zoho.defects import CellError, Missing, Problem, SetAside
from portal_data.zoho.records import Record
from portal_data.zoho.upload import Upload

NUMBERED = {  # kinds with a number that is unique in the books: header of that number
    "estimate": "Estimate Number",
    "invoice": "Invoice Number",
    "retainer invoice": "Retainer Invoice Number",
    "credit note": "Credit Note Number",
    "payment": "Payment Number",
}


FILES = {  # module: what Zoho's backup calls its file
    "customers": "Contacts.csv",
    "items": "Item.csv",
    "projects": "Projects.csv",
    "tasks": "Tasks.csv",
    "estimates": "Quote.csv",
    "invoices": "Invoice.csv",
    "retainer_invoices": "Retainer_Invoice.csv",
    "credit_notes": "Credit_Note.csv",
    "payments": "Customer_Payment.csv",
}


class Waits(CellError):
    """A record that is fine itself but depends on one that was set aside."""

    def __init__(self, other: str) -> None:
        super().__init__(f"It depends on {other}, which was set aside.", f"Mend {other} first.")
        self.other = other


@dataclass
class Change:
    """What happens to the records of one kind."""

    created: list[Record] = field(default_factory=list)
    updated: list[Record] = field(default_factory=list)
    unchanged: list[Record] = field(default_factory=list)

    @property
    def accepted(self) -> list[Record]:
        """All records that are or will be in the books."""
        return [*self.created, *self.updated, *self.unchanged]

    @property
    def written(self) -> list[Record]:
        """Records that will be written."""
        return [*self.created, *self.updated]


class Decisions:
    """Holds records against the books, one kind at a time."""

    def __init__(self, upload: Upload, books: Books) -> None:
        self.upload, self.books = upload, books
        self.findings = upload.reading.findings
        self.changes: dict[str, Change] = {}
        self.refused = dict(upload.reading.refused)
        self.doubtful: set[str] = set()
        self._numbers = {kind: books.numbers(kind) for kind in NUMBERED}
        self._own_addresses = {
            (row["customer_id"], row["kind"]): Ref(row["id"], row["customer_id"], "")
            for row in books.rows["address"]
        }
        self._by_row = {
            kind: {ref.row_id: (key, ref) for key, ref in books.refs[kind].items()}
            for kind in NUMBERED
        }

    def of(self, kind: str) -> Change:
        """Return what happens to a kind; nothing before it was decided."""
        return self.changes.setdefault(kind, Change())

    def decide(self, kind: str, resolve: Callable[[Record], None]) -> Change:
        """Sort the records of a kind into created, updated and unchanged.

        `resolve` finds what a record refers to and raises CellError when it cannot.
        """
        change = self.of(kind)
        for record in self._distinct(kind, self.upload.of(kind)):
            try:
                resolve(record)
                known = self._known(record)
            except CellError as error:
                self.set_aside(record, error)
                continue
            if known is None:
                self._doubt(record)
                record.row_id = new_id()
                change.created.append(record)
                continue
            record.row_id = known.row_id
            stays = record.customer_id in (None, known.customer_id)
            same = stays and known.fingerprint == record.fingerprint
            record.same_parts = stays and _parts(known.fingerprint) == _parts(record.fingerprint)
            if not same:
                self._doubt(record)
            (change.unchanged if same else change.updated).append(record)
        return change

    def _doubt(self, record: Record) -> None:
        """Take note of a block whose record has to be written, which needs all of it."""
        if record.block:
            self.doubtful.add(record.block)

    def refuse(self, kind: str, record: Record, error: CellError) -> None:
        """Take back a decision: the record is left out after all."""
        change = self.of(kind)
        for group in (change.created, change.updated):
            if record in group:
                group.remove(record)
        self.set_aside(record, error)

    def set_aside(self, record: Record, error: CellError) -> None:
        """Leave a record out and remember its names for those that refer to it."""
        problem = Problem(record.file, error.reason, error.remedy, record.row, error.column)
        because = error.other if isinstance(error, Waits) else None
        amount = record.values.get("total_minor", record.values.get("amount_minor"))
        shown = None
        if amount is not None:
            shown = f"{money.to_decimal(amount, record.currency)} {record.currency}"
        missing = error.file if isinstance(error, Missing) else None
        self.findings.set_aside.append(
            SetAside(record.kind, record.subject, problem, because, shown, missing)
        )
        self.refused[record.kind, record.external_id] = record.subject
        for name in (record.subject, record.values.get("number"), record.values.get("name")):
            if name:
                self.refused[record.kind, str(name).strip().lower()] = record.subject

    def waits_for(self, kind: str, *keys: str) -> None:
        """Raise Waits when one of the keys names something that was set aside."""
        for key in keys if self.refused else ():
            if key and (subject := self.refused.get((kind, key.strip().lower()))):
                raise Waits(f"{kind} {subject}")

    def unknown(self, module: str, reason: str, remedy: str, column: str) -> CellError:
        """Return the error of a record that names something which is nowhere.

        It says so when the whole file of the `module` is missing.
        """
        if module in self.upload.modules:
            return CellError(reason, remedy, column=column)
        file = FILES[module]
        return Missing(file, reason, f"Import {file} with it.", column=column)

    def _known(self, record: Record) -> Ref | None:
        """Return what an earlier import wrote for this record, whatever it was known by then."""
        refs = self.books.refs[record.kind]
        if ref := refs.get(record.external_id):
            self._check_number(record, ref.row_id)
            return ref
        if record.kind == "address":
            return self._own_addresses.get((record.customer_id, record.values["kind"]))
        if record.kind not in NUMBERED:
            return None
        holder = self._numbers[record.kind].get(record.values["number"])
        if holder is None:
            return None
        known = self._by_row[record.kind].get(holder["id"])
        if known and (record.external_id.startswith("=") or known[0].startswith("=")):
            return known[1]  # one of the two exports had no ids
        raise CellError(
            f"The number {record.values['number']} belongs to another {record.kind} in the portal"
            + (f" (id {known[0]}; this one is {record.external_id})." if known else "."),
            "Two documents cannot share a number: renumber one of them.",
            column=NUMBERED[record.kind],
        )

    def _check_number(self, record: Record, row_id: UUID) -> None:
        if record.kind not in NUMBERED:
            return
        holder = self._numbers[record.kind].get(record.values["number"])
        if holder and holder["id"] != row_id:
            raise CellError(
                f"The number {record.values['number']} belongs to another {record.kind} here.",
                "Two documents cannot share a number: renumber one of them.",
                column=NUMBERED[record.kind],
            )

    def _distinct(self, kind: str, records: Iterable[Record]) -> list[Record]:
        """Drop what is said twice alike; set aside what is said twice differently."""
        by_id: dict[str, list[Record]] = {}
        for record in records:
            by_id.setdefault(record.external_id, []).append(record)
        kept = []
        for group in by_id.values():
            if len(group) == 1 or len({record.fingerprint for record in group}) == 1:
                kept.append(group[0])
                continue
            for record in group:
                reason = (
                    f"The id {record.external_id} occurs {len(group)} times with different content."
                )
                self.set_aside(record, CellError(reason, "Export again."))
        return self._distinct_numbers(kind, kept)

    def _distinct_numbers(self, kind: str, records: list[Record]) -> list[Record]:
        if kind not in NUMBERED:
            return records
        by_number: dict[str, list[Record]] = {}
        for record in records:
            by_number.setdefault(record.values["number"], []).append(record)
        for number, group in by_number.items():
            if len(group) > 1:
                ids = " and ".join(record.external_id for record in group)
                for record in group:
                    reason = f"The number {number} is used by {len(group)} documents (ids {ids})."
                    remedy = "Renumber one of them in Zoho; none is imported, so none is mixed up."
                    self.set_aside(record, CellError(reason, remedy, column=NUMBERED[kind]))
        return [record for record in records if len(by_number[record.values["number"]]) == 1]


def _parts(fingerprint: str) -> str:
    return fingerprint.partition(":")[2]
