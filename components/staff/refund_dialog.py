"""The dialog in which staff send money of a payment back."""

from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.fields import Fields, amount
from components.session import Form, form, require_staff
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, tag
from portal_data.billing import refunds
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import refunding
from portal_data.payments.payments import Payment
from portal_data.payments.refunding import REASON, Refundable
from portal_data.scope import Staff


@dataclass(frozen=True, slots=True)
class _Began:
    """What a refund begins with: what is left of the payment, and the id it will have."""

    of: Refundable
    key: UUID


def draw(payment: Payment) -> None:
    """Offer to send money of a payment back, while anything is left of it."""
    staff = require_staff()
    began = _began(staff, payment.number)
    if began.start.of.left_minor and st.button("Refund", icon=":material/undo:", key="pay.refund"):
        refund(payment)


@st.dialog("Refund this payment", icon=":material/undo:")
def refund(payment: Payment) -> None:
    """Ask how much goes back and why, and say on which way, and what is open again then."""
    staff = require_staff()
    locale = organisation.get(staff).locale
    began = _began(staff, payment.number)
    left = began.start.of
    if not left.left_minor:
        cards.draw(cards.empty("Nothing to refund", "All of this payment has gone back."))
        return
    way = (
        "It goes back through the payment provider, the way it came. That may take some days."
        if left.by_provider
        else "Send it back by hand. The portal writes down that you did, and moves no money."
    )
    cards.draw(tag("p", way, class_="pt-text"))
    most = say.money(left.left_minor, left.currency_code, locale)
    wanted = amount(
        f"Amount, up to {most}", left.left_minor, left.currency_code, key=f"{began.key}.amount"
    )
    cards.draw(_opens(payment, wanted, locale))
    fields = Fields(began.key)
    fields.text("reason", REASON, None)
    cards.draw(cards.sub("The customer reads this on the receipt."))
    messages = st.container(key="refund-messages")
    if confirmed("Refund", "undo"):
        with messages:
            act(
                "The refund is on its way." if left.by_provider else "The refund is written down.",
                lambda: refunding.refund(
                    staff,
                    payment.number,
                    wanted,
                    fields.typed["reason"],
                    key=began.start.key,
                    seen=left.version,
                    now=utc_now(),
                ),
                drawn=fields,
                seen=_form(payment.number),
            )


def _opens(payment: Payment, wanted: int, locale: str) -> Markup:
    """Return what a refund takes of what is unused, and of which documents it opens the rest."""

    def words(minor: int) -> str:
        return say.money(minor, payment.currency_code, locale)

    pending = sum(
        each.amount_minor for each in payment.refunds if each.status is refunds.Status.PENDING
    )
    unused = min(wanted, max(payment.unused_minor - pending, 0))
    said = [f"{words(unused)} of it is unused."] if unused else []
    if wanted > unused:
        numbers = ", ".join(dict.fromkeys(each.number for each in payment.allocations))
        of = f" of {numbers}" if numbers else ""
        said.append(f"{words(wanted - unused)}{of} has to be paid again once it has gone back.")
    return cards.sub(" ".join(said))


def _began(staff: Staff, number: str) -> Form[_Began]:
    """Return an open form for a refund; it begins where the receipt is drawn."""
    return form(_form(number), lambda: _Began(refunding.of(staff, number), new_id()))


def _form(number: str) -> str:
    return f"staff.refund.{number}"
