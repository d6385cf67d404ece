"""One's own account at the OpenID provider, as it opens the portal."""

import streamlit as st

from components.forms.action import act
from components.ui import cards
from components.ui import format as say
from portal_data.auth import linked_accounts
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.scope import Scope, Staff
from portal_data.settings import load
from portal_data.text import bidi
from portal_data.text.language import _


def card(who: Scope | Staff) -> None:
    """Draw which account opens the portal besides the password; nothing where none can."""
    provider = load().provider
    own = linked_accounts.list_own(who)
    if provider is None and not own:
        return
    with st.container(key="card-signin-linked", border=True):
        cards.draw(cards.title(_("Linked account")))
        if not own:
            name = bidi.isolated(provider.name) if provider else ""
            cards.draw(
                cards.sub(
                    _(
                        "None yet. It is linked when you first sign in through {name}, with the "
                        "e-mail that you have here.",
                        name=name,
                    )
                )
            )
            return
        business = organisation.get(who)
        for each in own:
            here = provider is not None and provider.issuer == each.issuer
            name = provider.name if provider and here else each.issuer
            used = each.last_used_at or each.created_at
            when = say.day(business.day_of(used), business.locale)
            since = say.day(business.day_of(each.created_at), business.locale)
            about = _("Linked on {since}, last used on {day}", since=since, day=when)
            cards.draw(cards.rows([cards.row(name, about)]))
        if st.button(_("Unlink"), key="linked.off", icon=":material/link_off:"):
            act(
                _("The account is unlinked. Your password opens the portal as before."),
                lambda: linked_accounts.unlink_own(who, utc_now()),
            )
