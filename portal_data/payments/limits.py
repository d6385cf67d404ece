"""Limits: how much a member of staff may record, void or send back alone, at once."""

from portal_data import money, security_log
from portal_data.errors import NotAllowed
from portal_data.scope import Role, Staff
from portal_data.store import Session

_LIMIT = """
    select limit_minor, limit_currency from core.staff where id = $id order by id
"""


def need(session: Session, staff: Staff, amount_minor: int, currency: str) -> None:
    """Raise NotAllowed for more than somebody may move alone; an owner has no limit.

    A limit is in one currency; whoever has one leaves amounts in others to an owner.
    """
    if staff.role is Role.OWNER:
        return
    row = session.one(_LIMIT, id=staff.staff_id) or {}
    most, code = row.get("limit_minor"), row.get("limit_currency") or currency
    if most is None or (code == currency and amount_minor <= most):
        return
    security_log.event("refused", actor=staff, permission="payment limit")
    raise NotAllowed(
        f"Your limit is {money.format(most, code)} at once. "
        f"{money.format(amount_minor, currency)} needs an owner."
    )
