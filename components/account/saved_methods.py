"""Saved cards and bank accounts in the account: which is offered first, and removing one."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.dialog import dialog
from components.payments import saved_method
from components.session import require_scope
from components.ui import cards, links
from components.ui.markup import Markup, said, tag
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.customers.details import SavedMethod
from portal_data.payments import collecting, methods
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, _, _p

_STATES = {
    "new": (N_("Not verified yet"), "gray"),
    "pending_verification": (N_("Being verified"), "orange"),
    "failed": (N_("Cannot be used"), "red"),
}


def draw(scope: Scope, saved: Sequence[SavedMethod], today: date) -> None:
    """Draw the card: brand, last four digits and expiry, no more, with what somebody may do."""
    nothing = cards.empty(_("Nothing is saved"), _("You have no saved cards or bank accounts."))
    if not may_change(scope):
        rows = tag("div", cards.rows(_row(each, today) for each in saved)) if saved else nothing
        cards.draw(cards.card(_("Saved for payment"), rows))
        return
    with st.container(border=True, key="card-methods", gap="small"):
        cards.draw(_title(), None if saved else nothing)
        for each in saved:
            with st.container(key=f"method-{each.id}", gap=None):
                cards.draw(cards.rows([_row(each, today)]))
                _buttons(scope, each, today)


def may_change(scope: Scope) -> bool:
    """Tell whether somebody may change what is saved: who pays, where the business allows it."""
    allowed = preferences.of(scope).customers_add_payment_methods
    return allowed and scope.may(Permission.INVOICE_PAY)


def _title() -> Markup:
    """Return the title, with the way to the payment company's page where one more is saved."""
    title = cards.title(_("Saved for payment"))
    if collecting.current().provider is None:
        return title
    add = tag("a", _p("a card", "Add"), href=links.page("pay/save"), class_="pt-link")
    return tag("div", title, add, class_="pt-between")


def _buttons(scope: Scope, method: SavedMethod, today: date) -> None:
    """Draw what may be done with a method, in the version that is on the screen."""
    usable = method.status == "verified" and not saved_method.expired(method, today)
    with st.container(horizontal=True, gap="small", key=f"method-buttons-{method.id}"):
        key = f"method.default.{method.id}"
        offered = usable and not method.is_default
        if offered and st.button(_("Make default"), type="tertiary", key=key):
            act(
                _("It is offered first from now on."),
                lambda: methods.make_default(scope, method.id, seen=method.version, now=utc_now()),
            )
        if method.status == "pending_verification":
            verify = links.page("pay/verify", method=method.id)
            cards.draw(tag("a", _p("a bank account", "Verify"), href=verify, class_="pt-link"))
        if st.button(_("Remove"), type="tertiary", key=f"method.remove.{method.id}"):
            remove(method.id, saved_method.words(method), method.version)


@dialog(N_("Remove this card or account?"), icon=":material/delete:")
def remove(method_id: UUID, name: str, seen: int) -> None:
    """Ask before a method, in the version `seen`, is removed here and at the payment company."""
    scope = require_scope()
    cards.draw(
        tag("p", said(name, "b"), class_="pt-text"),
        cards.sub(_("It is removed at the payment company, too. Payments that were made stay.")),
    )
    if confirmed(_("Remove"), "delete"):
        act(
            _("It is removed."),
            lambda: methods.remove(scope, method_id, seen=seen, now=utc_now()),
        )


def _row(method: SavedMethod, today: date) -> Markup:
    statuses = [(_("Default"), "gray")] if method.is_default else []
    if method.status in _STATES:
        words, tone = _STATES[method.status]
        statuses.append((_(words), tone))
    if saved_method.expired(method, today):
        statuses.append((_p("card", "Expired"), "red"))
    elif saved_method.expires_soon(method, today):
        statuses.append((_p("card", "Expires soon"), "orange"))
    icon = cards.icon("account_balance" if method.kind.startswith("bank") else "credit_card")
    expiry = saved_method.expiry(method, today)
    return cards.row(saved_method.words(method), expiry, before=icon, after=cards.pills(statuses))
