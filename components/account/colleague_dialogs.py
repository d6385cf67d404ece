"""Dialogs in which administrators of a customer invite colleagues and say what they may do."""

from uuid import UUID

import streamlit as st

from components.account.contact_access import ROLES, STATES
from components.forms.action import act
from components.forms.dialog import dialog
from components.forms.fields import Fields
from components.session import form, require_scope
from components.ui import cards, roles
from components.ui import format as say
from components.ui.markup import tag
from portal_data.auth import colleagues
from portal_data.auth.access import CONTACT_ROLES
from portal_data.auth.colleagues import Grant
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.customers.details import Contact
from portal_data.errors import NotFound
from portal_data.scope import Permission, Role, Scope
from portal_data.text import bidi
from portal_data.text.language import N_, _

FORM = "colleague"


@dialog(N_("Invite a colleague"), icon=":material/person_add:")
def invite() -> None:
    """Ask for a colleague's name, e-mail, role and limit, and mail an invitation."""
    scope = require_scope()
    scope.need(Permission.COLLEAGUES_MANAGE)
    drawn = Fields(form(FORM, lambda: None).key)
    with st.form("colleague", border=False, enter_to_submit=False):
        for column, name in zip(st.columns(2), ("first_name", "last_name"), strict=True):
            with column:
                drawn.text(name, colleagues.FIELDS[name], None)
        drawn.text("email", colleagues.FIELDS["email"], None)
        grant = _grant(scope, drawn, Grant(Role.VIEWER))
        messages = st.container(key="colleague-messages")
        sent = st.form_submit_button(_("Send invitation"), type="primary", icon=":material/send:")
    if sent:
        typed = drawn.typed
        with messages:
            act(
                _("The invitation is on its way."),
                lambda: colleagues.invite(
                    scope,
                    typed["first_name"],
                    typed["last_name"],
                    typed["email"],
                    grant,
                    utc_now(),
                ),
                drawn=drawn,
                form=FORM,
            )


@dialog(N_("Access of a colleague"), icon=":material/manage_accounts:")
def manage(contact_id: UUID) -> None:
    """Say what a colleague may do, invite them, and take access away or give it back."""
    scope = require_scope()
    scope.need(Permission.COLLEAGUES_MANAGE)
    opened = form(FORM, lambda: _find(scope, contact_id))
    contact, state = opened.start, opened.start.portal_status
    after = cards.pills([(_(STATES[state][0]), STATES[state][1])])
    mark = tag("span", say.initials(contact.name), class_="pt-mark", aria_hidden="true")
    person = cards.row(contact.name, cards.email(contact.email) or "", before=mark, after=after)
    cards.draw(tag("div", cards.rows([person]), class_="pt-people"))
    if state == "disabled":
        _give_back(scope, contact)
    elif not contact.email:
        cards.draw(cards.sub(_("We know no e-mail of theirs. Invite them as a new colleague.")))
    else:
        _granting(scope, contact, Fields(opened.key))
        if state == "invited":
            cards.draw(cards.sub(_("A new invitation ends the one that they have.")))
            _invite_again(scope, contact)
        if state != "not_invited":
            _take(scope, contact)


def _find(scope: Scope, contact_id: UUID) -> Contact:
    for each in details.my_details(scope).contacts:
        if each.id == contact_id:
            return each
    raise NotFound(_("There is no such contact."))


def _grant(scope: Scope, drawn: Fields, before: Grant) -> Grant:
    """Draw role and payment limit, and return what is chosen."""
    role = st.radio(
        _("Role"),
        CONTACT_ROLES,
        index=CONTACT_ROLES.index(before.role),
        format_func=lambda role: _(ROLES[role]),
        captions=[_capital(_(roles.ABOUT[each])) for each in CONTACT_ROLES],
        key=f"{drawn.key}.role",
    )
    currency = details.my_details(scope).currency_code
    limit = drawn.limit(
        "limit",
        colleagues.LIMIT,
        before.limit_minor,
        currency,
        note=_("The most they may pay at once, as an administrator or payer. Empty for no limit."),
    )
    return Grant(Role(role), limit)


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _granting(scope: Scope, contact: Contact, drawn: Fields) -> None:
    """Draw the form of a colleague's role and limit; one who has no access is invited with it."""
    new = contact.portal_status == "not_invited"
    before = Grant(Role(contact.role), contact.payment_limit_minor)
    # a role that nobody has chosen yet is no proposal
    start = Grant(Role.VIEWER, before.limit_minor) if new else before
    name = bidi.isolated(contact.name)
    with st.form("colleague", border=False, enter_to_submit=False):
        grant = _grant(scope, drawn, start)
        messages = st.container(key="colleague-messages")
        label, icon = (_("Send invitation"), "send") if new else (_("Save"), "check")
        sent = st.form_submit_button(label, type="primary", icon=f":material/{icon}:")
    if not sent:
        return
    with messages:
        if new:
            act(
                _("The invitation is on its way."),
                lambda: colleagues.invite_contact(scope, contact.id, grant, utc_now()),
                drawn=drawn,
                form=FORM,
            )
        else:
            act(
                _("Saved. It holds for {name} from now on.", name=name),
                lambda: colleagues.change(scope, contact.id, grant, before=before, now=utc_now()),
                drawn=drawn,
                form=FORM,
            )


def _invite_again(scope: Scope, contact: Contact) -> None:
    if st.button(_("Invite again"), key="colleague.again", icon=":material/send:"):
        act(
            _("The invitation is on its way."),
            lambda: colleagues.invite_again(scope, contact.id, utc_now()),
        )


def _take(scope: Scope, contact: Contact) -> None:
    """Say what follows from taking access away, beside the button that does it."""
    cards.draw(
        cards.sub(
            _("Without access they are signed out everywhere at once, and no invitation works.")
        )
    )
    if st.button(_("Disable access"), key="colleague.disable", icon=":material/person_off:"):
        act(
            _("Access of {name} is disabled.", name=bidi.isolated(contact.name)),
            lambda: colleagues.disable(scope, contact.id, utc_now()),
        )


def _give_back(scope: Scope, contact: Contact) -> None:
    """Offer what can be done for somebody who has lost access."""
    had_password = colleagues.disabled(scope).get(contact.id)
    if had_password is None:
        cards.draw(cards.sub(_("We took this access away. Write to us to have it back.")))
    elif not had_password:
        cards.draw(cards.sub(_("They never accepted an invitation.")))
        _invite_again(scope, contact)
    else:
        cards.draw(cards.sub(_("They sign in with the password they had, in the same role.")))
        if st.button(_("Enable access"), key="colleague.enable", type="primary"):
            act(
                _("{name} has access again.", name=bidi.isolated(contact.name)),
                lambda: colleagues.enable(scope, contact.id, utc_now()),
            )
