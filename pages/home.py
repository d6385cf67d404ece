"""Home: what is owed, what waits, what happened, and whom one deals with."""

import streamlit as st

from components import cards, dialogs, links, overview
from components import format as say
from components.session import require_scope
from portal_data import activity, balances, customers, files, organisation, preferences
from portal_data.balances import Balance
from portal_data.clock import utc_now
from portal_data.scope import Permission

scope = require_scope()

now = utc_now()
business = organisation.get(scope)
today, locale = business.today(now), business.locale
account = balances.home(scope, today=today)
entries = activity.recent(scope, 6)
shown = preferences.of(scope)
used = overview.is_used(account)


@st.fragment
def charts(of: list[Balance]) -> None:
    """Both charts of one currency, under the choice of it."""
    require_scope()
    codes = [each.currency_code for each in of]
    code = codes[0]
    if len(codes) > 1:
        code = st.segmented_control("Currency of the charts", codes, default=code, required=True,
                                    key="currency", bind="query-params",
                                    label_visibility="collapsed")  # fmt: skip
    chosen = of[codes.index(code)]
    left, right = st.columns([1, 1.35], gap="small")
    with left, st.container(border=True, height="stretch", key="card-aging"):
        cards.draw(cards.title("Outstanding by age"))
        overview.aging(chosen, locale)
    with right, st.container(border=True, height="stretch", key="card-months"):
        cards.draw(overview.months_title())
        overview.months(chosen, locale)


cards.draw(
    cards.banner(shown.banner_message) if shown.banner_message else None,
    cards.head(
        f"Hello, {next(iter(scope.name.split()), scope.name)}",
        cards.sub(f"{scope.customer_name} · {say.long_day(today, locale)}"),
    ),
    overview.overdue(account.balances, locale),
)
for balance in account.balances if used else ():
    code = balance.currency_code
    with st.container(border=True, key=f"card-account-{code}"):
        left, right = st.columns([1, 2.6], gap="medium", vertical_alignment="center")
        with left:
            cards.draw(overview.payable(balance, locale))
            may_pay = balance.payable_minor > 0 and scope.may(Permission.INVOICE_PAY)
            if may_pay and st.button("Pay now", type="primary", key=f"home.pay.{code}"):
                dialogs.pay_all(code)
        with right:
            cards.draw(overview.figures(balance, locale))
if used:
    charts(account.balances)
    waiting = overview.approvals(account.pending, timesheets=shown.projects_and_timesheets)
    happened = cards.grid(
        cards.card("Recent activity", overview.recent(entries, business, today)),
        cards.stack(
            cards.card("Pending approvals", waiting),
            cards.card("Last payment", overview.last_payment(account.last_payment, today, locale)),
        ),
    )
else:
    text = f"Invoices, payments and documents from {business.name} will appear here."
    happened = cards.card("", cards.empty("Welcome to your account", text, tall=True))
cards.draw(
    happened,
    cards.card(
        "My details",
        overview.details(customers.my_details(scope)),
        cards.link("View more", links.page("account")),
    ),
    cards.card("Shared documents", overview.documents(files.shared(scope), business)),
)
with st.container(border=True, key="card-organisation", horizontal=True,
                  vertical_alignment="center", horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(overview.organisation(business))
    may_write = business.email and scope.may(Permission.MESSAGE_SEND)
    if may_write and st.button("Send e-mail", icon=":material/mail:", key="home.write"):
        dialogs.write()
