"""Statements of account: per currency the opening balance, every transaction, summary and aging."""

from datetime import datetime

from portal_data import labels
from portal_data.output.documents import number_format
from portal_data.output.documents.canvas import Box
from portal_data.output.documents.layout import (
    BODY,
    INK,
    LABEL,
    SMALL,
    STRONG,
    Sheets,
    height_of,
)
from portal_data.output.documents.model import (
    Fact,
    Look,
    PaymentDetails,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
)
from portal_data.output.documents.parts import facts, how_to_pay, masthead, parties
from portal_data.output.documents.table import Column, draw_table
from portal_data.output.documents.text import Style, TextLine
from portal_data.output.documents.totals import draw_totals, totals_height
from portal_data.text.language import _, _p


def render_statement(statement: Statement, look: Look, *, now: datetime) -> bytes:
    """Return a statement of account as PDF; `now` (naive UTC) is the file's creation date."""
    locale = look.locale
    starts, ends = (
        number_format.day(at, locale) for at in (statement.starts_on, statement.ends_on)
    )
    heading = _("Statement, {first} – {last}", first=starts, last=ends)
    sheets = Sheets(look, heading, statement.issuer.name, repr(statement), statement.footer)
    masthead(sheets, statement.issuer, _("Statement"), f"{starts} \N{EN DASH} {ends}", "")
    parties(sheets, [(_(labels.FROM), statement.issuer), (_p("party", "To"), statement.customer)])
    _draw_facts(sheets, statement, starts, ends)
    several = len(statement.sections) > 1
    payment = statement.payment
    for section in statement.sections:
        if _draw_section(sheets, section, titled=several, payment=None if several else payment):
            payment = None
    if payment:
        how_to_pay(sheets, payment)
    sheets.section(_(labels.NOTES), statement.notes)
    return sheets.finish(title=f"{heading} \N{EN DASH} {statement.customer.name}", now=now)


def _draw_facts(sheets: Sheets, statement: Statement, starts: str, ends: str) -> None:
    items = [Fact(_("Period from"), starts), Fact(_("Period to"), ends), *statement.facts]
    balances = [
        number_format.amount(one.closing_minor, one.currency, sheets.look.locale)
        for one in statement.sections
    ]
    facts(sheets, items, Fact(_(labels.CLOSING_BALANCE), "  ·  ".join(balances)))


def _draw_section(
    sheets: Sheets, section: StatementSection, *, titled: bool, payment: PaymentDetails | None
) -> bool:
    """Draw one currency's account; return whether `payment` found room beside its totals."""
    locale, currency = sheets.look.locale, section.currency
    if titled:
        sheets.need(120)
        sheets.write([sheets.line(currency, Style(11, INK, "SemiBold"))], sheets.left)
        sheets.y += 6
    totals = [
        Fact(_(one.label), number_format.amount(one.amount_minor, currency, locale))
        for one in (
            Sum(labels.OPENING_BALANCE, section.opening_minor),
            *section.summary,
            Sum(labels.CLOSING_BALANCE, section.closing_minor),
        )
    ]
    space = totals_height(sheets, totals)
    _draw_lines(sheets, section, keep_after=space)
    sheets.need(space)
    drawn = payment is not None and how_to_pay(sheets, payment, room=space)
    draw_totals(sheets, totals, balance=True)
    if section.aging:
        _draw_aging(sheets, section)
    if titled:
        sheets.y += 26
    return drawn


def _draw_lines(sheets: Sheets, section: StatementSection, *, keep_after: float) -> None:
    locale, currency = sheets.look.locale, section.currency

    def shown(minor: int | None) -> str:
        return "" if minor is None else number_format.plain_amount(minor, currency, locale)

    columns = (
        Column(_(labels.DATE), share=0.28),
        Column(_(labels.TRANSACTION), share=0.72),
        Column(_(labels.AMOUNT), figures=True),
        Column(_(labels.PAYMENT_OR_CREDIT), figures=True),
        Column(_(labels.BALANCE), figures=True),
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
            return (
                sheets.wrap(_(labels.OPENING_BALANCE), STRONG, width)
                if head == _(labels.TRANSACTION)
                else []
            )
        one = section.lines[index - 1]
        if head == _(labels.DATE):
            return sheets.wrap(number_format.day(one.date, locale), BODY, width)
        return _transaction(sheets, one, width)

    draw_table(sheets, columns, texts, words, keep_after=keep_after)


def _transaction(sheets: Sheets, one: StatementLine, width: float) -> list[TextLine]:
    return [
        *sheets.wrap(f"{_(one.kind)} {one.number}".strip(), BODY, width),
        *sheets.wrap(one.details, SMALL, width),
    ]


def _draw_aging(sheets: Sheets, section: StatementSection) -> None:
    """Draw the buckets side by side; figures shrink rather than touch each other."""
    width = sheets.inner / len(section.aging)

    def in_words(bucket: Sum) -> list[TextLine]:
        def shown(minor: int) -> str:
            return number_format.amount(minor, section.currency, sheets.look.locale)

        figure = Style(10, INK, "SemiBold", 1.5)
        texts = [(_(bucket.label), LABEL), (shown(bucket.amount_minor), figure)]
        if bucket.disputed_minor:
            texts.append((_(labels.IN_DISPUTE, amount=shown(bucket.disputed_minor)), LABEL))
        return [sheets.fitted(text, style, width - 16) for text, style in texts]

    cells = [in_words(bucket) for bucket in section.aging]
    height = max(map(height_of, cells)) + 18
    sheets.need(height + 14)
    sheets.y += 14
    sheets.add(Box(sheets.left, sheets.y, sheets.inner, height, fill="#F7F8FA", radius=4))
    for index, cell in enumerate(cells):
        sheets.write(cell, sheets.left + index * width + 10, y=sheets.y + 9)
    sheets.y += height
