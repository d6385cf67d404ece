"""Dialogs: how to pay by bank transfer, and writing to the business."""

import streamlit as st

from components.forms.action import outcome
from components.forms.dialog import dialog
from components.forms.fields import Fields
from components.session import close_form, flash, form, require_scope
from components.ui import cards, qr, roles
from components.ui import format as say
from components.ui.markup import filled, join, lines, said, tag
from portal_data import lists
from portal_data.billing import balances, invoices, retainers
from portal_data.billing.invoices import Filter, Sort, Status
from portal_data.business import organisation, transfers
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.ids import new_id
from portal_data.messaging import messages
from portal_data.payments import offers
from portal_data.scope import Permission, Scope
from portal_data.text import bidi
from portal_data.text.language import N_, _

_NUMBERS = 12
"""More numbers than this do not fit a bank's reference field: the customer's own number does."""


_MESSAGE = "message"
_AMOUNT, _REFERENCE = N_("Amount"), N_("Payment reference")
_SIDE_BY_SIDE = {(_AMOUNT, _REFERENCE), ("Sort code", "Account number")}
_SHORT = 16
"""Characters of a value that needs half the width of a dialog at most."""


@dialog(N_("Pay by bank transfer"), icon=":material/account_balance:")
def pay_invoice(number: str) -> None:
    """Tell how to pay one invoice."""
    scope = require_scope()
    scope.need(Permission.INVOICE_PAY)
    business = organisation.get(scope)
    invoice = invoices.get(scope, number, today=business.today(utc_now()))
    _how(scope, business, invoice.payable_minor, invoice.currency_code, [number])


@dialog(N_("Pay by bank transfer"), icon=":material/account_balance:")
def pay_retainer(number: str) -> None:
    """Tell how to pay one retainer invoice."""
    scope = require_scope()
    scope.need(Permission.INVOICE_PAY)
    business = organisation.get(scope)
    retainer = retainers.get(scope, number, today=business.today(utc_now()))
    _how(scope, business, retainer.payable_minor, retainer.currency_code, [number])


@dialog(N_("Pay by bank transfer"), icon=":material/account_balance:")
def pay_several(record: str, numbers: tuple[str, ...]) -> None:
    """Tell how to pay several documents of one kind and currency in one transfer."""
    scope = require_scope()
    scope.need(Permission.INVOICE_PAY)
    found = [each for each in offers.named(scope, None, record, numbers) if each.payable_minor]
    currency = found[0].currency_code if found else ""
    amount = sum(each.payable_minor for each in found if each.currency_code == currency)
    quoted = [each.number for each in found]
    if len(quoted) > _NUMBERS:
        quoted = [details.my_details(scope).number or scope.customer_name]
    _how(scope, organisation.get(scope), amount, currency, quoted)


@dialog(N_("Pay by bank transfer"), icon=":material/account_balance:")
def pay_all(currency: str) -> None:
    """Tell how to pay everything that is open in one currency, in one transfer."""
    scope = require_scope()
    scope.need(Permission.INVOICE_PAY)
    business = organisation.get(scope)
    today = business.today(utc_now())
    account = balances.account(scope, today=today)
    amounts = {each.currency_code: each.payable_minor for each in account.balances}
    page = lists.page(
        scope, invoices.LIST, today=today, filter=Filter.UNPAID, sort=Sort.DUE, size=200
    )
    numbers = [
        each.number
        for each in page.rows
        if each.currency_code == currency and each.status is not Status.IN_QUESTION
    ]
    if not 0 < len(numbers) <= _NUMBERS:
        numbers = [details.my_details(scope).number or scope.customer_name]
    _how(scope, business, amounts.get(currency, 0), currency, numbers)


@dialog(N_("Write to us"), icon=":material/mail:")
def write() -> None:
    """Send the business a message by mail."""
    scope = require_scope()
    business = organisation.get(scope)
    to = filled(_("To {name}"), name=said(business.name, "b"))
    cards.draw(cards.sub(join(to, f" · {business.email}")))
    key = form(_MESSAGE, new_id).start
    with st.form("message", border=False):
        drawn = Fields(_MESSAGE)
        for name, about in messages.FIELDS.items():
            drawn.text(name, about, None)
        sent = st.form_submit_button(_("Send"), type="primary", icon=":material/send:")
    if sent and outcome(
        lambda: messages.send(
            scope, drawn.typed["subject"], drawn.typed["body"], key=key, now=utc_now()
        ),
        drawn=drawn,
    ):
        close_form(_MESSAGE)  # the next message is another one
        flash(_("Your message is on its way. We answer by e-mail."))
        st.rerun()


def _how(
    scope: Scope,
    business: organisation.Organisation,
    amount: int,
    currency: str,
    reference: list[str],
) -> None:
    """Show how to pay so much to who may."""
    mine = details.my_details(scope)
    reason = roles.why_not_pay(scope, mine, amount, currency, business.locale)
    if reason:
        cards.draw(cards.sub(reason))
        return
    how(business, amount, currency, reference)


def how(
    business: organisation.Organisation, amount: int, currency: str, reference: list[str]
) -> None:
    """Show amount, account and reference of a transfer, each ready to be copied, to whom it may."""
    if amount <= 0:
        cards.draw(cards.empty(_("Nothing to pay"), _("There is nothing to pay at the moment.")))
        return
    if not business.how_to_pay:
        whom = business.email or bidi.isolated(business.name)
        text = _("Write to {address}.", address=whom)
        cards.draw(cards.empty(_("Ask us how to pay"), text))
        return
    money = (_AMOUNT, say.money(amount, currency, business.locale))
    quoted = (_REFERENCE, ", ".join(reference))
    account = business.bank_account or [(N_("Our account"), business.how_to_pay)]
    for row in _rows([money, quoted, *account]):
        for column, (label, value) in zip(st.columns(len(row)), row, strict=True):
            with column, st.container(gap=None):
                st.caption(_(label))
                st.code(value, language=None, wrap_lines=True)
    _draw_code(business, currency, amount, ", ".join(reference))
    if business.bank_account and business.bank_details:
        cards.draw(tag("div", lines(business.bank_details), class_="pt-text"))
    cards.draw(cards.sub(_("The payment appears here once it has reached our account.")))


def _draw_code(business: organisation.Organisation, currency: str, amount: int, text: str) -> None:
    """Draw the code that a banking app reads, for a transfer that has one."""
    code = transfers.epc_code(
        name=business.account_holder or business.name,
        iban=business.iban,
        bic=business.bic,
        currency=currency,
        amount_minor=amount,
        text=text,
    )
    if code is not None:
        picture = tag("img", src=qr.picture(code), alt=_("QR code of this transfer"))
        words = cards.sub(_("Scan this with your banking app."))
        cards.draw(tag("div", picture, words, class_="pt-scan"))


def _rows(pairs: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Return labels and values in rows: those that belong together share one when it has room."""
    rows: list[list[tuple[str, str]]] = []
    for label, value in pairs:
        before, text = rows[-1][-1] if rows else ("", "")
        if (before, label) in _SIDE_BY_SIDE and max(len(text), len(value)) <= _SHORT:
            rows[-1].append((label, value))
        else:
            rows.append([(label, value)])
    return rows
