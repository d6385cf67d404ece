"""The activity log as a list: who did what, from where, and when."""

from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.clock import local_time
from portal_data.messaging import activity, activity_log
from portal_data.messaging.activity_log import Filter, Logged, Sort
from portal_data.text.language import N_, NP_


def row(logged: Logged, business: Organisation) -> Row:
    """Return an entry as a row that opens what it was done to."""
    there = None
    if logged.subject_kind != "customer":
        there = links.subject(logged.subject_kind, logged.subject_id, logged.subject_number)
    moment = local_time(logged.happened_at, business.timezone)
    words = activity.sentence(logged.actor_name, logged.event, logged.subject_number)
    when = f"{say.day(moment.date(), business.locale)}, {moment:%H:%M}"
    return Row(there or "", (Cell(words), logged.address or "–", when))


SCREEN = listing.Screen(
    list=activity_log.LIST,
    path="activity",
    title=N_("Activity"),
    search=N_("Person, number or address"),
    filters={
        Filter.ALL: N_("All"),
        Filter.VIEWS: N_("Views"),
        Filter.DOWNLOADS: N_("Downloads"),
        Filter.ANSWERS: N_("Answers"),
        Filter.CHANGES: N_("Changes"),
        Filter.SIGN_INS: N_("Sign-ins"),
    },
    orders={Sort.NEWEST: N_("Newest"), Sort.OLDEST: N_("Oldest")},
    columns=(
        Column(N_("What happened"), "top-start", wide=True, link=True, people=True),
        Column(N_("From address"), "bottom-end", narrow=NP_("an address", "from")),
        Column(N_("When"), "bottom-start"),
    ),
    sorts={"When": (Sort.NEWEST, Sort.OLDEST)},
    ascending=frozenset({Sort.OLDEST}),
    row=row,
    empty=listing.nothing(
        Empty(N_("Nothing yet"), N_("What your colleagues do here is listed.")),
        N_("No entry matches"),
    ),
)
