"""Payments from the click to the receipt: of one invoice, and of as many as one payment may have.

The provider answers at once and from memory, so what is measured is the portal's own work.
"""

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from uuid import UUID

from benchmarks import books
from benchmarks.clockwork import Timing, timing
from portal_data import store
from portal_data.billing import ledger
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import offers, paying
from portal_data.payments import provider as protocol
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Payer, Request, Started, State
from portal_data.payments.providers import Providers
from portal_data.scope import Role, Scope

SINGLE = 60
"""Payments of one invoice each."""
BULK = 5
"""Payments of as many invoices as there may be in one."""
STEPS = ("begin", "hand over", "settle")

_BILL = """
    insert into core.invoices (id, customer_id, number, date, due_date, status, currency_code,
        subtotal_minor, total_minor, balance_minor, sent_at, created_at, updated_at)
    select md5('bill ' || part || ' of ' || number)::uuid, id,
        'BILL-' || number || '-' || lpad(part::text, 3, '0'), $today::date, $today::date + 30,
        'sent', 'GBP', 1000 + part, 1000 + part, 1000 + part, $now, $now, $now
    from core.customers, generate_series(1, $many::bigint) parts(part)
    where id = any($customers)
"""
_LINES = """
    insert into core.invoice_lines (id, customer_id, invoice_id, position, name, quantity,
        unit_price, tax_minor, total_minor)
    select md5('line of ' || number)::uuid, customer_id, id, 1, 'Article', 1,
        total_minor / 100.0, 0, total_minor
    from core.invoices where number like 'BILL-%'
"""
_ONLINE = """
    insert into core.preferences (key, value, updated_at) values ('pay_online', 'true', $now)
"""
_PAYERS = """
    select customer_id, id, email from core.contacts order by email limit $many
"""
_BILLS = """
    select number, version, balance_minor from core.invoices
    where customer_id = $customer_id and number like 'BILL-%' and balance_minor > pending_minor
    order by number limit $many
"""


@dataclass(frozen=True, slots=True)
class Paying:
    """Payments at one size of the books, on one engine, step by step."""

    invoices: int
    engine: str
    single: Mapping[str, Timing]
    bulk: Mapping[str, Timing]

    @property
    def a_second(self) -> float:
        """Settlements of one invoice a second, one after the other."""
        return 1000 / self.single["settle"].p50


class Answering:
    """A provider where everything that is begun is paid."""

    key, label, live = "demo", "Answering", False
    kinds = frozenset({"card"})

    def __init__(self) -> None:
        self._requests: dict[str, Request] = {}

    def takes(self, currency_code: str, amount_minor: int) -> bool:
        """Take everything."""
        return amount_minor > 0

    def ensure_customer(self, payer: Payer) -> str:
        """Know everybody."""
        return f"cus_{payer.customer_id}"

    def start(self, request: Request) -> Started:
        """Begin a payment."""
        reference = f"pay_{request.attempt_id}"
        self._requests[reference] = request
        return Started(reference, f"https://provider.example/{reference}")

    def status(self, reference: str) -> protocol.Status:
        """Say that it was paid."""
        asked = self._requests[reference]
        return protocol.Status(
            reference, State.SUCCEEDED, asked.amount_minor, asked.currency_code, asked.attempt_id
        )


def measure(made: books.BenchBooks, single: int = SINGLE, bulk: int = BULK) -> Paying:
    """Pay invoices of a copy of these books, or of the books themselves on a server."""
    with copied(made) as url:
        opened = store.install(store.open_store(url))
        try:
            *many, one = _billed(opened, single, bulk)
            collector = Collector(Providers([Answering()]), "https://bench.example")
            _paid(collector, one, 1)  # which is not counted
            return Paying(
                made.invoices,
                "DuckDB" if url.startswith("duckdb") else "PostgreSQL",
                _timed([_paid(collector, one, 1) for _each in range(single)]),
                _timed([_paid(collector, payer, offers.MOST) for payer in many]),
            )
        finally:
            opened.close()


@contextmanager
def copied(made: books.BenchBooks) -> Iterator[str]:
    """The address of books that may be changed: of an embedded store, a copy for the block."""
    if not made.url.startswith("duckdb"):
        yield made.url
        return
    with tempfile.TemporaryDirectory(dir=books.FOLDER) as folder:
        yield f"duckdb:///{copy(made.path, Path(folder) / 'books.duckdb')}"


def _billed(opened: store.Store, single: int, bulk: int) -> list[Scope]:
    """Bill some customers, and return who pays; there may be fewer where the books are small."""
    now = utc_now()
    with opened.system_writing() as session:
        payers = session.rows(_PAYERS, many=bulk + 1)
        session.change(_ONLINE, now=now)
        session.change(
            _BILL,
            customers=[row["customer_id"] for row in payers],
            many=max(offers.MOST, single + 1),
            now=now,
            today=now.date(),
        )
        session.change(_LINES)
        ledger.post(session, now)
    return [_scope(row["customer_id"], row["id"], row["email"]) for row in payers]


def _scope(customer_id: UUID, contact_id: UUID, email: str) -> Scope:
    return Scope(customer_id, contact_id, new_id(), Role.ADMIN, email, email, email)


def _paid(collector: Collector, payer: Scope, many: int) -> dict[str, float]:
    """Pay so many invoices in one payment; return the milliseconds of each step."""
    provider, key, now = collector.provider_of("demo"), new_id(), utc_now()
    with store.system_reading() as session:
        bills = session.rows(_BILLS, customer_id=payer.customer_id, many=many)
    order = Order(
        tuple(Part("invoice", b["number"], b["version"], b["balance_minor"]) for b in bills)
    )
    marks = [time.perf_counter()]
    paying.begin(payer, provider, order, key=key, now=now)
    marks.append(time.perf_counter())
    collector.hand_over(payer, key, now)
    marks.append(time.perf_counter())
    if len(bills) != many or collector.look(key, now) is not Status.SUCCEEDED:
        raise RuntimeError("The payment was not settled.")
    marks.append(time.perf_counter())
    return {
        step: 1000 * (after - before)
        for step, before, after in zip(STEPS, marks, marks[1:], strict=False)
    }


def _timed(payments: list[dict[str, float]]) -> dict[str, Timing]:
    return {step: timing([payment[step] for payment in payments]) for step in STEPS}
