"""The account as its contacts read it: oneself, the company, its people, how it pays."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import streamlit as st

from components.account import details_dialogs, people
from components.account.contact_access import ROLES
from components.forms.action import act
from components.ui import cards, links, roles
from components.ui import format as say
from components.ui.markup import Markup, join, lines, said, tag
from portal_data.clock import utc_now
from portal_data.customers import change_requests
from portal_data.customers.change_requests import Change
from portal_data.customers.details import Address, Contact, MyDetails, SavedMethod
from portal_data.scope import Permission, Scope
from portal_data.text.language import _

_METHOD_STATES = {
    "new": ("Not verified yet", "gray"),
    "pending_verification": ("Being verified", "orange"),
    "failed": ("Cannot be used", "red"),
}


def draw(
    scope: Scope, mine: MyDetails, waiting: Sequence[Change], today: date, locale: str
) -> None:
    """Draw the account, with a pencil at whatever the contact may change."""
    left, right = st.columns(2, gap="small")
    with left:
        with _card("you", "You", scope, Permission.PROFILE_EDIT) as edit:
            cards.draw(_me(scope, mine, locale))
        if edit:
            details_dialogs.person()
        with _card("company", "Company", scope, Permission.ACCOUNT_EDIT) as edit:
            cards.draw(_company(mine))
            for each in waiting:
                _waiting(scope, each)
        if edit:
            details_dialogs.company()
    with right:
        for kind, dialog in details_dialogs.ADDRESSES.items():
            with _card(
                kind, f"{kind.capitalize()} address", scope, Permission.ACCOUNT_EDIT
            ) as edit:
                cards.draw(_address(mine.address(kind)))
            if edit:
                dialog()
        cards.draw(cards.card("Saved for payment", _methods(mine, today)))
    people.draw(scope, mine, locale)


@contextmanager
def _card(key: str, title: str, scope: Scope, permission: Permission) -> Iterator[bool]:
    """Draw a card around what follows; yields whether its pencil was used."""
    with st.container(border=True, key=f"card-{key}", gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute",
                          vertical_alignment="center", key=f"head-{key}"):  # fmt: skip
            cards.draw(cards.title(title))
            used = details_dialogs.pencil(scope, permission, title.lower(), key)
        yield used


def _waiting(scope: Scope, change: Change) -> None:
    """Draw what staff have not confirmed yet, and the button that takes it back."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"waiting-{change.id}"):
        what = said(change.new_value, "b") if change.new_value else tag("b", "none")
        cards.draw(cards.sub(join("Asked for: ", what, ". We confirm it before it holds.")))
        if scope.may(Permission.ACCOUNT_EDIT) and st.button(
            "Take back", key=f"withdraw.{change.id}", type="tertiary"
        ):
            act(
                "The tax number stays as it is.",
                lambda: change_requests.withdraw(
                    scope, change.id, seen=change.version, now=utc_now()
                ),
            )


def _me(scope: Scope, mine: MyDetails, locale: str) -> Markup:
    """Return who is signed in, what their role lets them do, and the way to their password."""
    own = next(each for each in mine.contacts if each.id == scope.contact_id)
    facts = cards.facts(
        [
            ("Name", " ".join(part for part in (own.salutation, own.name) if part)),
            ("Job title", own.designation),
            ("E-mail", own.email),
            ("Phone", own.phone),
            ("Mobile", own.mobile),
            ("Role", f"{_(ROLES[scope.role])}: {_(roles.ABOUT[scope.role])}"),
            ("Payment limit", _limit(own, mine.currency_code, locale)),
        ]
    )
    security = cards.link("Password and sign-ins", links.page("security"))
    log = None
    if scope.may(Permission.ACTIVITY_READ):
        log = tag(
            "p", cards.link("Activity of your company", links.page("activity")), class_="pt-foot"
        )
    return join(facts, tag("p", security, class_="pt-foot"), log)


def _limit(own: Contact, currency_code: str, locale: str) -> str:
    if own.payment_limit_minor is None:
        return ""
    return f"{say.money(own.payment_limit_minor, currency_code, locale)} a payment"


def _company(mine: MyDetails) -> Markup:
    """Return what the business knows of the company."""
    return cards.facts(
        [
            ("Name", mine.company_name or mine.display_name),
            ("Shown as", mine.display_name if mine.company_name != mine.display_name else ""),
            ("Customer no.", mine.number),
            ("E-mail", mine.email),
            ("Phone", mine.phone),
            ("Website", mine.website),
            ("Tax number", mine.tax_id),
            ("Tax treatment", say.code(mine.tax_treatment)),
            ("Terms", mine.payment_terms_label),
            ("Currency", mine.currency_code),
        ]
    )


def _methods(mine: MyDetails, today: date) -> Markup:
    """Return the saved cards and bank accounts: brand, last four digits and expiry, no more."""
    if not mine.saved_methods:
        return cards.empty("Nothing is saved", "You have no saved cards or bank accounts.")
    rows = cards.rows(_method(each, today) for each in mine.saved_methods)
    return tag("div", rows)


def _address(address: Address | None) -> Markup:
    if address is None or not address.lines:
        return cards.sub("None")
    reached = [("Phone", address.phone), ("Fax", address.fax)]
    said = [f"{label} {number}" for label, number in reached if number]
    return tag("div", lines([*address.lines, *said]), class_="pt-text")


def _method(method: SavedMethod, today: date) -> Markup:
    kind = say.code(method.brand or method.kind)
    expires = ""
    statuses = [("Default", "gray")] if method.is_default else []
    if method.status in _METHOD_STATES:
        statuses.append(_METHOD_STATES[method.status])
    if method.expires_month and method.expires_year:
        month = f"{method.expires_month:02}/{method.expires_year}"
        over = (method.expires_year, method.expires_month) < (today.year, today.month)
        expires = f"Expired {month}" if over else f"Expires {month}"
        if over:
            statuses.append(("Expired", "red"))
    words = f"{kind} •••• {method.last4}" if method.last4 else kind
    icon = cards.icon("account_balance" if method.kind == "bank" else "credit_card")
    return cards.row(words, expires, before=icon, after=cards.pills(statuses))
