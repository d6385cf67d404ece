"""Estimates on screen: the list by its address, and one offer with how to answer it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from portal_data import settings
from portal_data.billing import estimate_answers
from portal_data.clock import utc_now
from portal_data.output import acceptance
from portal_data.scope import Scope, Staff
from tests.conftest import NOW
from tests.data.choosing import make_choice
from tests.factories import insert, make_estimate, make_invoice
from tests.pages.conftest import TODAY, Open, Screen, app_as
from tests.people import events, rows, value

DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where signed copies are kept."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    yield tmp_path / "files"
    settings.load.cache_clear()


@pytest.fixture
def books(alice: Scope, charlie: Scope) -> None:
    """Store an open, a soon ending, an expired and an answered estimate, and a stranger's."""
    make_estimate(alice, number="EST-1", day=TODAY, subject="Garden plan")
    make_estimate(alice, number="EST-2", day=TODAY - 20 * DAY, expiry=TODAY + DAY)
    make_estimate(
        alice, number="EST-3", day=TODAY - 50 * DAY, expiry=TODAY - DAY, subject="<b>Late</b>"
    )
    make_estimate(alice, number="EST-4", day=TODAY - 60 * DAY, status="accepted")
    make_estimate(charlie, number="EST-9", subject="Secret of another")


def test_list_with_counts_and_pills(screen: Open, alice: Scope, books: None) -> None:
    shown = screen(alice, "estimates").records()
    assert [row["cells"][0] for row in shown["rows"]] == ["EST-1", "EST-2", "EST-3", "EST-4"]
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "4"), ("Open", "2"), ("Accepted", "1"), ("Declined", "0"), ("Invoiced", "0"),
        ("Expired", "1"),
    ]  # fmt: skip
    assert [row["cells"][4]["pills"][0]["text"] for row in shown["rows"]] == [
        "Open", "Open, 1 day left", "Expired", "Accepted",
    ]  # fmt: skip
    assert shown["rows"][2]["cells"][1] == "<b>Late</b>"
    assert shown["rows"][0]["href"] == "estimate?number=EST-1"


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"status": "open"}, ["EST-1", "EST-2"]),
        ({"status": "expired"}, ["EST-3"]),
        ({"q": "garden"}, ["EST-1"]),
        ({"q": "secret"}, []),
        ({"status": "open", "sort": "expiry"}, ["EST-2", "EST-1"]),
        ({"sort": "oldest"}, ["EST-4", "EST-3", "EST-2", "EST-1"]),
        ({"status": "x", "sort": "x", "page": "99"}, ["EST-1", "EST-2", "EST-3", "EST-4"]),
    ],
)
def test_address_decides(
    screen: Open, alice: Scope, books: None, query: dict[str, str], numbers: list[str]
) -> None:
    assert screen(alice, "estimates", **query).numbers() == numbers


def test_empty_states(screen: Open, alice: Scope) -> None:
    assert screen(alice, "estimates").records()["empty"]["title"] == "No estimates yet"
    waiting = screen(alice, "estimates", status="open").records()["empty"]
    assert waiting["text"] == "Nothing waits for an answer."
    assert "“x”" in screen(alice, "estimates", q="x").records()["empty"]["text"]


def test_an_open_offer_is_answered_where_it_is_read(screen: Open, alice: Scope) -> None:
    offer = make_estimate(
        alice, number="EST-7", day=TODAY, subject="Garden", notes="<i>Mind</i> the gap", revision=2
    )
    insert(
        "estimate_lines", customer_id=alice.customer_id, estimate_id=offer, position=2,
        name="Fountain", quantity=Decimal(1), unit_price=Decimal(9), total_minor=900,
        optional=True, selected=False,
    )  # fmt: skip
    shown = screen(alice, "estimate", number="EST-7")
    for words in (
        "Fern & Bloom Ltd", "Prepared for", "Alder Ltd", "Garden", "Planting plan", "£100.00",
        "Optional, not included in the total", "Valid until", "in 30 days",
        "With questions", "Waiting for your answer", "mailto:office@fern.example",
        "Estimate sent", "Revision",
        "Viewed by Alice Test",
    ):  # fmt: skip
        assert words in shown.html, words
    assert f"documents/estimate/{offer}.pdf" in shown.html
    assert "<i>Mind" in shown.html  # the entity resolved by the test, not by the browser
    assert [button.label for button in shown.app.button] == ["Forward", "Decline", "Accept", "Send"]
    assert events() == ["estimate.viewed"]


def test_who_may_not_answer_is_told_who_can(screen: Open, alice: Scope, bob: Scope) -> None:
    make_estimate(alice, number="EST-7", day=TODAY)
    shown = screen(bob, "estimate", number="EST-7")
    assert [each.label for each in shown.app.button] == ["Send"]  # a comment
    assert " can answer" in shown.html
    assert "Waiting for your answer" not in shown.html


def accepting() -> None:
    """Press Accept on the screen of an estimate."""
    from components.documents import estimate_dialogs
    from components.session import form

    form("estimate.EST-7", lambda: 1)
    estimate_dialogs.accept("EST-7")


def declining() -> None:
    """Press Decline on the screen of an estimate."""
    from components.documents import estimate_dialogs
    from components.session import form

    form("estimate.EST-7", lambda: 1)
    estimate_dialogs.decline("EST-7")


def _pressed(button: Callable[[], None], who: Scope | Staff | None) -> Screen:
    return Screen(app_as(AppTest.from_function(button, default_timeout=30), who).run())


def _named(shown: Screen, label: str) -> Button:
    return next(each for each in shown.app.button if each.label == label)


def test_accepting_asks_for_a_name_and_keeps_it(folder: Path, alice: Scope) -> None:
    make_estimate(alice, number="EST-7", day=TODAY, subject="<i>Garden</i>")
    shown = _pressed(accepting, alice)
    for words in ("EST-7", "<i>Garden</i>", "£100.00", "By signing you order", "SHA-256"):
        assert words in shown.html, words
    _named(shown, "Accept and sign").click()
    shown = shown.rerun()
    assert "This cannot be empty." in shown.html
    assert "Your full name" in shown.text
    shown.app.text_input[0].set_value("Alice <b>Test</b>")
    _named(shown, "Accept and sign").click()
    shown.rerun()
    (row,) = rows("select status, accepted_name from core.estimates order by id")
    assert row == {"status": "accepted", "accepted_name": "Alice <b>Test</b>"}
    assert len(list(folder.iterdir())) == 2


def test_declining_takes_a_reason(alice: Scope) -> None:
    make_estimate(alice, number="EST-7", day=TODAY)
    shown = _pressed(declining, alice)
    shown.app.text_area[0].set_value("Too dear")
    _named(shown, "Decline").click()
    shown.rerun()
    (row,) = rows("select status, decline_reason from core.estimates order by id")
    assert row == {"status": "declined", "decline_reason": "Too dear"}


@pytest.mark.parametrize("button", [accepting, declining])
def test_who_was_overtaken_is_told_by_what(
    folder: Path, alice: Scope, button: Callable[[], None]
) -> None:
    make_estimate(alice, number="EST-7", day=TODAY)
    shown = _pressed(button, alice)
    if button is accepting:
        shown.app.text_input[0].set_value("Alice Test")
    estimate_answers.decline(alice, "EST-7", "", seen=1, now=utc_now())
    shown.app.button[0].click()
    shown = shown.rerun()
    assert "This estimate has already been declined" in shown.text
    assert "Load what is stored" in [each.label for each in shown.app.button]
    assert len(events()) == 1


@pytest.mark.parametrize("button", [accepting, declining])
def test_nobody_and_viewers_get_no_further(
    folder: Path, alice: Scope, bob: Scope, button: Callable[[], None]
) -> None:
    make_estimate(alice, number="EST-7", day=TODAY, subject="Garden")
    shown = _pressed(button, None)
    assert "Garden" not in shown.html
    assert list(shown.app.button) == []
    shown = _pressed(button, bob)
    if shown.app.button:
        _named(shown, "Decline").click()
        shown = shown.rerun()
    assert "Your role does not allow this" in shown.text
    assert events() == []


def undoing() -> None:
    """Press Undo acceptance on the staff's screen of an estimate."""
    from components.session import form
    from components.staff import estimates

    form("staff.estimate.EST-7", lambda: 2)
    estimates.undo("EST-7", "Alice <b>T</b>")


def test_staff_undo_an_acceptance_after_a_question(
    screen: Open, folder: Path, alice: Scope, owner: Staff
) -> None:
    make_estimate(alice, number="EST-7", day=TODAY)
    assert "estimate.undo" not in [each.key for each in _staff_screen(screen, owner).app.button]
    offer = acceptance.offer(alice, "EST-7", seen=1, now=utc_now())
    acceptance.accept(alice, offer, "Alice <b>T</b>", address=None, folder=folder, now=utc_now())
    assert "estimate.undo" in [each.key for each in _staff_screen(screen, owner).app.button]
    shown = _pressed(undoing, owner)
    assert "Alice <b>T</b>" in shown.html
    assert value("select status from core.estimates") == "accepted"
    _named(shown, "Undo acceptance").click()
    shown.rerun()
    assert value("select status from core.estimates") == "sent"
    assert "Acceptance taken back by Olive" in screen(alice, "estimate", number="EST-7").html


def revising() -> None:
    """Press Revise on the staff's screen of an estimate."""
    from components.session import form
    from components.staff import estimates

    form("staff.estimate.EST-7", lambda: 1)
    estimates.revise("EST-7")


def test_staff_send_an_estimate_again(screen: Open, alice: Scope, owner: Staff) -> None:
    make_estimate(alice, number="EST-7", day=TODAY)
    assert "estimate.revise" in [each.key for each in _staff_screen(screen, owner).app.button]
    shown = _pressed(revising, owner)
    shown.app.text_area[0].set_value("Valid for <b>longer</b>")
    _named(shown, "Send again").click()
    shown.rerun()
    told = screen(alice, "estimate", number="EST-7").html
    for words in ("What has changed", "Revision 2", "Valid for <b>longer</b>"):
        assert words in told, words
    assert value("select revision from core.estimates") == 2


def test_totals_follow_what_is_chosen(
    screen: Open, folder: Path, alice: Scope, owner: Staff
) -> None:
    make_choice(alice, "EST-7", day=TODAY, expiry=TODAY + DAY)
    shown = screen(alice, "estimate", number="EST-7")
    assert "Choose what you order" in shown.html
    assert [each.label.replace("\\", "") for each in shown.app.number_input] == [
        "Tree · £25.50 · from 2 to 6", "Fountain · from 0.5 to 2.5",
    ]  # fmt: skip
    assert shown.app.number_input[1].disabled
    assert "£554.40" not in shown.html
    shown.app.number_input[0].set_value(3)
    pond, fountain = shown.app.checkbox
    pond.uncheck()
    fountain.check()
    shown = shown.rerun()
    shown.app.number_input[1].set_value(2.25)
    shown = shown.rerun()
    assert "£357.30" in shown.html
    assert "Offered: " in shown.html
    _named(shown, "Accept").click()
    shown = shown.rerun()
    assert "choose=2%3A3%2C3%3A0%2C4%3A2.25" in shown.html
    choices = ((2, Decimal(3)), (3, Decimal(0)), (4, Decimal("2.25")))
    offer = acceptance.offer(alice, "EST-7", seen=1, now=utc_now(), choices=choices)
    acceptance.accept(alice, offer, "Alice", address=None, folder=folder, now=utc_now())
    for who in (alice, owner):
        told = screen(who, "estimate", number="EST-7").html
        for words in ("£357.30", "Chosen from an offer of", "Optional, not included in the total"):
            assert words in told, words


def test_who_may_not_answer_chooses_nothing(
    screen: Open, alice: Scope, bob: Scope, owner: Staff
) -> None:
    make_choice(alice, "EST-7", day=TODAY, expiry=TODAY + DAY)
    for who in (bob, owner):
        shown = screen(who, "estimate", number="EST-7")
        assert not shown.app.checkbox
        assert "Quantity from 2 to 6" in shown.html


def _staff_screen(screen: Open, who: Staff) -> Screen:
    return screen(who, "estimate", number="EST-7")


def test_a_signed_offer_bears_the_signature(screen: Open, folder: Path, alice: Scope) -> None:
    make_estimate(alice, number="EST-7", day=TODAY)
    offer = acceptance.offer(alice, "EST-7", seen=1, now=utc_now())
    acceptance.accept(alice, offer, "Alice <b>T</b>", address=None, folder=folder, now=utc_now())
    shown = screen(alice, "estimate", number="EST-7")
    assert "Accepted and signed by" in shown.html
    assert shown.html.count("Alice <b>T</b>") >= 3
    assert [each.label for each in shown.app.button] == ["Forward", "Send"]


def test_what_became_of_an_offer(screen: Open, alice: Scope) -> None:
    make_estimate(
        alice, number="EST-1", status="declined", declined_at=NOW, declined_by=alice.contact_id,
        decline_reason="<b>Too</b> dear",
    )  # fmt: skip
    declined = screen(alice, "estimate", number="EST-1").html
    assert "Declined by" in declined
    assert "“<b>Too</b> dear”" in declined
    assert "For another offer" in declined
    make_estimate(alice, number="EST-2", expiry=TODAY - DAY, day=TODAY - 9 * DAY)
    expired = screen(alice, "estimate", number="EST-2").html
    assert "yesterday" in expired
    assert "For a new offer" in expired
    offer = make_estimate(alice, number="EST-3", status="invoiced")
    make_invoice(alice, number="INV-3", estimate_id=offer)
    invoiced = screen(alice, "estimate", number="EST-3").html
    assert 'href="invoice?number=INV-3"' in invoiced


@pytest.mark.parametrize("number", ["EST-99", "EST-8", "", "' or 1=1 --"])
def test_unknown_and_foreign_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, number: str
) -> None:
    make_estimate(charlie, number="EST-8", subject="Secret of another")
    shown = screen(alice, "estimate", number=number)
    assert "Estimate not found" in shown.html
    assert "Secret" not in shown.html
    assert events() == []


def test_nobody_sees_nothing(screen: Open, alice: Scope) -> None:
    make_estimate(alice, number="EST-7", subject="Garden")
    shown = screen(None, "sign_in", number="EST-7")
    assert "Garden" not in shown.html + shown.text
