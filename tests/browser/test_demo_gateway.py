"""The demo gateway's pages in a browser: readable everywhere, sent by their buttons, and left."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_data import demo
from portal_data.clock import utc_now
from portal_data.payments.demo_gateway import rows
from tests.browser.screens import Tab
from tools.browser import SIZES, Portal

pytestmark = pytest.mark.own_portal


@pytest.fixture(scope="module")
def addresses(portal: Portal) -> dict[str, str]:
    """Paths of pages of the demo's books, by what they ask."""
    books = demo.compose(utc_now(), "no hash").tables
    tried = {row["status"]: row["provider_reference"] for row in books["payment_attempts"]}
    account = next(
        row["provider_reference"]
        for row in books["saved_methods"]
        if row["status"] == "pending_verification"
    )
    pages = {
        "pay": tried["created"],
        "confirm": tried["requires_action"],
        "verify": rows.name_for("demo_si", account),
        "finished": tried["succeeded"],
    }
    return {asks: f"/{rows.PATH}/{rows.token(each)}" for asks, each in pages.items()}


@pytest.fixture
def tab(browser: Browser, portal: Portal) -> Iterator[Tab]:
    """A tab of somebody who is not signed in."""
    width, height = SIZES["desktop"]
    context = browser.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    yield Tab(context.new_page(), portal)
    context.close()


def opened(tab: Tab, path: str) -> Page:
    """The tab's page at an address, with all of it unfolded."""
    tab.page.goto(tab.portal.url + path)
    for each in tab.page.locator("summary").all():
        each.click()
    return tab.page


@pytest.mark.parametrize("asks", ["pay", "confirm", "verify", "finished"])
@pytest.mark.parametrize("size", SIZES)
def test_a_page_is_whole_and_accessible(
    tab: Tab, addresses: dict[str, str], asks: str, size: str
) -> None:
    width, height = SIZES[size]
    page = opened(tab, addresses[asks])
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for button in page.locator(".pt-button").all():
        assert button.evaluate("each => each.scrollWidth - each.clientWidth") <= 0
    assert tab.violations() == []
    assert tab.errors == []


def test_whoever_pays_chooses_and_goes_back(tab: Tab, addresses: dict[str, str]) -> None:
    page = opened(tab, addresses["pay"])
    leave = page.get_by_role("link", name="Leave without paying").get_attribute("href")
    page.get_by_label("The card’s bank asks you to confirm").check()
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_text("is it you who pays")).to_be_visible()
    with page.expect_request("**/pay/return?attempt=*") as back:
        page.get_by_role("button", name="Confirm").click()
    assert leave == f"{back.value.url}&left=1"
    opened(tab, addresses["pay"])
    expect(page.get_by_text("This page is finished")).to_be_visible()


def test_an_account_is_verified_by_reading_its_statement(
    tab: Tab, addresses: dict[str, str]
) -> None:
    page = opened(tab, addresses["verify"])
    page.get_by_label("First amount").fill("1")
    page.get_by_label("Second amount").fill("2")
    page.get_by_role("button", name="Verify").click()
    expect(page.get_by_text("8 tries are left")).to_be_visible()
    page.get_by_label("First amount").fill("45")
    page.get_by_label("Second amount").fill("32")
    with page.expect_request("**/pay/saved"):
        page.get_by_role("button", name="Verify").click()
