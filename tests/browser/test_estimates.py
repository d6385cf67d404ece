"""Estimates answered in a browser: signed, declined, and what a second tab is told."""

import io
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Window
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal

CUSTOMER, STAFF, STRANGER = (
    "imogen@brackenridge.example", "rowan@larkspur.example", "layla@nakheel.example",
)  # fmt: skip
NAME = "Imogen <img src=x onerror=alert(1)> Hartley"
Open = Callable[..., Window]


def _open_estimate(window: Window, email: str = CUSTOMER) -> tuple[Page, str]:
    """Open the first estimate that waits for an answer."""
    page = window.open_as(email, "/estimates?status=open")
    page.get_by_role("link", name="EST-").first.click()
    heading = page.get_by_role("heading", name="EST-", level=1)
    expect(heading).to_be_visible()
    settle(page)
    return page, heading.inner_text()


def _status(page: Page) -> str:
    settle(page)
    return page.locator(".pt-head .pt-pill").inner_text()


def test_a_customer_chooses_and_sees_the_total_at_once(window: Open, portal: Portal) -> None:
    mine = window()
    page = mine.open_as(CUSTOMER, "/estimates?q=treatment")
    page.get_by_role("link", name="EST-").first.click()
    number = page.get_by_role("heading", name="EST-", level=1).inner_text()
    total = page.locator(".pt-sheet .pt-due")
    expect(total).to_have_text("£7,536.00")
    page.locator(".st-key-card-choices").get_by_text("3D visualisation").click()
    expect(total).to_have_text("£6,624.00")
    days = page.locator(".st-key-choice-2 input")
    days.fill("3")
    days.press("Enter")
    expect(total).to_have_text("£4,896.00")
    expect(page.get_by_role("article")).to_contain_text("3 days")
    days.fill("9")  # more than is offered
    days.press("Enter")
    settle(page)
    expect(total).to_have_text("£4,896.00")
    page.get_by_role("button", name="Accept").click()
    page.get_by_label("Your full name").fill("Imogen")
    pdf = page.get_by_role("link", name="Read the PDF").get_attribute("href") or ""
    read = mine.context.request.get(urljoin(portal.url, pdf)).body()
    assert "£4,896.00" in PdfReader(io.BytesIO(read)).pages[-1].extract_text()
    page.get_by_role("button", name="Accept and sign").click()
    expect(page.get_by_text("Thank you. The estimate is accepted.")).to_be_visible()
    staff = window(fresh=True).open_as(STAFF, f"/estimate?number={number}")
    expect(staff.get_by_text("Chosen from an offer of £7,536.00")).to_be_visible()
    expect(staff.locator(".pt-sheet .pt-due")).to_have_text("£4,896.00")
    assert mine.errors == []


def test_a_customer_signs_and_a_second_tab_is_told(window: Open, portal: Portal) -> None:
    mine, phone = window(), window("phone", fresh=True)
    page, number = _open_estimate(mine)
    slower = phone.open_as(CUSTOMER, f"/estimate?number={number}")
    for each in (page, slower):
        each.get_by_role("button", name="Accept").click()
        each.get_by_label("Your full name").fill(NAME)
    page.get_by_role("button", name="Accept and sign").click()
    expect(page.get_by_text("Thank you. The estimate is accepted.")).to_be_visible()
    assert _status(page) == "Accepted"
    assert page.get_by_role("button", name="Accept").count() == 0
    assert NAME in page.get_by_role("article").inner_text()

    slower.get_by_role("button", name="Accept and sign").click()
    expect(slower.get_by_text("This estimate has already been accepted.")).to_be_visible()
    slower.get_by_role("button", name="Load what is stored").click()
    expect(slower.get_by_role("dialog")).to_have_count(0)
    assert _status(slower) == "Accepted"

    href = urljoin(portal.url, page.get_by_role("link", name="PDF").get_attribute("href") or "")
    first, again = (mine.context.request.get(href).body() for _ in range(2))
    assert first == again
    words = " ".join(PdfReader(io.BytesIO(first)).pages[0].extract_text().split())
    assert f"Accepted and signed by {NAME}" in words
    stranger = window(fresh=True)
    stranger.open_as(STRANGER)
    assert stranger.context.request.get(href).status == 404

    staff = window(fresh=True).open_as(STAFF, f"/estimate?number={number}")
    assert _status(staff) == "Accepted"
    assert mine.errors == phone.errors == []


def test_a_customer_declines_and_says_why(window: Open) -> None:
    mine = window()
    page, number = _open_estimate(mine)
    page.get_by_role("button", name="Decline").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert _status(page).startswith("Open")
    page.get_by_role("button", name="Decline").click()
    page.get_by_label("Reason").fill("Too dear. <script>document.title = 'x'</script>")
    page.get_by_role("dialog").get_by_role("button", name="Decline").click()
    expect(page.get_by_text("The estimate is declined.")).to_be_visible()
    assert _status(page) == "Declined"
    staff = window(fresh=True).open_as(STAFF, f"/estimate?number={number}")
    assert _status(staff) == "Declined"
    assert "<script>document.title" in staff.locator("body").inner_text()
    assert staff.title() != "x"
    assert mine.errors == []


def test_whoever_has_the_link_signs_without_an_account(window: Open, portal: Portal) -> None:
    mine, theirs, office = window(), window("phone", fresh=True), window(fresh=True)
    _, number = _open_estimate(mine, STRANGER)
    owner = office.open_as(STAFF, "/preferences")
    owner.get_by_text("Answer estimates by public link").click()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved. It holds from now on.")).to_be_visible()
    staff = office.open_as(STAFF, f"/estimate?number={number}")
    staff.get_by_role("button", name="Public link").click()
    staff.get_by_role("button", name="Make a link").click()
    link = staff.get_by_test_id("stCode").inner_text().strip()
    page = theirs.context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Accept").click()
    page.get_by_label("Your full name").fill(NAME)
    page.get_by_label("Your e-mail").fill("jo@elsewhere.example")
    pdf = page.get_by_role("link", name="Read the PDF").get_attribute("href") or ""
    before = theirs.context.request.get(urljoin(portal.url, pdf))
    assert before.body().startswith(b"%PDF")
    page.get_by_role("button", name="Accept and sign").click()
    expect(page.get_by_text("Thank you. The estimate is accepted.")).to_be_visible()
    assert _status(page) == "Accepted"
    signed = theirs.context.request.get(urljoin(portal.url, pdf)).body()
    pages = PdfReader(io.BytesIO(signed)).pages
    words = " ".join(" ".join(each.extract_text() for each in pages).split())
    assert f"Accepted and signed by {NAME}" in words
    assert "jo@elsewhere.example" in words
    assert [each["name"] for each in theirs.context.cookies(portal.url)] == ["_streamlit_xsrf"]
    told = mine.open_as(STRANGER, f"/estimate?number={number}")
    assert f"Accepted by {NAME} through a public link" in told.locator("body").inner_text()
    assert told.title() != "x"
    page.goto(link[:-1])
    expect(page.get_by_text("This link is not valid")).to_be_visible()
    assert theirs.errors == office.errors == []
