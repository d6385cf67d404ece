"""An estimate of which something can be chosen, and a plain reckoning of what is."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from uuid import UUID

from portal_data import money, store
from portal_data.billing import estimate_pricing
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
        names = Line.__dataclass_fields__
        priced = estimate_pricing.priced(
            head, [Line(**{name: row[name] for name in names}) for row in found]
        )
        for row, cost in zip(found, priced.lines, strict=True):
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


def plain(estimate: Estimate, choices: Choices) -> dict[str, int]:
    """What the chosen lines of an estimate come to, reckoned as a document that has no others."""
    wanted = dict(choices)
    unit = Decimal(10) ** money.exponent(estimate.currency_code)
    totals, rates = [], []
    for line in estimate.lines:
        quantity = wanted.get(line.position, line.quantity if line.counts else Decimal(0))
        if not quantity:
            continue
        gross = _rounded(_EXACT.multiply(_EXACT.multiply(quantity, line.unit_price), unit))
        off = Decimal(gross) * (line.discount_percent or 0) / 100
        totals.append(gross - _rounded(off))
        rates.append(line.tax_percent or Decimal(0))
    subtotal, rate = sum(totals), estimate.discount_percent or Decimal(0)
    discount, shares = 0, [0] * len(totals)
    if not estimate.discount_after_tax and subtotal > 0:
        discount = _rounded(_EXACT.divide(subtotal * rate, Decimal(100)))
        shares = _shares(discount, totals) if discount else shares
    tax = 0
    for total, share, percent in zip(totals, shares, rates, strict=True):
        left = Decimal(total - share)
        if estimate.tax_inclusive:
            net = _EXACT.divide(left * 100, 100 + percent)
            tax += _rounded(_EXACT.subtract(left, net))
        else:
            tax += _rounded(_EXACT.divide(left * percent, Decimal(100)))
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
