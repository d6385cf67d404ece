"""What a payer does next with a payment: goes on to the provider, leaves it, or agrees to it."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import streamlit as st

from components import navigation
from components.browser import bridge
from components.forms.action import act, confirmed, outcome
from components.forms.dialog import dialog
from components.session import flash, form, require_scope
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import filled, join, tag
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.errors import Unavailable
from portal_data.kinds import PAYMENT
from portal_data.payments import attempts, collecting, paying
from portal_data.payments.attempts import Attempt, Status
from portal_data.payments.provider import ProviderError
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, _

Result = TypeVar("Result")
SILENT = N_(
    "The payment company does not answer at the moment. Nothing is lost, and nothing is paid "
    "twice: try again in a minute."
)


def address(attempt_id: UUID) -> str:
    """Return the address of the screen of an attempt."""
    return links.page("payment", attempt=attempt_id)


def asking(action: Callable[[], Result]) -> Result:
    """Return what an action returns that asks the provider. Raises Unavailable without an answer.

    What a provider says goes wrong there is for the log, and not in the reader's language.
    """
    try:
        return action()
    except ProviderError as error:
        raise Unavailable(_(SILENT)) from error


def begun(scope: Scope, attempt_id: UUID, status: Status, *, saved: bool) -> None:
    """Go on with an attempt that was just begun: to the provider, or to see what became of it."""
    if status is Status.CREATED and not saved:
        to_provider(attempt_id)
        return
    if status is Status.CREATED and _hand_over(scope, attempt_id):
        to_provider(attempt_id)
        return
    show(attempt_id)


def to_provider(attempt_id: UUID) -> None:
    """Go on at the provider's page in this tab; the route checks whose it is, and hands it over."""
    start = links.page("pay/start", attempt=attempt_id)
    link = tag("a", _("Go on to pay"), href=start, class_="pt-link")
    cards.draw(cards.card("", tag("p", _("One moment …"), " ", link, class_="pt-text")))
    bridge.go(start, attempt_id.hex)


def show(attempt_id: UUID) -> None:
    """Open the screen of an attempt."""
    st.switch_page(navigation.of_kind(PAYMENT), query_params={"attempt": str(attempt_id)})


def buttons(scope: Scope, attempt: Attempt) -> None:
    """Draw what somebody may do with an attempt that is not finished, side by side."""
    if not (scope.may(Permission.INVOICE_PAY) and attempt.status.unfinished):
        return
    with st.container(horizontal=True, gap="small", key=f"attempt-{attempt.id}", width="content"):
        if attempt.status is Status.AWAITING_APPROVAL:
            _waiting(scope, attempt)
            return
        start = links.page("pay/start", attempt=attempt.id)
        cards.draw(tag("a", _("Continue"), href=start, class_="pt-button main"))
        if st.button(_("Cancel payment"), key=f"attempt.cancel.{attempt.id}"):
            cancel(attempt.id)


@dialog(N_("Cancel the payment?"), icon=":material/close:")
def cancel(attempt_id: UUID) -> None:
    """Ask before a payment that was begun is left."""
    scope = require_scope()
    attempt = attempts.get(scope, attempt_id)
    cards.draw(tag("p", _about(scope, attempt), class_="pt-text"))
    if confirmed(_("Cancel payment"), leave=_("Keep it")):
        act(
            left,
            lambda: asking(lambda: collecting.current().cancel(scope, attempt_id, utc_now())),
        )


def left(status: Status) -> str:
    """Return what is said once a payment was left."""
    if status is Status.SUCCEEDED:
        return _("It was paid meanwhile.")
    if status.in_flight:
        return _("It is on its way already.")
    return _("The payment is cancelled. Nothing was paid.")


def _waiting(scope: Scope, attempt: Attempt) -> None:
    """Draw the buttons of a payment that waits for somebody's agreement, in the version seen."""
    name = f"attempt.{attempt.id}"
    seen = form(name, lambda: attempt.version).start
    may = may_agree(scope, attempt)
    if may and st.button(_("Agree and pay"), type="primary", key=f"attempt.agree.{attempt.id}"):
        agreed = outcome(
            lambda: paying.approve(scope, attempt.id, seen=seen, now=utc_now()), seen=name
        )
        if agreed is not None:
            begun(scope, attempt.id, Status.CREATED, saved=True)
    if st.button(_("Take back"), key=f"attempt.leave.{attempt.id}"):
        act(
            _("The payment is cancelled. Nothing was paid."),
            lambda: paying.leave(scope, attempt.id, seen=seen, now=utc_now()),
            seen=name,
        )


def may_agree(scope: Scope, attempt: Attempt) -> bool:
    """Tell whether somebody may agree to a payment of this amount."""
    if not scope.may(Permission.INVOICE_PAY):
        return False
    limit = details.my_details(scope).payment_limit(scope.contact_id, attempt.currency_code)
    return limit is None or attempt.amount_minor <= limit


def _hand_over(scope: Scope, attempt_id: UUID) -> bool:
    """Hand an attempt to its provider; tell whether the payer goes on there.

    Without an answer its own screen asks again.
    """
    try:
        with st.spinner(_("One moment …")):
            return collecting.current().hand_over(scope, attempt_id, utc_now()) is not None
    except ProviderError:
        flash(_(SILENT))
        return False


def _about(scope: Scope, attempt: Attempt) -> object:
    locale = organisation.get(scope).locale
    amount = tag("b", say.money(attempt.amount_minor, attempt.currency_code, locale))
    return join(
        filled(_("{amount} for {numbers}"), amount=amount, numbers=attempt.numbers), ". ",
        _("You can begin again at any time."),
    )  # fmt: skip
