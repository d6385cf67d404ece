"""Estimates, invoices, credit notes and retainer invoices: one layout for all of them."""

from collections.abc import Sequence
from datetime import date, datetime

from portal_data import labels
from portal_data.output.documents import number_format
from portal_data.output.documents.layout import BODY, INK, SMALL, Sheets
from portal_data.output.documents.model import (
    Fact,
    Line,
    Look,
    Paper,
    Tax,
)
from portal_data.output.documents.parts import facts, how_to_pay, masthead, parties, signature
from portal_data.output.documents.table import Column, draw_table, fits
from portal_data.output.documents.text import Style, TextLine
from portal_data.output.documents.totals import draw_totals, totals_height
from portal_data.text.language import _


def render_paper(paper: Paper, look: Look, *, now: datetime) -> bytes:
    """Return a paper as PDF, in the words of its kind; `now` (naive UTC) is its creation date."""
    kind = paper.kind
    title = _(kind.title)
    heading = f"{title} {paper.number}".strip()
    sheets = Sheets(look, heading, paper.issuer.name, repr(paper), paper.footer)
    masthead(sheets, paper.issuer, title, paper.number, paper.stamp)
    blocks = [(_(labels.FROM), paper.issuer), (_(kind.billed_to), paper.billed_to)]
    if paper.ship_to:
        blocks.append((_(labels.SHIP_TO), paper.ship_to))
    parties(sheets, blocks)
    facts(sheets, _facts(paper, look.locale), _hero(paper, look.locale))
    if paper.subject:
        sheets.flow(sheets.wrap(paper.subject, Style(10.5, INK, "SemiBold"), sheets.inner))
        sheets.y += 12
    totals = _totals(paper, look.locale)
    space = totals_height(sheets, totals)
    _draw_lines(sheets, paper, keep_after=space)
    sheets.need(space)
    payment = paper.payment if paper.balance_minor else None
    beside = payment is None or how_to_pay(sheets, payment, room=space)
    draw_totals(sheets, totals, balance=paper.balance_minor is not None)
    if payment and not beside:
        how_to_pay(sheets, payment)
    sheets.section(_(labels.NOTES), paper.notes)
    sheets.section(_(labels.TERMS), paper.terms)
    if paper.signature:
        signature(sheets, paper.signature)
    return sheets.finish(title=f"{heading} \N{EN DASH} {paper.issuer.name}", now=now)


def _facts(paper: Paper, locale: str) -> list[Fact]:
    def day(value: date | None) -> str:
        return number_format.day(value, locale) if value else ""

    return [
        Fact(_(labels.DATE), day(paper.date)),
        Fact(_(labels.DUE_DATE), day(paper.due_date)),
        Fact(_(labels.VALID_UNTIL), day(paper.expiry_date)),
        Fact(_(labels.PAYMENT_TERMS), paper.payment_terms),
        Fact(_(paper.reference_label), paper.reference),
        *(Fact(_(fact.label), fact.value) for fact in paper.facts),
    ]


def _hero(paper: Paper, locale: str) -> Fact:
    if paper.balance_minor is None:
        return Fact(
            _(labels.TOTAL), number_format.amount(paper.total_minor, paper.currency, locale)
        )
    return Fact(
        _(paper.kind.balance), number_format.amount(paper.balance_minor, paper.currency, locale)
    )


def _draw_lines(sheets: Sheets, paper: Paper, *, keep_after: float) -> None:
    if not paper.lines:
        return
    locale = sheets.look.locale
    columns = [Column(_(labels.ITEM), share=1)]
    texts: list[list[str]] = [[]]
    for column, shown in (
        (Column(_(labels.QUANTITY), figures=True, most=110), _quantity),
        (Column(labels.in_currency(_(labels.PRICE), paper.currency), figures=True), _rate),
        (Column(_(labels.DISCOUNT), figures=True), _discount),
        (Column(_(labels.TAX), figures=True, most=90), _line_tax),
        (Column(_(labels.AMOUNT), figures=True), _amount),
    ):
        cells = [shown(one, paper.currency, locale) for one in paper.lines]
        if any(cells):
            columns.append(column)
            texts.append(cells)
    folded: list[str] = []
    if not fits(sheets, columns, texts):
        folded = _folded(columns[1:-1], texts[1:-1])
        columns, texts = [columns[0], columns[-1]], [texts[0], texts[-1]]

    def item(_head: str, index: int, width: float) -> list[TextLine]:
        details = sheets.wrap(folded[index], SMALL, width) if folded else []
        return [*_item(sheets, paper.lines[index], width), *details]

    draw_table(sheets, columns, texts, item, keep_after=keep_after)


def _folded(columns: Sequence[Column], texts: Sequence[Sequence[str]]) -> list[str]:
    """The cells of every line as one text, for figures too wide to stand beside each other."""
    heads = [column.head for column in columns]
    return [
        " \N{MIDDLE DOT} ".join(
            f"{head} {cell}" for head, cell in zip(heads, cells, strict=True) if cell
        )
        for cells in zip(*texts, strict=True)
    ]


def _item(sheets: Sheets, one: Line, width: float) -> list[TextLine]:
    return [
        *sheets.wrap(one.name, Style(9, INK, "SemiBold") if one.description else BODY, width),
        *sheets.wrap(one.description, SMALL, width),
        *sheets.wrap(_(one.mark) if one.mark else "", SMALL, width),
    ]


def _quantity(one: Line, _currency: str, locale: str) -> str:
    if one.quantity is None:
        return ""
    unit = labels.unit(one.unit, one.quantity)
    return f"{number_format.quantity(one.quantity, locale)} {unit}".strip()


def _rate(one: Line, currency: str, locale: str) -> str:
    return "" if one.rate is None else number_format.rate(one.rate, currency, locale)


def _discount(one: Line, currency: str, locale: str) -> str:
    if one.discount_percent:
        return number_format.percent(one.discount_percent, locale)
    return (
        number_format.plain_amount(one.discount_minor, currency, locale)
        if one.discount_minor
        else ""
    )


def _line_tax(one: Line, _currency: str, locale: str) -> str:
    """The rate alone where there is one: the totals name the taxes."""
    if one.tax_percent is None:
        return one.tax_name
    return number_format.percent(one.tax_percent, locale)


def _amount(one: Line, currency: str, locale: str) -> str:
    return number_format.plain_amount(one.amount_minor, currency, locale)


def _totals(paper: Paper, locale: str) -> list[Fact]:
    """The rows of the totals in order; zero amounts are left out, the total and balance never."""
    rows = [
        (_(labels.DISCOUNT), -paper.discount_minor),
        (_(labels.SHIPPING), paper.shipping_minor),
        *((_tax_label(tax, paper.tax_inclusive, locale), tax.amount_minor) for tax in paper.taxes),
        (_adjustment(paper), paper.adjustment_minor),
        (_(labels.ROUNDING), paper.round_off_minor),
    ]
    after = [
        (_(labels.PAID), -paper.paid_minor),
        (_(labels.TAX_WITHHELD), -paper.withheld_minor),
        (_(labels.EARLY_DISCOUNT), -paper.early_discount_minor),
        (_(labels.CREDITS_APPLIED), -paper.credits_minor),
        (_(labels.REFUNDED), -paper.refunded_minor),
        (_(labels.WRITTEN_OFF), -paper.written_off_minor),
    ]
    used = [row for row in rows if row[1]]
    if used:
        used.insert(0, (_(labels.SUBTOTAL), paper.subtotal_minor))
    used.append((_(labels.TOTAL), paper.total_minor))
    used += [row for row in after if row[1]]
    if paper.balance_minor is not None:
        used.append((_(paper.kind.balance), paper.balance_minor))
    return [
        Fact(label, number_format.amount(minor, paper.currency, locale)) for label, minor in used
    ]


def _adjustment(paper: Paper) -> str:
    """Return what an adjustment is called, which the business may have written itself."""
    own = paper.adjustment_label
    return _(own) if own == labels.ADJUSTMENT else own


def _tax_label(tax: Tax, inclusive: bool, locale: str) -> str:
    percent = "" if tax.percent is None else number_format.percent(tax.percent, locale)
    return labels.named_tax(tax.name, percent, included=inclusive)
