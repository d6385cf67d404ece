"""What both sides say about a document, a project or a timesheet, and the box to say more in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import streamlit as st
from babel.dates import format_time

from components.documents import attached
from components.forms.action import outcome
from components.session import close_form, flash, form
from components.ui import cards, links
from components.ui import format as say
from components.ui.markup import Markup, join, lines, said, tag
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import conversations
from portal_data.ids import new_id
from portal_data.messaging import comments
from portal_data.messaging.comments import Remark
from portal_data.scope import Permission, Scope, Staff
from portal_data.settings import load
from portal_data.text import bidi
from portal_data.text.language import _, counted

_INTERNAL = "Add internal note"
_LATEST = 10
"""Remarks that are shown at once; earlier ones stand behind a line that says how many."""


@dataclass(frozen=True, slots=True)
class About:
    """What a conversation is about, as activity names it."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whose screen it is: side, who of it, and up to when they have read."""

    side: str
    id: UUID
    until: datetime | None

    def unread(self, remark: Remark) -> bool:
        """Whether the other side said it after the reader last looked."""
        foreign = (remark.author_kind == "contact") == (self.side == "staff")
        late = self.until is None or remark.happened_at > self.until
        return foreign and late and not remark.internal


def draw(scope: Scope, about: About, business: Organisation) -> None:
    """Draw a conversation for a contact, who has read it then, with the box for a comment."""
    remarks = comments.of_subject(scope, about.id)
    told = [each for each in remarks if each.author_kind != "contact"]
    until = conversations.read_until(scope, about.id) if told else None
    reader = _Reader("contact", scope.contact_id, until)
    with st.container(border=True, key="card-conversation"):
        cards.draw(cards.title(_("Comments")), _said(remarks, reader, business))
        name = f"comment.{about.id}"
        opened = form(name, new_id)
        with st.form(f"{opened.key}.form", border=False):
            body = _box(opened.key, _("Write a comment"))
            chosen = attached.field(opened.key) if scope.may(Permission.FILE_ADD) else []
            note = _("{business} is told at once.", business=bidi.isolated(business.name))
            sent = _buttons((_("Send"), True), note=note)
        if sent:
            _send(
                name,
                _("Your comment is sent."),
                lambda: conversations.write(
                    scope,
                    about.kind,
                    about.id,
                    body,
                    key=opened.start,
                    now=utc_now(),
                    uploaded=chosen,
                    folder=load().data_path / "files",
                ),
            )
    unread = [each.happened_at for each in told if reader.unread(each)]
    if unread:
        conversations.mark_read(scope, about.id, max(unread))


def draw_for_staff(staff: Staff, customer_id: UUID, about: About, business: Organisation) -> None:
    """Draw a conversation for staff, notes too, with the box for an answer or a note."""
    remarks = comments.for_staff(staff, customer_id, about.id)
    read = conversations.read_by_staff(staff, customer_id, about.id)
    reader = _Reader("staff", staff.staff_id, read.until)
    with st.container(border=True, key="card-conversation"):
        cards.draw(cards.title(_("Comments")), _said(remarks, reader, business))
        name = f"comment.{about.id}"
        opened = form(name, new_id)
        with st.form(f"{opened.key}.form", border=False):
            body = _box(opened.key, "Write to the customer, or a note for the staff")
            chosen = attached.field(opened.key)
            pressed = _buttons(("Reply to the customer", True), (_INTERNAL, False))
        if pressed:
            internal = pressed == _INTERNAL
            _send(
                name,
                "Only staff see your note." if internal else "The customer sees your answer.",
                lambda: conversations.reply(
                    staff, about.kind, about.id, body, internal=internal, key=opened.start,
                    now=utc_now(), uploaded=chosen, folder=load().data_path / "files",
                ),
            )  # fmt: skip
        _settle(staff, about, remarks, read.settled)
    unread = [each.happened_at for each in remarks if reader.unread(each)]
    if unread:
        conversations.mark_read_by_staff(staff, customer_id, about.id, max(unread))


def _settle(
    staff: Staff, about: About, remarks: Sequence[Remark], settled: datetime | None
) -> None:
    """Offer to leave the customer's last word without an answer."""
    told = [each for each in remarks if not each.internal]
    if not told or told[-1].author_kind != "contact":
        return
    if settled is not None and settled >= told[-1].happened_at:
        cards.draw(cards.sub("This wants no answer. It comes back when the customer writes again."))
        return
    last = max(each.happened_at for each in remarks)
    name = f"settle.{about.id}"
    seen = form(name, lambda: last).start
    if st.button("No answer needed", key="comment.settle", type="tertiary", icon=":material/done:"):
        _send(
            name,
            "The conversation has left the inbox.",
            lambda: conversations.settle(staff, about.kind, about.id, utc_now(), seen=seen),
        )


def _box(key: str, label: str) -> str:
    """Draw the field; what is too long is refused, and not cut."""
    typed: str = st.text_area(
        label, placeholder=f"{label} …", max_chars=comments.FIELD.limit * 2, height=92,
        key=f"{key}.body", label_visibility="collapsed",
    )  # fmt: skip
    return typed


def _buttons(*buttons: tuple[str, bool], note: str = "") -> str | None:
    """Draw the buttons below the field, whether each is the main one; return which was pressed."""
    pressed = None
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for label, main in buttons:
            if st.form_submit_button(label, type="primary" if main else "secondary"):
                pressed = label
        if note:
            cards.draw(cards.sub(note))
    return pressed


def _send(name: str, done: str, action: Callable[[], None]) -> None:
    if outcome(action) is not None:
        close_form(name)  # the next one is another one
        flash(done)
        st.rerun()


def _said(remarks: Sequence[Remark], reader: _Reader, business: Organisation) -> Markup:
    """Return what was said, oldest first; what is far back stands behind a line."""
    if not remarks:
        words = _("Questions and answers stay here, for both sides.")
        return cards.empty(_("Nothing was said yet"), words)
    earlier, latest = remarks[:-_LATEST], remarks[-_LATEST:]
    more = None
    if earlier:
        words = counted(
            len(earlier), "Show {count} earlier comment", "Show {count} earlier comments"
        )
        label = tag("summary", words, class_="pt-link")
        more = tag("details", label, _list(earlier, reader, business), class_="pt-more")
    return join(more, _list(latest, reader, business))


def _list(remarks: Iterable[Remark], reader: _Reader, business: Organisation) -> Markup:
    each = [_remark(remark, reader, business) for remark in remarks]
    return tag("ol", each, class_="pt-talk")


def _remark(remark: Remark, reader: _Reader, business: Organisation) -> Markup:
    author = remark.author or business.name
    own = remark.author_kind == reader.side and remark.author_id == reader.id
    pills = []
    if remark.internal:
        pills.append(("Internal note", "orange"))
    if reader.unread(remark):
        pills.append((_("New"), "blue"))
    moment = business.time_of(remark.happened_at)
    clock = format_time(moment, "short", locale=business.locale)
    when = f"{cards.when(moment.date(), business.today(utc_now()), business.locale)}, {clock}"
    return tag(
        "li",
        tag("span", say.initials(author), class_="pt-mark", aria_hidden="true"),
        tag(
            "div",
            tag(
                "div",
                said(_("You") if own else author, "b"),
                tag("span", when, class_="when"),
                cards.pills(pills) if pills else None,
                class_="who",
            ),
            tag("div", lines(remark.body), class_="body"),
            attached.links(
                remark.files, links.staff_file if reader.side == "staff" else links.file
            ),
            class_="said",
        ),
        class_=f"{remark.author_kind} internal" if remark.internal else remark.author_kind,
    )
