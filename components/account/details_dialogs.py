"""Dialogs in which contacts change their own details, the company's and its addresses."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from components.forms.action import act
from components.forms.dialog import dialog
from components.forms.fields import Fields
from components.session import close_form, form, require_scope
from components.ui import cards
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.customers import detail_fields, details, own_details
from portal_data.customers.details import Address, Contact, MyDetails
from portal_data.customers.own_details import AddressKind
from portal_data.scope import Permission, Scope
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _

_FORM = "details"
_PERSON_ROWS = (("salutation", "designation"), ("first_name", "last_name"), ("phone", "mobile"))
_COMPANY_ROWS = (("company_name",), ("phone", "website"), ("tax_id",))
_ADDRESS_ROWS = (("attention",), ("street1",), ("street2",), ("postal_code", "city"),
                 ("state", "country"), ("phone", "fax"))  # fmt: skip


def pencil(scope: Scope, permission: Permission, help: str, key: str) -> bool:
    """Draw the button that opens a dialog, for whoever may change it; tell whether it was used."""
    if not own_details.may_edit(scope, preferences.of(scope), permission):
        return False
    used = st.button(
        _("Edit"), icon=":material/edit:", key=f"edit.{key}", type="tertiary", help=help
    )
    if used:
        close_form(_FORM)  # a dialog that was left begins anew
    return used


@dialog(N_("Your details"), icon=":material/edit:")
def person() -> None:
    """Change one's own name, title and numbers."""
    scope = require_scope()
    opened = form(_FORM, lambda: _own(scope))
    before = opened.start
    drawn = Fields(opened.key)
    with st.form("details", border=False, enter_to_submit=False):
        st.text_input(
            _("E-mail"),
            before.email or "",
            disabled=True,
            help=_("You sign in with it. Write to us to change it."),
            key=f"{opened.key}.email",
        )
        _draw(
            drawn,
            detail_fields.PERSON,
            _PERSON_ROWS,
            before,
            lambda changes: own_details.change_person(scope, changes, before=before, now=utc_now()),
        )


@dialog(N_("Company"), icon=":material/edit:")
def company() -> None:
    """Change the company's name and how to reach it, and ask for another tax number."""
    scope = require_scope()
    opened = form(_FORM, lambda: details.my_details(scope))
    before = opened.start
    with st.form("details", border=False, enter_to_submit=False):
        _draw(
            Fields(opened.key),
            detail_fields.COMPANY,
            _COMPANY_ROWS,
            before,
            lambda changes: own_details.change_company(
                scope, changes, before=before, now=utc_now()
            ),
        )


@dialog(N_("Billing address"), icon=":material/edit:")
def billing_address() -> None:
    """Change where invoices go."""
    scope = require_scope()
    _address(scope, "billing")


@dialog(N_("Shipping address"), icon=":material/edit:")
def shipping_address() -> None:
    """Change where goods go."""
    scope = require_scope()
    _address(scope, "shipping")


ADDRESSES: Mapping[AddressKind, Callable[[], None]] = {
    "billing": billing_address,
    "shipping": shipping_address,
}
"""The dialog of each address."""


def _address(scope: Scope, kind: AddressKind) -> None:
    opened = form(_FORM, lambda: details.my_details(scope).address(kind))
    before = opened.start
    words = _("Documents that you have already keep the address they were sent to.")
    cards.draw(cards.sub(words))
    with st.form("details", border=False, enter_to_submit=False):
        _draw(
            Fields(opened.key),
            detail_fields.ADDRESS,
            _ADDRESS_ROWS,
            before,
            partial(_change_address, scope, kind, before),
        )


def _change_address(
    scope: Scope, kind: AddressKind, before: Address | None, changes: Mapping[str, str]
) -> None:
    own_details.change_address(scope, kind, changes, before=before, now=utc_now())


def _own(scope: Scope) -> Contact:
    mine = details.my_details(scope)
    return next(each for each in mine.contacts if each.id == scope.contact_id)


def _draw(
    drawn: Fields,
    fields: Mapping[str, Field],
    rows: Sequence[Sequence[str]],
    before: Contact | MyDetails | Address | None,
    save: Callable[[Mapping[str, str]], None],
) -> None:
    """Draw the fields of a form with its button, and save what was changed when it is sent."""
    for names in rows:
        for column, name in zip(st.columns(len(names)), names, strict=True):
            with column:
                drawn.text(name, fields[name], getattr(before, name, None))
    messages = st.container(key="details-messages")
    sent = st.form_submit_button(_("Save"), type="primary", icon=":material/check:")
    if sent:
        changes = {
            name: typed
            for name, typed in drawn.typed.items()
            if typed != (getattr(before, name, None) or "")
        }
        with messages:
            act(_("Saved. We see it, too."), lambda: save(changes), drawn=drawn, form=_FORM)
