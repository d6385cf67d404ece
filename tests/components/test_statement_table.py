"""A statement on the screen: a browser draws the latest transactions, and is told of the others."""

from datetime import date

from components.documents.statement_table import MOST_LINES, transactions
from portal_data.billing.statements import Statement, StatementLine


def statement(lines: int) -> Statement:
    """Make a statement of invoices of one pound each."""
    day = date(2026, 11, 1)
    return Statement(
        currency_code="GBP", first=day, last=day, opening_minor=0, invoiced_minor=lines * 100,
        received_minor=0, credited_minor=0, refunded_minor=0, closing_minor=lines * 100,
        lines=[
            StatementLine(day, "invoice", f"INV-{n}", None, 100, 0, n * 100, "invoice")
            for n in range(1, lines + 1)
        ],
        aging={},
        disputed={},
    )  # fmt: skip


def test_all_of_a_usual_period_is_drawn() -> None:
    drawn = transactions(statement(MOST_LINES), "en_GB")
    assert drawn.count("invoice?number=") == MOST_LINES
    assert "earlier" not in drawn


def test_of_very_many_the_latest_are_drawn_with_the_balance_before_them() -> None:
    drawn = transactions(statement(MOST_LINES + 1_234), "en_GB")
    assert drawn.count("invoice?number=") == MOST_LINES
    assert "1,234 earlier transactions" in drawn
    assert "£1,234.00" in drawn
    assert 'invoice?number=INV-1234"' not in drawn
    assert 'invoice?number=INV-1235"' in drawn
