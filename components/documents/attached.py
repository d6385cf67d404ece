"""Files that belong to a comment or a dispute: choosing them, and the links to them."""

from collections.abc import Callable, Sequence
from uuid import UUID

import streamlit as st

from components.forms import uploads
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, said, tag
from portal_data.customers import files
from portal_data.messaging.comments import Attachment
from portal_data.text.language import _, counted


def field(key: str) -> list[tuple[str, bytes]]:
    """Draw the field of files, folded away until somebody wants it, and return what was chosen."""
    with st.expander(_("Attach files"), icon=":material/attach_file:"):
        label = counted(files.MOST_OF_COMMENT, "Up to {count} file", "Up to {count} files")
        chosen = uploads.field(label, f"{key}.files", several=True)
    return [(each.name, each.content) for each in chosen]


def links(attached: Sequence[Attachment], address: Callable[[UUID], str]) -> Markup | None:
    """Return links to files by the `address` of each; None without any."""
    if not attached:
        return None
    each = [
        tag("li", cards.icon("attach_file"), cards.opened(said(file.name), address(file.id)),
            tag("small", say.size(file.size_bytes)))
        for file in attached
    ]  # fmt: skip
    return tag("ul", each, class_="pt-attached")
