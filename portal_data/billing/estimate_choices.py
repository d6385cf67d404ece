"""What a customer chooses of an estimate: optional lines, and quantities within limits.

Choices are positions of lines with quantities, and nothing else: every amount is reckoned here,
from the stored lines, whoever asks. Accepting writes what was chosen into the lines and keeps the
offer as the revision's snapshot, from which undoing restores it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal_data.billing import estimate_pricing, estimate_snapshots, estimate_taxes
from portal_data.billing.estimate_pricing import AMOUNTS
from portal_data.billing.estimates import Estimate
from portal_data.billing.lines import Line, taxes
from portal_data.errors import Conflict, Invalid
from portal_data.store import OpenSession, Session
from portal_data.text import bidi
from portal_data.text.language import _

Choices = tuple[tuple[int, Decimal], ...]
"""The quantity chosen of lines by their positions; none of an optional line leaves it out."""

PLACES = 2
"""Decimals of a quantity that is chosen, where limits or offer have any; whole ones otherwise."""
_ONE = re.compile(r"(\d{1,4}):(-?\d{1,9}(?:\.\d{1,6})?)", re.ASCII)

_HEAD = """
    select id, customer_id, revision, currency_code, tax_inclusive, subtotal_minor, discount_minor,
        discount_percent, discount_after_tax, tax_minor, shipping_minor, adjustment_minor,
        round_off_minor, total_minor, sent_at, created_at
    from core.estimates where customer_id = $customer_id and id = $id order by id
"""
_CHOOSE = """
    update core.estimate_lines
    set quantity = $quantity, selected = $selected, discount_minor = $discount_minor,
        tax_minor = $tax_minor, total_minor = $total_minor
    where customer_id = $customer_id and id = $line_id
"""


@dataclass(frozen=True, slots=True)
class Choosable:
    """A line of which something can be chosen: whether it is wanted, and how much of it.

    `minimum` and `maximum` are the same where only one quantity is offered.
    """

    line: Line
    minimum: Decimal
    maximum: Decimal

    @property
    def whole(self) -> bool:
        """Whether only whole quantities are chosen."""
        numbers = (self.minimum, self.maximum, self.line.quantity)
        return all(number == number.to_integral_value() for number in numbers)

    @property
    def fixed(self) -> bool:
        """Whether there is but one quantity."""
        return self.minimum == self.maximum


def choosable(lines: Iterable[Line]) -> list[Choosable]:
    """Return the lines of which something can be chosen, in their order."""
    found = []
    for line in lines:
        least, most = line.minimum_quantity, line.maximum_quantity
        if least is None and most is None and not line.optional:
            continue
        least = line.quantity if least is None else least
        found.append(Choosable(line, least, line.quantity if most is None else most))
    return found


def offered(lines: Iterable[Line]) -> Choices:
    """Return what is chosen as long as nobody chooses anything else."""
    return tuple(
        (each.line.position, each.line.quantity if each.line.counts else Decimal(0))
        for each in choosable(lines)
    )


def written(choices: Choices) -> str:
    """Return choices as a parameter of an address has them."""
    return ",".join(f"{position}:{quantity.normalize():f}" for position, quantity in choices)


def read(text: str) -> Choices:
    """Return the choices that a parameter of an address has. Raises Invalid for what are none."""
    found = [_ONE.fullmatch(part) for part in text.split(",")] if text else []
    if not all(found) or len(found) > estimate_snapshots.LINES_LIMIT:
        raise Invalid(_("These are no choices of an estimate."))
    return tuple((int(each[1]), Decimal(each[2])) for each in found if each)


def chosen(estimate: Estimate, choices: Choices) -> Estimate:
    """Return an estimate with the lines, taxes and amounts that choices of it come to.

    Raises Invalid for what is not offered, Conflict when it is not to be chosen from.
    """
    if not choices or choices == offered(estimate.lines):
        return estimate
    if not estimate.choosable:
        raise Conflict(_("Nothing can be chosen of this estimate."))
    head = {name: getattr(estimate, name) for name in _TERMS}
    lines, amounts = _reckoned(head, estimate.lines, choices)
    counted = (line for line in lines if line.counts)
    return replace(estimate, lines=lines, taxes=taxes(counted), **amounts)


def take(
    session: Session, estimate_id: UUID, customer_id: UUID, choices: Choices
) -> tuple[dict[str, Any], str]:
    """Write what was chosen into the lines of an estimate that the transaction holds.

    Returns its amounts from now on, for the statement that accepts it, and the choices in words.
    Raises as `chosen`.
    """
    key = {"id": estimate_id, "customer_id": customer_id}
    head = session.rows(_HEAD, **key)[0]
    stored = estimate_snapshots.lines(session, estimate_id, customer_id)
    several = estimate_taxes.stored(session, estimate_id, customer_id)
    lines = [replace(_line(row), several=several.get(row["id"], ())) for row in stored]
    amounts = {name: head[name] for name in AMOUNTS}
    before = offered(lines)
    if not choices or choices == before:
        return amounts, ""
    if not estimate_pricing.agrees(head, lines):
        raise Conflict(_("Nothing can be chosen of this estimate."))
    after, amounts = _reckoned(head, lines, choices)
    shown = [
        {**row, "taxes": estimate_taxes.kept(line.several)}
        for row, line in zip(stored, lines, strict=True)
    ]
    estimate_snapshots.keep(
        session, head, shown, None, head["sent_at"] or head["created_at"], None, anew=True
    )
    for row, was, now in zip(stored, lines, after, strict=True):
        if was != now:
            values = {name: getattr(now, name) for name in _WRITTEN}
            session.change(_CHOOSE, customer_id=customer_id, line_id=row["id"], **values)
            estimate_taxes.write(session, customer_id, was, now)
    return amounts, _words(after)


def restore(session: OpenSession, held: Mapping[str, Any]) -> dict[str, Any]:
    """Write into the lines of an estimate again what was offered before somebody chose.

    `held` has its `id`, `customer_id` and `revision`. Returns its amounts from now on.
    """
    key = {"id": held["id"], "customer_id": held["customer_id"]}
    head = session.rows(_HEAD, **key)[0]
    amounts = {name: head[name] for name in AMOUNTS}
    stored = estimate_snapshots.lines(session, held["id"], held["customer_id"])
    offer = estimate_snapshots.kept(session, held["id"], held["customer_id"], held["revision"])
    shown = offer.get("lines", []) if offer else []
    if offer is None or len(shown) != len(stored) or not any(_may(row) for row in stored):
        return amounts
    several = estimate_taxes.stored(session, held["id"], held["customer_id"])
    changed = False
    for row, before in zip(stored, shown, strict=True):
        values = {name: before.get(name, row[name]) for name in _WRITTEN}
        values["quantity"] = Decimal(str(values["quantity"]))
        if any(values[name] != row[name] for name in _WRITTEN):
            session.change(_CHOOSE, customer_id=held["customer_id"], line_id=row["id"], **values)
            changed = True
        taxes_now = several.get(row["id"], ())
        estimate_taxes.restore(session, held["customer_id"], taxes_now, before.get("taxes", ()))
    return {name: offer[name] for name in AMOUNTS} if changed else amounts


_WRITTEN = ("quantity", "selected", "discount_minor", "tax_minor", "total_minor")
_TERMS = (
    "currency_code", "tax_inclusive", "discount_minor", "discount_percent", "discount_after_tax",
    "shipping_minor", "adjustment_minor", "round_off_minor",
)  # fmt: skip
_OF_LINE = tuple(name for name in Line.__dataclass_fields__ if name != "several")


def _may(row: Mapping[str, Any]) -> bool:
    return bool(choosable([_line(row)]))


def _line(row: Mapping[str, Any]) -> Line:
    return Line(**{name: row[name] for name in _OF_LINE})


def _reckoned(
    head: Mapping[str, Any], lines: Sequence[Line], choices: Choices
) -> tuple[list[Line], dict[str, Any]]:
    """Return lines as chosen, each with what it costs, and the amounts they come to."""
    picked = _picked(lines, choices)
    priced = estimate_pricing.priced(head, picked)
    costing = [
        replace(
            line,
            discount_minor=cost.discount_minor,
            tax_minor=cost.tax_minor,
            total_minor=cost.total_minor,
            several=estimate_taxes.costing(line.several, cost, tax_inclusive=head["tax_inclusive"]),
        )
        for line, cost in zip(picked, priced.lines, strict=True)
    ]
    return costing, {name: getattr(priced, name) for name in AMOUNTS}


def _picked(lines: Sequence[Line], choices: Choices) -> list[Line]:
    """Return lines with the quantities chosen. Raises Invalid, naming what is not offered."""
    wanted = dict(choices)
    if len(wanted) != len(choices):
        raise Invalid(_("These are no choices of an estimate."))
    offers = {each.line.position: each for each in choosable(lines)}
    if not wanted.keys() <= offers.keys():
        raise Invalid(_("These are no choices of an estimate."))
    picked = []
    for line in lines:
        offer, quantity = offers.get(line.position), wanted.get(line.position)
        if offer is None or quantity is None:
            picked.append(line)
        elif not quantity and line.optional:
            picked.append(replace(line, selected=False))
        else:
            _need_offered(offer, quantity)
            picked.append(replace(line, quantity=quantity, selected=True))
    return picked


def _need_offered(offer: Choosable, quantity: Decimal) -> None:
    places = 0 if offer.whole else PLACES
    fits = quantity == offer.line.quantity or quantity == round(quantity, places)
    if not offer.minimum <= quantity <= offer.maximum or not fits:
        raise Invalid(
            _(
                "Choose from {least} to {most} of {name}.",
                least=f"{offer.minimum.normalize():f}",
                most=f"{offer.maximum.normalize():f}",
                name=bidi.isolated(offer.line.name or ""),
            )
        )


def _words(lines: Sequence[Line]) -> str:
    """Say what was chosen, line by line, for staff."""
    parts = [
        f"{each.line.quantity.normalize():f} × {bidi.isolated(each.line.name or '')}"
        if each.line.counts
        else f"without {bidi.isolated(each.line.name or '')}"
        for each in choosable(lines)
    ]
    return f"Chosen: {', '.join(parts)}"
