"""Notifications as a list: who did what, when, with the way to what it was done to."""

from components.lists import listing
from components.lists.listing import Request
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.clock import local_time, utc_now
from portal_data.lists import List, Page
from portal_data.messaging import notifications
from portal_data.messaging.notifications import Filter, Notice, Sort
from portal_data.text.language import N_, _


def row(notice: Notice, business: Organisation) -> Row:
    """Return a notification as a row that opens what it tells of; staff go to the customer else."""
    there = None
    if notice.subject_kind != "customer":
        there = links.subject(notice.subject_kind, notice.subject_id, notice.subject_number)
    if not there and notice.customer and notice.customer_id:
        there = links.customer(notice.customer_id)
    moment = local_time(notice.created_at, business.timezone)
    today = business.today(utc_now())
    near = say.ago(moment.date(), today) if (today - moment.date()).days < 14 else None
    return Row(
        there or "",
        (
            Cell(notice.sentence, note=notice.customer),
            Cell(f"{say.day(moment.date(), business.locale)}, {moment:%H:%M}", note=near),
            Cell(pills=(Pill(_("New"), "blue"),) if notice.unread else ()),
        ),
    )


def empty(request: Request, page: Page[Notice, Filter]) -> Empty:
    """Return what is said in place of rows."""
    if request.query.filter is Filter.UNREAD and page.counts[Filter.ALL]:
        return Empty(_("You have read everything"), _("What happens next appears here."))
    return Empty(_("Nothing has happened yet"), _("What concerns you appears here, newest first."))


def _screen(described: List[object, Notice, Filter, Sort]) -> listing.Screen[Notice, Filter, Sort]:
    return listing.Screen(
        list=described,
        path="notifications",
        title=N_("Notifications"),
        exported=False,
        filters={Filter.ALL: N_("All"), Filter.UNREAD: N_("Unread")},
        orders={Sort.NEWEST: N_("Newest")},
        columns=(
            Column(N_("What happened"), "top-start", wide=True, link=True, people=True),
            Column(N_("When"), "bottom-start"),
            Column(N_("Status"), "top-end"),
        ),
        row=row,
        empty=empty,
    )


OWN, OF_STAFF = _screen(notifications.LIST), _screen(notifications.STAFF_LIST)
"""The list of a contact, and that of a member of staff."""
