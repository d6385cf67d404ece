"""The portal's own server with one screen more: an empty one in the same frame, to compare with.

Served by `python -m benchmarks` through uvicorn, which is also what `streamlit run` uses.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app import app

__all__ = ["app"]

EMPTY = Path(__file__).resolve().parent / "empty.py"

_navigation = st.navigation


def _with_empty(pages: Sequence[st.Page], **options: Any) -> st.Page:
    """Navigate as the shell asks, and know the empty screen too."""
    empty = st.Page(EMPTY, title="Empty", url_path="empty", visibility="hidden")
    return _navigation([*pages, empty], **options)


st.navigation = _with_empty
