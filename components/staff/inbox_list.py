"""The inbox as a list: who wrote last in each conversation, about what, and what it waits for."""

from components.lists import listing
from components.lists.listing import Request
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import cards, links
from components.ui import format as say
from portal_data.business.organisation import Organisation
from portal_data.clock import utc_now
from portal_data.customers import conversations, inbox
from portal_data.customers.inbox import Filter, Sort, TalkRow
from portal_data.lists import Page


def row(talk: TalkRow, business: Organisation) -> Row:
    """Return a conversation as a row that opens what it is about."""
    day, today = business.day_of(talk.created_at), business.today(utc_now())
    pills = [Pill("Unanswered", "orange")] if talk.waiting else []
    if talk.unread:
        pills.append(Pill("New", "blue"))
    title = conversations.TITLES.get(talk.subject_kind, "")
    return Row(
        links.subject(talk.subject_kind, talk.subject_id, talk.name) or "",
        (
            Cell(talk.name or title, note=title if talk.name else None),
            talk.customer,
            Cell(say.excerpt(talk.body), note=talk.author_name),
            cards.when(day, today, business.locale),
            Cell(pills=tuple(pills)),
        ),
    )


def empty(request: Request, page: Page[TalkRow, Filter]) -> Empty:
    """Return what is said in place of rows."""
    query = request.query
    if query.search:
        words = f"Nothing was found for “{query.search}” under this filter."
        return Empty("No conversation matches", words)
    if query.filter is Filter.ALL:
        return Empty("No conversations yet", "What customers write appears here.")
    return Empty("Nothing waits for you", "Every comment has its answer or its reader.")


SCREEN = listing.Screen(
    list=inbox.LIST,
    path="inbox",
    title="Inbox",
    search="Customer, person or words",
    exported=False,
    filters={
        Filter.UNANSWERED: "Unanswered",
        Filter.UNREAD: "Not read by me",
        Filter.ALL: "All",
    },
    orders={Sort.LONGEST: "Waiting longest", Sort.NEWEST: "Newest"},
    columns=(
        Column("About", "top-start", link=True, people=True),
        Column("Customer", "middle-start", people=True),
        Column("Last comment", "below", wide=True, people=True),
        Column("Written", "bottom-start"),
        Column("Status", "bottom-end"),
    ),
    sorts={"Written": (Sort.LONGEST, Sort.NEWEST)},
    ascending=frozenset({Sort.LONGEST}),
    row=row,
    empty=empty,
)
