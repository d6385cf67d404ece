"""What one customer's reads cost in the store, at each size of the books."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from benchmarks import books, visitors
from benchmarks.clockwork import Timing, time_each
from portal_data import lists, store
from portal_data.auth import identity
from portal_data.billing import balances, invoices, periods, statements
from portal_data.billing.invoices import Filter, Sort
from portal_data.billing.periods import EARLIEST, Period
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.messaging import activity
from portal_data.scope import Scope

ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Reads:
    """Timings by name of the read, at one size."""

    invoices: int
    timings: dict[str, Timing]


def measure(made: books.BenchBooks) -> Reads:
    """Time each read of the reader's own hundred invoices, in turns and with nothing cached."""
    opened = store.install(store.open_store(made.url))
    try:
        who = identity.from_cookie(visitors.sign_in(opened)[0].cookie, utc_now())
        if not isinstance(who, Scope):
            raise RuntimeError("The reader is not signed in.")
        return Reads(made.invoices, time_each(_reads(who), ROUNDS, opened.read_cache.forget))
    finally:
        opened.close()


def _reads(scope: Scope) -> dict[str, Callable[[], object]]:
    today = utc_now().date()
    listed = lists.page(scope, invoices.LIST, today=today)
    number = listed.rows[0].number
    first, last = periods.bounds(Period.THIS_MONTH, today)
    return {
        "home: figures and charts": lambda: balances.home(scope, today=today),
        "home: recent activity": lambda: activity.recent(scope, 6),
        "home: my details": lambda: details.my_details(scope),
        "invoices: newest first": lambda: lists.page(scope, invoices.LIST, today=today),
        "invoices: overdue, due first": lambda: lists.page(
            scope, invoices.LIST, today=today, filter=Filter.OVERDUE, sort=Sort.DUE
        ),
        "invoices: search, page 2": lambda: lists.page(
            scope, invoices.LIST, today=today, search="week", page=2
        ),
        "one invoice": lambda: invoices.get(scope, number, today=today),
        "statement: this month": lambda: statements.statement(scope, "GBP", first, last),
        "statement: everything": lambda: statements.statement(
            scope, "GBP", EARLIEST, today + timedelta(days=1)
        ),
    }
