"""The bridge: what only the browser can do; see browser/bridge.js and form_help.js."""

from pathlib import Path
from typing import Literal

import streamlit as st

_BROWSER = Path(__file__).parent
_bridge = st.components.v2.component(
    "bridge", js=(_BROWSER / "bridge.js").read_text(encoding="utf-8")
)
_form_help = st.components.v2.component(
    "form_help", js=(_BROWSER / "form_help.js").read_text(encoding="utf-8")
)

Order = Literal["keep", "leave", "reload"]
"""Keep a sign-in (swap the ticket for the cookie), leave (drop the cookie) or load anew."""


def give(order: Order, number: str, ticket: str | None = None) -> None:
    """Give the browser an order; the same number again is the same order, done once."""
    with st.container(key=f"unseen-bridge-{number}"):
        _bridge(key=f"bridge.{number}", data={"order": order, "number": number, "ticket": ticket})


def go(address: str, number: str) -> None:
    """Go on in this tab at an address of the portal that is no screen, once for each number."""
    with st.container(key=f"unseen-bridge-{number}"):
        _bridge(key=f"bridge.{number}", data={"order": "go", "number": number, "address": address})


def form_help(*fields: str) -> None:
    """Say what the fields of the form in this card are for, in their order (HTML autocomplete)."""
    with st.container(key="unseen-form-help"):
        _form_help(key="form_help", data={"fields": list(fields)})
