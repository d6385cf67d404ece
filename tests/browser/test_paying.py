"""Paying in a real browser, through the demo gateway: there, and back with a receipt."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.screens import CUSTOMER
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal


@pytest.fixture
def page(window: Callable[..., Window]) -> Page:
    """The administrator of a customer, with invoices that are open."""
    return window().open_as(CUSTOMER)


def open_invoices(page: Page, portal: Portal) -> list[str]:
    """Return the numbers of unpaid invoices in pounds, the one due first first."""
    page.goto(f"{portal.url}/invoices?status=unpaid&sort=due")
    settle(page)
    lines = page.locator(".shown tbody tr").all_inner_texts()
    found = [line for line in lines if "£" in line and "Disputed" not in line]
    return [numbers[0] for line in found if (numbers := re.findall(r"INV-\d+", line))]


def tick(page: Page, number: str) -> None:
    """Tick an invoice of the list."""
    page.get_by_role("checkbox", name=f"Choose {number}", exact=True).check()


def pay(page: Page, portal: Portal, *numbers: str) -> None:
    """Open the screen on which some invoices are paid."""
    page.goto(f"{portal.url}/pay?invoices={','.join(numbers)}")
    settle(page)


def go_to_gateway(page: Page) -> None:
    """Choose a new card or account, and go to the page where it is entered."""
    page.get_by_text("New card or bank account").click()
    settle(page)
    page.get_by_role("button", name=re.compile("^Pay .*[0-9]$")).click()
    page.wait_for_url("**/demo-gateway/**")


def choose(page: Page, scenario: str) -> None:
    """Choose what is to happen on the gateway's page, and pay."""
    page.get_by_label(re.compile(scenario)).check()
    page.get_by_role("button", name="Pay", exact=True).click()


def come_back(page: Page) -> None:
    """Be back at the screen that says what became of it."""
    page.wait_for_url("**/payment?attempt=*")
    settle(page)


def test_an_invoice_is_paid_from_its_screen_by_a_new_card(page: Page, portal: Portal) -> None:
    number = open_invoices(page, portal)[0]
    page.goto(f"{portal.url}/invoice?number={number}")
    settle(page)
    page.get_by_role("button", name=re.compile("^Pay £")).click()
    page.wait_for_url(f"**/pay?invoices={number}")
    settle(page)
    go_to_gateway(page)
    choose(page, "Pay by card")
    come_back(page)
    expect(page.get_by_text("Payment received")).to_be_visible()
    page.get_by_role("link", name="Show receipt").click()
    page.wait_for_url("**/payment?number=*")
    settle(page)
    expect(page.get_by_text("Amount received").first).to_be_visible()
    expect(page.get_by_role("link", name=number).first).to_be_visible()


def test_several_invoices_are_paid_with_one_amount(page: Page, portal: Portal) -> None:
    pay(page, portal, *open_invoices(page, portal)[:2])
    boxes = page.get_by_role("checkbox", name=re.compile("INV"))
    expect(boxes).to_have_count(2)
    go_to_gateway(page)
    choose(page, "Pay by card")
    come_back(page)
    expect(page.get_by_text("Payment received")).to_be_visible()
    expect(page.locator(".pt-rows a", has_text="INV-")).to_have_count(2)


def test_ticked_invoices_are_added_up_and_paid_together(page: Page, portal: Portal) -> None:
    numbers = open_invoices(page, portal)[:2]
    bar = page.get_by_role("region", name="Chosen invoices")
    expect(bar).to_be_hidden()
    box = page.get_by_role("checkbox", name=f"Choose {numbers[0]}", exact=True)
    box.focus()
    page.keyboard.press("Space")
    expect(bar.get_by_role("status")).to_contain_text(re.compile("^1 invoice, £"))
    page.get_by_role("link", name=re.compile("^All")).first.click()  # they stay through filters
    expect(page).not_to_have_url(re.compile("status=unpaid"))
    page.goto(f"{portal.url}/invoices?status=unpaid&sort=due")
    settle(page)
    expect(bar).to_be_hidden()  # and not through a page that is loaded anew
    for number in numbers:
        tick(page, number)
    words = bar.get_by_role("status").inner_text()
    page.get_by_role("link", name="Pay", exact=True).click()
    page.wait_for_url(f"**/pay?invoices={numbers[0]}%2C{numbers[1]}")
    settle(page)
    amount = words.partition(", ")[2]
    expect(page.get_by_role("heading", name=f"Pay {amount}", exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("INV"))).to_have_count(2)


def test_what_is_ticked_and_not_paid_is_named_with_the_reason(page: Page, portal: Portal) -> None:
    first = open_invoices(page, portal)[0]
    page.goto(f"{portal.url}/invoices")
    settle(page)
    paid = page.locator("tr", has=page.locator(".pill", has_text=re.compile("^Paid$"))).first
    number = paid.locator(".row").inner_text()
    tick(page, number)
    bar = page.get_by_role("region", name="Chosen invoices")
    expect(bar).to_contain_text("Nothing of this can be paid online")
    expect(bar.get_by_role("link", name="Pay")).to_have_count(0)
    page.get_by_role("searchbox").fill(first)
    expect(page.locator(".shown tbody tr")).to_have_count(1)
    tick(page, first)
    expect(bar).to_contain_text("1 invoice, £")
    expect(bar).to_contain_text(f"Left out: {number} (paid)")
    bar.get_by_role("button", name="Clear selection").click()
    expect(bar).to_be_hidden()
    expect(page.get_by_role("checkbox", name=f"Choose {first}", exact=True)).not_to_be_checked()


def test_a_part_is_paid(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/pay?due=GBP")
    settle(page)
    page.get_by_text("An amount, the oldest first").click()
    settle(page)
    page.get_by_label(re.compile("I want to pay")).fill("10.01")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Pay £10.01")).to_be_visible()
    settle(page)
    go_to_gateway(page)
    choose(page, "Pay by card")
    come_back(page)
    expect(page.get_by_role("heading", name="Payment of £10.01")).to_be_visible()
    expect(page.get_by_text("Payment received")).to_be_visible()


def test_after_a_declined_card_another_one_pays(page: Page, portal: Portal) -> None:
    pay(page, portal, open_invoices(page, portal)[0])
    with page.expect_request("**/pay/start?attempt=*") as begun:
        go_to_gateway(page)
    choose(page, "The card is declined")
    attempt = begun.value.url.rpartition("=")[2]
    page.goto(f"{portal.url}/payment?attempt={attempt}")
    expect(page.get_by_text("Nothing was paid.").first).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    page.wait_for_url("**/pay?invoices=*")
    settle(page)
    go_to_gateway(page)
    choose(page, "Pay by card")
    come_back(page)
    expect(page.get_by_text("Payment received")).to_be_visible()


def test_a_bank_debit_is_on_its_way_and_cannot_be_paid_twice(page: Page, portal: Portal) -> None:
    number = open_invoices(page, portal)[3]
    pay(page, portal, number)
    go_to_gateway(page)
    choose(page, "The debit arrives")
    come_back(page)
    expect(page.get_by_text("cannot be paid a second time")).to_be_visible()
    pay(page, portal, number)
    expect(page.get_by_text("is on its way.").first).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Pay .*[0-9]$"))).to_have_count(0)


def test_a_payment_that_was_left_is_cancelled_on_home(page: Page, portal: Portal) -> None:
    number = open_invoices(page, portal)[0]
    pay(page, portal, number)
    go_to_gateway(page)
    page.goto(portal.url)
    settle(page)
    expect(page.get_by_text("is not paid yet.")).to_be_visible()
    page.get_by_role("button", name="Cancel payment").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel payment").click()
    expect(page.get_by_text("is not paid yet.")).to_have_count(0)
    pay(page, portal, number)
    expect(page.get_by_role("button", name=re.compile("^Pay £"))).to_be_visible()
