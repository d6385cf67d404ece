"""Home: what is owed, what waits, what happened, and whom one deals with."""

import streamlit as st

from components.account import contact_block, overview, shared_documents
from components.payments import in_flight, pay_several
from components.session import require_scope
from components.ui import cards, links, roles
from components.ui import format as say
from portal_data.billing import balances
from portal_data.billing.balances import Balance
from portal_data.business import organisation, preferences
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.messaging import activity
from portal_data.text import bidi
from portal_data.text.language import _

scope = require_scope()

now = utc_now()
business = organisation.get(scope)
today, locale = business.today(now), business.locale
account = balances.home(scope, today=today)
mine = details.my_details(scope)
shown = preferences.of(scope)


@st.fragment
def charts(of: list[Balance]) -> None:
    """Both charts of one currency, under the choice of it."""
    require_scope()
    codes = [each.currency_code for each in of]
    code = codes[0]
    left, right = st.columns([1, 1.35], gap="small")
    with left, st.container(border=True, height="stretch", key="card-aging"):
        with st.container(horizontal=True, horizontal_alignment="distribute", key="aging-head"):
            cards.draw(cards.title(_("Outstanding by age")))
            if len(codes) > 1:
                code = st.segmented_control(_("Currency of the charts"), codes, default=code,
                                            required=True, key="currency", width="content",
                                            bind="query-params",
                                            label_visibility="collapsed")  # fmt: skip
        chosen = of[codes.index(code)]
        overview.aging(chosen, locale)
    with right, st.container(border=True, height="stretch", key="card-months"):
        cards.draw(overview.months_title())
        overview.months(chosen, locale)


cards.draw(
    cards.banner(shown.banner_message) if shown.banner_message else None,
    cards.head(
        _("Hello, {name}", name=next(iter(scope.name.split()), scope.name)),
        cards.sub(f"{bidi.isolated(scope.customer_name)} · {say.long_day(today, locale)}"),
    ),
    overview.news(scope, business, today),
)
in_flight.of_all(scope, business)
used = overview.is_used(account)
for balance in account.balances if used else ():
    code, due = balance.currency_code, balance.payable_minor
    reason = roles.why_not_pay(scope, mine, due, code, locale)
    with st.container(border=True, key=f"card-account-{code}", horizontal=True,
                      vertical_alignment="center"):  # fmt: skip
        cards.draw(overview.account(balance, reason, locale))
        pay_several.button(scope, balance, can_pay=due > 0 and not reason)
my_details = cards.card(
    _("My details"), overview.details(mine), leads=(_("View more"), links.page("account"))
)
if used:
    charts(account.balances)
    waiting = overview.approvals(
        account.pending, scope, mine, timesheets=shown.projects_and_timesheets
    )
    entries = activity.recent(scope, overview.ENTRIES)
    paid = overview.last_payment(account.last_payment, today, locale)
    cards.draw(
        cards.grid(
            cards.stack(
                cards.card(_("Pending approvals"), waiting),
                cards.card(_("Recent activity"), overview.recent(entries, scope, business, today)),
            ),
            cards.card(_("Last payment"), paid),
            my_details,
            class_="three",
        )
    )
else:
    text = _("Invoices, payments and documents from {business} will appear here.",
             business=bidi.isolated(business.name))  # fmt: skip
    welcome = cards.empty(_("Welcome to your account"), text, tall=True)
    cards.draw(cards.card("", welcome), my_details)
shared_documents.draw(scope, business)
contact_block.draw(scope, business, shown)
