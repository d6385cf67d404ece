"""The field of a form that takes files."""

from dataclasses import dataclass

import streamlit as st

from portal_data.uploaded_files import EXTENSIONS, LARGEST


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it: neither its name nor its content is to be believed yet."""

    name: str
    content: bytes


def field(label: str, key: str, *, several: bool = False, hidden: bool = False) -> list[Upload]:
    """Draw the field of an open form and return what was chosen, once the form is sent."""
    chosen = st.file_uploader(
        label,
        type=list(EXTENSIONS),
        max_upload_size=LARGEST // 1024 // 1024,
        accept_multiple_files=several,
        key=key,
        label_visibility="collapsed" if hidden else "visible",
    )
    if not chosen:
        return []
    files = chosen if isinstance(chosen, list) else [chosen]
    return [Upload(each.name, each.getvalue()) for each in files]
