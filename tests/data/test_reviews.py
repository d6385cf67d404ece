"""Reviews: one in half a year, changed for a day, answered once, published with consent alone."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from portal_data import lists, store
from portal_data.business import preferences
from portal_data.customers import review_desk, reviews
from portal_data.customers.review_desk import Filter, Sort
from portal_data.customers.reviews import CHANGEABLE_FOR, Review
from portal_data.errors import Conflict, Invalid, InvalidFields, NotFound
from portal_data.messaging.chain import verify
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.people import at_once, events, mails, make_contact, rows

HOUR = timedelta(hours=1)
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) **b** \u202e\u2067مرحبا 你好"


def write(
    who: Scope,
    rating: int = 4,
    body: str = "Good",
    *,
    may_publish: bool = False,
    seen: int | None = None,
    now: datetime = NOW,
) -> Review:
    """Write a review as somebody does at `now`, and return the latest of theirs."""
    reviews.write(who, rating, body, may_publish=may_publish, seen=seen, today=now.date(), now=now)
    return reviews.own(who)[0]


@pytest.mark.parametrize(
    ("day", "period"),
    [
        (date(2026, 1, 1), "2026-H1"),
        (date(2026, 6, 30), "2026-H1"),
        (date(2026, 7, 1), "2026-H2"),
        (date(2026, 12, 31), "2026-H2"),
    ],
)
def test_a_period_is_half_a_year(day: date, period: str) -> None:
    assert reviews.period_of(day) == period


def test_a_review_is_kept_and_staff_hear_of_it_once(cast: Cast) -> None:
    written = write(cast.alice, 5, "  They answer   at once.\n\nThank you. ")
    assert (written.rating, written.body) == (5, "They answer at once.\n\nThank you.")
    assert (written.period, written.version, written.reply) == ("2026-H2", 1, None)
    assert events() == ["review.added"]
    assert len(rows("select id from core.outbox where kind = 'notify' order by id")) == 1
    with store.system_reading() as session:
        assert verify(session) == []


def test_a_colleague_a_stranger_and_nobody_read_none_of_it(cast: Cast, owner: Staff) -> None:
    write(cast.alice)
    assert reviews.own(cast.alice)
    assert reviews.own(cast.bob) == reviews.own(cast.charlie) == []
    assert review_desk.of_customer(owner, cast.charlie.customer_id) == []
    assert len(review_desk.of_customer(owner, cast.alice.customer_id)) == 1


def test_it_is_changed_for_a_day_by_whoever_saw_it(cast: Cast) -> None:
    write(cast.alice, 2, "Slow")
    changed = write(cast.alice, 4, "Better now", seen=1, now=NOW + HOUR)
    assert (changed.rating, changed.body, changed.version) == (4, "Better now", 2)
    assert changed.created_at == NOW
    for seen in (None, 1, 3):
        with pytest.raises(Conflict, match="elsewhere"):
            write(cast.alice, 1, seen=seen, now=NOW + HOUR)
    with pytest.raises(Conflict, match="no longer"):
        write(cast.alice, 1, seen=2, now=NOW + CHANGEABLE_FOR)
    assert reviews.own(cast.alice) == [changed]
    assert events() == ["review.added", "review.changed"]


def test_each_half_year_and_each_person_has_one(cast: Cast) -> None:
    for who in (cast.alice, cast.bob, cast.charlie):
        write(who)
    later = write(cast.alice, 5, now=NOW + timedelta(days=60))
    assert [each.period for each in reviews.own(cast.alice)] == ["2027-H1", "2026-H2"]
    assert later.rating == 5


def test_of_sixteen_clicks_one_counts(cast: Cast) -> None:
    done, refused = at_once(lambda number: write(cast.alice, 1 + number % 5))
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    assert len(reviews.own(cast.alice)) == 1
    assert events() == ["review.added"]


@pytest.mark.parametrize("rating", [0, 6, -1, 100])
def test_a_rating_is_one_to_five_stars(cast: Cast, rating: int) -> None:
    with pytest.raises(Invalid, match="one to five"):
        write(cast.alice, rating)
    assert reviews.own(cast.alice) == []


@pytest.mark.parametrize("body", ["x" * 4_001, "a\x00b", "x" * 1_000_000])
def test_words_that_cannot_be_kept_are_refused(cast: Cast, body: str) -> None:
    with pytest.raises(InvalidFields):
        write(cast.alice, 4, body)
    assert reviews.own(cast.alice) == []


def test_stars_alone_are_enough_and_words_keep_no_turning_marks(cast: Cast) -> None:
    assert write(cast.alice, 3, " \n ").body is None
    kept = write(cast.bob, 3, HOSTILE).body
    assert kept == HOSTILE.replace("\u202e", "").replace("\u2067", "")


def test_a_business_that_takes_none_has_no_page_for_them(cast: Cast, owner: Staff) -> None:
    write(cast.bob)
    preferences.change(owner, now=NOW, reviews=False)
    with pytest.raises(NotFound):
        write(cast.alice)
    with pytest.raises(NotFound):
        review_desk.request(owner, cast.alice.contact_id, today=NOW.date(), now=NOW)
    assert reviews.own(cast.alice) == []


def test_an_answer_reaches_its_author_once(cast: Cast, owner: Staff) -> None:
    written = write(cast.alice)
    for text in ("", " \n", "x" * 4_001):
        with pytest.raises(InvalidFields):
            review_desk.reply(owner, written.id, text, seen=1, now=NOW)
    answer = f"Thank you. {HOSTILE}"
    done, refused = at_once(
        lambda number: review_desk.reply(owner, written.id, answer, seen=1, now=NOW + HOUR)
    )
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    (mail,) = mails("mail.review_answer")
    assert mail["to"] == cast.alice.email
    assert "Thank you." in mail["quote"]
    (answered,) = reviews.own(cast.alice)
    assert answered.reply is not None
    assert "\u202e" not in answered.reply
    assert answered.replied_at == NOW + HOUR
    with pytest.raises(Conflict, match="answered already"):
        review_desk.reply(owner, written.id, "Again", seen=2, now=NOW)
    with pytest.raises(Conflict, match="no longer"):
        write(cast.alice, 1, seen=2, now=NOW + HOUR)
    with pytest.raises(NotFound):
        review_desk.reply(owner, UUID(int=7), "To whom?", seen=1, now=NOW)


def test_only_what_its_author_agreed_to_is_published(cast: Cast, owner: Staff) -> None:
    agreed, silent = write(cast.alice, may_publish=True), write(cast.bob)
    with pytest.raises(Conflict, match="not agreed"):
        review_desk.publish(owner, silent.id, True, seen=1, now=NOW)
    review_desk.publish(owner, agreed.id, True, seen=1, now=NOW)
    with pytest.raises(Conflict):
        review_desk.publish(owner, agreed.id, True, seen=2, now=NOW)
    assert reviews.own(cast.alice)[0].published_at == NOW
    reviews.withdraw_consent(cast.alice, agreed.id, seen=2, now=NOW + CHANGEABLE_FOR * 2)
    (withdrawn,) = reviews.own(cast.alice)
    assert (withdrawn.may_publish, withdrawn.published_at) == (False, None)
    assert events()[-1] == "review.consent_withdrawn"
    with pytest.raises(Conflict):
        reviews.withdraw_consent(cast.alice, agreed.id, seen=3, now=NOW)
    for other in (cast.bob, cast.charlie):
        with pytest.raises(NotFound):
            reviews.withdraw_consent(other, agreed.id, seen=3, now=NOW)


def test_publishing_is_taken_back(cast: Cast, owner: Staff) -> None:
    written = write(cast.alice, may_publish=True)
    review_desk.publish(owner, written.id, True, seen=1, now=NOW)
    review_desk.publish(owner, written.id, False, seen=2, now=NOW)
    assert reviews.own(cast.alice)[0].published_at is None
    assert events()[-2:] == ["review.published", "review.taken_back"]


def test_a_contact_is_asked_once_in_thirty_days_until_it_wrote(cast: Cast, owner: Staff) -> None:
    def ask(now: datetime) -> None:
        review_desk.request(owner, cast.bob.contact_id, today=now.date(), now=now)

    ask(NOW)
    (mail,) = mails("mail.review_request")
    assert mail["to"] == cast.bob.email
    assert mail["link"].endswith("/review")
    with pytest.raises(Conflict, match="thirty days"):
        ask(NOW + timedelta(days=29))
    ask(NOW + timedelta(days=30))
    written = write(cast.bob, now=NOW + timedelta(days=31))
    fulfilled = rows("select review_id from core.review_requests order by requested_at")
    assert [each["review_id"] for each in fulfilled] == [written.id, written.id]
    with pytest.raises(Conflict, match="already"):
        ask(NOW + timedelta(days=40))


def test_only_who_can_write_one_is_asked(cast: Cast, owner: Staff) -> None:
    outsider = make_contact(cast.alice, "dora@alder.example")
    with pytest.raises(Conflict, match="no access"):
        review_desk.request(owner, outsider, today=NOW.date(), now=NOW)
    with pytest.raises(NotFound):
        review_desk.request(owner, UUID(int=7), today=NOW.date(), now=NOW)
    assert mails("mail.review_request") == []


def test_staff_list_search_and_filter_them(cast: Cast, owner: Staff) -> None:
    first = write(cast.alice, 5, "Splendid", may_publish=True)
    second = write(cast.bob, 2, "Late 100%", now=NOW + HOUR)
    third = write(cast.charlie, 4, "", now=NOW + 2 * HOUR)
    review_desk.reply(owner, third.id, "Thanks", seen=1, now=NOW)
    review_desk.publish(owner, first.id, True, seen=1, now=NOW)

    def listed(**how: object) -> list[UUID]:
        page = lists.page(owner, review_desk.LIST, today=NOW.date(), **how)  # type: ignore[arg-type]
        return [row.id for row in page.rows]

    assert listed() == [third.id, second.id, first.id]
    assert listed(sort=Sort.OLDEST) == [first.id, second.id, third.id]
    assert listed(sort=Sort.BEST) == [first.id, third.id, second.id]
    assert listed(sort=Sort.WORST) == [second.id, third.id, first.id]
    assert listed(filter=Filter.WAITING) == [second.id, first.id]
    assert listed(filter=Filter.LOW) == [second.id]
    assert listed(filter=Filter.PUBLISHED) == [first.id]
    assert listed(search="100%") == listed(search="bob") == [second.id]
    assert listed(search="birch") == [third.id]
    row = lists.page(owner, review_desk.LIST, today=NOW.date(), search="splendid").rows[0]
    assert (row.customer_name, row.contact_name, row.rating) == ("Alder Ltd", "Alice Test", 5)
    review, author = review_desk.for_staff(owner, first.id)
    assert (review.body, author.name, author.customer_name) == (
        "Splendid",
        "Alice Test",
        "Alder Ltd",
    )
