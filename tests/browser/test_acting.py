"""Customers dispute, change their details, choose a language and write a review; staff answer."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal

CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
ACTING = "Two of five <img src=x onerror=alert(1)> [x](javascript:alert(1))"
Open = Callable[..., Window]


def _pressed(page: Page, name: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


def test_a_dispute_is_decided_with_a_credit_note(window: Open, portal: Portal) -> None:
    mine, theirs = window(), window("phone", fresh=True)
    page = mine.open_as(CUSTOMER, "/invoices?status=unpaid")
    page.get_by_role("link", name="INV-").first.click()
    heading = page.get_by_role("heading", name="INV-", level=1)
    expect(heading).to_be_visible()
    number = heading.inner_text()
    settle(page)
    page.get_by_role("button", name="Dispute", exact=True).click()
    page.get_by_label("What is wrong").fill(ACTING)
    page.get_by_label("Amount, up to").fill("10.00")
    page.get_by_label("Amount, up to").press("Tab")
    settle(page)
    _pressed(page, "Dispute")
    expect(page.get_by_text("The dispute is opened.")).to_be_visible()
    settle(page)
    assert "Disputed" in page.locator(".pt-head").inner_text()
    assert ACTING in page.locator("body").inner_text()

    desk = theirs.open_as(STAFF, "/inbox")
    desk.get_by_role("link", name=number).first.click()
    settle(desk)
    assert ACTING in desk.locator("body").inner_text()
    desk.get_by_role("button", name="Decide dispute").click()
    desk.get_by_label("Answer to the customer").fill("You are right.")
    desk.get_by_label("Answer to the customer").press("Tab")
    settle(desk)
    _pressed(desk, "Accept and credit")
    expect(desk.get_by_text(re.compile("Credit note .* is issued"))).to_be_visible()

    page.reload()
    settle(page)
    text = page.locator("body").inner_text()
    assert "You are right." in text
    assert "CN-" in text
    page.get_by_role("link", name=re.compile("Notifications, .* unread")).click()
    settle(page)
    page.get_by_role(
        "link", name=re.compile(f"accepted the dispute of.*{number}|{number}")
    ).first.click()
    expect(page.get_by_role("heading", name=number, level=1)).to_be_visible()
    settle(page)
    assert mine.errors == theirs.errors == []


def test_own_details_and_language(window: Open) -> None:
    mine = window("phone", fresh=True)
    page = mine.sign_in(CUSTOMER, "/account")
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_label("Job title").fill("Head of <b>gardens</b>")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    settle(page)
    assert "Head of <b>gardens</b>" in page.locator("body").inner_text()

    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("button", name="Your account").click()
    page.get_by_text("Language", exact=True).click()
    page.get_by_role("dialog").get_by_text("Deutsch").click()
    _pressed(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_have_text("Konto")
    settle(page)
    assert page.locator("html").get_attribute("lang") == "de"
    again = window(fresh=True).open_as(CUSTOMER, "/invoices")
    expect(again.get_by_role("heading", level=1)).to_have_text("Rechnungen")
    assert mine.errors == []


def test_a_review_is_written_and_answered(window: Open) -> None:
    mine, theirs = window(fresh=True), window(fresh=True)
    page = mine.open_as("alex@blank.example", "/review")
    page.get_by_test_id("stFeedback").locator("button").nth(3).click()
    page.get_by_label("In your words").fill(ACTING)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Thank you for your review.")).to_be_visible()
    desk = theirs.open_as(STAFF, "/reviews?sort=newest")
    desk.locator(".shown a.row").first.click()
    settle(desk)
    assert ACTING in desk.locator("body").inner_text()
    desk.get_by_label("Answer").fill("Thank you, Alex.")
    desk.get_by_role("button", name="Send the answer").click()
    expect(desk.get_by_text("Your answer is on its way.")).to_be_visible()
    page.reload()
    settle(page)
    assert "Thank you, Alex." in page.locator("body").inner_text()
    assert mine.errors == theirs.errors == []
