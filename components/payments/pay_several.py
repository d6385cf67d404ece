"""The ways to pay several invoices at once: on Home, above the list of invoices, and in it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import streamlit as st

from components.forms import dialogs
from components.lists.record_list import Pick, Picking
from components.ui import cards, links
from components.ui.markup import Markup, tag
from portal_data import kinds, money
from portal_data.billing import balances
from portal_data.billing.balances import Balance
from portal_data.billing.invoices import InvoiceRow, Status
from portal_data.payments import collecting, offers
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_counted, _, _p, form_of

_INVOICES = N_counted("{count} invoice, {amount}", "{count} invoices, {amount}")
_OPEN = (Status.UNPAID, Status.PARTIALLY_PAID, Status.OVERDUE)


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
    """Draw the ways to pay several invoices, one for each currency in which some are due, and to
    plan that."""
    online = _online(scope)
    owed = [
        each for each in balances.account(scope, today=today).balances if each.outstanding_count
    ]
    due = [
        each.currency_code for each in owed
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
    if owed:
        ways.append(plan_link(owed[0].currency_code, class_="pt-button"))
    if ways:
        cards.draw(tag("div", ways, class_="pt-actions"))


def picking(scope: Scope, rows: Sequence[InvoiceRow], locale: str) -> Picking | None:
    """Return what ticked invoices of a list are paid with; None for who pays nothing online.

    Where no invoice of the page can be paid there is nothing to be ticked.
    """
    provider = collecting.current().provider
    if provider is None or not scope.may(Permission.INVOICE_PAY):
        return None
    ids = tuple(each.id for each in rows if _payable(each))
    reached = offers.reached(scope, provider.key, kinds.INVOICE.record, ids) if ids else frozenset()
    picks = [
        Pick(each.number, _payable(each), each.currency_code, _why_not(each, each.id in reached))
        for each in rows
    ]
    codes = {each.currency for each in picks if not each.why}
    return Picking(
        links.page("pay"),
        kinds.INVOICE.path,
        offers.MOST,
        picks if codes else (),
        {code: money.around(code, locale=locale) for code in sorted(codes)},
        _words(),
    )


def _words() -> dict[str, str]:
    return {  # the browser fills in what stands in braces
        "all": _("Choose all invoices of this page"),
        "choose": _("Choose {number}"),
        "clear": _("Clear selection"),
        "currency": _p("left out", "another currency"),
        "left": _("Left out: {numbers}"),
        "many": form_of(Decimal(2), *_INVOICES),
        "most": _p("left out", "more than {most} at a time", most=offers.MOST),
        "none": _("Nothing of this can be paid online"),
        "one": form_of(Decimal(1), *_INVOICES),
        "pay": _p("paying", "Pay"),
        "region": _("Chosen invoices"),
    }


def _payable(row: InvoiceRow) -> int:
    """Return how much of an invoice of the list can be paid now, as `offers.payable`."""
    if row.status not in _OPEN or row.in_question_minor:
        return 0
    disputed = min(row.disputed_minor, row.balance_minor)
    return max(row.balance_minor - row.pending_minor - disputed, 0)


def _why_not(row: InvoiceRow, online: bool) -> str:
    """Return why an invoice is not paid with the others, in words that follow its number."""
    if _payable(row):
        return "" if online else _p("left out", "not payable online")
    if row.status is Status.PAID:
        return _p("left out", "paid")
    if row.status not in _OPEN or row.in_question_minor:
        return _p("left out", "nothing to pay")
    return _p("left out", "on its way") if row.pending_minor else _p("left out", "in dispute")


def planned(scope: Scope, currency: str, parts: Mapping[str, int]) -> None:
    """Draw the button that pays what was planned of some invoices, where that is paid online."""
    if not parts or currency not in _online(scope):
        return
    if st.button(_("Pay now"), key=f"plan.pay.{currency}"):
        total = str(sum(parts.values()))
        query = {kinds.INVOICE.path: ",".join(parts), "amount": total}
        st.switch_page("../pages/pay.py", query_params=query)


def plan_link(currency: str, *, class_: str = "pt-link") -> Markup:
    """Return the way to plan a payment in a currency."""
    return cards.link(_("Plan my payment"), links.page("plan", due=currency), class_=class_)


def _online(scope: Scope) -> frozenset[str]:
    """Return the currencies in which somebody can pay invoices online."""
    provider = collecting.current().provider
    if provider is None or not scope.may(Permission.INVOICE_PAY):
        return frozenset()
    return offers.currencies(scope, provider.key)
