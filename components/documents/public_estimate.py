"""The page of an estimate's public link, and its dialogs. The token is asked for at every step."""

from functools import partial

import streamlit as st

from components.documents import (
    document_view,
    estimate_choosing,
    estimate_dialogs,
    estimate_screens,
    public_link,
)
from components.documents.document_view import Control
from components.documents.paper import paper
from components.forms.action import act, outcome
from components.forms.dialog import dialog
from components.forms.fields import Fields
from components.session import browser, close_form, form
from components.ui import cards, links
from components.ui.markup import Markup, tag
from portal_data.billing import estimate_choices
from portal_data.billing.estimate_answers import FIELDS
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Status
from portal_data.clock import utc_now
from portal_data.errors import NotAllowed, NotFound
from portal_data.output import public_estimates
from portal_data.output.public_estimates import Shown
from portal_data.settings import load
from portal_data.text.language import N_, _


def draw(token: str) -> None:
    """Draw the estimate of a link, or the one page of all links that open nothing."""
    try:
        shown = public_estimates.opened(token, address=browser().address, now=utc_now())
    except NotFound:
        public_link.draw_dead()
        return
    except NotAllowed as refusal:  # the network waits
        public_link.draw_wait(refusal)
        return
    estimate, locale = shown.estimate, shown.business.locale
    cards.draw(public_link.letterhead())
    with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                      horizontal_alignment="distribute"):  # fmt: skip
        statuses = [estimate_screens.status(estimate)]
        cards.draw(
            cards.head(_("Estimate {number}", number=estimate.number), cards.pills(statuses))
        )
        actions = st.container(key="actions", width="content", horizontal=True, gap="xsmall")
    choices: Choices | None = ()
    if estimate.choosable:
        shown, choices = _chosen(token, shown)
        estimate = shown.estimate
    with actions:
        cards.draw(cards.documents(links.public_pdf(token)))
        if choices is not None:
            document_view.draw_controls(*_controls(token, shown, choices))
    today = shown.business.today(utc_now())
    offered = estimate_screens.offer(estimate, shown.business, today)
    cards.draw(
        document_view.sheet(
            cards.card("", offered, _until(shown)), cards.card("", paper(shown.paper, locale))
        )
    )


def _chosen(token: str, shown: Shown) -> tuple[Shown, Choices | None]:
    """Draw what can be chosen, and return the estimate as it is chosen; None for what cannot be."""
    picked = estimate_choosing.draw(shown.estimate, shown.business.locale)
    if picked is None:
        return shown, None
    address = browser().address
    now = utc_now()
    return (
        public_estimates.chosen(token, shown, picked.choices, address=address, now=now),
        picked.choices,
    )


@dialog(N_("Accept this estimate?"), icon=":material/draw:")
def accept(token: str, number: str, customer: str, choices: Choices = ()) -> None:
    """Ask for a name and an e-mail as signature, and accept."""
    seen = _seen(number)
    chosen = estimate_choices.written(choices)
    key = f"{form(_form(number), lambda: seen).key}.offer.{chosen}"
    address = browser().address
    offered = outcome(
        lambda: form(
            key,
            lambda: public_estimates.offer(
                token, seen=seen, address=address, now=utc_now(), choices=choices
            ),
        ),
        seen=_form(number),
        keep=True,
    )
    if offered is None:
        return
    offer = offered[0].start
    cards.draw(estimate_dialogs.what(customer, offer, links.public_pdf(token, chosen)))
    with st.form("accept", border=False):
        fields = _person(key)
        cards.draw(cards.sub(estimate_dialogs.kept(offer)))
        messages = st.container(key="accept-messages")
        signed = estimate_dialogs.buttons(_("Accept and sign"), "draw")
    if signed:
        with messages:
            act(
                _("Thank you. The estimate is accepted."),
                lambda: public_estimates.accept(
                    token,
                    offer,
                    fields.typed["name"],
                    fields.typed["email"],
                    address=address,
                    folder=load().data_path / "files",
                    now=utc_now(),
                ),
                drawn=fields,
                form=_form(number),
            )


@dialog(N_("Decline this estimate?"), icon=":material/close:")
def decline(token: str, number: str) -> None:
    """Ask who declines, and for a reason, which may be none, and decline."""
    seen = _seen(number)
    cards.draw(tag("p", _(estimate_dialogs.DECLINED), class_="pt-text"))
    with st.form("decline", border=False):
        fields = _person(form(_form(number), lambda: seen).key)
        fields.text("reason", FIELDS["reason"], None)
        messages = st.container(key="decline-messages")
        sure = estimate_dialogs.buttons(_("Decline"), "close")
    if sure:
        typed = fields.typed
        with messages:
            act(
                _("The estimate is declined."),
                lambda: public_estimates.decline(
                    token,
                    typed["reason"],
                    typed["name"],
                    typed["email"],
                    seen=seen,
                    address=browser().address,
                    now=utc_now(),
                ),
                drawn=fields,
                form=_form(number),
            )


def _controls(token: str, shown: Shown, choices: Choices) -> tuple[Control, ...]:
    """Return the buttons that answer an estimate while it is open."""
    estimate = shown.estimate
    if estimate.status is not Status.OPEN:
        return ()
    number = estimate.number
    form(_form(number), lambda: estimate.version)  # what is on the screen is what is answered
    accepts = partial(accept, token, number, shown.customer_name, choices)
    return (
        Control("offer.decline", _("Decline"), partial(decline, token, number)),
        Control("offer.accept", _("Accept"), accepts, primary=True),
    )


def _person(key: str) -> Fields:
    """Draw the fields of who answers."""
    fields = Fields(key)
    fields.text("name", FIELDS["name"], None)
    fields.text("email", FIELDS["email"], None)
    return fields


def _until(shown: Shown) -> Markup | None:
    if shown.estimate.status is not Status.OPEN:
        return None
    until = public_link.last_day(shown.expires_at, shown.business)
    return cards.sub(_("This link works until {day}. Whoever has it can answer.", day=until))


def _form(number: str) -> str:
    return f"offer.{number}"


def _seen(number: str) -> int:
    """Return the version that was on the screen; show the page anew once it is to be loaded."""
    seen = form(_form(number), lambda: None).start
    if seen is None:
        close_form(_form(number))
        st.rerun()
    return int(seen)
