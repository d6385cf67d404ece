"""Statement of account: a period's transactions with running balance, on the screen and as PDF."""

import streamlit as st

from components.documents import document_view, forwarding, statement_table
from components.session import require_scope
from components.ui import cards, downloads, links, period, tab
from portal_data.billing import balances, statements
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.customers.forwarding import OnePeriod
from portal_data.text.language import _

scope = require_scope()


@st.fragment
def account() -> None:
    """The statement under its choices, rerun alone."""
    scope = require_scope()
    business = organisation.get(scope)
    locale, today = business.locale, business.today(utc_now())
    with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                      horizontal_alignment="distribute"):  # fmt: skip
        cards.draw(cards.head(_("Statement"), cards.sub(scope.customer_name)))
        buttons = st.container(key="actions", width="content", horizontal=True, gap="xsmall")
    with st.container(key="choices", horizontal=True, vertical_alignment="bottom"):
        chosen = period.choose(today)
        currencies = statements.currencies(scope)
        wrong = period.wrong(currencies)
        currency = period.choose_currency(currencies)
    if wrong:
        cards.draw(wrong)
    if chosen is None:
        cards.draw(cards.card("", period.backwards()))
        return
    first, last = chosen
    title = _("Statement {period}", period=period.words(first, last, locale))
    tab.name(scope, title)
    statement = statements.statement(scope, currency, first, last)
    with buttons:
        files = downloads.of_statement(currency, first, last)
        cards.draw(cards.documents(links.statement_pdf(currency, first, last), files))
        what = OnePeriod(currency, first, last)
        document_view.draw_controls(*forwarding.control(scope, what, title))
    owed = balances.account(scope, today=today).of(currency) if last >= today else None
    bridge = None
    if owed:
        apart = owed.statement_minor != statement.closing_minor
        later = statements.dated_after(scope, currency, last) if apart else 0
        bridge = statement_table.to_payable(statement, owed, later, locale)
    cards.draw(
        cards.card("", statement_table.summary(statement, locale)),
        cards.card(_("From this balance to what is payable"), bridge) if bridge else None,
        cards.card("", statement_table.transactions(statement, locale)),
        cards.card(_("Open invoices by age"), statement_table.aging(statement, locale)),
        cards.sub(
            cards.link(_("Check my books: compare your own list with ours"), links.page("check"))
        ),
    )


account()
