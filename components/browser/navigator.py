"""Following links between screens without loading the page anew: see browser/navigator.js, and
browser/transition.js for what is in sight meanwhile."""

from pathlib import Path

import streamlit as st

_BROWSER = Path(__file__).parent
_navigator, _transition = (
    st.components.v2.component(name, js=(_BROWSER / f"{name}.js").read_text(encoding="utf-8"))
    for name in ("navigator", "transition")
)


def draw() -> None:
    """Put both, which show nothing, into the frame."""
    with st.sidebar, st.container(key="unseen-navigator"):
        _navigator(key="navigator")
        _transition(key="transition")
