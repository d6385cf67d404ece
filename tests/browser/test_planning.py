"""A promise in a real browser: planned, promised, resting reminders, kept by a payment."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.screens import CUSTOMER
from tests.browser.test_paying import choose, come_back, go_to_gateway
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal


@pytest.fixture
def page(window: Callable[..., Window]) -> Page:
    """The administrator of a customer, with invoices that are open."""
    return window().open_as(CUSTOMER)


def test_a_payment_is_planned_promised_and_paid(page: Page, portal: Portal) -> None:
    page.get_by_role("link", name="Plan my payment").first.click()
    page.wait_for_url("**/plan?due=GBP")
    settle(page)
    page.get_by_label("Amount (GBP)").fill("4000")
    page.keyboard.press("Enter")
    promise = page.get_by_role("button", name="Promise £4,000.00")
    expect(promise).to_be_enabled()
    settle(page)
    expect(page.locator(".js-plotly-plot .bars text").first).to_be_visible()
    promise.click()
    promised = page.locator('[class*="st-key-card-promises"]')
    expect(promised.get_by_text("£4,000.00")).to_be_visible()
    settle(page)
    number = promised.locator(".pt-text").filter(has_text="£4,000.00").locator("a").first
    named = number.inner_text()
    number.click()
    page.wait_for_url(f"**/invoice?number={named}")
    settle(page)
    expect(page.get_by_text(re.compile("^Payment of .* promised for"))).to_be_visible()
    page.goto(f"{portal.url}/plan")
    settle(page)
    row = promised.locator('[class*="st-key-promise-"]').filter(has_text="£4,000.00").first
    promises = row.locator("a", has_text="INV-").all_inner_texts()
    page.goto(f"{portal.url}/pay?invoices={','.join(promises)}&amount=400000")
    settle(page)
    go_to_gateway(page)
    choose(page, "Pay by card")
    come_back(page)
    expect(page.get_by_text("Payment received")).to_be_visible()
    earlier = page.locator(".pt-rows li", has_text="£4,000.00").filter(has_text="Kept")
    for _look in range(20):  # the worker finds out by itself
        page.goto(f"{portal.url}/plan")
        settle(page)
        if earlier.count():
            break
    expect(earlier).to_have_count(1)


def test_a_planned_amount_is_paid_at_once_and_a_promise_withdrawn(
    page: Page, portal: Portal
) -> None:
    page.goto(f"{portal.url}/plan")
    settle(page)
    page.get_by_role("button", name="Pay now").click()
    page.wait_for_url("**/pay?invoices=*amount=*")
    settle(page)
    expect(page.get_by_role("heading", name=re.compile("^Pay £"))).to_be_visible()
    page.goto(f"{portal.url}/plan")
    settle(page)
    page.get_by_role("button", name="Withdraw").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("Open promises")).to_have_count(0)
    expect(page.get_by_text("Earlier promises")).to_be_visible()
