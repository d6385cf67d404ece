"""Reviews on the staff's desk: listed, answered, published with consent, and asked for."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from portal_data import lists, store
from portal_data.customers import reviews
from portal_data.customers.reviews import COLUMNS, OF_PERIOD, Review
from portal_data.errors import Conflict, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox, templates
from portal_data.scope import Staff
from portal_data.store.engine import Row
from portal_data.text import form_fields, language
from portal_data.text.form_fields import Field
from portal_data.text.normal_form import nfc

REPLY = Field("Answer", 4_000, nfc, required=True, multiline=True)
ASKED_AGAIN_AFTER = timedelta(days=30)


class Filter(StrEnum):
    """The list's filters. Waiting is what nobody has answered."""

    ALL = "all"
    WAITING = "waiting"
    LOW = "low"
    PUBLISHED = "published"


class Sort(StrEnum):
    """The list's orders."""

    NEWEST = "newest"
    OLDEST = "oldest"
    BEST = "best"
    WORST = "worst"


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One review of the list; the moment is naive UTC."""

    id: UUID
    customer_name: str
    contact_name: str
    rating: int
    body: str | None
    answered: bool
    published: bool
    created_at: datetime


LIST = lists.List(
    reading=store.staff_reading,
    row=ReviewRow,
    columns="r.id, r.rating, r.body, r.created_at",
    derived={
        "customer_name": "u.display_name",
        "contact_name": "concat_ws(' ', c.first_name, c.last_name)",
        "answered": "r.replied_at is not null",
        "published": "r.published_at is not null",
    },
    source="""core.reviews r
    join core.contacts c on c.customer_id = r.customer_id and c.id = r.contact_id
    join core.customers u on u.id = r.customer_id""",
    search=("u.display_name", "c.first_name", "c.last_name", "r.body"),
    filters={
        Filter.ALL: lists.EVERY,
        Filter.WAITING: "not answered",
        Filter.LOW: "rating <= 2",
        Filter.PUBLISHED: "published",
    },
    orders={
        Sort.NEWEST: "created_at desc, id desc",
        Sort.OLDEST: "created_at, id",
        Sort.BEST: "rating desc, created_at desc, id desc",
        Sort.WORST: "rating, created_at desc, id desc",
    },
)
"""All reviews, for staff."""
_OF_CUSTOMER = f"""
    {COLUMNS}
    from core.reviews
    where customer_id = $customer_id
    order by created_at desc, id
"""
_ONE = f"""
    {COLUMNS}, customer_id, contact_id
    from core.reviews
    where id = $id
    order by id
"""
_WRITER = """
    select c.id, c.first_name, c.last_name, c.email, c.portal_status, u.portal_enabled,
        u.display_name as customer_name, c.customer_id, c.language,
        u.language as customer_language
    from core.contacts c
    join core.customers u on u.id = c.customer_id
    where c.id = $contact_id
    order by c.id
"""
_HOLD_WRITER = "select id from core.contacts where id = $contact_id order by id"
_REPLY = """
    update core.reviews set version = version + 1,
        reply = $reply, replied_at = $now, replied_by = $staff_id, updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_PUBLISH = """
    update core.reviews set version = version + 1,
        published_at = $published_at, published_by = $published_by, updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_LAST_REQUEST = """
    select max(requested_at) as requested_at from core.review_requests
    where contact_id = $contact_id and customer_id = $customer_id
    order by 1
"""
_REQUEST = """
    insert into core.review_requests (id, customer_id, contact_id, requested_by, requested_at)
    values ($id, $customer_id, $contact_id, $staff_id, $now)
"""


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a review, for staff."""

    contact_id: UUID
    name: str
    customer_id: UUID
    customer_name: str


def of_customer(staff: Staff, customer_id: UUID) -> list[Review]:
    """Return what the contacts of one customer wrote, newest first; none for an unknown one."""
    with store.staff_reading(staff) as session:
        return [Review(**row) for row in session.rows(_OF_CUSTOMER, customer_id=customer_id)]


def for_staff(staff: Staff, review_id: UUID) -> tuple[Review, Author]:
    """Return one review and who wrote it. Raises NotFound."""
    with store.staff_reading(staff) as session:
        found = session.one(_ONE, id=review_id)
        if found is None:
            raise NotFound("There is no such review.")
        writer = session.one(_WRITER, contact_id=found["contact_id"])
    author = Author(
        found.pop("contact_id"), _name(writer), found.pop("customer_id"), _customer(writer)
    )
    return Review(**found), author


def reply(staff: Staff, review_id: UUID, text: str, *, seen: int, now: datetime) -> None:
    """Answer a review, once; its author is sent the answer.

    Raises NotFound, InvalidFields for no or too long a text, Conflict when it was changed since it
    was `seen`, or answered already.
    """
    answer = form_fields.clean({"reply": REPLY}, {"reply": text})["reply"]
    with store.staff_writing(staff) as session:
        review = session.as_seen(_ONE, seen, id=review_id)
        if review["replied_at"] is not None:
            raise Conflict("This review is answered already.")
        customer_id = review["customer_id"]
        session.change(
            _REPLY,
            id=review_id,
            customer_id=customer_id,
            reply=answer,
            staff_id=staff.staff_id,
            now=now,
        )
        reviews.record(
            session, staff, events.REVIEW_ANSWERED, review_id, now, customer_id=customer_id
        )
        writer = session.one(_WRITER, contact_id=review["contact_id"])
        if writer and _reachable(writer):
            with language.reading(language.of_contact(writer)):
                letter = templates.review_answered(
                    writer["email"],
                    _name(writer),
                    templates.business_name(session),
                    str(answer),
                )
            outbox.enqueue(
                session,
                "mail.review_answer",
                dedup_key=f"review_answer:{review_id}",
                payload=letter,
                customer_id=customer_id,
                now=now,
            )


def publish(staff: Staff, review_id: UUID, published: bool, *, seen: int, now: datetime) -> None:
    """Say that a review is published, or no longer; only with its author's consent.

    Raises NotFound, and Conflict without consent, when it was changed since it was `seen`, or is so
    already.
    """
    with store.staff_writing(staff) as session:
        review = session.as_seen(_ONE, seen, id=review_id)
        if published and not review["may_publish"]:
            raise Conflict("Its author has not agreed to its publication.")
        if published == (review["published_at"] is not None):
            raise Conflict("It is so already.")
        customer_id = review["customer_id"]
        session.change(
            _PUBLISH,
            id=review_id,
            customer_id=customer_id,
            published_at=now if published else None,
            published_by=staff.staff_id if published else None,
            now=now,
        )
        event = events.REVIEW_PUBLISHED if published else events.REVIEW_TAKEN_BACK
        reviews.record(session, staff, event, review_id, now, customer_id=customer_id)


def request(staff: Staff, contact_id: UUID, *, today: Date, now: datetime) -> None:
    """Ask a contact by mail for a review of this half-year.

    Raises NotFound for an unknown contact and when the business takes no reviews, Conflict for one
    without access to the portal, who has written it already or was asked in the last thirty days.
    """
    with store.staff_writing(staff) as session:
        reviews.need_reviews(session)
        session.locked(_HOLD_WRITER, contact_id=contact_id)
        writer = session.one(_WRITER, contact_id=contact_id)
        if writer is None:
            raise NotFound("There is no such contact.")
        if not _reachable(writer):
            raise Conflict(f"{_name(writer)} has no access to the portal.")
        who = {"customer_id": writer["customer_id"], "contact_id": contact_id}
        if session.rows(OF_PERIOD, **who, period=reviews.period_of(today)):
            raise Conflict(f"{_name(writer)} has written a review of this half-year already.")
        asked = session.value(_LAST_REQUEST, **who)
        if asked is not None and now < asked + ASKED_AGAIN_AFTER:
            raise Conflict(f"{_name(writer)} was asked in the last thirty days.")
        request_id = new_id()
        session.change(_REQUEST, id=request_id, **who, staff_id=staff.staff_id, now=now)
        activity.record(
            session,
            staff,
            events.REVIEW_REQUESTED,
            now=now,
            customer_id=writer["customer_id"],
            subject_kind="contact",
            subject_id=contact_id,
            subject_number=_name(writer),
        )
        with language.reading(language.of_contact(writer)):
            letter = templates.review_request(
                writer["email"], _name(writer), templates.business_name(session)
            )
        outbox.enqueue(
            session,
            "mail.review_request",
            dedup_key=f"review_request:{request_id}",
            payload=letter,
            customer_id=writer["customer_id"],
            now=now,
        )


def _reachable(writer: Row) -> bool:
    access = writer["portal_status"] == "active" and writer["portal_enabled"]
    return bool(access and writer["email"])


def _name(writer: Row | None) -> str:
    named = (writer["first_name"], writer["last_name"]) if writer else ()
    return " ".join(part for part in named if part)


def _customer(writer: Row | None) -> str:
    return str(writer["customer_name"]) if writer else ""
