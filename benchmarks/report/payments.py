"""Payments and the messages of their providers, as text."""

from collections.abc import Iterator, Sequence

from benchmarks.paying import STEPS, Paying
from benchmarks.report.markdown import row, rule
from benchmarks.webhooks import EACH, SENDERS, Webhooks
from portal_data.payments import offers


def paid(measured: Sequence[Paying]) -> Iterator[str]:
    """Yield the lines about payments."""
    yield (
        "Payments from the click to the receipt, one after the other, through a provider that "
        "answers at once from memory: of one invoice, and of as many as one payment may have. "
        "Milliseconds p50 / p95; one payment settles with receipt, allocations, ledger and "
        "activity in one transaction. Measured by "
        "`python -m benchmarks --only payments --sizes 1000,100000`."
    )
    yield ""
    yield row("Invoices", "engine", *STEPS, "settled a second",
              *(f"{step}, {offers.MOST} invoices" for step in STEPS))  # fmt: skip
    yield rule(2, 2 * len(STEPS) + 1)
    for each in measured:
        single = [f"{each.single[step].p50:.0f} / {each.single[step].p95:.0f}" for step in STEPS]
        bulk = [f"{each.bulk[step].p50:.0f} / {each.bulk[step].p95:.0f}" for step in STEPS]
        yield row(f"{each.invoices:,}", each.engine, *single, f"{each.a_second:.1f}", *bulk)
    yield ""


def messages(measured: Sequence[Webhooks]) -> Iterator[str]:
    """Yield the lines about messages."""
    yield (
        f"{SENDERS} deliveries at once over HTTP to a server of its own, each sender {EACH} one "
        "after the other, and every message twice from different senders. An answer says that the "
        "message is kept; milliseconds from the connection to the whole answer, with the wait for "
        "all others before it. The server's worker goes through the messages meanwhile. *Alone* is "
        "one sender, while nobody else delivers."
    )
    yield ""
    yield row("Invoices", "engine", "alone, p50 / p95, ms", "p50, ms", "p95, ms", "most, ms",
              "a second", "delivered", "kept")  # fmt: skip
    yield rule(2, 7)
    for each in measured:
        yield row(
            f"{each.invoices:,}",
            each.engine,
            f"{each.alone.p50:,.1f} / {each.alone.p95:,.1f}",
            f"{each.answers.p50:,.0f}",
            f"{each.answers.p95:,.0f}",
            f"{each.longest:,.0f}",
            f"{each.a_second:.0f}",
            f"{each.delivered:,}",
            f"{each.kept:,}",
        )
    yield ""
