"""Who may act, said where somebody could: who answers, who pays, and up to what."""

from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, filled, filled_count, join, said
from portal_data.customers.details import Contact, MyDetails
from portal_data.scope import Permission, Role, Scope
from portal_data.text.language import N_, _

ABOUT = {
    Role.ADMIN: N_("reads everything, approves, pays, and lets colleagues in"),
    Role.PAYER: N_("reads everything, and pays"),
    Role.APPROVER: N_("reads everything, and answers estimates and timesheets"),
    Role.VIEWER: N_("reads everything"),
}
"""What every role of a contact lets them do."""


def answering(me: Scope, mine: MyDetails, permission: Permission) -> Markup:
    """Return whose answer something waits for."""
    if me.may(permission):
        return join(_("Waiting for your answer"))
    names = mine.who_may(permission)
    if not names:
        return join(_("Nobody can answer it yet"))
    return filled_count(len(names), "{names} can answer", "{names} can answer", names=either(names))


def why_not_pay(
    me: Scope, mine: MyDetails, minor: int, currency_code: str, locale: str
) -> Markup | None:
    """Return why `me` cannot pay an amount in minor units, and who can; None when `me` can."""
    if not me.may(Permission.INVOICE_PAY):
        reason = None
    else:
        limit = mine.payment_limit(me.contact_id, currency_code)
        if limit is None or minor <= limit:
            return None
        reason = _limited(mine.contact(me.contact_id), currency_code, locale)
    names = mine.who_may_pay(minor, currency_code)
    who: object = _("Ask us how to pay.")
    if names:
        who = filled_count(len(names), "{names} can pay.", "{names} can pay.", names=either(names))
    return join(reason, " " if reason else "", who)


def _limited(own: Contact | None, currency_code: str, locale: str) -> str:
    """Return what somebody's limit says of an amount that is above it, or in another currency."""
    code = (own.payment_limit_currency if own else None) or currency_code
    amount = say.money((own.payment_limit_minor if own else None) or 0, code, locale)
    if code != currency_code:
        return _("Your limit of {amount} a payment is for another currency.", amount=amount)
    return _("More than your limit of {amount} a payment.", amount=amount)


def unpaid(payable_minor: int, reason: Markup | None) -> Markup | None:
    """Return the line that says why somebody cannot pay what is payable."""
    return cards.sub(reason) if reason and payable_minor > 0 else None


def either(names: list[str]) -> Markup:
    """Return the first names of a list as a choice: Ada, Grace or 2 more."""
    shown = [said(name) for name in names[:2]]
    if len(names) < 2:
        return join(*shown)
    first, second = shown
    if len(names) == 2:
        return filled(_("{first} or {second}"), first=first, second=second)
    return filled_count(
        len(names) - 2,
        "{first}, {second} or {count} more",
        "{first}, {second} or {count} more",
        first=first,
        second=second,
    )
