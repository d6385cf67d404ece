"""The screen that plans a payment: an amount and a day, what it settles, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from components.forms.action import act
from components.forms.fields import amount
from components.payments import pay_several, plan_view
from components.payments.promise_list import Promises
from components.session import Form, form
from components.ui import address, cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup
from portal_data.billing import balances
from portal_data.billing.promised import Promise
from portal_data.business import organisation, preferences
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.ids import new_id
from portal_data.kinds import INVOICE
from portal_data.payments import planning, promises
from portal_data.payments.paying import Part
from portal_data.payments.planning import Offer, Plan
from portal_data.scope import Permission, Scope
from portal_data.text.language import _

_SUGGESTED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Began:
    """What the form began with: the id that a promise gets, and the invoices as seen."""

    key: UUID
    offer: Offer


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which currency is planned in, of which, and which promise is changed."""

    currency: str
    codes: tuple[str, ...]
    changing: Promise | None


def draw(scope: Scope, found: Promises) -> None:
    """Draw the plan, and promise or pay it when one of its buttons is pressed."""
    business = organisation.get(scope)
    today = business.today(utc_now())
    wanted = _wanted(scope, found, today)
    back = (_("Invoices"), links.page(INVOICE.path))
    cards.draw(
        cards.head(_("Plan my payment"), cards.sub(scope.customer_name), back=back),
        cards.views(
            (code, links.page("plan", due=code), code == wanted.currency) for code in wanted.codes
        )
        if len(wanted.codes) > 1
        else None,
    )
    changing = wanted.changing.id if wanted.changing else None
    # what is promised meanwhile is planned with no more: then the form begins anew
    name = ".".join(["plan", wanted.currency, str(changing), *(str(p.id) for p in found.open)])
    opened = form(name, lambda: _read(scope, wanted))
    offer = opened.start.offer
    if not offer.free_minor:
        cards.draw(cards.card("", _nothing(offer, business.locale)))
        return
    with st.container(border=True, key="card-plan-what", gap="small"):
        planned = _choose(scope, wanted, opened, today)
        if notes := plan_view.notes(offer, planned, business.locale):
            cards.draw(*notes)
        _buttons(scope, business, name, opened, planned, wanted)
    with st.container(border=True, key="card-plan-settles", gap="small"):
        cards.draw(cards.title(_("What it settles")), plan_view.table(planned, offer, business))
    with st.container(border=True, key="card-plan-aging", gap="small"):
        plan_view.chart(planned, wanted.currency, business.locale)


def _wanted(scope: Scope, found: Promises, today: date) -> _Wanted:
    """Return what the address asks for: the customer's own currency when nothing."""
    own = balances.account(scope, today=today).balances
    codes = tuple(each.currency_code for each in own if each.outstanding_minor > 0)
    asked = address.identifier("promise")
    changing = next((each for each in found.open if each.id == asked), None)
    if changing is not None:
        return _Wanted(changing.currency_code, (), changing)
    given = address.text("due", 3).upper()
    first = codes[0] if codes else details.my_details(scope).currency_code
    return _Wanted(given if given in codes else first, codes, None)


def _read(scope: Scope, wanted: _Wanted) -> Began:
    changing = wanted.changing.id if wanted.changing else None
    return Began(new_id(), planning.offer(scope, None, wanted.currency, changing=changing))


def _choose(scope: Scope, wanted: _Wanted, opened: Form[Began], today: date) -> Plan:
    """Ask for the amount and the day, and return what comes of it."""
    offer, changing, last = opened.start.offer, wanted.changing, today + promises.LATEST
    begins, day = offer.free_minor, today + _SUGGESTED
    if changing is not None:
        begins, day = changing.left_minor or begins, min(max(changing.promised_on, today), last)
    cards.draw(cards.title(_("Change the promise") if changing else _("What I can pay")))
    left, right = st.columns(2, gap="small")
    with left:
        minor = amount(_("Amount"), begins, wanted.currency, key=f"{opened.key}.amount")
    with right:
        chosen: date = st.date_input(
            _("By which day?"), day, min_value=today, max_value=last, format="YYYY-MM-DD",
            key=f"{opened.key}.day",
        )  # fmt: skip
    before = planning.ages_on(scope, wanted.currency, chosen)
    return planning.reckon(offer, minor, chosen, before)


def _buttons(
    scope: Scope,
    business: Organisation,
    name: str,
    opened: Form[Began],
    planned: Plan,
    wanted: _Wanted,
) -> None:
    """Draw who may do it, and for those the buttons that promise and pay what is planned."""
    total, currency, changing = planned.total_minor, wanted.currency, wanted.changing
    above = roles.why_not_pay(scope, details.my_details(scope), total, currency, business.locale)
    if above and total:
        cards.draw(cards.sub(above))
    if not scope.may(Permission.INVOICE_PAY):
        return
    money = say.money(total, currency, business.locale)
    taken = preferences.of(scope).payment_promises
    messages = st.container(key="plan-messages")
    pressed = False
    with st.container(horizontal=True, gap="small", key="plan-buttons"):
        if taken:
            words = _("Change to {amount}", amount=money) if changing else _(
                "Promise {amount}", amount=money
            )  # fmt: skip
            pressed = st.button(
                say.escape_markdown(words), type="primary", key=f"{opened.key}.promise",
                disabled=bool(above) or not total,
            )  # fmt: skip
        if changing is None:
            pay_several.planned(scope, currency, planned.parts)
        else:
            leave = links.page("plan", due=currency)
            cards.draw(cards.link(_("Keep it as it is"), leave, class_="pt-button"))
    if not pressed:
        return
    parts = tuple(_parts(opened.start.offer, planned))
    key, now = opened.start.key, utc_now()

    def promise() -> None:
        if changing is None:
            promises.make(scope, parts, planned.day, key=key, now=now)
        else:
            seen = changing.version
            promises.change(scope, changing.id, parts, planned.day, seen=seen, key=key, now=now)

    with messages:
        act(
            _("Thank you. {amount} is promised for {day}.", amount=money,
              day=say.day(planned.day, business.locale)),
            promise,
            seen=name,
        )  # fmt: skip


def _parts(offer: Offer, planned: Plan) -> Sequence[Part]:
    seen = {each.number: each.version for each in offer.found}
    return [
        Part(INVOICE.record, number, seen[number], minor) for number, minor in planned.parts.items()
    ]


def _nothing(offer: Offer, locale: str) -> Markup:
    """Return what stands in place of a plan while there is nothing to plan with."""
    held = sum(offer.promised.values())
    if held:
        words = _("{amount} is promised already, and nothing else is due.",
                  amount=say.money(held, offer.currency_code, locale))  # fmt: skip
        return cards.empty(_("Nothing more to plan"), words, tall=True)
    return cards.empty(_("Nothing to plan"), _("Nothing is due that you could pay."), tall=True)
