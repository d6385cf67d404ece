"""An estimate of which something can be chosen, and a plain reckoning of what is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from uuid import UUID

from portal_data import money, store
from portal_data.billing import estimate_pricing, estimate_taxes
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Estimate
from portal_data.billing.lines import Line
from portal_data.scope import Scope
from tests.factories import TODAY, insert, make_estimate

DAY = timedelta(days=1)
VAT = {"tax_name": "VAT", "tax_percent": Decimal(20)}


def make_choice(scope: Scope, number: str = "E-1", **more: Any) -> UUID:
    """Store an estimate of a plan, 2 to 6 trees, an optional pond and a fountain nobody ticked."""
    given = {"total_minor": 10_000, "expiry": TODAY + 30 * DAY, "discount_percent": 10, **more}
    made = make_estimate(scope, number=number, **given)
    own = {"customer_id": scope.customer_id, "estimate_id": made}
    lines = (
        {"name": "Tree", "quantity": 4, "unit_price": Decimal("25.50"), "minimum_quantity": 2,
         "maximum_quantity": 6, **VAT},
        {"name": "Pond", "quantity": 1, "unit_price": 300, "optional": True, **VAT},
        {"name": "Fountain", "quantity": Decimal("1.5"), "unit_price": 80, "optional": True,
         "selected": False, "minimum_quantity": Decimal("0.5"), "maximum_quantity": Decimal("2.5"),
         "discount_percent": 5, **VAT},
    )  # fmt: skip
    for place, line in enumerate(lines, 2):
        insert("estimate_lines", position=place, total_minor=0, **own, **line)
    reckon(made)
    return made


def reckon(estimate_id: UUID) -> None:
    """Let an estimate and its lines cost what they come to."""
    with store.system_writing() as session:
        head = session.rows("select * from core.estimates where id = $id", id=estimate_id)[0]
        found = session.rows(
            "select * from core.estimate_lines where estimate_id = $id order by position",
            id=estimate_id,
        )
        names = [name for name in Line.__dataclass_fields__ if name != "several"]
        several = estimate_taxes.stored(session, estimate_id, head["customer_id"])
        lines = [
            Line(**{name: row[name] for name in names}, several=several.get(row["id"], ()))
            for row in found
        ]
        priced = estimate_pricing.priced(head, lines)
        for row, line, cost in zip(found, lines, priced.lines, strict=True):
            taxes = estimate_taxes.costing(line.several, cost, tax_inclusive=head["tax_inclusive"])
            now = replace(line, several=taxes)
            estimate_taxes.write(session, head["customer_id"], line, now)
            session.change(
                "update core.estimate_lines set discount_minor = $discount, tax_minor = $tax,"
                " total_minor = $total where id = $id",
                id=row["id"], discount=cost.discount_minor, tax=cost.tax_minor,
                total=cost.total_minor,
            )  # fmt: skip
        session.change(
            "update core.estimates set subtotal_minor = $subtotal, discount_minor = $discount,"
            " tax_minor = $tax, total_minor = $total where id = $id",
            id=estimate_id, subtotal=priced.subtotal_minor, discount=priced.discount_minor,
            tax=priced.tax_minor, total=priced.total_minor,
        )  # fmt: skip


def make_taxes(scope: Scope, position: int, taxes: Sequence[tuple[str, str, bool]]) -> None:
    """Let a line of the one estimate there is have several taxes: name, rate, and if compound."""
    with store.system_writing() as session:
        (line,) = session.rows(
            "select id, estimate_id from core.estimate_lines where position = $position",
            position=position,
        )
        session.change(
            "update core.estimate_lines set tax_name = 'Sales taxes', tax_percent = null"
            " where id = $id",
            id=line["id"],
        )
        (head,) = session.rows("select * from core.estimates order by id")
    base, before = 10**9, 0  # large, so that compound ones are told by it
    for place, (name, percent, compound) in enumerate(taxes, 1):
        amount = int((base + before * compound) * Decimal(percent) / 100)
        insert(
            "line_taxes", customer_id=scope.customer_id, document_kind="estimate",
            line_id=line["id"], position=place, name=name, percent=Decimal(percent),
            base_minor=base + before * compound, amount_minor=amount,
        )  # fmt: skip
        before += amount
    reckon(head["id"])


_EXACT = Context(prec=60)


def _rounded(exact: Decimal) -> int:
    """Half away from zero."""
    return int(exact.to_integral_value(ROUND_HALF_UP, _EXACT))


def _shares(total: int, weights: list[int]) -> list[int]:
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    rest = [total * weight % whole for weight in weights]
    while sum(shares) < total:
        largest = max(range(len(rest)), key=lambda place: (rest[place], -place))
        shares[largest], rest[largest] = shares[largest] + 1, -1
    return shares


def plain_taxes(left: int, rates: Sequence[tuple[Decimal, bool]], *, inclusive: bool) -> list[int]:
    """Each tax on what is left of a line, or held in it: rates, with whether they are compound."""
    parts: list[Decimal] = []
    for percent, compound in rates:
        on = 1 + sum(parts, Decimal(0)) if compound else Decimal(1)
        parts.append(_EXACT.multiply(_EXACT.divide(percent, Decimal(100)), on))
    if not inclusive:
        return [_rounded(_EXACT.multiply(Decimal(left), part)) for part in parts]
    held = _rounded(left - _EXACT.divide(Decimal(left), 1 + sum(parts, Decimal(0))))
    if not held:
        return [0] * len(parts)
    sign = 1 if held > 0 else -1
    weights = [int(_EXACT.multiply(part, Decimal(10**24))) for part in parts]
    return [sign * share for share in _shares(abs(held), weights)]


def plain(estimate: Estimate, choices: Choices) -> dict[str, int]:
    """What the chosen lines of an estimate come to, reckoned as a document that has no others."""
    wanted = dict(choices)
    unit = Decimal(10) ** money.exponent(estimate.currency_code)
    totals, rates = [], []  # of each line, and its taxes with whether they are compound
    for line in estimate.lines:
        quantity = wanted.get(line.position, line.quantity if line.counts else Decimal(0))
        if not quantity:
            continue
        gross = _rounded(_EXACT.multiply(_EXACT.multiply(quantity, line.unit_price), unit))
        off = Decimal(gross) * (line.discount_percent or 0) / 100
        totals.append(gross - _rounded(off))
        single = [(line.tax_percent or Decimal(0), False)]
        rates.append([(tax.percent, bool(tax.compound)) for tax in line.several] or single)
    subtotal, rate = sum(totals), estimate.discount_percent or Decimal(0)
    discount, shares = 0, [0] * len(totals)
    if not estimate.discount_after_tax and subtotal > 0:
        discount = _rounded(_EXACT.divide(subtotal * rate, Decimal(100)))
        shares = _shares(discount, totals) if discount else shares
    tax = 0
    for total, share, rate_of in zip(totals, shares, rates, strict=True):
        tax += sum(plain_taxes(total - share, rate_of, inclusive=estimate.tax_inclusive))
    added = 0 if estimate.tax_inclusive else tax
    if estimate.discount_after_tax and subtotal + added > 0:
        discount = _rounded(_EXACT.divide((subtotal + added) * rate, Decimal(100)))
    exact = subtotal - discount + added + estimate.shipping_minor + estimate.adjustment_minor
    step = int(unit) if estimate.round_off_minor else 1
    total = _rounded(_EXACT.divide(Decimal(exact), Decimal(step))) * step
    return {
        "subtotal_minor": subtotal, "discount_minor": discount, "tax_minor": tax,
        "round_off_minor": total - exact, "total_minor": total,
    }  # fmt: skip
