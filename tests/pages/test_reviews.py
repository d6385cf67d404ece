"""The page Review, and what staff do with what is written there."""

from typing import Any

import pytest

from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.customers import review_desk, reviews
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.pages.conftest import TODAY, Open, Screen
from tests.pages.test_organisation import press
from tests.people import mails

pytestmark = pytest.mark.only_engine("duckdb")
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) $x$ مرحبا"


def review(who: Scope, rating: int = 4, body: str = "Good", *, may_publish: bool = False) -> None:
    reviews.write(who, rating, body, may_publish=may_publish, seen=None, today=TODAY, now=utc_now())


def filled(shown: Screen, stars: int | None, words: str, *, publish: bool = False) -> Screen:
    """Fill the form and send it."""
    (rating,) = shown.app.feedback
    rating.set_value(None if stars is None else stars - 1)
    shown.app.text_area[0].set_value(words)
    shown.app.checkbox[0].set_value(publish)
    return press(shown, "Send")


def test_home_leads_to_it_unless_reviews_are_off(screen: Open, alice: Scope, owner: Staff) -> None:
    assert 'href="review"' in screen(alice).html
    assert "Review" in screen(alice, "review").html
    preferences.change(owner, now=NOW, reviews=False)
    assert 'href="review"' not in screen(alice).html


def test_a_review_is_written_and_changed(screen: Open, alice: Scope) -> None:
    shown = filled(screen(alice, "review"), 5, HOSTILE, publish=True)
    (written,) = reviews.own(alice)
    assert (written.rating, written.body, written.may_publish) == (5, HOSTILE, True)
    assert "5 of 5 stars" in shown.html
    raw = "".join(each.proto.body for each in shown.app.get("html"))
    assert "<img" not in raw
    assert "&lt;img" in raw
    shown = filled(screen(alice, "review"), 2, "After all, no")
    (changed,) = reviews.own(alice)
    assert (changed.rating, changed.body, changed.version) == (2, "After all, no", 2)


def test_without_stars_nothing_is_sent_and_words_are_kept(screen: Open, alice: Scope) -> None:
    shown = filled(screen(alice, "review"), None, "Many words")
    assert "Choose from one to five stars" in shown.text
    assert shown.app.text_area[0].value == "Many words"
    assert reviews.own(alice) == []


def test_what_was_written_in_another_tab_is_not_lost(screen: Open, alice: Scope) -> None:
    shown = screen(alice, "review")
    review(alice, 1, "From my phone")
    shown = filled(shown, 5, "From my desk")
    assert "elsewhere" in shown.text
    assert reviews.own(alice)[0].body == "From my phone"
    shown = press(shown, "Load what is stored")
    assert shown.app.text_area[0].value == "From my phone"


def test_an_answered_one_stands_and_consent_is_taken_back(
    screen: Open, alice: Scope, owner: Staff
) -> None:
    review(alice, may_publish=True)
    (written,) = reviews.own(alice)
    review_desk.reply(owner, written.id, HOSTILE, seen=1, now=utc_now())
    shown = screen(alice, "review")
    assert len(shown.app.text_area) == 0
    assert HOSTILE in shown.html
    press(shown, "Do not publish it")
    assert not reviews.own(alice)[0].may_publish


def test_a_colleague_sees_none_of_it(screen: Open, cast: Cast) -> None:
    review(cast.alice, body="Between us")
    assert "Between us" not in screen(cast.bob, "review").html
    assert "No reviews yet" in screen(cast.bob, "review").html


def test_staff_answer_and_publish(screen: Open, cast: Cast, owner: Staff, sam: Staff) -> None:
    review(cast.alice, 2, HOSTILE, may_publish=True)
    review(cast.charlie, 5, "")
    listed = screen(sam, "staff/reviews").records()
    assert [row["cells"][0] for row in listed["rows"]] == ["Birch GmbH", "Alder Ltd"]
    (waiting,) = screen(sam, "staff/reviews", status="low").records()["rows"]
    assert waiting["cells"][2] == HOSTILE
    (written,) = reviews.own(cast.alice)
    shown = screen(sam, "staff/review", id=str(written.id))
    assert "Alice Test" in shown.html
    shown = press(shown, "Send the answer")
    assert "Nothing is saved yet" in shown.text
    shown.app.text_area[0].set_value("We are sorry.")
    press(shown, "Send the answer")
    assert reviews.own(cast.alice)[0].reply == "We are sorry."
    assert [mail["to"] for mail in mails("mail.review_answer")] == [cast.alice.email]
    press(screen(owner, "staff/review", id=str(written.id)), "Mark as published")
    assert reviews.own(cast.alice)[0].published_at
    (other,) = reviews.own(cast.charlie)
    shown = screen(owner, "staff/review", id=str(other.id))
    assert "has not agreed" in shown.html
    assert "We are sorry." in screen(owner, "staff/customer", id=str(cast.alice.customer_id)).html


@pytest.mark.parametrize(
    "given", [{}, {"id": "none"}, {"id": "00000000-0000-0000-0000-000000000007"}]
)
def test_an_unknown_review_is_not_found(screen: Open, owner: Staff, given: dict[str, Any]) -> None:
    assert "Review not found" in screen(owner, "staff/review", **given).html


def test_a_contact_is_asked_for_one(screen: Open, cast: Cast, owner: Staff) -> None:
    shown = screen(owner, "staff/customer", id=str(cast.charlie.customer_id))
    shown = press(shown, "Ask for a review")
    assert [mail["to"] for mail in mails("mail.review_request")] == [cast.charlie.email]
    shown = press(
        screen(owner, "staff/customer", id=str(cast.charlie.customer_id)), "Ask for a review"
    )
    assert "thirty days" in shown.text
