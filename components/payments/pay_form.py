"""The screen on which a customer pays: what, by which card or account, and the button."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import streamlit as st

from components.forms import dialogs
from components.forms.action import outcome
from components.payments import (
    credit,
    going_on,
    in_flight,
    pay_choice,
    pay_several,
    saved_method,
)
from components.payments.pay_choice import Chosen
from components.session import Form, form
from components.ui import address, cards, links, roles
from components.ui import format as say
from components.ui.markup import tag
from portal_data import kinds
from portal_data.business import organisation, preferences
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.ids import new_id
from portal_data.kinds import Kind
from portal_data.payments import autopay, offers, paying
from portal_data.payments.mandates import Covers, Terms
from portal_data.payments.offers import Payable, SavedMethod
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Provider
from portal_data.scope import Scope
from portal_data.text.language import _, _p

_LONGEST = 4_000
"""Characters of the numbers in an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks to pay: documents of a kind by their numbers, or all of a currency."""

    kind: Kind
    numbers: tuple[str, ...]
    currency: str
    amount_minor: int = 0
    """How much of them, the one due first first; all of it when it is not said."""


@dataclass(frozen=True, slots=True)
class Began:
    """What the form began with: the id of the attempt, the documents as seen, the methods."""

    key: UUID
    found: list[Payable]
    methods: list[SavedMethod]


def asked(scope: Scope) -> Asked:
    """Return what the address asks to pay: all of the customer's own currency when nothing."""
    for kind in (kinds.INVOICE, kinds.RETAINER):
        numbers = address.text(kind.path, _LONGEST).split(",")
        wanted = tuple(dict.fromkeys(each.strip() for each in numbers if each.strip()))
        if wanted:
            given = address.text("amount", 18)
            minor = int(given) if given.isascii() and given.isdigit() else 0
            return Asked(kind, wanted[: offers.MOST], "", minor)
    currency = address.text("due", 3).upper() or details.my_details(scope).currency_code
    return Asked(kinds.INVOICE, (), currency)


def back(wanted: Asked) -> tuple[str, str]:
    """Return the way back to what is paid, as (label, address)."""
    if len(wanted.numbers) == 1:
        return wanted.numbers[0], links.document(wanted.kind, wanted.numbers[0])
    return _(wanted.kind.list_title), links.page(wanted.kind.path)


def draw(scope: Scope, provider: Provider, wanted: Asked) -> None:
    """Draw the form, and begin to pay when its button is pressed. Raises NotFound."""
    business = organisation.get(scope)
    flying = in_flight.concerning(scope, wanted.kind, wanted.numbers, wanted.currency)
    # what is being paid of the same is let go of, or begun: then the form begins anew
    name = "pay." + ".".join([*wanted.numbers, *(str(each.id) for each in flying)])
    opened = form(name, lambda: _read(scope, provider, wanted))
    found = opened.start.found
    head = st.container(key="pay-head")
    in_flight.draw(scope, business, flying)
    payable = [each for each in found if each.payable_minor > 0 and each.online]
    others = [each for each in found if each not in payable]
    if wanted.kind is kinds.INVOICE:
        credit.draw(scope, [each for each in found if each.payable_minor > 0], name=name)
    title, chosen = _("Nothing to pay online"), Chosen({})
    if payable:
        with st.container(border=True, key="card-pay-what", gap="small"):
            cards.draw(cards.title(_("What you pay")))
            chosen = pay_choice.draw(payable, opened.key, business.locale, wanted.amount_minor)
        total = say.money(chosen.total, payable[0].currency_code, business.locale)
        title = _("Pay {amount}", amount=total)
        with st.container(border=True, key="card-pay-how", gap="small"):
            _how(scope, provider, wanted, name, opened, chosen)
    else:
        with st.container(border=True, key="card-pay-how", gap="small"):
            cards.draw(cards.empty(title, _("You see here what can be paid by card or account.")))
            _transfer(wanted)
    with head:
        cards.draw(cards.head(title, cards.sub(scope.customer_name), back=back(wanted)))
    if not wanted.numbers:
        retainers = links.page("retainers", status="unpaid")
        cards.draw(cards.sub(cards.link(_("Retainer invoices are paid one by one."), retainers)))
    if payable and wanted.kind is kinds.INVOICE:
        cards.draw(cards.sub(pay_several.plan_link(payable[0].currency_code)))
    if others:
        cards.draw(cards.card(_("Left out"), pay_choice.left_out(others, business.locale)))


def _read(scope: Scope, provider: Provider, wanted: Asked) -> Began:
    if wanted.numbers:
        found = offers.named(scope, provider, wanted.kind.record, wanted.numbers)
    else:
        found = offers.due(scope, provider, wanted.currency)
    return Began(new_id(), found, offers.saved(scope, provider))


def _how(
    scope: Scope,
    provider: Provider,
    wanted: Asked,
    name: str,
    opened: Form[Began],
    chosen: Chosen,
) -> None:
    """Draw the choice of a card or account, and the button that pays."""
    business = organisation.get(scope)
    currency = opened.start.found[0].currency_code
    cards.draw(cards.title(_("How you pay")))
    method = _method(opened, provider, business.today(utc_now()))
    saving = method is None and preferences.of(scope).customers_add_payment_methods
    save = saving and st.checkbox(_("Save it for next time"), key=f"{opened.key}.save")
    terms = _autopay(scope, wanted, opened, business, method, save=bool(save))
    mine = details.my_details(scope)
    above = roles.why_not_pay(scope, mine, chosen.total, currency, business.locale)
    total = say.money(chosen.total, currency, business.locale)
    words = _("Ask to pay {amount}", amount=total) if above else _("Pay {amount}", amount=total)
    if above:
        cards.draw(cards.sub(above))
    messages = st.container(key="pay-messages")
    with st.container(horizontal=True, gap="small", key="pay-buttons"):
        pressed = st.button(
            say.escape_markdown(words), type="primary", disabled=chosen.total <= 0,
            key=f"{opened.key}.pay",
        )  # fmt: skip
        _transfer(wanted)
    if not pressed:
        return
    seen = {each.number: each.version for each in opened.start.found}
    parts = tuple(
        Part(wanted.kind.record, number, seen[number], minor)
        for number, minor in chosen.parts.items()
    )
    order = Order(parts, method.id if method else None, bool(save), terms)
    key = opened.start.key
    with messages:
        begun = outcome(
            lambda: paying.begin(scope, provider, order, key=key, now=utc_now()), seen=name
        )
        if begun is not None:
            going_on.begun(scope, key, begun[0], saved=method is not None)


def _autopay(
    scope: Scope,
    wanted: Asked,
    opened: Form[Began],
    business: Organisation,
    method: SavedMethod | None,
    *,
    save: bool,
) -> Terms | None:
    """Offer to charge the next invoices by what is saved; return what is agreed to, if anything."""
    currency = opened.start.found[0].currency_code
    on = {each.currency_code for each in autopay.in_force(scope)}
    offered = wanted.kind is kinds.INVOICE and (method or save) and currency not in on
    if not (offered and preferences.of(scope).autopay):
        return None
    if not st.checkbox(_("Pay the next ones automatically"), key=f"{opened.key}.autopay"):
        return None
    bare = Terms(Covers.EVERYTHING, currency, None, "")
    named = saved_method.words(method) if method else _("the card or account that I pay with now")
    words = autopay.words(bare, named, business.name)
    cards.draw(cards.sub(words))
    return Terms(bare.covers, currency, None, words)


def _method(opened: Form[Began], provider: Provider, today: date) -> SavedMethod | None:
    """Ask for a saved card or account; None for a new one, which the provider asks for."""
    usable = [each for each in opened.start.methods if not saved_method.expired(each, today)]
    gone = [each for each in opened.start.methods if each not in usable]
    bank = "bank" in provider.kinds
    new = _("New card or bank account") if bank else _("New card")
    chosen = None
    if usable:
        chosen = st.radio(
            _p("paying", "Pay with"), [*usable, None],
            format_func=lambda each: say.escape_markdown(_named(each, today)) if each else new,
            key=f"{opened.key}.method",
        )  # fmt: skip
    if gone:
        named = (f"{saved_method.words(each)} ({saved_method.expiry(each, today)})"
                 for each in gone)  # fmt: skip
        cards.draw(cards.sub(", ".join(named)))
    if chosen is None:
        cards.draw(cards.sub(_("You enter it on the next page, at the payment company. "
                               "We never see the number.")))  # fmt: skip
    return chosen


def _named(method: SavedMethod, today: date) -> str:
    until = saved_method.expiry(method, today)
    return " · ".join(part for part in (saved_method.words(method), until) if part)


def by_others(scope: Scope, wanted: Asked) -> None:
    """Draw what stands in place of the form: who can pay, or how where nothing is paid online."""
    cards.draw(cards.head(_p("paying", "Pay"), back=back(wanted)))
    with st.container(border=True, key="card-pay-how", gap="small"):
        locale = organisation.get(scope).locale
        why = roles.why_not_pay(scope, details.my_details(scope), 0, wanted.currency, locale)
        if why:
            cards.draw(tag("p", why, class_="pt-text"))
        else:
            cards.draw(tag("p", _("This is paid by bank transfer."), class_="pt-text"))
            _transfer(wanted)


def _transfer(wanted: Asked) -> None:
    """Draw the button that tells how to pay the same by bank transfer."""
    if st.button(_("Pay by bank transfer"), key="pay.transfer"):
        transfer(wanted.kind, wanted.numbers, wanted.currency)


def transfer(kind: Kind, numbers: tuple[str, ...], currency: str) -> None:
    """Open the dialog that tells how to pay documents, or all of a currency, by transfer."""
    if not numbers:
        dialogs.pay_all(currency)
    elif len(numbers) > 1:
        dialogs.pay_several(kind.record, numbers)
    elif kind is kinds.INVOICE:
        dialogs.pay_invoice(numbers[0])
    else:
        dialogs.pay_retainer(numbers[0])
