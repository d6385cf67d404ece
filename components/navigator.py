"""Following links between screens without loading the page anew; see browser/navigator.js."""

from pathlib import Path

import streamlit as st

_navigator = st.components.v2.component(
    "navigator",
    js=(Path(__file__).parent / "browser" / "navigator.js").read_text(encoding="utf-8"),
)


def draw() -> None:
    """Put the navigator, which shows nothing, into the frame."""
    with st.sidebar, st.container(key="unseen-navigator"):
        _navigator(key="navigator")
