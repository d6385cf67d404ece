"""A public link that pays, in browsers that never signed in: made by staff, paid, revoked."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.screens import CUSTOMER, STAFF
from tests.browser.test_paying import choose, open_invoices
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal
Open = Callable[..., Window]


@pytest.fixture
def staff(window: Open) -> Page:
    """An owner, who has switched public links to pay on."""
    page = window(fresh=True).open_as(STAFF, "/preferences")
    switch = page.get_by_test_id("stCheckbox").filter(has_text="Pay invoices by public link")
    if not switch.locator("input").is_checked():
        switch.get_by_text("Pay invoices by public link").click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved. It holds from now on.")).to_be_visible()
    return page


@pytest.fixture
def numbers(window: Open, portal: Portal) -> list[str]:
    """Invoices of one customer that can be paid, in pounds."""
    return open_invoices(window().open_as(CUSTOMER), portal)


def link_of(staff: Page, portal: Portal, number: str) -> str:
    """Make a link of an invoice as staff do, and return its address."""
    staff.goto(f"{portal.url}/invoice?number={number}")
    settle(staff)
    staff.get_by_role("button", name="Public link").click()
    staff.get_by_role("button", name="Make a link").click()
    return staff.get_by_test_id("stCode").inner_text().strip()


def opened(window: Window, link: str) -> Page:
    """Open a link in a browser of somebody who has no account."""
    page = window.context.new_page()
    page.goto(link)
    settle(page)
    return page


def pay(page: Page, scenario: str) -> None:
    """Go to the provider's page, choose what is to happen, and come back."""
    page.get_by_role("button", name=re.compile("^Pay £")).click()
    page.wait_for_url("**/demo-gateway/**")
    choose(page, scenario)
    page.wait_for_url("**/pay_link?token=*")
    settle(page)


@pytest.mark.parametrize("kind", ["desktop", "phone"])
def test_whoever_has_the_link_pays_and_both_sides_see_it(
    window: Open, portal: Portal, staff: Page, numbers: list[str], kind: str
) -> None:
    number = numbers[0]
    link = link_of(staff, portal, number)
    theirs = window(kind, fresh=True)
    page = opened(theirs, link)
    expect(page.get_by_role("heading", name=f"Invoice {number}")).to_be_visible()
    body = page.locator("body").inner_text()
    assert CUSTOMER not in body
    assert not [each for each in numbers[1:] if each in body]
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.headers.get("referer", "")))
    pay(page, "Pay by card")
    expect(page.get_by_text("Payment received")).to_be_visible()
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Pay"))).to_have_count(0)
    token = link.partition("token=")[2]
    assert sent
    assert not [each for each in sent if token in each]
    assert "portal" not in {each["name"] for each in theirs.context.cookies(portal.url)}
    staff.goto(f"{portal.url}/invoice?number={number}")
    settle(staff)
    text = staff.locator("body").inner_text()
    assert "Paid" in text
    assert "Public link made by" in text
    assert "Opened by Somebody (by public link)" in text
    assert theirs.errors == []


def test_a_declined_card_a_left_page_and_a_debit(
    window: Open, portal: Portal, staff: Page, numbers: list[str]
) -> None:
    link = link_of(staff, portal, numbers[-1])
    page = opened(window(fresh=True), link)
    page.get_by_role("button", name=re.compile("^Pay £")).click()
    page.wait_for_url("**/demo-gateway/**")
    page.goto(link)
    settle(page)
    expect(page.get_by_text("Nothing was paid yet", exact=False)).to_be_visible()
    page.get_by_role("button", name="Cancel payment").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel payment").click()
    expect(page.get_by_role("button", name=re.compile("^Pay £"))).to_be_visible()
    settle(page)
    pay(page, "The debit arrives")
    expect(page.get_by_text("On its way").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Pay £"))).to_have_count(0)


def test_a_revoked_link_opens_nothing(
    window: Open, portal: Portal, staff: Page, numbers: list[str]
) -> None:
    link = link_of(staff, portal, numbers[2])
    page = opened(window(fresh=True), link)
    page.get_by_role("button", name="Pay by bank transfer").click()
    expect(page.get_by_role("dialog").get_by_text(numbers[2])).to_be_visible()
    staff.get_by_role("button", name="Revoke").first.click()
    expect(staff.get_by_text("The link opens nothing any more.")).to_be_visible()
    page.goto(link)
    settle(page)
    dead = page.locator(".pt-card").inner_text()
    assert dead.startswith("This link is not valid")
    page.goto(f"{portal.url}/pay_link?token=unknown")
    settle(page)
    assert page.locator(".pt-card").inner_text() == dead
