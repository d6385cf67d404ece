"""The business's logo as owners upload, replace and remove it."""

import streamlit as st

from components.forms import fields
from components.forms.action import act
from components.session import form
from components.ui import brand as branding
from components.ui import cards
from components.ui.markup import Markup
from portal_data.business import brand, logos, organisation
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.scope import Staff

_FORM = "logo"


def draw(staff: Staff) -> None:
    """Draw the present logo and the form that changes it."""
    opened = form(_FORM, lambda: organisation.get(staff))
    with st.container(border=True, key="card-logo"):
        cards.draw(cards.title("Logo"), present(opened.start))
        with st.form("logo", border=False):
            upload = st.file_uploader(
                "New logo",
                ["png", "jpg", "jpeg"],
                key=f"{opened.key}.upload",
                max_upload_size=logos.UPLOAD_LIMIT // 1024 // 1024,
                help="Made for white paper. Transparent margins are cut off. PNG or JPEG, up to "
                f"{logos.UPLOAD_LIMIT // 1024 // 1024} MB.",
            )
            messages = st.container(key="logo-messages")
            with st.container(horizontal=True, gap="small"):
                use = st.form_submit_button("Use this logo")
                remove = opened.start.logo_sha256 is not None and st.form_submit_button(
                    "Remove logo", type="tertiary"
                )
    with messages:
        if use and upload is None:
            fields.refused("Choose a file first.")
        elif use and upload is not None:
            _save(staff, opened.start, upload.getvalue())
        elif remove:
            _save(staff, opened.start, None)


def present(business: Organisation) -> Markup:
    """Return the logo that the business has, or what stands in for it."""
    shown = brand.of(business)
    return branding.mark(shown) if shown.logo else cards.sub("None yet: your initials stand in.")


def _save(staff: Staff, before: Organisation, upload: bytes | None) -> None:
    act(
        "The logo is saved." if upload is not None else "The logo is removed.",
        lambda: organisation.set_logo(staff, upload, before=before, now=utc_now()),
        form=_FORM,
    )
