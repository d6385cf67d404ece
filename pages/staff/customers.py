"""Customers for staff: who they are and whether their people use the portal."""

import streamlit as st

from components.session import require_staff
from portal_data import customers

staff = require_staff()

SIZE = 50

st.title("Customers", anchor=False)


@st.fragment
def listing() -> None:
    """The list under its search, rerun alone."""
    staff = require_staff()
    search = st.text_input(
        "Search",
        type="search",
        placeholder="Name, number or e-mail",
        key="q",
        bind="query-params",
        width=320,
    )
    _, total = customers.list_for_staff(staff, search=search, size=1)
    pages = max(1, -(-total // SIZE))
    page = st.pagination(pages, key=f"customers.page.{search}") if pages > 1 else 1
    rows, _ = customers.list_for_staff(staff, search=search, page=page, size=SIZE)
    if not rows:
        st.info("No customer matches. Try another word.", icon=":material/search_off:")
        return
    st.dataframe(
        {
            "Number": [row.number or "" for row in rows],
            "Customer": [row.display_name for row in rows],
            "E-mail": [row.email or "" for row in rows],
            "Status": [row.status.capitalize() for row in rows],
            "Portal": ["On" if row.portal_enabled else "Off" for row in rows],
            "Active people": [row.contacts_active for row in rows],
            "Invited people": [row.contacts_invited for row in rows],
        },
        hide_index=True,
        width="stretch",
    )
    st.caption(f"{total:,} customers")


listing()
