"""The UI script: who is asking decides which screens there are; around them stands one frame.

It stands in components/ and not beside pages/ on purpose: see docs/decisions/0007. Streamlit runs
it anew each time, so what can be made once is in the modules it uses.
"""

import streamlit as st

from components import navigation, session
from components.account import account_menu, bell
from components.payments import demo_banner
from components.ui import brand, tab
from portal_data.scope import Scope

who = session.current()
shown = brand.of(who)
# before the navigation, or the browser asks Google for the picture of the first screen
st.set_page_config(page_icon=brand.icon(shown), layout="wide")
brand.paint(shown)
chosen = st.navigation(
    navigation.of(who), position="sidebar" if who else "hidden", expanded=who is not None
)
if who is not None:
    brand.draw(shown, lit=navigation.lit(who, chosen.url_path))
    account_menu.draw(who)
    bell.draw(who, chosen.url_path)
    if isinstance(who, Scope):
        demo_banner.draw()
tab.entitle(chosen.title, shown.name)
session.entered(chosen.url_path)
with session.known(who):
    chosen.run()
