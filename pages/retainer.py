"""One retainer invoice: the document, what is to be paid or available, and what drew on it."""

import streamlit as st

from components import address, cards, dialogs, document_view, links, retainer_list, retainer_view
from components import format as say
from components.session import require_scope
from portal_data import customers, organisation, retainers, viewings
from portal_data.clock import utc_now
from portal_data.errors import NotFound
from portal_data.scope import Permission

scope = require_scope()

business = organisation.get(scope)
now, locale = utc_now(), business.locale
today = business.today(now)
back = ("Retainer invoices", links.page("retainers"))
try:
    retainer = retainers.get(scope, address.text("number"), today=today)
except NotFound:
    text = "Check the address, or choose the retainer invoice from the list."
    cards.draw(
        cards.head("Retainer invoice not found", back=back),
        cards.card("", cards.empty("We cannot show this retainer invoice", text, tall=True)),
    )
    st.stop()

viewed = viewings.mark(scope, viewings.Kind.RETAINER_INVOICE, retainer.id, now)
with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    statuses = cards.pills(retainer_list.statuses(retainer))
    cards.draw(cards.head(retainer.number, statuses, back=back))
    with st.container(key="actions", width="content", horizontal=True, gap="xsmall"):
        cards.draw(cards.documents(links.retainer_pdf(retainer.id)))
        payable = say.money(retainer.payable_minor, retainer.currency_code, locale)
        may_pay = retainer.payable_minor > 0 and scope.may(Permission.INVOICE_PAY)
        if may_pay and st.button(
            f"Pay {say.escape_markdown(payable)}", type="primary", key="retainer.pay"
        ):
            dialogs.pay_retainer(retainer.number)

drawn = cards.card("Drawn by invoices", retainer_view.drawings(retainer, locale))
document = retainer_view.document(retainer, business, customers.my_details(scope))
cards.draw(
    document_view.sheet(
        cards.card("", retainer_view.balance(retainer, today, locale)),
        cards.card("", document),
        cards.card("Payments", retainer_view.payments(retainer, locale)),
        *([drawn] if retainer.drawings else []),
        cards.card(
            "History",
            document_view.history(
                retainer.history, viewed, retainer.currency_code, business, today
            ),
        ),
    )
)
