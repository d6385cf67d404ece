"""A payment that staff recorded: voided, or given to other invoices, from its receipt."""

from dataclasses import dataclass

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.fields import Fields
from components.session import Form, form, require_staff
from components.staff import record_form
from components.ui import cards
from components.ui import format as say
from components.ui.markup import said, tag
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.payments import offline
from portal_data.payments.offline import Account, Open, Recorded
from portal_data.scope import Staff


@dataclass(frozen=True, slots=True)
class _Began:
    """A payment as it was when a dialog opened, and what is open beside it."""

    payment: Recorded
    account: Account


def draw(number: str) -> None:
    """Offer to void what staff recorded, and to give it to other invoices."""
    staff = require_staff()
    if not _began(staff, number).start.payment.mine:
        return
    if st.button("Apply to others", icon=":material/swap_horiz:", key="pay.reallocate"):
        reallocate(number)
    if st.button("Void", icon=":material/block:", key="pay.void"):
        void(number)


@st.dialog("Void this payment?", icon=":material/block:")
def void(number: str) -> None:
    """Ask why a payment never came, and take it back."""
    staff = require_staff()
    began = _began(staff, number)
    if not began.start.payment.mine:
        cards.draw(cards.empty("Nothing to void", "It is void, or was not recorded by staff."))
        return
    cards.draw(
        tag(
            "p",
            said(began.start.account.customer, "b"),
            " sees it as void, and what it paid is open again. Where money did come and went "
            "back, refund it instead.",
            class_="pt-text",
        )
    )
    fields = Fields(began.key)
    fields.text("why", offline.WHY, None)
    messages = st.container(key="void-messages")
    if confirmed("Void it", "block"):
        with messages:
            act(
                f"{number} is void.",
                lambda: offline.void(
                    staff, number, fields.typed["why"], seen=began.start.payment.version,
                    now=utc_now(),
                ),
                drawn=fields,
                seen=_form(number),
            )  # fmt: skip


@st.dialog("Apply to other invoices", icon=":material/swap_horiz:", width="medium")
def reallocate(number: str) -> None:
    """Ask which invoices a payment pays instead."""
    staff = require_staff()
    business = organisation.get(staff)
    began = _began(staff, number)
    payment, account = began.start.payment, began.start.account
    if not payment.mine:
        cards.draw(cards.empty("Nothing to apply", "It is void, or was not recorded by staff."))
        return
    came = say.money(payment.received.amount_minor, payment.received.currency_code, business.locale)
    cards.draw(cards.sub(f"{came} came. What is given to no invoice stays as unused credit."))
    parts = record_form.allocation(
        _open_again(payment, account), payment.received, began.key, business.locale, payment.parts
    )
    messages = st.container(key="reallocate-messages")
    if confirmed("Apply", "check"):
        with messages:
            act(
                f"{number} is applied as you said.",
                lambda: offline.reallocate(
                    staff, number, parts, seen=payment.version, now=utc_now()
                ),
                seen=_form(number),
            )


def _open_again(payment: Recorded, account: Account) -> list[Open]:
    """Return invoices as they are without the payment: those that it pays first."""
    code, day = payment.received.currency_code, payment.received.date
    others = {each.number: each for each in account.of(code)}
    freed = []
    for part in payment.parts:
        taken = part.amount_minor + part.withheld_minor
        now = others.pop(part.number, Open(part.number, day, day, code, 0, 0, 0))
        freed.append(
            Open(now.number, now.date, now.due_date, code, now.left_minor + taken,
                 now.flying_minor, now.version)
        )  # fmt: skip
    return [*freed, *others.values()]


def _began(staff: Staff, number: str) -> Form[_Began]:
    """Return what a dialog begins with; it begins where the receipt is drawn."""

    def read() -> _Began:
        payment = offline.recorded(staff, number)
        return _Began(payment, offline.account(staff, payment.customer_id))

    return form(_form(number), read)


def _form(number: str) -> str:
    return f"staff.recorded.{number}"
