"""A document as a person reads it on the screen: drawn from the same values as its PDF."""

from collections.abc import Iterable
from decimal import Decimal

from components.ui import format as say
from components.ui import links
from components.ui.line_table import Figures, line_table
from components.ui.markup import Markup, join, lines, said, tag
from portal_data import labels
from portal_data.output.documents.model import Line, Paper, Party, Signature, Tax
from portal_data.text.language import _, _p


def paper(document: Paper, locale: str) -> Markup:
    """Return a document of any kind that has lines, in the words of its kind."""
    kind = document.kind
    parties = [party(_(labels.FROM), document.issuer), party(_(kind.billed_to), document.billed_to)]
    if document.ship_to:
        parties.append(party(_(labels.SHIP_TO), document.ship_to))
    return tag(
        "article",
        letterhead(document.issuer, _(kind.title), document.number),
        tag("div", parties, class_="top"),
        facts(
            [
                (_(labels.DATE), say.day(document.date, locale)),
                (
                    _(labels.DUE_DATE),
                    say.day(document.due_date, locale) if document.due_date else "",
                ),
                (
                    _(labels.VALID_UNTIL),
                    say.day(document.expiry_date, locale) if document.expiry_date else "",
                ),
                (_(labels.PAYMENT_TERMS), document.payment_terms),
                (_(document.reference_label), document.reference),
                *((_(fact.label), fact.value) for fact in document.facts),
            ]
        ),
        said(document.subject, "div", class_="subject") if document.subject else None,
        _table(document, locale) if document.lines else None,
        _totals(document, locale),
        text(_(labels.NOTES), document.notes),
        text(_(labels.TERMS), document.terms),
        _signature(document.signature) if document.signature else None,
        class_="pt-paper",
        aria_label=f"{_(kind.title)} {document.number}",
    )


def letterhead(sender: Party, title: str, number: str) -> Markup:
    """Return the sender's mark on the left, and on the right what kind of document this is."""
    picture = tag("img", class_="pt-logo", src=links.logo(sender.logo), alt=sender.name)
    return tag(
        "header",
        picture if sender.logo else said(sender.name, "b"),
        tag("div", tag("h2", title), tag("div", number), class_="title"),
        class_="letterhead",
    )


def party(label: str, who: Party) -> Markup:
    """Return somebody who sends or receives a document."""
    tax = f"{_(labels.TAX_NUMBER)} {who.tax_id}" if who.tax_id else ""
    below = [line for line in (*who.address.splitlines(), tax) if line]
    return tag(
        "div",
        tag("div", label, class_="pt-overline"),
        said(who.name, "b"),
        lines(below),
        class_="party",
    )


def facts(pairs: Iterable[tuple[str, str]]) -> Markup:
    """Return labels and values side by side; what is empty is left out."""
    rows = [tag("div", said(label, "dt"), said(value, "dd")) for label, value in pairs if value]
    return tag("dl", rows, class_="meta")


def _table(document: Paper, locale: str) -> Markup:
    def price(line: Line) -> str:
        return "" if line.rate is None else say.price(line.rate, document.currency, locale)

    def discount(line: Line) -> str:
        if line.discount_percent:
            return _percent(line.discount_percent, locale)
        minor = line.discount_minor
        return say.money(minor, document.currency, locale) if minor else ""

    def tax(line: Line) -> str:
        percent = "" if line.tax_percent is None else _percent(line.tax_percent, locale)
        return labels.named_tax(line.tax_name, percent)

    of = document.lines
    return line_table(
        _("Lines"),
        _(labels.ITEM),
        [_name(line) for line in of],
        [
            Figures(_(labels.QUANTITY), [_quantity(line, locale) for line in of]),
            Figures(_(labels.PRICE), [price(line) for line in of], said=_p("a price", "at")),
            Figures(
                _(labels.DISCOUNT),
                [discount(line) for line in of],
                said=_p("before a figure", "discount"),
            ),
            Figures(_(labels.TAX), [tax(line) for line in of]),
            Figures(
                _(labels.AMOUNT),
                [say.money(line.amount_minor, document.currency, locale) for line in of],
            ),
        ],
    )


def _name(line: Line) -> Markup:
    return join(
        said(line.name, "div"),
        said(line.description, "small") if line.description else None,
        tag("small", _(line.mark)) if line.mark else None,
    )


def _quantity(line: Line, locale: str) -> str:
    if line.quantity is None:
        return ""
    unit = labels.unit(line.unit, line.quantity)
    return f"{say.quantity(line.quantity, locale)} {unit}".strip()


def _percent(value: Decimal, locale: str) -> str:
    return say.percent(value, locale)


def _totals(document: Paper, locale: str) -> Markup:
    def amount(minor: int) -> str:
        return say.money(minor, document.currency, locale)

    before = [
        (_(labels.DISCOUNT), -document.discount_minor),
        (_(labels.SHIPPING), document.shipping_minor),
        *((_tax(tax, document.tax_inclusive, locale), tax.amount_minor) for tax in document.taxes),
        (_adjustment(document), document.adjustment_minor),
        (_(labels.ROUNDING), document.round_off_minor),
    ]
    after = [
        (labels.PAID, -document.paid_minor),
        (labels.TAX_WITHHELD, -document.withheld_minor),
        (labels.EARLY_DISCOUNT, -document.early_discount_minor),
        (labels.CREDITS_APPLIED, -document.credits_minor),
        (labels.REFUNDED, -document.refunded_minor),
        (labels.WRITTEN_OFF, -document.written_off_minor),
    ]
    used = [(label, minor) for label, minor in before if minor]
    if used:
        used.insert(0, (_(labels.SUBTOTAL), document.subtotal_minor))
    rows = [tag("div", said(label), tag("span", amount(minor))) for label, minor in used]
    rows.append(
        tag(
            "div",
            tag("span", _(labels.TOTAL)),
            tag("span", amount(document.total_minor)),
            class_="sum",
        )
    )
    rows += [tag("div", tag("span", _(label)), tag("span", amount(minor))) for label, minor in after
             if minor]  # fmt: skip
    if document.balance_minor is not None:
        due = tag("span", amount(document.balance_minor))
        rows.append(tag("div", tag("span", _(document.kind.balance)), due, class_="due"))
    return tag("div", rows, class_="pt-totals")


def _adjustment(document: Paper) -> str:
    """Return what an adjustment is called, which the business may have written itself."""
    own = document.adjustment_label
    return _(own) if own == labels.ADJUSTMENT else own


def _tax(tax: Tax, included: bool, locale: str) -> str:
    percent = "" if tax.percent is None else _percent(tax.percent, locale)
    return labels.named_tax(tax.name, percent, included=included)


def _signature(signed: Signature) -> Markup:
    return tag(
        "div",
        tag("div", _(labels.SIGNED_BY), class_="pt-overline"),
        said(signed.name, "div", class_="name"),
        lines(list(signed.details)),
        class_="said signed",
    )


def text(label: str, words: str) -> Markup | None:
    """Return what somebody wrote under its label; None when nobody did."""
    if not words.strip():
        return None
    return tag("div", tag("div", label, class_="pt-overline"), lines(words), class_="said")
