"""Reviews: what contacts say of the business's work; `review_desk` has what staff do with them."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import store
from portal_data.business import preferences
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events
from portal_data.messaging.event import Event
from portal_data.scope import Permission, Scope, Staff
from portal_data.store import Session
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc

BODY = Field(N_("Review"), 4_000, nfc, multiline=True)
CHANGEABLE_FOR = timedelta(hours=24)

COLUMNS = """
    select id, rating, body, period, may_publish, published_at, reply, replied_at, version,
        created_at
"""
_OWN = f"""
    {COLUMNS}
    from reviews
    where contact_id = $contact_id
    order by created_at desc, id
"""
_OWN_ONE = f"""
    {COLUMNS}
    from core.reviews
    where id = $id and customer_id = $customer_id and contact_id = $contact_id
    order by id
"""
OF_PERIOD = f"""
    {COLUMNS}
    from core.reviews
    where customer_id = $customer_id and contact_id = $contact_id and period = $period
    order by id
"""
# a review that is not written yet has no row to hold, so its author's row stands for it
_AUTHOR = """
    select id from core.contacts where id = $contact_id and customer_id = $customer_id order by id
"""
_ADD = """
    insert into core.reviews (id, customer_id, contact_id, rating, body, period, may_publish,
        created_at, updated_at, version)
    values ($id, $customer_id, $contact_id, $rating, $body, $period, $may_publish, $now, $now, 1)
"""
_CHANGE = """
    update core.reviews set version = version + 1,
        rating = $rating, body = $body, may_publish = $may_publish, updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_WITHDRAW = """
    update core.reviews set version = version + 1,
        may_publish = false, published_at = null, published_by = null, updated_at = $now
    where id = $id and customer_id = $customer_id
"""
_FULFIL = """
    update core.review_requests set review_id = $id
    where contact_id = $contact_id and customer_id = $customer_id and review_id is null
"""


@dataclass(frozen=True, slots=True)
class Review:
    """What one contact said of half a year; moments are naive UTC."""

    id: UUID
    rating: int
    """Stars, from 1 (poor) to 5 (excellent)."""
    body: str | None
    period: str
    may_publish: bool
    published_at: datetime | None
    reply: str | None
    replied_at: datetime | None
    version: int
    created_at: datetime

    def changeable(self, now: datetime) -> bool:
        """Whether its author may still change it: for a day, until it is answered or published."""
        untouched = self.replied_at is None and self.published_at is None
        return untouched and now < self.created_at + CHANGEABLE_FOR


def period_of(day: Date) -> str:
    """Return the half-year of a day, such as 2026-H2: a contact has one review in each."""
    return f"{day.year}-H{1 if day.month <= 6 else 2}"


def own(scope: Scope) -> list[Review]:
    """Return the contact's own reviews, newest first; colleagues have theirs."""
    with store.reading(scope) as session:
        found = session.rows(_OWN, contact_id=scope.contact_id)
    return [Review(**row) for row in found]


def write(
    scope: Scope,
    rating: int,
    body: str,
    *,
    may_publish: bool,
    seen: int | None,
    today: Date,
    now: datetime,
) -> None:
    """Rate the business's work in this half-year, or change what was written less than a day ago.

    `seen` is the version of the review that was on the screen; None where there was none. `today`
    is the business's calendar day. Raises NotFound when the business takes no reviews, Invalid for
    a rating that is none, InvalidFields for too long a text, Conflict when there is one already, or
    when it can be changed no longer.
    """
    scope.need(Permission.REVIEW_WRITE)
    if rating not in range(1, 6):
        raise Invalid(_("Choose from one to five stars."))
    text = form_fields.clean({"body": BODY}, {"body": body})["body"]
    who = {"customer_id": scope.customer_id, "contact_id": scope.contact_id}
    with store.writing(scope) as session:
        need_reviews(session)
        session.locked(_AUTHOR, **who)
        found = session.locked(OF_PERIOD, **who, period=period_of(today))
        if [row["version"] for row in found] != ([] if seen is None else [seen]):
            raise Conflict(_("Your review was written or changed elsewhere meanwhile."))
        written = {"rating": rating, "body": text, "may_publish": may_publish, "now": now}
        stars = f"{rating} of 5"
        if not found:
            review_id = new_id()
            session.change(
                _ADD, id=review_id, contact_id=who["contact_id"], period=period_of(today), **written
            )
            session.change(_FULFIL, id=review_id, contact_id=who["contact_id"])
            record(session, scope, events.REVIEW_ADDED, review_id, now, details=stars)
            return
        review = Review(**found[0])
        if not review.changeable(now):
            raise Conflict(_("This review can be changed no longer."))
        session.change(_CHANGE, id=review.id, **written)
        record(session, scope, events.REVIEW_CHANGED, review.id, now, details=stars)


def withdraw_consent(scope: Scope, review_id: UUID, *, seen: int, now: datetime) -> None:
    """Let the business publish a review of one's own no longer; a published one is taken back.

    Raises NotFound, and Conflict when it was changed since it was `seen`, or had no consent.
    """
    scope.need(Permission.REVIEW_WRITE)
    with store.writing(scope) as session:
        review = session.as_seen(
            _OWN_ONE,
            seen,
            id=review_id,
            customer_id=scope.customer_id,
            contact_id=scope.contact_id,
        )
        if not review["may_publish"]:
            raise Conflict(_("The business may not publish this review anyway."))
        session.change(_WITHDRAW, id=review_id, now=now)
        record(session, scope, events.REVIEW_CONSENT_WITHDRAWN, review_id, now)


def need_reviews(session: Session) -> None:
    """Raise NotFound, as for any unknown thing, unless contacts may write reviews."""
    if not preferences.get(session).reviews:
        raise NotFound(_("There is no such page."))


def record(
    session: Session,
    who: Scope | Staff,
    event: Event,
    review_id: UUID,
    now: datetime,
    *,
    customer_id: UUID | None = None,
    details: str | None = None,
) -> None:
    """Record what happened to a review, in the transaction that did it."""
    activity.record(
        session,
        who,
        event,
        now=now,
        customer_id=customer_id,
        subject_kind="review",
        subject_id=review_id,
        details=details,
        visible=False,
    )
