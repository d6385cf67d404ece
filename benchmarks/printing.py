"""How long documents take as PDF, and how big they are: invoices and statements of many lines."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from portal_data.clock import utc_now
from portal_data.documents import (
    Line,
    Look,
    Paper,
    Party,
    Statement,
    StatementLine,
    StatementSection,
    Tax,
    render_invoice,
    render_statement,
)

_DAY = date(2026, 11, 1)
_NOW = utc_now()
_LOOK = Look()
_BUSINESS = Party("Larch & Daughters Ltd", "1 Mill Lane\nSampleton SA1 1AA", "GB 000 0000 00")
_CUSTOMER = Party("Brook Hotels Ltd", "9 Elm Road\nSampleton SA9 9ZZ")
_MOST_ROUNDS = 30
_ENOUGH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Printed:
    """One document of so many lines: seconds for one after the first, and its bytes."""

    name: str
    lines: int
    seconds: float
    size: int


def measure(
    invoices: tuple[int, ...] = (10, 1_000), statements: tuple[int, ...] = (100, 100_000)
) -> list[Printed]:
    """Draw each document some times, after one that loads the fonts."""
    render_invoice(_invoice(1), _LOOK, now=_NOW)
    tasks: list[tuple[str, int, Callable[[], bytes]]] = [
        ("invoice", count, partial(render_invoice, _invoice(count), _LOOK, now=_NOW))
        for count in invoices
    ]
    tasks += [
        ("statement", count, partial(render_statement, _statement(count), _LOOK, now=_NOW))
        for count in statements
    ]
    return [_drawn(name, lines, draw) for name, lines, draw in tasks]


def _drawn(name: str, lines: int, draw: Callable[[], bytes]) -> Printed:
    began = time.perf_counter()
    rounds, size = 0, 0
    while rounds < _MOST_ROUNDS and (not rounds or time.perf_counter() - began < _ENOUGH_SECONDS):
        size = len(draw())
        rounds += 1
    return Printed(name, lines, (time.perf_counter() - began) / rounds, size)


def _invoice(lines: int) -> Paper:
    return Paper(
        number="INV-000001",
        date=_DAY,
        due_date=_DAY,
        currency="GBP",
        issuer=_BUSINESS,
        billed_to=_CUSTOMER,
        lines=tuple(
            Line(
                name=f"Article {number}",
                description="As ordered, delivered to the door",
                amount_minor=12_000,
                quantity=Decimal(2),
                unit="piece",
                rate=Decimal(60),
                tax_name="VAT",
                tax_percent=Decimal(20),
            )
            for number in range(1, lines + 1)
        ),
        subtotal_minor=12_000 * lines,
        taxes=(Tax("VAT", 2_400 * lines, Decimal(20)),),
        total_minor=14_400 * lines,
        balance_minor=14_400 * lines,
    )


def _statement(lines: int) -> Statement:
    section = StatementSection(
        currency="GBP",
        opening_minor=0,
        closing_minor=lines * 100,
        lines=tuple(
            StatementLine(
                date=_DAY,
                kind="Invoice",
                number=f"INV-{n:06d}",
                details="As ordered",
                charge_minor=100,
                payment_minor=None,
                balance_minor=n * 100,
            )
            for n in range(1, lines + 1)
        ),
        summary=(),
        aging=(),
    )
    return Statement(
        issuer=_BUSINESS, customer=_CUSTOMER, starts_on=_DAY, ends_on=_DAY, sections=(section,)
    )
