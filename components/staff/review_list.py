"""Reviews as the staff's list: who wrote what, and what waits for an answer."""

from components.lists import listing
from components.lists.record_list import Cell, Column, Empty, Pill, Row
from components.ui import format as say
from components.ui import links
from portal_data.business.organisation import Organisation
from portal_data.customers import review_desk
from portal_data.customers.review_desk import Filter, ReviewRow, Sort

_TONES = {1: "red", 2: "red", 3: "orange", 4: "green", 5: "green"}


def row(review: ReviewRow, business: Organisation) -> Row:
    """Return a review as a row that opens it."""
    states = [Pill("Answered", "gray") if review.answered else Pill("Waits for an answer", "blue")]
    if review.published:
        states.append(Pill("Published", "green"))
    return Row(
        links.review(review.id),
        (
            review.customer_name,
            review.contact_name,
            say.excerpt(review.body),
            Cell(pills=(Pill(f"{review.rating} of 5", _TONES[review.rating]),)),
            Cell(pills=tuple(states)),
            say.day(business.day_of(review.created_at), business.locale),
        ),
    )


SCREEN = listing.Screen(
    list=review_desk.LIST,
    path="reviews",
    title="Reviews",
    search="Customer, name or words",
    exported=False,
    filters={
        Filter.ALL: "All",
        Filter.WAITING: "Waiting",
        Filter.LOW: "Two stars or fewer",
        Filter.PUBLISHED: "Published",
    },
    orders={
        Sort.NEWEST: "Newest",
        Sort.OLDEST: "Oldest",
        Sort.BEST: "Best",
        Sort.WORST: "Worst",
    },
    columns=(
        Column("Customer", "top-start", link=True, people=True),
        Column("By", "middle-start", people=True),
        Column("Words", "bottom-start", wide=True, people=True),
        Column("Rating", "middle-end"),
        Column("State", "bottom-end"),
        Column("Written", "top-end", end=True),
    ),
    sorts={"Rating": (Sort.BEST, Sort.WORST), "Written": (Sort.NEWEST, Sort.OLDEST)},
    ascending=frozenset({Sort.OLDEST, Sort.WORST}),
    row=row,
    empty=listing.nothing(
        Empty("No reviews yet", "Customers write them on their page Review; ask for one there."),
        "No review matches",
        {
            Filter.WAITING: Empty("No waiting reviews"),
            Filter.LOW: Empty("No reviews of two stars or fewer"),
            Filter.PUBLISHED: Empty("No published reviews"),
        },
    ),
)
