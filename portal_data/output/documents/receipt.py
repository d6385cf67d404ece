"""Payment receipts: what was received, and which documents it paid."""

from datetime import datetime

from portal_data import labels
from portal_data.output.documents import number_format
from portal_data.output.documents.layout import BODY, Sheets
from portal_data.output.documents.model import Fact, Look, MoneyBack, Receipt
from portal_data.output.documents.parts import facts, masthead, parties
from portal_data.output.documents.table import Column, draw_table
from portal_data.output.documents.text import TextLine
from portal_data.output.documents.totals import draw_totals, totals_height
from portal_data.text import bidi
from portal_data.text.language import _


def render_receipt(receipt: Receipt, look: Look, *, now: datetime) -> bytes:
    """Return a payment receipt as PDF; `now` (naive UTC) is the file's creation date."""
    title = _("Payment receipt")
    heading = f"{title} {receipt.number}".strip()
    locale, currency = look.locale, receipt.currency
    sheets = Sheets(look, heading, receipt.issuer.name, repr(receipt), receipt.footer)
    masthead(sheets, receipt.issuer, title, receipt.number, receipt.stamp)
    parties(
        sheets, [(_(labels.FROM), receipt.issuer), (_(labels.RECEIVED_FROM), receipt.received_from)]
    )
    items = [
        Fact(_(labels.PAYMENT_DATE), number_format.day(receipt.date, locale)),
        Fact(_(labels.PAYMENT_MODE), receipt.mode),
        Fact(_(labels.REFERENCE), receipt.reference),
        *(Fact(_(fact.label), fact.value) for fact in receipt.facts),
    ]
    received = number_format.amount(receipt.amount_minor, currency, locale)
    facts(sheets, items, Fact(_(labels.AMOUNT_RECEIVED), received))
    totals = [Fact(_(labels.AMOUNT_RECEIVED), received)]
    totals += [
        Fact(label, number_format.amount(minor, currency, locale))
        for label, minor in (
            (_(labels.REFUNDED), -receipt.refunded_minor),
            (_(labels.UNUSED), receipt.unused_minor),
        )
        if minor
    ]
    if receipt.paid:
        _draw_paid(sheets, receipt, keep_after=totals_height(sheets, totals))
    draw_totals(sheets, totals, strong=_(labels.AMOUNT_RECEIVED))
    sheets.section(
        _(labels.REFUNDS), "\n".join(_refund(each, receipt, locale) for each in receipt.refunds)
    )
    sheets.section(_(labels.NOTES), receipt.notes)
    return sheets.finish(title=f"{heading} \N{EN DASH} {receipt.issuer.name}", now=now)


def _refund(back: MoneyBack, receipt: Receipt, locale: str) -> str:
    """Return what went back, when, how much and why, in a line."""
    amount = number_format.amount(back.amount_minor, receipt.currency, locale)
    when = number_format.day(back.date, locale)
    return bidi.listed(_(back.words), when, amount, back.reason)


def _gone_back(receipt: Receipt) -> list[tuple[str, list[int]]]:
    """Return what of each document went back and what stays paid, where anything did."""
    back = [one.returned_minor for one in receipt.paid]
    kept = [one.amount_minor - one.returned_minor for one in receipt.paid]
    heads = _(labels.AMOUNT_RETURNED), _(labels.AMOUNT_KEPT)
    return [(heads[0], back), (heads[1], kept)] if any(back) else []


def _draw_paid(sheets: Sheets, receipt: Receipt, *, keep_after: float) -> None:
    locale, currency = sheets.look.locale, receipt.currency
    columns = [Column(_(labels.PAYMENT_FOR), share=1), Column(_(labels.DATE), figures=True)]
    texts: list[list[str]] = [[], [number_format.day(one.date, locale) for one in receipt.paid]]
    for head, amounts in (
        (_(labels.DOCUMENT_TOTAL), [one.total_minor for one in receipt.paid]),
        (_(labels.TAX_WITHHELD), [one.withheld_minor for one in receipt.paid]),
        (_(labels.EARLY_DISCOUNT), [one.early_discount_minor for one in receipt.paid]),
        (_(labels.AMOUNT_PAID), [one.amount_minor for one in receipt.paid]),
        *_gone_back(receipt),
    ):
        if any(amounts):
            columns.append(Column(head, figures=True))
            texts.append(
                [number_format.plain_amount(at, currency, locale) if at else "" for at in amounts]
            )

    def number(_head: str, index: int, width: float) -> list[TextLine]:
        return sheets.wrap(receipt.paid[index].number, BODY, width)

    draw_table(sheets, columns, texts, number, keep_after=keep_after)
