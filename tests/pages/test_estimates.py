"""Estimates on screen: the list by its address, and one offer with how to answer it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import insert, make_estimate, make_invoice
from tests.pages.conftest import TODAY, Open
from tests.people import events

DAY = timedelta(days=1)


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


def test_an_open_offer_tells_how_to_answer_it(screen: Open, alice: Scope) -> None:
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
        "To accept or decline it", "mailto:office@fern.example", "Estimate sent", "Revision",
        "Viewed by Alice Test",
    ):  # fmt: skip
        assert words in shown.html, words
    assert f"documents/estimate/{offer}.pdf" in shown.html
    assert "<i>Mind" in shown.html  # the entity resolved by the test, not by the browser
    assert [button.label for button in shown.app.button] == ["Send"]  # a comment
    assert events() == ["estimate.viewed"]


def test_what_became_of_an_offer(screen: Open, alice: Scope) -> None:
    make_estimate(
        alice, number="EST-1", status="declined", declined_at=NOW, declined_by=alice.contact_id,
        decline_reason="<b>Too</b> dear",
    )  # fmt: skip
    declined = screen(alice, "estimate", number="EST-1").html
    assert "Declined by" in declined
    assert "“<b>Too</b> dear”" in declined
    assert "To accept or decline it" not in declined
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
