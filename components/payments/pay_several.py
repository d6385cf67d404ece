"""The ways to pay several invoices at once: on Home, and above the list of invoices."""

from datetime import date

import streamlit as st

from components.forms import dialogs
from components.ui import cards, links
from components.ui.markup import tag
from portal_data.billing import balances
from portal_data.billing.balances import Balance
from portal_data.payments import collecting, offers
from portal_data.scope import Permission, Scope
from portal_data.text.language import _


def button(scope: Scope, balance: Balance, *, can_pay: bool) -> None:
    """Draw the button that pays all that is due in one currency, for who may pay.

    Online that may be more than somebody may pay alone; a transfer is for whoever `can_pay` it.
    """
    code = balance.currency_code
    online = code in _online(scope)
    if not (online or can_pay):
        return
    if st.button(_("Pay now"), type="primary", key=f"home.pay.{code}"):
        if online:
            st.switch_page("../pages/pay.py", query_params={"due": code})
        dialogs.pay_all(code)


def several(scope: Scope, today: date) -> None:
    """Draw the ways to pay several invoices, one for each currency in which some are due."""
    online = _online(scope)
    if not online:
        return
    due = [
        each.currency_code for each in balances.account(scope, today=today).balances
        if each.currency_code in online and each.outstanding_count > 1
    ]  # fmt: skip
    words = _("Pay several")
    ways = [
        cards.link(
            words if len(due) == 1 else f"{words} ({code})",
            links.page("pay", due=code),
            class_="pt-button",
        )
        for code in due
    ]
    if ways:
        cards.draw(tag("div", ways, class_="pt-actions"))


def _online(scope: Scope) -> frozenset[str]:
    """Return the currencies in which somebody can pay invoices online."""
    provider = collecting.current().provider
    if provider is None or not scope.may(Permission.INVOICE_PAY):
        return frozenset()
    return offers.currencies(scope, provider.key)
