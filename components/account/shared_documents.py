"""Documents that a customer and the business share: the block on both sides, and its dialogs."""

from collections.abc import Callable, Sequence
from uuid import UUID

import streamlit as st

from components.forms import uploads
from components.forms.action import act
from components.forms.dialog import dialog
from components.forms.uploads import Upload
from components.session import form, require_scope, require_staff
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, filled, join, said, tag
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import files
from portal_data.customers.files import SharedFile
from portal_data.errors import Invalid
from portal_data.ids import new_id
from portal_data.scope import Permission, Scope, Staff
from portal_data.settings import load
from portal_data.text import bidi
from portal_data.text.language import N_, _

_SHORT = 5
"""Documents that are shown before *View more*."""
_FORM = "share"


def draw(scope: Scope, business: Organisation) -> None:
    """Draw the shared documents for a contact, and the button to share one for whoever may."""
    shared = files.shared(scope)
    with _block(scope.may(Permission.FILE_ADD), share):
        cards.draw(_list(shared, business, links.file, "contact"))


def draw_for_staff(staff: Staff, customer_id: UUID, business: Organisation) -> None:
    """Draw a customer's shared documents for staff, who share and withdraw."""
    shared = files.of_customer(staff, customer_id)
    with _block(True, lambda: share_with(customer_id)):
        cards.draw(_list(shared, business, links.staff_file, "staff"))
        there = [each for each in shared if each.removed_at is None]
        if there and st.button("Withdraw a document", key="files.withdraw", type="tertiary",
                               icon=":material/undo:"):  # fmt: skip
            withdraw(customer_id)


@dialog(N_("Share a document"), icon=":material/upload_file:")
def share() -> None:
    """Ask a contact for a file, and share it with the business."""
    scope = require_scope()
    folder, name = load().data_path / "files", _FORM

    def keep(chosen: Upload, key: UUID) -> None:
        files.share(scope, chosen.name, chosen.content, key=key, folder=folder, now=utc_now())

    text = _("The business and your colleagues can open it. Only the business can take it back.")
    _ask(name, text, keep)


@st.dialog("Share a document", icon=":material/upload_file:")
def share_with(customer_id: UUID) -> None:
    """Ask staff for a file, and share it with a customer."""
    staff = require_staff()
    folder, name = load().data_path / "files", f"{_FORM}.{customer_id}"

    def keep(chosen: Upload, key: UUID) -> None:
        files.share_with(
            staff, customer_id, chosen.name, chosen.content, key=key, folder=folder, now=utc_now()
        )

    text = f"Everybody at the customer can open it. Up to {files.STAFF_LIMIT} at a time."
    _ask(name, text, keep)


@st.dialog("Withdraw a document?", icon=":material/undo:")
def withdraw(customer_id: UUID) -> None:
    """Ask staff which document is withdrawn, and do it."""
    staff = require_staff()
    there = {
        each.id: each for each in files.of_customer(staff, customer_id) if each.removed_at is None
    }
    chosen = st.selectbox(
        "Document",
        list(there),
        format_func=lambda each: there[each].name if each in there else "",
        key="files.which",
    )
    cards.draw(cards.sub("Nobody at the customer can open it any more. Its name stays in sight."))
    with st.container(horizontal=True, gap="small"):
        sure = st.button("Withdraw", type="primary", key="files.sure", disabled=chosen is None)
        if st.button("Cancel", key="files.cancel"):
            st.rerun()
    if sure and chosen is not None:
        act("The document is withdrawn.", lambda: files.withdraw(staff, chosen, utc_now()))


def _block(may_share: bool, press: Callable[[], None]) -> "st.delta_generator.DeltaGenerator":
    """Draw the head of the block, and return where its inside goes."""
    block = st.container(border=True, key="card-files")
    with block, st.container(horizontal=True, horizontal_alignment="distribute",
                             vertical_alignment="center", key="files-head"):  # fmt: skip
        cards.draw(cards.title(_("Shared documents")))
        if may_share and st.button(_("Share a document"), key="files.share",
                                   icon=":material/upload_file:"):  # fmt: skip
            press()
    return block


def _ask(name: str, text: str, keep: Callable[[Upload, UUID], None]) -> None:
    """Draw the form that takes one file, and keep it."""
    opened = form(name, new_id)
    cards.draw(cards.sub(text))
    with st.form("share", border=False):
        chosen = uploads.field(_("File"), f"{opened.key}.file")
        messages = st.container(key="share-messages")
        with st.container(horizontal=True, gap="small"):
            sure = st.form_submit_button(_("Share"), type="primary", icon=":material/upload_file:")
            if st.form_submit_button(_("Cancel")):
                st.rerun()

    def shared() -> str:
        if not chosen:
            raise Invalid(_("Choose a file first."))
        keep(chosen[0], opened.start)
        return chosen[0].name

    if sure:
        with messages:
            act(lambda shown: _("{name} is shared.", name=bidi.isolated(shown)), shared, form=name)


def _list(
    shared: Sequence[SharedFile],
    business: Organisation,
    address: Callable[[UUID], str],
    side: str,
) -> Markup:
    """Return the newest documents, the others behind *View more*."""
    if not shared:
        return cards.empty(_("No documents yet"), _("Files that either side shares appear here."))
    rows = [_row(each, business, address, side) for each in shared]
    return join(cards.rows(rows[:_SHORT]), cards.more(rows[_SHORT:]))


def _row(
    file: SharedFile, business: Organisation, address: Callable[[UUID], str], side: str
) -> Markup:
    gone = file.removed_at is not None
    name = said(file.name) if gone and side == "contact" else cards.opened(
        said(file.name), address(file.id)
    )  # fmt: skip
    unnamed = _("the customer") if file.uploaded_by_kind == "contact" else business.name
    by = file.uploaded_by_name or unnamed
    shared_on = say.day(business.day_of(file.created_at), business.locale)
    note = filled(
        _("{day} · {size} · from {name}"),
        day=shared_on, size=say.size(file.size_bytes), name=said(by),
    )  # fmt: skip
    after = None
    if file.removed_at is not None:
        day = say.day(business.day_of(file.removed_at), business.locale)
        after = tag("span", _("Withdrawn {day}", day=day), class_="pt-pill gray")
    return cards.row(name, note, after=after)
