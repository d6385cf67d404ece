"""The several taxes of an estimate's lines: read, reckoned anew, and kept with what is offered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from portal_data.billing.lines import Line, LineTax, line_taxes
from portal_data.billing.pricing import PricedLine
from portal_data.ids import new_id
from portal_data.store import OpenSession, Session

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
_ABOUT = """
    select t.id, t.tax_id, t.category, t.exemption_code, t.exemption_reason
    from core.line_taxes t
    join core.estimate_lines l on l.customer_id = t.customer_id and l.id = t.line_id
    where t.customer_id = $customer_id and t.document_kind = 'estimate' and l.estimate_id = $id
    order by t.id
"""
_REMOVE = """
    delete from core.line_taxes
    where customer_id = $customer_id and document_kind = 'estimate' and line_id in (
        select id from core.estimate_lines
        where customer_id = $customer_id and estimate_id = $id
    )
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


def replace_all(
    session: OpenSession,
    estimate_id: UUID,
    customer_id: UUID,
    lines: Mapping[UUID, Sequence[LineTax]],
) -> dict[UUID, list[dict[str, Any]]]:
    """Store the several taxes of lines, by their ids, in place of those of the lines until now.

    A tax says by its id which of those it was, and gets an id of its own; what a line does not say
    of a tax stays as it was. Returns what a snapshot keeps of them, by line.
    """
    own = {"id": estimate_id, "customer_id": customer_id}
    about = {row.pop("id"): row for row in session.rows(_ABOUT, **own)}
    session.change(_REMOVE, **own)
    anew = {
        line: [(tax.id, replace(tax, id=new_id())) for tax in taxes]
        for line, taxes in lines.items()
    }
    rows = [
        {
            "customer_id": customer_id,
            "document_kind": "estimate",
            "line_id": line,
            "position": place,
            **about[was],
            **each,
        }
        for line, taxes in anew.items()
        for place, ((was, _tax), each) in enumerate(
            zip(taxes, kept(tax for _was, tax in taxes), strict=True), 1
        )
    ]
    if rows:
        session.load("core.line_taxes", tuple(rows[0]), [tuple(row.values()) for row in rows])
    return {line: kept(tax for _was, tax in taxes) for line, taxes in anew.items()}


def costing(
    several: Sequence[LineTax], cost: PricedLine, *, tax_inclusive: bool
) -> tuple[LineTax, ...]:
    """Return the several taxes of a line at what it costs."""
    reckoned, before = [], 0
    net = cost.total_minor - cost.share_minor - (cost.tax_minor if tax_inclusive else 0)
    for tax, amount in zip(several, cost.taxes_minor if several else (), strict=True):
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
