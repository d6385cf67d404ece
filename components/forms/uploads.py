"""The field of a form that takes files."""

from dataclasses import dataclass

import streamlit as st

from components.ui import cards
from portal_data.text.language import _
from portal_data.uploaded_files import EXTENSIONS, LARGEST, TAKEN


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a browser sent it: neither its name nor its content is to be believed yet."""

    name: str
    content: bytes


def field(label: str, key: str, *, several: bool = False) -> list[Upload]:
    """Draw the field of an open form and return what was chosen, once the form is sent."""
    megabytes = LARGEST // 1024 // 1024
    # in place of Streamlit's own line of extensions, which is cut where there is no room for it
    with st.container(key=f"upload-{key}", gap="xsmall"):
        chosen = st.file_uploader(
            label,
            type=list(EXTENSIONS),
            max_upload_size=megabytes,
            accept_multiple_files=several,
            key=key,
        )
        cards.draw(
            cards.sub(_("{kinds}, up to {megabytes} MB each.", kinds=_(TAKEN), megabytes=megabytes))
        )
    if not chosen:
        return []
    files = chosen if isinstance(chosen, list) else [chosen]
    return [Upload(each.name, each.getvalue()) for each in files]
