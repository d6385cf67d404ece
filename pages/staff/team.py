"""Team: the people of the business itself, their roles and their access; for owners."""

import streamlit as st

from components.session import require_staff
from components.staff import team
from components.ui import cards
from portal_data.auth import linked_accounts, second_factor
from portal_data.auth import staff as members
from portal_data.scope import Role

staff = require_staff()

if staff.role is not Role.OWNER:
    cards.draw(
        cards.head("Team"),
        cards.card("", cards.empty("For owners", "Only an owner sees and changes the team.")),
    )
    st.stop()

with st.container(key="head", horizontal=True, vertical_alignment="bottom",
                  horizontal_alignment="distribute"):  # fmt: skip
    cards.draw(cards.head("Team", cards.sub(team.ABOUT)))
    with st.container(key="actions", width="content"):
        if st.button("Add a member", type="primary", icon=":material/person_add:", key="team.add"):
            team.invite()
with_factor, linked = second_factor.of_team(staff), linked_accounts.of_team(staff)
for each in members.list_members(staff):
    team.draw(staff, each, second_factor=each.id in with_factor, linked=each.id in linked)
