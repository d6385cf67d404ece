"""Auto-pay in the account: what is agreed to, what is charged next, and switching it on and off."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import streamlit as st

from components.forms.action import act, confirmed
from components.forms.dialog import dialog
from components.forms.fields import amount
from components.payments import autopay_line, saved_method
from components.session import close_form, form, require_scope
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, tag
from portal_data import kinds
from portal_data.business import organisation, preferences
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.customers.details import SavedMethod
from portal_data.ids import new_id
from portal_data.payments import autopay
from portal_data.payments.autopay import Mandate
from portal_data.payments.mandates import COVERS, Covers, Terms
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, _

_SHOWN = 5
"""Invoices that are listed with when they are charged."""
_LIMIT_MINOR = 100_000
"""What a limit begins with, in minor units."""


def draw(scope: Scope, saved: Sequence[SavedMethod], today: date, locale: str) -> None:
    """Draw the card; nothing where the business offers no auto-pay."""
    if not preferences.of(scope).autopay:
        return
    mandates, usable = autopay.in_force(scope), _usable(saved, today)
    may = scope.may(Permission.INVOICE_PAY)
    if not mandates and not (may and usable):
        return
    named = {each.id: saved_method.words(each) for each in saved}
    with st.container(border=True, key="card-autopay", gap="small"):
        cards.draw(cards.title(_("Auto-pay")))
        if not mandates:
            cards.draw(cards.sub(_("Invoices can be charged to a saved card or account when they "
                                   "are due. You get a mail before each charge.")))  # fmt: skip
        for each in mandates:
            cards.draw(_mandate(each, named, locale))
            if may:
                _buttons(each, named)
        _next(scope, locale)
        mine = details.my_details(scope)
        off = mine.currency_code not in {each.currency_code for each in mandates}
        if may and usable and off and st.button(_("Switch on"), key="autopay.on"):
            close_form("autopay")
            switch_on(mine.currency_code)


@dialog(N_("Auto-pay"), icon=":material/autorenew:")
def switch_on(currency: str, replaced: Mandate | None = None) -> None:
    """Ask what is charged to which card, and show what is agreed to; `replaced` is what stands."""
    scope = require_scope()
    business, now = organisation.get(scope), utc_now()
    usable = _usable(details.my_details(scope).saved_methods, business.today(now))
    if not usable:
        cards.draw(cards.empty(_("Nothing is saved"), _("Save a card or bank account first.")))
        return
    opened = form("autopay", new_id)
    known = [each.id for each in usable]
    at = (
        known.index(replaced.saved_method_id)
        if replaced and replaced.saved_method_id in known
        else 0
    )
    method = st.selectbox(
        _("Card or bank account"), usable, index=at,
        format_func=lambda each: say.escape_markdown(saved_method.words(each)),
        key=f"{opened.key}.method",
    )  # fmt: skip
    covers = st.radio(
        _("What is charged"), list(COVERS), format_func=lambda each: _(COVERS[each]),
        index=list(COVERS).index(replaced.covers) if replaced else 0, key=f"{opened.key}.covers",
    )  # fmt: skip
    least = replaced.limit_minor if replaced else None
    limit = None
    if st.checkbox(_("Limit each charge"), value=least is not None, key=f"{opened.key}.limited"):
        limit = amount(_("At most"), least or _LIMIT_MINOR, currency, key=f"{opened.key}.limit")
    terms = _terms(covers, currency, limit, saved_method.words(method), business.name)
    cards.draw(tag("p", terms.words, class_="pt-text"))
    if replaced is not None:
        cards.draw(cards.sub(_("What could not be charged before is charged at once.")))
    if not confirmed(_("Agree")):
        return
    act(
        _("Auto-pay is on."),
        lambda: (
            autopay.change(scope, replaced.id, method.id, terms, seen=replaced.version, now=now)
            if replaced
            else autopay.consent(scope, method.id, terms, key=opened.start, now=now)
        ),
        form="autopay",
    )


@dialog(N_("Switch auto-pay off?"), icon=":material/block:")
def switch_off(mandate_id: UUID, name: str, seen: int) -> None:
    """Ask before what was agreed to, in the version `seen`, is ended."""
    scope = require_scope()
    cards.draw(tag("p", _("Nothing more is charged to {method}. Invoices are yours to pay.",
                          method=name), class_="pt-text"))  # fmt: skip
    if confirmed(_("Switch off")):
        act(
            _("Auto-pay is off."),
            lambda: autopay.revoke(scope, mandate_id, seen=seen, now=utc_now()),
        )


def _terms(covers: Covers, currency: str, limit: int | None, method: str, business: str) -> Terms:
    bare = Terms(covers, currency, limit, "")
    return Terms(covers, currency, limit, autopay.words(bare, method, business))


def _usable(saved: Sequence[SavedMethod], today: date) -> list[SavedMethod]:
    return [
        each for each in saved
        if each.status == "verified" and not saved_method.expired(each, today)
    ]  # fmt: skip


def _mandate(each: Mandate, named: dict[UUID, str], locale: str) -> Markup:
    limit = _("No limit")
    if each.limit_minor is not None:
        limit = _(
            "At most {amount}", amount=say.money(each.limit_minor, each.currency_code, locale)
        )
    since = _("Since {day}", day=say.day(each.given_at.date(), locale))
    facts = [_(COVERS[each.covers]), each.currency_code, limit, since, each.given_by or ""]
    row = cards.row(
        named.get(each.saved_method_id, ""), " · ".join(part for part in facts if part),
        before=cards.icon("autorenew"), after=cards.pills([(_("On"), "green")]),
    )  # fmt: skip
    return join(cards.rows([row]), cards.sub(each.words))


def _buttons(each: Mandate, named: dict[UUID, str]) -> None:
    with st.container(horizontal=True, gap="small", key=f"autopay-buttons-{each.id}"):
        if st.button(_("Change"), type="tertiary", key=f"autopay.change.{each.id}"):
            close_form("autopay")
            switch_on(each.currency_code, each)
        if st.button(_("Switch off"), type="tertiary", key=f"autopay.off.{each.id}"):
            switch_off(each.id, named.get(each.saved_method_id, ""), each.version)


def _next(scope: Scope, locale: str) -> None:
    """List the invoices that are charged next, and those that could not be."""
    plans = autopay.plans(scope)[:_SHOWN]
    if plans:
        cards.draw(
            cards.rows(
                cards.row(
                    cards.link(each.number, links.document(kinds.INVOICE, each.number)),
                    autopay_line.words(each, locale),
                    after=tag("span", say.money(each.amount_minor, each.currency_code, locale),
                              class_="pt-num"),
                )
                for each in plans
            )
        )  # fmt: skip
