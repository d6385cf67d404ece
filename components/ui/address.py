"""What a screen shows, read from its address; a wrong parameter falls back, and is spoken of."""

from urllib.parse import urlsplit
from uuid import UUID

import streamlit as st

from portal_data.choices import Choice, choose
from portal_data.errors import Invalid


def choice(name: str, default: Choice) -> Choice:
    """Return the parameter `name` as a member of the default's enumeration."""
    try:
        return choose(name, st.query_params.get(name), default)
    except Invalid:
        return default


def refusal(name: str, default: Choice) -> str | None:
    """Return what is to be said of a parameter that `choice` did not take; None when it did."""
    try:
        choose(name, st.query_params.get(name), default)
    except Invalid as error:
        return str(error)
    return None


def number(name: str, default: int = 1) -> int:
    """Return the parameter `name` as a whole number from 1."""
    given = st.query_params.get(name, "")
    return max(1, int(given)) if given.isascii() and given.isdigit() and len(given) < 9 else default


def text(name: str, limit: int = 100) -> str:
    """Return the parameter `name`, cut to `limit` characters, without NUL, which no store holds."""
    return st.query_params.get(name, "").replace("\0", "")[:limit]


def screen() -> str:
    """Return the path of the screen that is open, such as `invoice`; empty when nobody knows."""
    return urlsplit(st.context.url or "").path.rpartition("/")[2]


def identifier(name: str) -> UUID:
    """Return the parameter `name` as an id; the nil id, which nothing has, when it is none."""
    try:
        return UUID(st.query_params.get(name, ""))
    except ValueError:
        return UUID(int=0)
