"""Statements of account: per currency the opening balance, every transaction, summary and aging."""

from datetime import datetime

from portal_data.documents import figures
from portal_data.documents.canvas import Box
from portal_data.documents.layout import (
    BODY,
    INK,
    LABEL,
    SMALL,
    STRONG,
    Sheets,
    height_of,
)
from portal_data.documents.model import (
    Fact,
    Look,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
)
from portal_data.documents.parts import facts, how_to_pay, masthead, parties
from portal_data.documents.table import Column, draw_table
from portal_data.documents.text import Style, TextLine
from portal_data.documents.totals import draw_totals, totals_height

_OPENING = "Opening balance"
_BALANCE = "Balance due"


def render_statement(statement: Statement, look: Look, *, now: datetime) -> bytes:
    """Return a statement of account as PDF; `now` (naive UTC) is the file's creation date."""
    locale = look.locale
    starts, ends = (figures.day(at, locale) for at in (statement.starts_on, statement.ends_on))
    heading = f"Statement, {starts} \N{EN DASH} {ends}"
    sheets = Sheets(look, heading, statement.issuer.name, repr(statement), statement.footer)
    masthead(sheets, statement.issuer, "Statement", f"{starts} \N{EN DASH} {ends}", "")
    parties(sheets, [("From", statement.issuer), ("To", statement.customer)])
    _draw_facts(sheets, statement, starts, ends)
    for section in statement.sections:
        _draw_section(sheets, section, titled=len(statement.sections) > 1)
    if statement.payment:
        how_to_pay(sheets, statement.payment)
    sheets.section("Notes", statement.notes)
    return sheets.finish(title=f"{heading} \N{EN DASH} {statement.customer.name}", now=now)


def _draw_facts(sheets: Sheets, statement: Statement, starts: str, ends: str) -> None:
    items = [Fact("Period from", starts), Fact("Period to", ends), *statement.facts]
    balances = [
        figures.amount(one.closing_minor, one.currency, sheets.look.locale)
        for one in statement.sections
    ]
    facts(sheets, items, Fact(_BALANCE, "  ·  ".join(balances)))


def _draw_section(sheets: Sheets, section: StatementSection, *, titled: bool) -> None:
    locale, currency = sheets.look.locale, section.currency
    if titled:
        sheets.need(120)
        sheets.write([sheets.line(currency, Style(11, INK, "SemiBold"))], sheets.left)
        sheets.y += 6
    totals = [
        Fact(one.label, figures.amount(one.amount_minor, currency, locale))
        for one in (
            Sum(_OPENING, section.opening_minor),
            *section.summary,
            Sum(_BALANCE, section.closing_minor),
        )
    ]
    _draw_lines(sheets, section, keep_after=totals_height(sheets, totals))
    draw_totals(sheets, totals, balance=True)
    if section.aging:
        _draw_aging(sheets, section)
    sheets.y += 26


def _draw_lines(sheets: Sheets, section: StatementSection, *, keep_after: float) -> None:
    locale, currency = sheets.look.locale, section.currency

    def shown(minor: int | None) -> str:
        return "" if minor is None else figures.plain_amount(minor, currency, locale)

    columns = (
        Column("Date", share=0.28),
        Column("Transaction", share=0.72),
        Column("Charges", figures=True),
        Column("Payments", figures=True),
        Column("Balance", figures=True),
    )
    texts: tuple[list[str], ...] = (
        [],
        [],
        ["", *(shown(one.charge_minor) for one in section.lines)],
        ["", *(shown(one.payment_minor) for one in section.lines)],
        [shown(section.opening_minor), *(shown(one.balance_minor) for one in section.lines)],
    )

    def words(head: str, index: int, width: float) -> list[TextLine]:
        if index == 0:
            return sheets.wrap(_OPENING, STRONG, width) if head == "Transaction" else []
        one = section.lines[index - 1]
        if head == "Date":
            return sheets.wrap(figures.day(one.date, locale), BODY, width)
        return _transaction(sheets, one, width)

    draw_table(sheets, columns, texts, words, keep_after=keep_after)


def _transaction(sheets: Sheets, one: StatementLine, width: float) -> list[TextLine]:
    return [
        *sheets.wrap(f"{one.kind} {one.number}".strip(), BODY, width),
        *sheets.wrap(one.details, SMALL, width),
    ]


def _draw_aging(sheets: Sheets, section: StatementSection) -> None:
    """Draw the buckets side by side; figures shrink rather than touch each other."""
    locale = sheets.look.locale
    width = sheets.inner / len(section.aging)
    cells = [
        [
            sheets.fitted(bucket.label, LABEL, width - 16),
            sheets.fitted(
                figures.amount(bucket.amount_minor, section.currency, locale),
                Style(10, INK, "SemiBold", 1.5),
                width - 16,
            ),
        ]
        for bucket in section.aging
    ]
    height = max(map(height_of, cells)) + 18
    sheets.need(height + 14)
    sheets.y += 14
    sheets.add(Box(sheets.left, sheets.y, sheets.inner, height, fill="#F7F8FA", radius=4))
    for index, cell in enumerate(cells):
        sheets.write(cell, sheets.left + index * width + 10, y=sheets.y + 9)
    sheets.y += height
