"""The dialogs in which a customer answers a timesheet: approve, reject, or entry by entry."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from components.documents import project_view
from components.forms.action import act, confirmed
from components.forms.dialog import dialog
from components.session import Form, form, require_scope
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, filled, filled_count, said, tag
from portal_data import lists
from portal_data.business import organisation
from portal_data.clock import utc_now
from portal_data.messaging import comments
from portal_data.projects import timesheet_answers, timesheet_reversals, timesheets
from portal_data.projects.timesheet_answers import REASON, Answer
from portal_data.projects.timesheets import ApprovalEntry, Decision, EntrySort
from portal_data.scope import Scope
from portal_data.text import bidi
from portal_data.text.language import N_, _

_MANY = 2_000
"""Entries of one timesheet that can be answered one by one."""
_FEW = 40
"""So many of them at most are not approved at once: each one has fields of its own."""
_ANSWERS = {Decision.QUERIED: N_("Ask about it"), Decision.REJECTED: N_("Reject")}


def seen(scope: Scope, approval_id: UUID) -> Form[int]:
    """Return the version of a timesheet that is on the screen, kept until it is answered."""
    return form(_name(approval_id), lambda: timesheets.get(scope, approval_id).version)


@dialog(N_("Approve the timesheet?"), icon=":material/task_alt:")
def approve(approval_id: UUID) -> None:
    """Ask before everything that is open is approved."""
    scope = require_scope()
    opened, waiting = seen(scope, approval_id), _open(scope, approval_id)
    cards.draw(_about(scope, approval_id, waiting, approved=True))
    _ask(
        _("Approve"),
        approval_id,
        lambda: timesheet_answers.approve(scope, approval_id, seen=opened.start, now=utc_now()),
        _("The timesheet is approved. Thank you!"),
    )


@dialog(N_("Reject the timesheet?"), icon=":material/cancel:")
def reject(approval_id: UUID) -> None:
    """Ask for the reason before everything that is open is rejected."""
    scope = require_scope()
    opened, waiting = seen(scope, approval_id), _open(scope, approval_id)
    cards.draw(_about(scope, approval_id, waiting, approved=False))
    reason = st.text_area(
        _("Reason"), max_chars=comments.FIELD.limit * 2, height=110, key=f"{opened.key}.reason",
        placeholder=_("What is wrong? Everybody who works on it reads this."),
    )  # fmt: skip
    _ask(
        _("Reject"),
        approval_id,
        lambda: timesheet_answers.reject(
            scope, approval_id, reason, seen=opened.start, now=utc_now()
        ),
        _("The timesheet is rejected, with your reason as a comment."),
    )


@dialog(N_("Answer entry by entry"), width="medium", icon=":material/checklist:")
def answer(approval_id: UUID) -> None:
    """Ask which entries are not approved, and why."""
    scope = require_scope()
    opened, waiting = seen(scope, approval_id), _open(scope, approval_id)
    locale = organisation.get(scope).locale
    chosen = st.multiselect(
        _("Entries that you do not approve as they are"),
        waiting,
        format_func=lambda entry: _named(entry, locale),
        placeholder=_("Choose entries"),
        max_selections=_FEW,
        key=f"{opened.key}.entries",
    )
    refused = {each.id: _answer(each, f"{opened.key}.{each.id}", locale) for each in chosen}
    rest = [each for each in waiting if each.id not in refused]
    cards.draw(_about(scope, approval_id, rest, approved=True))
    _ask(
        _("Send the answer"),
        approval_id,
        lambda: timesheet_answers.answer(
            scope, approval_id, refused, seen=opened.start, now=utc_now()
        ),
        _("Your answer is sent, with your reasons as a comment."),
    )


@dialog(N_("Take back the answer?"), icon=":material/undo:")
def take_back(approval_id: UUID) -> None:
    """Ask before an answer is taken back."""
    scope = require_scope()
    opened = seen(scope, approval_id)
    words = filled(
        _(
            "{timesheet} waits for another answer then, with all of its entries. Reasons that "
            "were given stay in the comments."
        ),
        timesheet=said(timesheets.get(scope, approval_id).name, "b"),
    )
    cards.draw(tag("p", words, class_="pt-text"))
    _ask(
        _("Take back the answer"),
        approval_id,
        lambda: timesheet_reversals.take_back(scope, approval_id, seen=opened.start, now=utc_now()),
        _("The answer is taken back. The timesheet waits for another one."),
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
    scope: Scope, approval_id: UUID, entries: list[ApprovalEntry], *, approved: bool
) -> Markup:
    """Return how many entries and hours of what it is, and whether they are approved now."""
    name = timesheets.get(scope, approval_id).name
    worked = say.hours(sum(each.minutes for each in entries), organisation.get(scope).locale)
    parts = {"hours": worked, "timesheet": said(name, "b")}
    if approved:
        words = filled_count(
            len(entries),
            "{count} entry, {hours}, of {timesheet} is approved, and may be invoiced then.",
            "{count} entries, {hours}, of {timesheet} are approved, and may be invoiced then.",
            **parts,
        )
    else:
        words = filled_count(
            len(entries),
            "{count} entry, {hours}, of {timesheet} is rejected, and will not be invoiced.",
            "{count} entries, {hours}, of {timesheet} are rejected, and will not be invoiced.",
            **parts,
        )
    return tag("p", words, class_="pt-text")


def _answer(entry: ApprovalEntry, key: str, locale: str) -> Answer:
    """Draw what is asked about one entry; return the answer so far."""
    with st.container(border=True, key=f"refused-{key}", gap="small"):
        cards.draw(said(_named(entry, locale), "div", class_="pt-line"))
        decision = st.segmented_control(
            _("Answer"), list(_ANSWERS), format_func=lambda each: _(_ANSWERS[each]),
            default=Decision.QUERIED, required=True, key=f"{key}.decision",
            label_visibility="collapsed",
        )  # fmt: skip
        reason = st.text_input(
            _("Reason"), max_chars=REASON.limit * 2, key=f"{key}.reason",
            placeholder=_("Why?"), label_visibility="collapsed",
        )  # fmt: skip
    return Answer(decision, reason)


def _named(entry: ApprovalEntry, locale: str) -> str:
    """Return an entry in few words."""
    day, worked = say.day(entry.date, locale), say.hours(entry.minutes, locale)
    return bidi.listed(day, entry.task or _(project_view.NO_TASK), entry.person, worked)


def _ask(label: str, approval_id: UUID, action: Callable[[], None], done: str) -> None:
    """Do it when the button is pressed, and close."""
    if confirmed(label):
        act(done, action, seen=_name(approval_id))
