"""Dialogs in which a customer answers an estimate: accepts it by signing, or declines it."""

from functools import partial

import streamlit as st

from components.documents.document_view import Control
from components.forms.action import act, outcome
from components.forms.dialog import dialog
from components.forms.fields import Fields
from components.session import browser, close_form, form, require_scope
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, filled, join, said, tag
from portal_data import kinds
from portal_data.billing import estimate_answers, estimate_choices
from portal_data.billing.estimate_answers import FIELDS
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Estimate
from portal_data.clock import utc_now
from portal_data.output import acceptance
from portal_data.output.acceptance import Offer
from portal_data.scope import Permission, Scope
from portal_data.settings import load
from portal_data.text.language import N_, _

DECLINED = N_("The business is told at once. It can send you another offer.")
"""What follows from declining."""
_FINGERPRINT = 12
"""Digits of a digest that are enough for people to compare."""


def controls(scope: Scope, estimate: Estimate, choices: Choices = ()) -> tuple[Control, ...]:
    """Return the buttons that answer an open estimate as somebody chose of it, for whoever may."""
    if not scope.may(Permission.ESTIMATE_ANSWER):
        return ()
    number = estimate.number
    form(_form(number), lambda: estimate.version)  # what is on the screen is what is answered
    return (
        Control("estimate.decline", _("Decline"), partial(decline, number)),
        Control("estimate.accept", _("Accept"), partial(accept, number, choices), primary=True),
    )


@dialog(N_("Accept this estimate?"), icon=":material/draw:")
def accept(number: str, choices: Choices = ()) -> None:
    """Ask for a signature, and accept what was chosen."""
    scope = require_scope()
    seen = _seen(number)
    # made once, so that what is signed is what the person was offered and chose
    chosen = estimate_choices.written(choices)
    key = f"{form(_form(number), lambda: seen).key}.offer.{chosen}"
    offered = outcome(
        lambda: form(
            key,
            lambda: acceptance.offer(scope, number, seen=seen, now=utc_now(), choices=choices),
        ),
        seen=_form(number),
        keep=True,
    )
    if offered is None:
        return
    offer = offered[0].start
    pdf = links.pdf(kinds.ESTIMATE, offer.estimate.id, chosen)
    cards.draw(what(scope.customer_name, offer, pdf))
    with st.form("accept", border=False):
        fields = Fields(key)
        fields.text("name", FIELDS["name"], None)
        cards.draw(cards.sub(kept(offer)))
        messages = st.container(key="accept-messages")
        signed = buttons(_("Accept and sign"), "draw")
    if signed:
        with messages:
            act(
                _("Thank you. The estimate is accepted."),
                lambda: acceptance.accept(
                    scope,
                    offer,
                    fields.typed["name"],
                    address=browser().address,
                    folder=load().data_path / "files",
                    now=utc_now(),
                ),
                drawn=fields,
                form=_form(number),
            )


@dialog(N_("Decline this estimate?"), icon=":material/close:")
def decline(number: str) -> None:
    """Ask for a reason, which may be none, and decline."""
    scope = require_scope()
    seen = _seen(number)
    cards.draw(tag("p", _(DECLINED), class_="pt-text"))
    with st.form("decline", border=False):
        fields = Fields(form(_form(number), lambda: seen).key)
        fields.text("reason", FIELDS["reason"], None)
        messages = st.container(key="decline-messages")
        sure = buttons(_("Decline"), "close")
    if sure:
        with messages:
            act(
                _("The estimate is declined."),
                lambda: estimate_answers.decline(
                    scope, number, fields.typed["reason"], seen=seen, now=utc_now()
                ),
                drawn=fields,
                form=_form(number),
            )


def _form(number: str) -> str:
    return f"estimate.{number}"


def _seen(number: str) -> int:
    """Return the version that was on the screen; show the screen anew once it is to be loaded."""
    seen = form(_form(number), lambda: None).start
    if seen is None:
        close_form(_form(number))
        st.rerun()
    return int(seen)


def what(customer: str, offer: Offer, href: str) -> Markup:
    """Say what is accepted, for which customer, and lead to its PDF."""
    estimate = offer.estimate
    total = say.money(estimate.total_minor, estimate.currency_code, offer.locale)
    subject = join(" · ", said(estimate.subject)) if estimate.subject else None
    pdf = cards.opened(_("Read the PDF"), href)
    order = filled(
        _("By signing you order this for {customer} on the terms of the estimate."),
        customer=said(customer, "b"),
    )
    return join(
        tag("p", said(estimate.number, "b"), subject, class_="pt-sub"),
        tag("p", total, class_="pt-due"),
        tag("p", order, " ", pdf, class_="pt-text"),
    )


def kept(offer: Offer) -> str:
    """Say what is kept of a signature."""
    return _(
        "Your name, the time, your network address and this PDF are kept. "
        "Its fingerprint (SHA-256) begins with {digits}.",
        digits=offer.sha256[:_FINGERPRINT],
    )


def buttons(label: str, icon: str) -> bool:
    """Draw what does it and what leaves the dialog; return whether it is to be done."""
    with st.container(horizontal=True, gap="small"):
        sure = st.form_submit_button(label, type="primary", icon=f":material/{icon}:")
        if st.form_submit_button(_("Cancel")):
            st.rerun()
    return sure
