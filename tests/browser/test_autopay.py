"""Auto-pay in a real browser: agreed to while paying; another card pays what one could not."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.test_paying import choose, come_back, open_invoices, pay
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal
GRACE, NOAM = "grace@pemberton.example", "noam@galim.example"


def account(page: Page, portal: Portal) -> None:
    """Open the account."""
    page.goto(f"{portal.url}/account")
    settle(page)


def seen_in_time(page: Page, portal: Portal, words: str) -> None:
    """Wait until the worker has done what the account shows then."""
    card = page.get_by_test_id("stMain")
    for _again in range(30):
        account(page, portal)
        if words in card.inner_text():
            return
        time.sleep(1)
    expect(card).to_contain_text(words)


def test_the_next_invoices_are_charged_once_that_was_agreed_to_while_paying(
    window: Callable[..., Window], portal: Portal
) -> None:
    page = window().open_as(GRACE)
    numbers = open_invoices(page, portal)
    pay(page, portal, numbers[0])
    page.get_by_text("Save it for next time").click()
    settle(page)
    box = page.get_by_role("checkbox", name="Pay the next ones automatically")
    expect(box).not_to_be_checked()
    page.get_by_text("Pay the next ones automatically").click()
    settle(page)
    expect(page.get_by_text("I agree that Larkspur & Vane charges every invoice")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Pay .*[0-9]$")).click()
    page.wait_for_url("**/demo-gateway/**")
    choose(page, "Pay by card")
    come_back(page)
    seen_in_time(page, portal, "Auto-pay will charge this on")
    expect(page.get_by_text("I agree that Larkspur & Vane charges every invoice")).to_be_visible()
    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Auto-pay is off.")).to_be_visible()


def test_another_card_pays_what_the_first_could_not(
    window: Callable[..., Window], portal: Portal
) -> None:
    page = window().open_as(NOAM)
    account(page, portal)
    expect(page.get_by_text("The card has expired. Please pay it yourself.")).to_be_visible()
    page.get_by_role("link", name="Add").click()
    page.wait_for_url("**/demo-gateway/**")
    page.get_by_label(re.compile("A card that works")).check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/account*")
    settle(page)
    page.get_by_role("button", name="Change", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox").first.click()
    page.get_by_role("option", name=re.compile("4242")).click()
    settle(page)
    dialog.get_by_role("button", name="Agree").click()
    expect(page.get_by_text("Auto-pay is on.")).to_be_visible()
    page.goto(f"{portal.url}/payments")
    settle(page)
    for _again in range(30):
        if "Card" in page.locator(".shown tbody tr").first.inner_text():
            break
        time.sleep(1)
        page.reload()
        settle(page)
    account(page, portal)
    expect(page.get_by_text("The card has expired. Please pay it yourself.")).to_have_count(0)
