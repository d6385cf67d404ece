"""The business's name and mark on top of the navigation."""

from pathlib import Path

import streamlit as st

from components.markup import Markup
from portal_data import organisation
from portal_data.scope import Scope, Staff

_MARK = str(Path(__file__).parent / "static" / "mark.svg")


def draw(who: Scope | Staff, *, lit: str | None) -> str:
    """Draw the mark with the name beside it, keep the entry `lit` lit, and return the name."""
    name = organisation.get(who).name
    st.logo(_MARK, size="medium")
    styles = f".stApp {{ --business: {_css_text(name)} }}"
    if lit:
        styles += (
            f' [data-testid="stSidebarNavLink"][href$="/{lit}"]'
            " { background: light-dark(#f1f3f7, #1c212b); font-weight: 600; }"
        )
    st.html(Markup(f"<style>{styles}</style>"))
    return name


def _css_text(text: str) -> str:
    """Return text as a CSS string in which every character but letters and digits is a code."""
    safe = "".join(
        letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):06x}"
        for letter in text
    )
    return f'"{safe}"'
