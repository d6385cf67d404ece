"""The account as its contacts read it: oneself, the company, its people, how it pays."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import streamlit as st

from components.account import autopay_card, details_dialogs, people, saved_methods
from components.account.contact_access import ROLES
from components.forms.action import act
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, filled, join, lines, said, tag
from portal_data.clock import utc_now
from portal_data.customers import change_requests
from portal_data.customers.change_requests import Change
from portal_data.customers.details import Address, Contact, MyDetails
from portal_data.customers.own_details import AddressKind
from portal_data.scope import Permission, Scope
from portal_data.text.language import N_, _, _p

_ADDRESSES: Mapping[AddressKind, tuple[str, str]] = {
    "billing": (N_("Billing address"), N_("Change the billing address")),
    "shipping": (N_("Shipping address"), N_("Change the shipping address")),
}
"""The title of each address, and what its pencil does."""


def draw(
    scope: Scope, mine: MyDetails, waiting: Sequence[Change], today: date, locale: str
) -> None:
    """Draw the account, with a pencil at whatever the contact may change."""
    left, right = st.columns(2, gap="small")
    with left:
        with _card(
            "you", _("You"), _("Change your details"), scope, Permission.PROFILE_EDIT
        ) as edit:
            cards.draw(_me(scope, mine, locale))
        if edit:
            details_dialogs.person()
        with _card(
            "company", _("Company"), _("Change the company"), scope, Permission.ACCOUNT_EDIT
        ) as edit:
            cards.draw(_company(mine))
            for each in waiting:
                _waiting(scope, each)
        if edit:
            details_dialogs.company()
    with right:
        for kind, dialog in details_dialogs.ADDRESSES.items():
            title, change = _ADDRESSES[kind]
            with _card(kind, _(title), _(change), scope, Permission.ACCOUNT_EDIT) as edit:
                cards.draw(_address(mine.address(kind)))
            if edit:
                dialog()
        saved_methods.draw(scope, mine.saved_methods, today)
        autopay_card.draw(scope, mine.saved_methods, today, locale)
    people.draw(scope, mine, locale)


@contextmanager
def _card(
    key: str, title: str, change: str, scope: Scope, permission: Permission
) -> Iterator[bool]:
    """Draw a card around what follows; yields whether its pencil, which says `change`, was used."""
    with st.container(border=True, key=f"card-{key}", gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute",
                          vertical_alignment="center", key=f"head-{key}"):  # fmt: skip
            cards.draw(cards.title(title))
            used = details_dialogs.pencil(scope, permission, change, key)
        yield used


def _waiting(scope: Scope, change: Change) -> None:
    """Draw what staff have not confirmed yet, and the button that takes it back."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"waiting-{change.id}"):
        what = (
            said(change.new_value, "b") if change.new_value else tag("b", _p("tax number", "none"))
        )
        words = _("Asked for: {value}. We confirm it before it holds.")
        cards.draw(cards.sub(filled(words, value=what)))
        if scope.may(Permission.ACCOUNT_EDIT) and st.button(
            _("Take back"), key=f"withdraw.{change.id}", type="tertiary"
        ):
            act(
                _("The tax number stays as it is."),
                lambda: change_requests.withdraw(
                    scope, change.id, seen=change.version, now=utc_now()
                ),
            )


def _me(scope: Scope, mine: MyDetails, locale: str) -> Markup:
    """Return who is signed in, what their role lets them do, and the way to their password."""
    own = next(each for each in mine.contacts if each.id == scope.contact_id)
    facts = cards.facts(
        [
            (_("Name"), " ".join(part for part in (own.salutation, own.name) if part)),
            (_("Job title"), own.designation),
            (_("E-mail"), cards.email(own.email)),
            (_("Phone"), own.phone),
            (_("Mobile"), own.mobile),
            (
                _("Role"),
                _(
                    "{role}: {about}",
                    role=_(ROLES[scope.role]),
                    about=_(roles.ABOUT[scope.role]),
                ),
            ),
            (_("Payment limit"), _limit(own, mine.currency_code, locale)),
        ]
    )
    security = cards.link(_("Password and sign-ins"), links.page("security"))
    log = None
    if scope.may(Permission.ACTIVITY_READ):
        log = tag(
            "p", cards.link(_("Activity of your company"), links.page("activity")), class_="pt-foot"
        )
    return join(facts, tag("p", security, class_="pt-foot"), log)


def _limit(own: Contact, currency_code: str, locale: str) -> str:
    if own.payment_limit_minor is None:
        return ""
    code = own.payment_limit_currency or currency_code
    limit = say.money(own.payment_limit_minor, code, locale)
    return _("{amount} a payment", amount=limit)


def _company(mine: MyDetails) -> Markup:
    """Return what the business knows of the company."""
    return cards.facts(
        [
            (_("Name"), mine.company_name or mine.display_name),
            (_("Shown as"), mine.display_name if mine.company_name != mine.display_name else ""),
            (_("Customer no."), mine.number),
            (_("E-mail"), cards.email(mine.email)),
            (_("Phone"), mine.phone),
            (_("Website"), mine.website),
            (_("Tax number"), mine.tax_id),
            (_("Tax treatment"), say.code(mine.tax_treatment)),
            (_p("of payment", "Terms"), mine.payment_terms_label),
            (_("Currency"), mine.currency_code),
        ]
    )


def _address(address: Address | None) -> Markup:
    if address is None or not address.lines:
        return cards.sub(_p("address", "None"))
    reached = [(_("Phone"), address.phone), (_("Fax"), address.fax)]
    said = [f"{label} {number}" for label, number in reached if number]
    return tag("div", lines([*address.lines, *said]), class_="pt-text")
