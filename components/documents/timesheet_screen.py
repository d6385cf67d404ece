"""The screen of one timesheet, alike for its customer and for staff who look."""

import streamlit as st

from components.documents import timesheet_dialogs, timesheet_view
from components.lists import listing
from components.ui import cards, roles
from components.ui.markup import tag
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import details
from portal_data.messaging import activity
from portal_data.projects import timesheet_reversals
from portal_data.projects.timesheets import Approval, EntryFilter, Status
from portal_data.scope import Permission, Role, Scope
from portal_data.text.language import _, counted


def draw(
    scope: Scope, approval: Approval, business: Organisation, *, back: tuple[str, str]
) -> None:
    """Draw a timesheet with its entries; `back` leads to where it was chosen."""
    today = business.today(utc_now())
    request = listing.request(timesheet_view.SCREEN, id=approval.id)
    request, page = listing.read(scope, request, today, timesheet=approval.id)
    happened = activity.of_document(scope, approval.id)
    cards.draw(
        timesheet_view.head(approval, back),
        cards.grid(
            cards.card("", timesheet_view.summary(approval, page, business)),
            cards.card(_("History"), timesheet_view.history(approval, happened, business, today)),
        ),
    )
    undecided = page.counts[EntryFilter.UNDECIDED] + page.counts[EntryFilter.QUERIED]
    answered = approval.status in (Status.APPROVED, Status.REJECTED)
    if approval.status is Status.PENDING or (undecided and not answered):
        _waiting(scope, approval, undecided)
    if scope.may(Permission.TIMESHEET_ANSWER) and _may_be_taken_back(approval):
        timesheet_dialogs.seen(scope, approval.id)
        if st.button(_("Take back the answer"), icon=":material/undo:", key="timesheet.take_back"):
            timesheet_dialogs.take_back(approval.id)
    offered = timesheet_view.offered(request, page, approval)
    if scope.role is Role.STAFF:
        offered = listing.without_files(offered)
    listing.draw(offered, page, business)


def _may_be_taken_back(approval: Approval) -> bool:
    """Tell whether an answer was given lately, of which nothing is invoiced."""
    answered_at = approval.decided_at
    if approval.status is Status.PENDING or answered_at is None or approval.invoiced:
        return False
    return utc_now() - answered_at <= timesheet_reversals.GRACE


def _waiting(scope: Scope, approval: Approval, undecided: int) -> None:
    """Say that an answer is waited for and whose, and offer to give it to whoever may."""
    count = counted(undecided, "{count} entry", "{count} entries") if undecided else ""
    whose = roles.answering(scope, details.my_details(scope), Permission.TIMESHEET_ANSWER)
    with st.container(border=True, key="card-waiting", horizontal=True,
                      vertical_alignment="center", horizontal_alignment="distribute"):  # fmt: skip
        cards.draw(tag("div", tag("b", whose), f" · {count}" if count else "", class_="pt-line"))
        if not scope.may(Permission.TIMESHEET_ANSWER):
            return
        timesheet_dialogs.seen(scope, approval.id)  # what is answered is what is on the screen
        with st.container(horizontal=True, gap="small", width="content"):
            if st.button(_("Approve"), type="primary", key="timesheet.approve"):
                timesheet_dialogs.approve(approval.id)
            if undecided and st.button(_("Entry by entry"), key="timesheet.answer"):
                timesheet_dialogs.answer(approval.id)
            if st.button(_("Reject"), key="timesheet.reject"):
                timesheet_dialogs.reject(approval.id)
