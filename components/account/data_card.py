"""All data as one file, on Account: asked for, made in the background, downloaded for some days."""

from datetime import datetime

import streamlit as st

from components.forms.action import act
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import data_archives
from portal_data.customers.data_archives import Archive
from portal_data.scope import Permission, Scope
from portal_data.text.language import _, _p, counted


def draw(scope: Scope, business: Organisation) -> None:
    """Draw what became of the last file that the person asked for, and the button for another."""
    if not scope.may(Permission.DATA_DOWNLOAD):
        return
    last = data_archives.latest(scope)
    with st.container(border=True, key="card-data", gap="small"):
        about = _(
            "Documents as PDF, every list as CSV, what was said, shared files and your own details "
            "as one zip file. It takes some minutes; we mail you when it is ready."
        )
        cards.draw(cards.title(_("Your data")), cards.sub(about))
        if last is not None:
            cards.draw(_state(last, business))
        with st.container(horizontal=True, gap="small", key="data-actions"):
            if last is not None and _is_ready(last):
                cards.draw(_download(last))
            ask = (last is None or not last.under_way) and st.button(
                _("Ask for a file of all data"), icon=":material/folder_zip:", key="data.ask"
            )
        if ask:
            act(
                _("Your file is being made. We mail you when it is ready."),
                lambda: data_archives.ask(scope, utc_now()),
            )


def _state(last: Archive, business: Organisation) -> Markup:
    """Return what became of the last file."""
    asked = _moment(last.asked_at, business)
    if last.under_way:
        pill = (_("Asked for"), "gray") if last.status == "asked" else (_("Being made"), "blue")
        return _row(_("Asked on {moment}", moment=asked), "", pill)
    if last.status == "failed":
        words = _("It could not be made. Ask again, or write to us.")
        return _row(_("Asked on {moment}", moment=asked), words, (_p("file", "Failed"), "red"))
    if not _is_ready(last):
        words = _("It was deleted.")
        return _row(_("Asked on {moment}", moment=asked), words, (_p("file", "Expired"), "gray"))
    return _ready(last, business)


def _is_ready(last: Archive) -> bool:
    """Tell whether the file can be taken."""
    return last.status == "ready" and last.expires_at is not None and last.expires_at > utc_now()


def _download(last: Archive) -> Markup:
    href = links.data_archive(last.id)
    words = join(cards.icon("download"), _("Download"))
    return tag("a", words, href=href, download="", class_="pt-button")


def _ready(last: Archive, business: Organisation) -> Markup:
    until = _moment(last.expires_at or last.asked_at, business)
    notes = [say.size(last.size_bytes or 0), _("until {moment}", moment=until)]
    if last.left_out:
        notes.append(
            counted(last.left_out, "{count} thing is not in it", "{count} things are not in it")
        )
    made = _("Made {moment}", moment=_moment(last.finished_at or last.asked_at, business))
    return _row(made, " · ".join(notes), (_("Ready"), "green"))


def _row(words: str, note: str, pill: tuple[str, str]) -> Markup:
    return cards.rows([cards.row(said(words), note, after=cards.pills([pill]))])


def _moment(moment: datetime, business: Organisation) -> str:
    here = business.time_of(moment)
    return f"{say.day(here.date(), business.locale)}, {here:%H:%M}"
