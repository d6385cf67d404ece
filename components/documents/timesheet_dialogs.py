"""The dialogs in which a customer answers a timesheet: approve, reject, or entry by entry."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from components.documents import project_view
from components.forms.action import act, confirmed
from components.session import Form, form, require_scope
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data import lists
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.messaging import comments
from portal_data.projects import timesheet_answers, timesheets
from portal_data.projects.timesheet_answers import REASON, Answer
from portal_data.projects.timesheets import ApprovalEntry, Decision, EntrySort
from portal_data.scope import Scope
from portal_data.text import bidi

_MANY = 2_000
"""Entries of one timesheet that can be answered one by one."""
_FEW = 40
"""So many of them at most are not approved at once: each one has fields of its own."""
_ANSWERS = {Decision.QUERIED: "Ask about it", Decision.REJECTED: "Reject"}


def seen(scope: Scope, approval_id: UUID) -> Form[int]:
    """Return the version of a timesheet that is on the screen, kept until it is answered."""
    return form(_name(approval_id), lambda: timesheets.get(scope, approval_id).version)


@st.dialog("Approve the timesheet?", icon=":material/task_alt:")
def approve(approval_id: UUID) -> None:
    """Ask before everything that is open is approved."""
    scope = require_scope()
    opened, waiting = seen(scope, approval_id), _open(scope, approval_id)
    cards.draw(_about(scope, approval_id, waiting, "are approved, and may be invoiced then."))
    _ask(
        "Approve",
        approval_id,
        lambda: timesheet_answers.approve(scope, approval_id, seen=opened.start, now=utc_now()),
        "The timesheet is approved. Thank you!",
    )


@st.dialog("Reject the timesheet?", icon=":material/cancel:")
def reject(approval_id: UUID) -> None:
    """Ask for the reason before everything that is open is rejected."""
    scope = require_scope()
    opened, waiting = seen(scope, approval_id), _open(scope, approval_id)
    cards.draw(_about(scope, approval_id, waiting, "are rejected, and will not be invoiced."))
    reason = st.text_area(
        "Reason", max_chars=comments.FIELD.limit * 2, height=110, key=f"{opened.key}.reason",
        placeholder="What is wrong? Everybody who works on it reads this.",
    )  # fmt: skip
    _ask(
        "Reject",
        approval_id,
        lambda: timesheet_answers.reject(
            scope, approval_id, reason, seen=opened.start, now=utc_now()
        ),
        "The timesheet is rejected, with your reason as a comment.",
    )


@st.dialog("Answer entry by entry", width="medium", icon=":material/checklist:")
def answer(approval_id: UUID) -> None:
    """Ask which entries are not approved, and why."""
    scope = require_scope()
    opened, waiting = seen(scope, approval_id), _open(scope, approval_id)
    locale = organisation.get(scope).locale
    chosen = st.multiselect(
        "Entries that you do not approve as they are",
        waiting,
        format_func=lambda entry: _named(entry, locale),
        placeholder="Choose entries",
        max_selections=_FEW,
        key=f"{opened.key}.entries",
    )
    refused = {each.id: _answer(each, f"{opened.key}.{each.id}", locale) for each in chosen}
    rest = [each for each in waiting if each.id not in refused]
    cards.draw(_about(scope, approval_id, rest, "are approved, and may be invoiced then."))
    _ask(
        "Send the answer",
        approval_id,
        lambda: timesheet_answers.answer(
            scope, approval_id, refused, seen=opened.start, now=utc_now()
        ),
        "Your answer is sent, with your reasons as a comment.",
    )


def _name(approval_id: UUID) -> str:
    return f"timesheet.{approval_id}"


def _open(scope: Scope, approval_id: UUID) -> list[ApprovalEntry]:
    """Return the entries that are not decided, oldest first."""
    page = lists.page(
        scope, timesheets.ENTRIES, sort=EntrySort.OLDEST, size=_MANY, timesheet=approval_id
    )
    return [
        each for each in page.rows if each.decision in (Decision.UNDECIDED, Decision.QUERIED)
    ]  # fmt: skip


def _about(
    scope: Scope, approval_id: UUID, entries: list[ApprovalEntry], consequence: str
) -> Markup:
    """Return how many entries and hours of what it is, and what becomes of them."""
    name = timesheets.get(scope, approval_id).name
    worked = say.hours(sum(each.minutes for each in entries), organisation.get(scope).locale)
    count = say.count(len(entries), "entry", "entries")
    words = join(tag("b", f"{count}, {worked},"), " of ", said(name, "b"), f" {consequence}")
    return tag("p", words, class_="pt-text")


def _answer(entry: ApprovalEntry, key: str, locale: str) -> Answer:
    """Draw what is asked about one entry; return the answer so far."""
    with st.container(border=True, key=f"refused-{key}", gap="small"):
        cards.draw(said(_named(entry, locale), "div", class_="pt-line"))
        decision = st.segmented_control(
            "Answer", list(_ANSWERS), format_func=_ANSWERS.__getitem__, default=Decision.QUERIED,
            required=True, key=f"{key}.decision", label_visibility="collapsed",
        )  # fmt: skip
        reason = st.text_input(
            "Reason", max_chars=REASON.limit * 2, key=f"{key}.reason",
            placeholder="Why?", label_visibility="collapsed",
        )  # fmt: skip
    return Answer(decision, reason)


def _named(entry: ApprovalEntry, locale: str) -> str:
    """Return an entry in few words."""
    day, worked = say.day(entry.date, locale), say.hours(entry.minutes, locale)
    return bidi.listed(day, entry.task or project_view.NO_TASK, entry.person, worked)


def _ask(label: str, approval_id: UUID, action: Callable[[], None], done: str) -> None:
    """Do it when the button is pressed, and close."""
    if confirmed(label):
        act(done, action, seen=_name(approval_id))
