"""Dialogs whose titles are in the language of whoever opens them."""

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec

import streamlit as st

from portal_data.text.language import _

Given = ParamSpec("Given")


def dialog(
    title: str, *, icon: str | None = None, width: Literal["small", "medium", "large"] = "small"
) -> Callable[[Callable[Given, None]], Callable[Given, None]]:
    """Make a function the inside of a dialog, as `st.dialog` does; mark its title with `N_`."""

    def decorate(inside: Callable[Given, None]) -> Callable[Given, None]:
        @wraps(inside)
        def opened(*args: Given.args, **kwargs: Given.kwargs) -> None:
            st.dialog(_(title), icon=icon, width=width)(inside)(*args, **kwargs)

        return opened

    return decorate
