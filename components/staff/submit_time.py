"""Staff send a project's time to its customer for approval: of some days, or a draft as it is."""

from datetime import date
from uuid import UUID

import streamlit as st

from components.forms.action import act, outcome
from components.session import close_form, flash, form
from components.ui import cards
from components.ui import format as say
from components.ui.markup import said, tag
from portal_data.business import preferences
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.projects import timesheet_submissions
from portal_data.projects.timesheet_submissions import NAME, Draft, ToSend
from portal_data.scope import Staff


def draw(staff: Staff, project_id: UUID, code: str, business: Organisation) -> None:
    """Offer to send what was not sent; nothing where the customer approves no time."""
    found = timesheet_submissions.to_send(staff, project_id)
    if not found.approved:
        return
    with st.container(border=True, key="card-submit"):
        cards.draw(cards.title("Send time for approval"))
        for draft in found.drafts:
            _draft(staff, draft, business.locale)
        if found.entries:
            _entries(staff, project_id, code, found, business)
        elif not found.drafts:
            cards.draw(cards.empty("Everything is sent", "New billable time appears here."))


def _draft(staff: Staff, draft: Draft, locale: str) -> None:
    """Offer to send a draft as it is."""
    name = f"draft.{draft.id}"
    seen = form(name, lambda: draft.version).start
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{draft.id}",
                      horizontal_alignment="distribute"):  # fmt: skip
        worked = say.hours(draft.minutes, locale)
        cards.draw(tag("div", said(draft.name, "b"), f" · {worked}", class_="pt-line"))
        if st.button("Send this draft", key=f"submit.{draft.id}"):
            act(
                "The timesheet is sent.",
                lambda: timesheet_submissions.send_draft(staff, draft.id, seen=seen, now=utc_now()),
                seen=name,
            )


def _entries(
    staff: Staff, project_id: UUID, code: str, found: ToSend, business: Organisation
) -> None:
    """Offer to send the time of some days under a name."""
    first, last = found.entries[0].date, found.entries[-1].date
    name = f"submit.{project_id}"
    opened = form(name, new_id)
    left, right = st.columns(2)
    with left:
        days = st.date_input(
            "Days", (first, last), min_value=first, max_value=last, format="DD/MM/YYYY",
            key=f"{opened.key}.days",
        )  # fmt: skip
    begins, ends = days if isinstance(days, tuple) and len(days) == 2 else (first, last)
    chosen = [each for each in found.entries if begins <= each.date <= ends]
    with right:
        named = st.text_input(
            "Name", _name(code, begins, ends, business.locale), max_chars=NAME.limit * 2,
            key=f"{opened.key}.name.{begins}.{ends}",
        )  # fmt: skip
    worked = say.hours(sum(each.minutes for each in chosen), business.locale)
    words = f"{say.count(len(chosen), 'entry', 'entries')}, {worked}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        sent = st.button("Send for approval", type="primary", key="submit.send")
        cards.draw(cards.sub(f"{words}. Whoever may approve it is told by mail.{_term(staff)}"))
    if (
        sent
        and outcome(
            lambda: timesheet_submissions.submit(
                staff, project_id, named, first=begins, last=ends, key=opened.start, now=utc_now()
            )
        )
        is not None
    ):
        close_form(name)
        flash("The timesheet is sent.")
        st.rerun()


def _term(staff: Staff) -> str:
    """Say when it counts as approved without an answer; nothing where it never does."""
    days = preferences.of_portal(staff).auto_approval.days
    return f" It counts as approved after {days} days without an answer." if days else ""


def _name(code: str, first: date, last: date, locale: str) -> str:
    """Return the name that a timesheet of some days gets unless staff choose another."""
    return f"{code} · {say.days(first, last, locale)}"[: NAME.limit]
