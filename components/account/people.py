"""The people of a customer on Account: everybody reads who they are, administrators let them in."""

import streamlit as st

from components.account import colleague_dialogs
from components.account.contact_access import ROLES, STATES
from components.session import close_form
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, filled, join, said, tag
from portal_data.customers.details import Contact, MyDetails
from portal_data.scope import Permission, Role, Scope
from portal_data.text import bidi
from portal_data.text.language import _, grouped

_FIRST = 50
"""So many people have their buttons on the screen before somebody asks for all of them."""


def draw(scope: Scope, mine: MyDetails, locale: str) -> None:
    """Draw everybody who acts for the company, with role and whether they can sign in."""
    if not scope.may(Permission.COLLEAGUES_MANAGE):
        people = [_person(scope, mine, each, locale) for each in mine.contacts]
        cards.draw(cards.card(_("People"), tag("div", cards.rows(people), class_="pt-people")))
        return
    with st.container(border=True, key="card-people", gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute",
                          vertical_alignment="center", key="head-people"):  # fmt: skip
            cards.draw(cards.title(_("People")))
            if st.button(
                _("Invite a colleague"), icon=":material/person_add:", key="people.invite"
            ):
                close_form(colleague_dialogs.FORM)
                colleague_dialogs.invite()
        shown = mine.contacts
        if len(shown) > _FIRST and not st.toggle(
            _("Show all {count} people", count=grouped(len(shown))), key="people.all"
        ):
            shown = shown[:_FIRST]
        for contact in shown:
            _row(scope, mine, contact, locale)


def _row(scope: Scope, mine: MyDetails, contact: Contact, locale: str) -> None:
    """Draw one person, with the button behind which their access is."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small",
                      key=f"person-{contact.id}"):  # fmt: skip
        person = cards.rows([_person(scope, mine, contact, locale)])
        cards.draw(tag("div", person, class_="pt-people"))
        if contact.id != scope.contact_id and st.button(
            _("Manage"),
            key=f"people.manage.{contact.id}",
            type="tertiary",
            help=_("Access of {name}", name=bidi.isolated(say.escape_markdown(contact.name))),
        ):
            close_form(colleague_dialogs.FORM)
            colleague_dialogs.manage(contact.id)


def _person(scope: Scope, mine: MyDetails, contact: Contact, locale: str) -> Markup:
    state, tone = STATES[contact.portal_status]
    limit = contact.payment_limit_minor
    code = contact.payment_limit_currency or mine.currency_code
    most = None
    if limit and scope.may(
        Permission.COLLEAGUES_MANAGE
    ):  # a colleague's is the business of who sets it
        most = _("Up to {amount} a payment", amount=say.money(limit, code, locale))
    email = contact.email if contact.name != contact.email else None  # who has no name is named so
    about = (contact.designation, email, contact.phone or contact.mobile, most)
    # each in its own direction: a title in one script must not turn the e-mail behind it
    parts = [join(" · " if at else "", said(part)) for at, part in enumerate(filter(None, about))]
    mark = tag("span", say.initials(contact.name), class_="pt-mark", aria_hidden="true")
    name = said(contact.name)
    return cards.row(
        filled(_("{name} (you)"), name=name) if contact.id == scope.contact_id else name,
        join(parts),
        before=mark,
        after=cards.pills([(_(ROLES[Role(contact.role)]), "gray"), (_(state), tone)]),
    )
