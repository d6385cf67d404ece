"""A document as a person reads it on the screen: drawn from the same values as its PDF."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from components import format as say
from components import links
from components.markup import Markup, join, lines, said, tag
from portal_data.documents.model import INVOICE, Kind, Line, Paper, Party


def paper(shown: Paper, locale: str, kind: Kind = INVOICE) -> Markup:
    """Return an estimate, invoice, credit note or retainer invoice in the words of its kind."""
    parties = [party("From", shown.issuer), party(kind.billed_to, shown.billed_to)]
    if shown.ship_to:
        parties.append(party("Ship to", shown.ship_to))
    return tag(
        "article",
        _letterhead(shown, kind),
        tag("div", parties, class_="top"),
        facts(
            [
                ("Date", say.day(shown.date, locale)),
                ("Due", say.day(shown.due_date, locale) if shown.due_date else ""),
                ("Valid until", say.day(shown.expiry_date, locale) if shown.expiry_date else ""),
                ("Terms", shown.payment_terms),
                (shown.reference_label, shown.reference),
                *((fact.label, fact.value) for fact in shown.facts),
            ]
        ),
        said(shown.subject, "div", class_="subject") if shown.subject else None,
        _table(shown, locale) if shown.lines else None,
        _totals(shown, locale, kind),
        text("Notes", shown.notes),
        text("Terms", shown.terms),
        class_="pt-paper",
        aria_label=f"{kind.title} {shown.number}",
    )


def _letterhead(shown: Paper, kind: Kind) -> Markup:
    """Return the sender's mark on the left, and what kind of document this is on the right."""
    sender = shown.issuer
    picture = tag("img", class_="pt-logo", src=links.logo(sender.logo), alt=sender.name)
    return tag(
        "header",
        picture if sender.logo else said(sender.name, "b"),
        tag("div", tag("h2", kind.title), tag("div", shown.number), class_="title"),
        class_="letterhead",
    )


def party(label: str, who: Party) -> Markup:
    """Return somebody who sends or receives a document."""
    tax = f"Tax number {who.tax_id}" if who.tax_id else ""
    below = [line for line in (*who.address.splitlines(), tax) if line]
    return tag(
        "div",
        tag("div", label, class_="pt-overline"),
        said(who.name, "b"),
        lines(below),
        class_="party",
    )


def facts(known: Iterable[tuple[str, str]]) -> Markup:
    """Return labels and values side by side; what is empty is left out."""
    pairs = [tag("div", said(label, "dt"), said(value, "dd")) for label, value in known if value]
    return tag("dl", pairs, class_="meta")


def scrolling(name: str, heads: Sequence[Markup | None], body: Sequence[Markup]) -> Markup:
    """Return a table in which wide amounts scroll inside the document, by keyboard too."""
    table = tag("table", tag("thead", tag("tr", heads)), tag("tbody", body), class_="pt-table")
    return tag("div", table, class_="pt-scroll", tabindex="0", role="region", aria_label=name)


def _table(shown: Paper, locale: str) -> Markup:
    """Columns that no line uses are not drawn."""
    has_rate = any(line.rate is not None for line in shown.lines)
    has_discount = any(line.discount_percent or line.discount_minor for line in shown.lines)
    has_tax = any(line.tax_name for line in shown.lines)
    heads = [
        tag("th", "Item", scope="col"),
        tag("th", "Quantity", scope="col", class_="end narrow-hide") if has_rate else None,
        tag("th", "Price", scope="col", class_="end narrow-hide") if has_rate else None,
        tag("th", "Discount", scope="col", class_="end narrow-hide") if has_discount else None,
        tag("th", "Tax", scope="col", class_="end narrow-hide") if has_tax else None,
        tag("th", "Amount", scope="col", class_="end"),
    ]
    body = []
    for line in shown.lines:
        body.append(
            tag(
                "tr",
                tag("td", said(line.name, "div"), _below(line, shown.currency, locale, has_rate),
                    class_="grow"),
                _end(_quantity(line, locale)) if has_rate else None,
                _end(_rate(line, shown.currency, locale)) if has_rate else None,
                _end(_discount(line, shown.currency, locale)) if has_discount else None,
                _end(_tax(line)) if has_tax else None,
                tag("td", say.money(line.amount_minor, shown.currency, locale), class_="end"),
            )
        )  # fmt: skip
    return scrolling("Lines", heads, body)


def _end(text: str) -> Markup:
    return tag("td", text, class_="end narrow-hide")


def _below(line: Line, currency: str, locale: str, has_rate: bool) -> Markup:
    """What stands below a line's name; a phone reads quantity and price there."""
    narrow = None
    if has_rate and line.quantity is not None and line.rate is not None:
        narrow = tag(
            "small",
            f"{_quantity(line, locale)} × {_rate(line, currency, locale)}",
            class_="wide-hide",
        )
    described = said(line.description, "small") if line.description else None
    mark = tag("small", line.mark) if line.mark else None
    return join(described, mark, narrow)


def _quantity(line: Line, locale: str) -> str:
    if line.quantity is None:
        return ""
    return f"{say.quantity(line.quantity, locale)} {line.unit}".strip()


def _rate(line: Line, currency: str, locale: str) -> str:
    return "" if line.rate is None else say.price(line.rate, currency, locale)


def _discount(line: Line, currency: str, locale: str) -> str:
    if line.discount_percent:
        return _percent(line.discount_percent, locale)
    return say.money(line.discount_minor, currency, locale) if line.discount_minor else ""


def _tax(line: Line) -> str:
    return _named_rate(line.tax_name, line.tax_percent)


def _percent(value: Decimal, locale: str) -> str:
    return f"{say.quantity(value, locale)}%"


def _named_rate(name: str, percent: Decimal | None) -> str:
    """`VAT 20%`; names that already tell the rate are left alone."""
    if percent is None or "%" in name:
        return name
    return f"{name} {_percent(percent, 'en')}".strip()


def _totals(shown: Paper, locale: str, kind: Kind) -> Markup:
    def amount(minor: int) -> str:
        return say.money(minor, shown.currency, locale)

    taxes = "Includes" if shown.tax_inclusive else ""
    before = [
        ("Discount", -shown.discount_minor),
        ("Shipping", shown.shipping_minor),
        *(
            (f"{taxes} {_named_rate(tax.name, tax.percent)}".strip(), tax.amount_minor)
            for tax in shown.taxes
        ),
        (shown.adjustment_label, shown.adjustment_minor),
        ("Rounding", shown.round_off_minor),
    ]
    after = [
        ("Paid", -shown.paid_minor),
        ("Tax withheld", -shown.withheld_minor),
        ("Early payment discount", -shown.early_discount_minor),
        ("Credits applied", -shown.credits_minor),
        ("Refunded", -shown.refunded_minor),
        ("Written off", -shown.written_off_minor),
    ]
    used = [row for row in before if row[1]]
    if used:
        used.insert(0, ("Subtotal", shown.subtotal_minor))
    rows = [tag("div", said(label), tag("span", amount(minor))) for label, minor in used]
    rows.append(
        tag("div", tag("span", "Total"), tag("span", amount(shown.total_minor)), class_="sum")
    )
    rows += [tag("div", tag("span", label), tag("span", amount(minor))) for label, minor in after
             if minor]  # fmt: skip
    if shown.balance_minor is not None:
        due = tag("span", amount(shown.balance_minor))
        rows.append(tag("div", tag("span", kind.balance), due, class_="due"))
    return tag("div", rows, class_="pt-totals")


def text(label: str, words: str) -> Markup | None:
    """Return what somebody wrote under its label; None when nobody did."""
    if not words.strip():
        return None
    return tag("div", tag("div", label, class_="pt-overline"), lines(words), class_="said")
