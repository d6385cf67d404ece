"""The page of an invoice's public link, and its dialogs. The token is asked for at every step."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import streamlit as st

from components.browser import bridge
from components.documents import invoice_screens, public_link
from components.documents.paper import paper
from components.forms import dialogs
from components.forms.action import act, confirmed, outcome
from components.forms.dialog import dialog
from components.forms.fields import amount
from components.payments import demo_banner, going_on, result
from components.session import browser, form
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import tag
from portal_data import kinds
from portal_data.clock import utc_now
from portal_data.errors import NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.output import public_invoices
from portal_data.output.public_invoices import Shown
from portal_data.payments.attempts import Attempt, Status
from portal_data.payments.provider import ProviderError
from portal_data.text.language import N_, _

_TOLD_FOR = timedelta(days=1)
"""For so long the page says what became of the last payment by the link."""


@dataclass(frozen=True, slots=True)
class _Began:
    """What the form began with: the id of the attempt, and the version that is on the screen."""

    key: UUID
    version: int


def draw(token: str, *, back: bool) -> None:
    """Draw the invoice of a link, or the one page of all links that open nothing.

    Who comes `back` in a browser that does not know the link is asked to open it again.
    """
    if back and not token:
        text = _("Open your link again to see what became of your payment. Nothing is lost.")
        public_link.draw_nothing(_("You are back from paying"), text)
        return
    shown = _opened(token)
    if shown is None:
        return
    invoice, locale = shown.invoice, shown.business.locale
    cards.draw(public_link.letterhead())
    demo_banner.draw()
    with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                      horizontal_alignment="distribute"):  # fmt: skip
        title = _("Invoice {number}", number=invoice.number)
        cards.draw(cards.head(title, cards.pills(invoice_screens.statuses(invoice))))
        with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
            cards.draw(cards.documents(links.public_invoice_pdf(token)))
    beside, sheet = st.columns([1, 2], gap="medium")
    with sheet:
        cards.draw(cards.card("", paper(shown.paper, locale)))
    with beside:
        watched = bool(shown.begun) and result.moving(shown.begun[0], utc_now())
        st.fragment(_paying, run_every=result.EVERY if watched else None)(token, watched)


def _opened(token: str) -> Shown | None:
    """Return what a link opens; None when it opens nothing, which is said then."""
    try:
        return public_invoices.opened(token, address=browser().address, now=utc_now())
    except NotFound:
        public_link.draw_dead()
    except NotAllowed as refusal:  # the network waits
        public_link.draw_wait(refusal)
    return None


def _paying(token: str, watched: bool) -> None:
    """Draw what is to be paid, how, and what becomes of it, asked again while somebody watches."""
    shown = _opened(token)
    if shown is None:
        return
    now = utc_now()
    latest = shown.begun[0] if shown.begun else None
    if watched and latest is not None:
        latest = _looked(token, latest, now)
        if latest is None or not result.moving(latest, now):
            st.rerun()
    today = shown.business.today(now)
    until = public_link.last_day(shown.expires_at, shown.business)
    everything = links.document(kinds.INVOICE, shown.invoice.number)
    cards.draw(cards.card("", invoice_screens.balance(shown.invoice, today, shown.business.locale)))
    if latest is not None and (latest.status.in_flight or now - latest.created_at < _TOLD_FOR):
        _draw_attempt(token, latest, shown.business.locale)
    if shown.payable.payable_minor > 0:
        with st.container(border=True, key="card-pay-how", gap="small"):
            _draw_form(token, shown)
    cards.draw(
        cards.sub(_("This link works until {day}. Whoever has it can pay.", day=until)),
        cards.sub(cards.link(_("Sign in to see everything"), everything)),
    )


def _looked(token: str, attempt: Attempt, now: datetime) -> Attempt | None:
    """Return an attempt as its provider says it is now; the same while it does not answer."""
    try:
        public_invoices.look(token, attempt.id, address=browser().address, now=now)
    except (NotFound, ProviderError):
        return attempt
    shown = public_invoices.opened(token, address=browser().address, now=now)
    return next((each for each in shown.begun if each.id == attempt.id), None)


def _draw_attempt(token: str, attempt: Attempt, locale: str) -> None:
    """Draw what became of the last payment that was begun by this link."""
    title, tone = result.TITLES[attempt.status]
    money = say.money(attempt.amount_minor, attempt.currency_code, locale)
    with st.container(border=True, key="card-result", gap="small"):
        cards.draw(
            cards.title(_("Payment of {amount}", amount=money)),
            cards.pills([(_(title), tone)]),
            *(tag("p", each, class_="pt-text") for each in result.words(attempt, locale)),
        )
        if attempt.status in (Status.CREATED, Status.REQUIRES_ACTION):
            with st.container(horizontal=True, gap="small", width="content"):
                start = _start(token, attempt.id)
                cards.draw(tag("a", _("Continue"), href=start, class_="pt-button main"))
                if st.button(_("Cancel payment"), key=f"attempt.cancel.{attempt.id}"):
                    cancel(token, attempt.id)


def _draw_form(token: str, shown: Shown) -> None:
    """Draw how much is paid and how, and begin to pay when its button is pressed."""
    payable, locale = shown.payable, shown.business.locale
    name = ".".join(["pay_link", payable.number, *(str(each.id) for each in shown.begun)])
    opened = form(name, lambda: _Began(new_id(), payable.version))
    began, minor = opened.start, payable.payable_minor
    cards.draw(cards.title(_("How you pay")))
    if payable.online and payable.least_minor < minor:
        minor = amount(_("Amount"), minor, payable.currency_code, key=f"{opened.key}.{minor}")
    messages = st.container(key="pay-messages")
    pressed = False
    if payable.online:
        cards.draw(cards.sub(_("You enter a card or bank account on the next page, at the payment "
                               "company. We never see the number.")))  # fmt: skip
        words = _("Pay {amount}", amount=say.money(minor, payable.currency_code, locale))
        pressed = st.button(
            say.escape_markdown(words), type="primary", disabled=minor <= 0,
            key=f"{opened.key}.pay", width="stretch",
        )  # fmt: skip
    if st.button(_("Pay by bank transfer"), key="pay.transfer", width="stretch"):
        transfer(token)
    if not pressed:
        return
    with messages:
        begun = outcome(
            lambda: public_invoices.begin(
                token,
                minor,
                seen=began.version,
                key=began.key,
                address=browser().address,
                now=utc_now(),
            ),
            seen=name,
        )
    if begun is not None:
        start = _start(token, began.key)
        link = tag("a", _("Go on to pay"), href=start, class_="pt-link")
        cards.draw(tag("p", _("One moment …"), " ", link, class_="pt-text"))
        bridge.go(start, began.key.hex)


@dialog(N_("Pay by bank transfer"), icon=":material/account_balance:")
def transfer(token: str) -> None:
    """Tell how to pay the invoice by bank transfer."""
    shown = _opened(token)
    if shown is not None:
        payable = shown.payable
        dialogs.how(shown.business, payable.payable_minor, payable.currency_code, [payable.number])


@dialog(N_("Cancel the payment?"), icon=":material/close:")
def cancel(token: str, attempt_id: UUID) -> None:
    """Ask before a payment that was begun is left."""
    cards.draw(tag("p", _("You can begin again at any time."), class_="pt-text"))
    if confirmed(_("Cancel payment"), leave=_("Keep it")):
        address = browser().address
        act(
            going_on.left,
            lambda: going_on.asking(
                lambda: public_invoices.cancel(token, attempt_id, address=address, now=utc_now())
            ),
        )


def _start(token: str, attempt_id: UUID) -> str:
    return links.page("pay_link/start", token=token, attempt=attempt_id)
