"""The several taxes of an estimate's lines: read, reckoned anew, and kept with what is offered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from portal_data.billing.lines import Line, LineTax, line_taxes
from portal_data.billing.pricing import PricedLine
from portal_data.store import Session

_SHOWN = """
    select l.position as line, t.id, t.name, t.percent, t.base_minor, t.amount_minor
    from line_taxes t
    join estimate_lines l on l.id = t.line_id
    where t.document_kind = 'estimate' and l.estimate_id = $id
    order by l.position, t.position, t.id
"""
_STORED = """
    select t.line_id as line, t.id, t.name, t.percent, t.base_minor, t.amount_minor
    from core.line_taxes t
    join core.estimate_lines l on l.customer_id = t.customer_id and l.id = t.line_id
    where t.customer_id = $customer_id and t.document_kind = 'estimate' and l.estimate_id = $id
    order by t.line_id, t.position, t.id
"""
_WRITE = """
    update core.line_taxes set base_minor = $base_minor, amount_minor = $amount_minor
    where customer_id = $customer_id and id = $tax_id
"""


def shown(session: Session, estimate_id: UUID, lines: Iterable[Line]) -> list[Line]:
    """Return lines with their several taxes, as a customer's session has them."""
    found = _gathered(session.rows(_SHOWN, id=estimate_id))
    return [replace(line, several=found.get(line.position, ())) for line in lines]


def stored(
    session: Session, estimate_id: UUID, customer_id: UUID
) -> Mapping[Any, tuple[LineTax, ...]]:
    """Return the several taxes of the lines of any customer's estimate, by the id of the line."""
    return _gathered(session.rows(_STORED, id=estimate_id, customer_id=customer_id))


def costing(line: Line, cost: PricedLine, *, tax_inclusive: bool) -> tuple[LineTax, ...]:
    """Return the several taxes of a line at what it costs."""
    reckoned, before = [], 0
    net = cost.total_minor - cost.share_minor - (cost.tax_minor if tax_inclusive else 0)
    for tax, amount in zip(line.several, cost.taxes_minor if line.several else (), strict=True):
        base = net + before if tax.compound else net
        reckoned.append(replace(tax, base_minor=base, amount_minor=amount))
        before += amount
    return tuple(reckoned)


def write(session: Session, customer_id: UUID, before: Line, after: Line) -> None:
    """Store what the several taxes of a line come to now."""
    for was, tax in zip(before.several, after.several, strict=True):
        if was != tax:
            amounts = {"base_minor": tax.base_minor, "amount_minor": tax.amount_minor}
            session.change(_WRITE, customer_id=customer_id, tax_id=tax.id, **amounts)


def kept(taxes: Iterable[LineTax]) -> list[dict[str, Any]]:
    """Return the several taxes of a line as a snapshot of its estimate keeps them."""
    names = ("id", "name", "percent", "base_minor", "amount_minor")
    return [{name: getattr(tax, name) for name in names} for tax in taxes]


def restore(
    session: Session,
    customer_id: UUID,
    stored: Sequence[LineTax],
    offered: Sequence[Mapping[str, Any]],
) -> None:
    """Let the taxes of a line be again what a snapshot kept of them."""
    amounts = {UUID(each["id"]): each for each in offered}
    for tax in stored:
        before = amounts.get(tax.id, {})
        values = {
            name: before.get(name, getattr(tax, name)) for name in ("base_minor", "amount_minor")
        }
        if any(values[name] != getattr(tax, name) for name in values):
            session.change(_WRITE, customer_id=customer_id, tax_id=tax.id, **values)


def _gathered(rows: Iterable[Mapping[str, Any]]) -> dict[Any, tuple[LineTax, ...]]:
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["line"], []).append(row)
    return {line: line_taxes(own) for line, own in found.items()}
