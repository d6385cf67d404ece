"""Data: what is published for analysts, how fresh it is, its files, and saved questions."""

import streamlit as st

from components.session import require_staff
from components.staff import data_view
from components.ui import cards
from portal_data.analysts import publications
from portal_data.business import organisation
from portal_data.errors import PortalError

staff = require_staff()

business = organisation.get(staff)
state = publications.state(staff)

with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    about = "The books as files for analysts, and what they answer. Nothing here changes the books."
    cards.draw(cards.head("Data", cards.sub(about)))
    with st.container(key="actions", width="content"):
        if st.button("Publish now", icon=":material/publish:", disabled=state.underway):
            publications.publish_now(staff)
            st.rerun()
if state.underway:
    data_view.watch()
elif state.failure:
    st.error(f"Not published: {state.failure}")

cards.draw(
    cards.grid(
        data_view.freshness(state, business), data_view.files(state.published, business.locale)
    )
)
if state.published is None:
    st.stop()

with st.container(border=True, key="card-answer"):
    slug = data_view.choose()
    try:
        answer = publications.answer(staff, slug)
    except PortalError as error:
        st.error(str(error))
        st.stop()
    cards.draw(cards.sub(answer.question.note))
    data_view.chart(answer, business)
    cards.draw(data_view.table(answer, business), data_view.csv(slug))
