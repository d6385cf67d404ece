"""Money between documents: what stays open once payments, credits and refunds are counted.

Balances are computed, never copied: the file's own balance is only what they are compared with.
What was settled in the portal itself counts too, so that a later backup does not undo it.
"""

from collections import Counter, defaultdict
from uuid import UUID

from portal_data import money
from portal_data.zoho.balance import settle_balances
from portal_data.zoho.block_cache import StaleBlocks
from portal_data.zoho.defects import CellError, Missing
from portal_data.zoho.documents import allowance
from portal_data.zoho.ledger import Account, Allocation, Ledger
from portal_data.zoho.plan import Decisions
from portal_data.zoho.records import Record
from portal_data.zoho.removal import Removal
from portal_data.zoho.resolve import Resolver, amount_of

_RETRY = "Correct it in Zoho and import again."


class Settler:
    """Decides documents and money, and works out every balance."""

    def __init__(
        self, decisions: Decisions, resolver: Resolver, *, remove_missing: bool = False
    ) -> None:
        self.decisions, self.resolver = decisions, resolver
        self.removal = Removal(decisions, remove_missing)
        self.books, self.upload = decisions.books, decisions.upload
        self.ledger = Ledger.of_books(self.books)
        self.allocations: list[Allocation] = []
        self.rebalanced: list[Account] = []
        self.imported: dict[UUID, list[UUID]] = defaultdict(list)  # allocations by payment

    def decide(self) -> None:
        """Decide what carries money. Raises StaleBlocks when more of it must be read first."""
        self._decide_documents()
        self.decisions.decide("credit application", self._find_application)
        self.decisions.decide("payment", self._find_payment)
        self.decisions.decide("refund", self._find_refund)
        if self.decisions.doubtful:
            raise StaleBlocks(self.decisions.doubtful)
        self._find_imported()
        self.removal.find()
        self.removal.void_settlements(self._kept_by_portal())
        self._count_books()
        self._apply_credits()
        self._apply_payments()
        self._apply_refunds()
        self.removal.void_documents(self.ledger)
        self.rebalanced = settle_balances(self.ledger, self.decisions)

    def _decide_documents(self) -> None:
        self.decisions.decide("estimate", self.resolver.find_customer)
        claimed = self._claimed()
        before = {row["number"]: row for row in self.books.rows["invoice"]}

        def find_invoice(record: Record) -> None:
            self.resolver.find_customer(record)
            known = before.get(record.values["number"])
            settled = 0
            if known:
                settled = known["total_minor"] - known["written_off_minor"] - known["balance_minor"]
            self._explained(record, claimed[record.values["number"]] + settled)

        for kind, find in (
            ("invoice", find_invoice),
            ("retainer invoice", self.resolver.find_customer),
            ("credit note", self.resolver.find_customer),
        ):
            change = self.decisions.decide(kind, find)
            for record in change.written:
                self.ledger.state(kind, record)
            for record in change.unchanged:
                self.ledger.by_row[record.row_id].record = record

    def _claimed(self) -> Counter[str]:
        """Return what the upload says was paid or credited on each invoice, in minor units."""
        claimed: Counter[str] = Counter()
        for payment in self.upload.of("payment"):
            for part in payment.parts:
                claimed[part.invoice_number] += part.amount + part.withheld + part.early_discount
        currencies = {
            record.values["number"]: record.currency for record in self.upload.of("invoice")
        }
        for record in self.upload.of("credit application"):
            number = record.links["invoice_number"]
            if currency := currencies.get(number):
                try:
                    claimed[number] += amount_of(record, currency)
                except CellError:
                    continue  # reported when the application itself is decided
        return claimed

    def _explained(self, record: Record, settled: int) -> None:
        """An invoice exported without its payments must not look open to its customer."""
        modules, values = self.upload.modules, record.values
        complete = "payments" in modules and modules & {"credit_notes", "credit_applications"}
        stated = record.extra["balance"]
        if complete or stated is None or values["status"] != "sent":
            return
        missing = values["total_minor"] - values["written_off_minor"] - settled - stated
        if missing > allowance(record.currency):
            file = "Credit_Note.csv" if "payments" in modules else "Customer_Payment.csv"
            raise Missing(
                file,
                f"{money.to_decimal(missing, record.currency)} of it was paid or credited, but by "
                "nothing that is in this upload.",
                "Put Customer_Payment.csv, Credit_Note.csv and Creditnotes_Invoice.csv into one "
                "folder with it and import the folder.",
                column="Balance",
            )

    def _find_application(self, record: Record) -> None:
        credit = self._credit(record)
        target = self._target(
            record, record.links["invoice_number"], credit.customer_id, credit.currency
        )
        record.values["amount_minor"] = amount_of(record, credit.currency)
        record.values["invoice_id"] = target.row_id

    def _find_refund(self, record: Record) -> None:
        credit = self._credit(record)
        record.values["amount_minor"] = amount_of(record, credit.currency)
        record.values["currency_code"] = credit.currency

    def _credit(self, record: Record) -> Account:
        number = record.links["credit_number"]
        self.decisions.waits_for("credit note", number)
        credit = self.ledger.credits.get(number)
        if credit is None:
            raise self.decisions.unknown(
                "credit_notes",
                f"There is no credit note {number!r}.",
                _RETRY,
                "Credit Note Number",
            )
        if credit.status != "open":
            raise CellError(f"The credit note {number} is {credit.status}.", _RETRY)
        record.values["credit_note_id"] = credit.row_id
        record.customer_id, record.currency = credit.customer_id, credit.currency
        return credit

    def _find_payment(self, record: Record) -> None:
        self.resolver.find_customer(record)
        for part in record.parts:
            self._target(record, part.invoice_number, record.customer_id, record.currency)

    def _target(self, record: Record, number: str, customer_id: UUID, currency: str) -> Account:
        """Return the invoice that money goes to. Raises CellError when it cannot go there."""
        self.decisions.waits_for("invoice", number)
        self.decisions.waits_for("retainer invoice", number)
        target = self.ledger.invoices.get(number)
        reason = None
        if target is None:
            retainer = record.values.get("kind") == "retainer"
            raise self.decisions.unknown(
                "retainer_invoices" if retainer else "invoices",
                f"There is no {'retainer ' if retainer else ''}invoice {number!r}.",
                "Correct it in Zoho, or import the file that has the invoice, and import again.",
                "Invoice Number",
            )
        if target.customer_id != customer_id:
            reason = f"The invoice {number} belongs to another customer."
        elif target.currency != currency:
            reason = f"The invoice {number} is in {target.currency}, this is in {currency}."
        elif target.status in ("draft", "void"):
            reason = f"The invoice {number} is {target.status}."
        if reason:
            raise CellError(reason, _RETRY, column="Invoice Number")
        return target

    def _find_imported(self) -> None:
        """Find which allocations an import wrote."""
        ours = {ref.row_id for ref in self.books.refs["allocation"].values()}
        for row in self.books.rows["allocation"]:
            if row["id"] in ours:
                self.imported[row["payment_id"]].append(row["id"])

    def _count_books(self) -> None:
        """Count what the books have settled, but not what this upload states anew or voids."""
        restated = {
            kind: {record.row_id for record in self.decisions.of(kind).updated}
            for kind in ("payment", "credit application", "refund")
        }
        for gone in self.removal.voided:
            restated[gone.kind].add(gone.row_id)
        ours = {row for rows in self.imported.values() for row in rows}
        for row in self.books.rows["allocation"]:
            if row["id"] in ours and row["payment_id"] in restated["payment"]:
                continue
            target = row["invoice_id"] or row["retainer_invoice_id"]
            self.ledger.use(target, row["amount_minor"] + row["besides_minor"])
        for row in self.books.rows["credit application"]:
            if row["id"] not in restated["credit application"]:
                self.ledger.use(row["invoice_id"], row["amount_minor"])
                self.ledger.use(row["credit_note_id"], row["amount_minor"])
        for row in self.books.rows["retainer application"]:
            self.ledger.use(row["invoice_id"], row["amount_minor"])
            self.ledger.by_row[row["retainer_invoice_id"]].drawn += row["amount_minor"]
        for row in self.books.rows["refund"]:
            if row["id"] not in restated["refund"]:
                self.ledger.use(row["credit_note_id"], row["amount_minor"])

    def _apply_credits(self) -> None:
        for record in _by_date(self.decisions.of("credit application").written):
            amount = record.values["amount_minor"]
            credit = self.ledger.by_row[record.values["credit_note_id"]]
            target = self.ledger.by_row[record.values["invoice_id"]]
            if self._fits("credit application", record, amount, credit, target):
                credit.used += amount
                target.used += amount

    def _apply_refunds(self) -> None:
        for record in _by_date(self.decisions.of("refund").written):
            amount = record.values["amount_minor"]
            credit = self.ledger.by_row[record.values["credit_note_id"]]
            if self._fits("refund", record, amount, credit):
                credit.used += amount

    def _fits(self, kind: str, record: Record, amount: int, *accounts: Account) -> bool:
        """Refuse a movement that would take more out of an account than is left in it."""
        for account in accounts:
            if amount > account.open:
                shown = money.to_decimal(amount, account.currency)
                left = money.to_decimal(account.open, account.currency)
                self._refuse(
                    kind, record, f"{shown} is more than the {left} left of {account.number}."
                )
                return False
        return True

    def _apply_payments(self) -> None:
        kept = self._kept_by_portal()
        for record in _by_date(self.decisions.of("payment").written):
            parts = [(part, self.ledger.invoices[part.invoice_number]) for part in record.parts]
            taken: dict[UUID, int] = defaultdict(int)
            for part, target in parts:
                taken[target.row_id] += part.amount + part.withheld + part.early_discount
            over = next((t for _, t in parts if taken[t.row_id] > t.open), None)
            unused = record.values["amount_minor"] - sum(part.amount for part in record.parts)
            unused -= kept[record.row_id]
            if over:
                left = money.to_decimal(over.open, over.currency)
                paid = money.to_decimal(taken[over.row_id], over.currency)
                self._refuse("payment", record, f"It pays {paid} of {over.number}; {left} is open.")
            elif unused < 0:
                self._refuse("payment", record, "More of it was used in the portal than is left.")
            else:
                for part, target in parts:
                    target.used += part.amount + part.withheld + part.early_discount
                    self.allocations.append(Allocation(record, target, part))
                succeeded = record.values["status"] == "succeeded"
                record.values["unused_minor"] = unused if succeeded else 0

    def _kept_by_portal(self) -> Counter[UUID]:
        """Return what the portal itself allocated or paid back of each payment."""
        ours = {row for rows in self.imported.values() for row in rows}
        kept: Counter[UUID] = Counter()
        for row in self.books.rows["allocation"]:
            if row["id"] not in ours:
                kept[row["payment_id"]] += row["amount_minor"]
        for row in self.books.rows["refund"]:
            if row["payment_id"]:
                kept[row["payment_id"]] += row["amount_minor"]
        return kept

    def _refuse(self, kind: str, record: Record, reason: str) -> None:
        """Set a movement aside after all; what the books have of it stays counted."""
        if record in self.decisions.of(kind).updated:
            self._count_again(kind, record.row_id)
        self.decisions.refuse(kind, record, CellError(reason, _RETRY))

    def _count_again(self, kind: str, row_id: UUID) -> None:
        if kind == "payment":
            ours = set(self.imported[row_id])
            for row in self.books.rows["allocation"]:
                if row["id"] in ours:
                    target = row["invoice_id"] or row["retainer_invoice_id"]
                    self.ledger.use(target, row["amount_minor"] + row["besides_minor"])
            return
        for row in self.books.rows[kind]:
            if row["id"] == row_id:
                self.ledger.use(row.get("invoice_id"), row["amount_minor"])
                self.ledger.use(row["credit_note_id"], row["amount_minor"])


def _by_date(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: record.values["date"])
