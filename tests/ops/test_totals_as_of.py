"""Control totals of any day: those of statements and of the analysts' ages, over invented books."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from portal_data import store
from portal_data.billing import ledger, statements
from portal_data.billing.periods import EARLIEST
from portal_data.ids import new_id
from portal_data.ops.publish import publish
from portal_data.scope import Scope
from portal_data.zoho.totals import control_totals
from tests.conftest import NOW, Cast
from tests.factories import TODAY
from tests.ops.conftest import Query

_FIRST = TODAY - timedelta(days=200)
_DAYS = 240
"""Some documents are of days to come."""
_BUCKETS = {
    "not_due": "not due",
    "1_30": "1-30",
    "31_60": "31-60",
    "61_90": "61-90",
    "over_90": "over 90",
}


class Books:
    """Random documents of every state, and all that can settle them, on random days."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - books, not secrets
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def fill(self, scope: Scope, code: str) -> None:
        """Make one customer's books in one currency."""
        for status in ["sent"] * 14 + ["draft", "void", "written_off", "written_off"]:
            self._invoice(scope, code, status)
        for status in ["open"] * 5 + ["draft", "void"]:
            self._credit_note(scope, code, status)
        for status in ["succeeded"] * 10 + ["void", "draft"]:
            self._payment(scope, code, status)
        for _ in range(2):
            self._retainer(scope, code)
        for invoice in self._of("invoices", scope, code):
            if invoice["status"] == "written_off":
                invoice["written_off_minor"] = invoice["balance_minor"]
                invoice["balance_minor"] = 0

    def write(self) -> None:
        """Store everything."""
        with store.system_writing() as session:
            for table, rows in self._rows.items():
                names = tuple(dict.fromkeys(name for row in rows for name in row))
                session.load(f"core.{table}", names, [tuple(map(row.get, names)) for row in rows])
            ledger.post(session, NOW)

    def _invoice(self, scope: Scope, code: str, status: str) -> None:
        day, total = self._day(), self._random.randint(1, 90_000)
        invoice = self._add(
            "invoices", scope, number=f"I-{new_id()}", date=day, currency_code=code,
            due_date=day + timedelta(days=self._random.randint(0, 45)), status=status,
            subtotal_minor=total, total_minor=total, balance_minor=total, written_off_minor=0,
            written_off_on=self._day(day) if status == "written_off" else None, updated_at=NOW,
        )  # fmt: skip
        self._add(
            "invoice_lines", scope, invoice_id=invoice["id"], position=1, name="Work",
            quantity=Decimal(1), unit_price=Decimal(total) / 100, total_minor=total,
        )  # fmt: skip

    def _credit_note(self, scope: Scope, code: str, status: str) -> None:
        day, total = self._day(), self._random.randint(1, 60_000)
        note = self._add(
            "credit_notes", scope, number=f"C-{new_id()}", date=day, status=status,
            currency_code=code, subtotal_minor=total, total_minor=total, balance_minor=total,
            updated_at=NOW,
        )  # fmt: skip
        self._add(
            "credit_note_lines", scope, credit_note_id=note["id"], position=1, name="Return",
            quantity=Decimal(1), unit_price=Decimal(total) / 100, total_minor=total,
        )  # fmt: skip
        if status == "open":
            for invoice, amount, on in self._settled(scope, code, note, "balance_minor"):
                self._add(
                    "credit_applications", scope, credit_note_id=note["id"],
                    invoice_id=invoice["id"], date=on, amount_minor=amount,
                )  # fmt: skip
            self._refund(scope, code, note, "credit_note_id", "balance_minor")

    def _payment(self, scope: Scope, code: str, status: str) -> None:
        amount = self._random.randint(1, 90_000)
        payment = self._add(
            "payments", scope, number=f"P-{new_id()}", kind="invoice", date=self._day(),
            status=status, currency_code=code, amount_minor=amount, unused_minor=amount,
            mode="Cash", updated_at=NOW,
        )  # fmt: skip
        if status != "succeeded":
            payment["unused_minor"] = 0
            return
        for invoice, part, on in self._settled(scope, code, payment, "unused_minor"):
            extra = min(invoice["balance_minor"], self._random.choice([0, 0, 7]))
            invoice["balance_minor"] -= extra
            self._add(
                "allocations", scope, payment_id=payment["id"], invoice_id=invoice["id"], date=on,
                amount_minor=part, withheld_minor=extra // 2,
                early_discount_minor=extra - extra // 2,
            )  # fmt: skip
        self._refund(scope, code, payment, "payment_id", "unused_minor")

    def _retainer(self, scope: Scope, code: str) -> None:
        day, total = self._day(), self._random.randint(100, 50_000)
        paid = total - self._random.choice([0, 50])
        on = self._day(day)
        retainer = self._add(
            "retainer_invoices", scope, number=f"R-{new_id()}", date=day, status="sent",
            currency_code=code, total_minor=total, balance_minor=total - paid, unused_minor=paid,
            updated_at=NOW,
        )  # fmt: skip
        self._add(
            "retainer_invoice_lines", scope, retainer_invoice_id=retainer["id"], position=1,
            description="Ahead", total_minor=total,
        )  # fmt: skip
        payment = self._add(
            "payments", scope, number=f"P-{new_id()}", kind="retainer", date=on,
            status="succeeded", currency_code=code, amount_minor=paid, unused_minor=0, mode="Cash",
            updated_at=NOW,
        )  # fmt: skip
        self._add(
            "allocations", scope, payment_id=payment["id"], retainer_invoice_id=retainer["id"],
            date=on, amount_minor=paid, withheld_minor=0, early_discount_minor=0,
        )  # fmt: skip
        drawn = {**retainer, "date": on}
        for invoice, amount, when in self._settled(scope, code, drawn, "unused_minor"):
            self._add(
                "retainer_applications", scope, retainer_invoice_id=retainer["id"],
                invoice_id=invoice["id"], date=when, amount_minor=amount,
            )  # fmt: skip
        retainer["unused_minor"] = drawn["unused_minor"]

    def _settled(
        self, scope: Scope, code: str, source: dict[str, Any], rest: str
    ) -> list[tuple[dict[str, Any], int, date]]:
        """Use a part of `source` for up to three invoices, on days after both were there."""
        open_ones = [
            invoice
            for invoice in self._of("invoices", scope, code)
            if invoice["status"] in ("sent", "written_off") and invoice["balance_minor"]
        ]
        used = []
        for invoice in self._random.sample(open_ones, min(len(open_ones), 3)):
            most = min(invoice["balance_minor"], source[rest])
            if most:
                amount = most if self._random.random() < 0.6 else self._random.randint(1, most)
                invoice["balance_minor"] -= amount
                source[rest] -= amount
                used.append((invoice, amount, self._day(max(invoice["date"], source["date"]))))
        return used

    def _refund(self, scope: Scope, code: str, source: dict[str, Any], key: str, rest: str) -> None:
        for status in ("succeeded", "pending", "failed"):
            if source[rest] > 1:
                amount = source[rest] // 2
                self._add(
                    "refunds", scope, date=self._day(source["date"]), status=status,
                    currency_code=code, amount_minor=amount, **{key: source["id"]},
                )  # fmt: skip
                source[rest] -= amount if status == "succeeded" else 0

    def _add(self, table: str, scope: Scope, **values: Any) -> dict[str, Any]:
        row = {"id": new_id(), "customer_id": scope.customer_id, **values}
        if not table.endswith("_lines"):
            row["created_at"] = NOW
        self._rows[table].append(row)
        return row

    def _of(self, table: str, scope: Scope, code: str) -> list[dict[str, Any]]:
        return [
            row
            for row in self._rows[table]
            if row["customer_id"] == scope.customer_id and row["currency_code"] == code
        ]

    def _day(self, after: date = _FIRST) -> date:
        return after + timedelta(days=self._random.randint(0, _DAYS - (after - _FIRST).days))


@pytest.mark.parametrize("seed", range(2))
def test_totals_of_any_day_are_those_of_statements_and_of_analysts(
    db: store.Store, cast: Cast, tmp_path: Path, ask: Query, seed: int
) -> None:
    books = Books(seed)
    for scope in (cast.alice, cast.charlie):
        for code in ("GBP", "JPY"):
            books.fill(scope, code)
    books.write()
    assert db.check_integrity() == []
    publish(tmp_path, now=NOW)
    days = random.Random(seed).sample(range(-5, _DAYS + 5), 8)  # noqa: S311 - days, not secrets
    for day in (_FIRST + timedelta(days=number) for number in days):
        totals = control_totals(today=day, last=day)
        aging: dict[str, Counter[str]] = {name: Counter() for name in _BUCKETS}
        for scope in (cast.alice, cast.charlie):
            closing = totals["closing_balances"][_number(scope.customer_id)]
            for code in ("GBP", "JPY"):
                stated = statements.statement(scope, code, EARLIEST, day)
                assert _minor(closing, code) == stated.closing_minor
                for name, amount in zip(_BUCKETS, stated.aging.values(), strict=True):
                    aging[name][code] += amount
        for name, word in _BUCKETS.items():
            rows = ask(
                tmp_path,
                "select currency_code, sum(open_amount) as open from aging_as_of($day)"
                " where bucket = $word group by currency_code",
                day=day,
                word=word,
            )
            seen = {row["currency_code"]: _minor(row["open"], row["currency_code"]) for row in rows}
            for code in ("GBP", "JPY"):
                counted = _minor(totals["all"]["aging"][name], code)
                assert counted == aging[name][code] == seen.get(code, 0)
        _adds_up(totals["all"])


def _adds_up(figures: dict[str, Any]) -> None:
    for code in ("GBP", "JPY"):
        open_invoices = _minor(figures["invoice_balance_posted"], code)
        assert open_invoices == sum(_minor(each, code) for each in figures["aging"].values())
        assert _minor(figures["payment_unapplied"], code) >= 0
        assert _minor(figures["credit_note_balance_posted"], code) >= 0


def _minor(amount: Any, code: str) -> int:
    value = Decimal(amount[code] if isinstance(amount, dict) else amount)
    return int(value.scaleb({"GBP": 2, "JPY": 0}[code]))


def _number(customer_id: UUID) -> str:
    with store.system_reading() as session:
        found = session.value(
            "select coalesce(number, display_name) as name from core.customers where id = $id",
            id=customer_id,
        )
    return str(found)
