"""Bank statements: what a bank says came, matched with open invoices and recorded."""

import streamlit as st

from components.session import require_staff
from components.staff import bank_form, bank_lines
from components.ui import cards
from portal_data.business import organisation
from portal_data.payments import bank

staff = require_staff()


@st.fragment
def statement() -> None:
    """The file, what stands where in it, and what is proposed; rerun alone."""
    staff = require_staff()
    business = organisation.get(staff)
    with st.container(border=True, key="card-bank"):
        given = bank_form.draw(bank.currencies(staff), business)
    if given is not None:
        bank_lines.draw(staff, given, business)


about = "What your bank says came in, matched with open invoices. You look at it before it counts."
cards.draw(cards.head("Bank statements", cards.sub(about)))
statement()
bank_lines.waiting(staff, organisation.get(staff))
