"""Credit on the screen of paying: what a customer has with the business, and using it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.dialog import dialog
from components.session import close_form, form, require_scope
from components.ui import cards
from components.ui import format as say
from components.ui.markup import filled, said, tag
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import crediting
from portal_data.payments.crediting import Use
from portal_data.payments.offers import Payable
from portal_data.scope import Scope
from portal_data.text.language import N_, _, counted

_FORM = "credit"
_SHOWN = 12
"""Lines of the preview; the rest is summed up."""


@dataclass(frozen=True, slots=True)
class _Offered:
    """What the dialog began with: the id of the click, and what credit would settle."""

    key: UUID
    uses: list[Use]


def draw(scope: Scope, invoices: Sequence[Payable], *, name: str) -> None:
    """Offer to use credit for invoices of one currency that can be paid; nothing without any.

    `name` is the form that begins anew once it is used.
    """
    found = crediting.available(scope, invoices[0].currency_code) if invoices else []
    uses = crediting.plan(found, invoices)
    if not uses:
        return
    locale = organisation.get(scope).locale
    total = sum(each.amount_minor for each in uses)
    amount = tag("b", say.money(total, invoices[0].currency_code, locale))
    with st.container(
        border=True, key="card-credit", horizontal=True, horizontal_alignment="distribute",
        vertical_alignment="center",
    ):  # fmt: skip
        words = filled(_("You have credit with us: {amount} of it settles these."), amount=amount)
        cards.draw(tag("div", words, class_="pt-text"))
        if st.button(_("Use credit"), icon=":material/redeem:", key="credit.use"):
            close_form(_FORM)
            form(_FORM, lambda: _Offered(new_id(), uses))
            use(name)


@dialog(N_("Use credit"), icon=":material/redeem:")
def use(name: str) -> None:
    """Show what settles what, and do it."""
    scope = require_scope()
    offered = form(_FORM, lambda: _Offered(new_id(), [])).start
    if not offered.uses:
        cards.draw(cards.empty(_("Nothing to use"), _("There is no credit to be used.")))
        return
    locale = organisation.get(scope).locale
    currency = offered.uses[0].invoice.currency_code

    def amount(minor: int) -> str:
        return say.money(minor, currency, locale)

    rows = [
        cards.row(
            filled(
                _("{credit} for {invoice}"),
                credit=said(each.credit.number),
                invoice=said(each.invoice.number),
            ),
            say.day(each.credit.date, locale),
            after=tag("span", amount(each.amount_minor), class_="pt-num"),
        )
        for each in offered.uses[:_SHOWN]
    ]
    cards.draw(cards.rows(rows))
    more = len(offered.uses) - _SHOWN
    if more > 0:
        cards.draw(cards.sub(counted(more, "and {count} more", "and {count} more")))
    total = amount(sum(each.amount_minor for each in offered.uses))
    words = filled(_("{amount} is settled at once. No money moves."), amount=tag("b", total))
    cards.draw(tag("p", words, class_="pt-text"))
    if confirmed(_("Use credit"), "redeem"):
        act(
            _("Your credit is used."),
            lambda: _used(scope, offered, name),
            seen=_FORM,
        )


def _used(scope: Scope, offered: _Offered, name: str) -> int:
    settled = crediting.use(scope, offered.uses, key=offered.key, now=utc_now())
    close_form(name)
    return settled
