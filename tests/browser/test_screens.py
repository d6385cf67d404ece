"""Every screen at both sizes in both themes: no console errors, nothing cut, accessible."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tools.browser import SIZES, settle

CUSTOMER = "imogen@brackenridge.example"
PEOPLE = {
    CUSTOMER: [
        "/",
        "/estimates",
        "/invoices",
        "/invoices?status=overdue&q=zzz",
        "/payments",
        "/retainers",
        "/credit_notes",
        "/projects",
        "/timesheets?status=pending",
        "/statement",
        "/account",
        "/security",
    ],
    "layla@nakheel.example": [
        "/",
        "/estimates",
        "/invoices",
        "/payments",
        "/retainers",
        "/account",
    ],
    "alex@blank.example": ["/", "/estimates", "/invoices", "/payments", "/statement", "/account"],
    "rowan@larkspur.example": ["/"],
}
SIGNED_OUT = ["/", "/forgotten", "/accept?token=none", "/reset_password?token=none"]

# rules that Streamlit's own frame breaks and a page cannot mend
_FRAME = {
    "region",  # its toolbar and its status lie outside landmarks
    "scrollable-region-focusable",  # its main block scrolls and takes no focus
}

Open = Callable[..., Window]
each_size = pytest.mark.parametrize("size", SIZES)


def _check(page: Page, window: Window, path: str) -> None:
    """Look at a screen in the light theme, switch to the dark one, and look at what differs."""
    _check_layout(page, path)
    assert _violations(page) == [], path
    page.emulate_media(color_scheme="dark")
    settle(page)
    _check_layout(page, f"{path} in the dark theme")
    assert _violations(page, "color-contrast") == [], f"{path} in the dark theme"
    page.emulate_media(color_scheme="light")
    assert window.errors == [], path


def _check_layout(page: Page, path: str) -> None:
    overflow = page.evaluate(
        """() => { const m = document.querySelector('[data-testid="stMain"]');
                   return m.scrollWidth - m.clientWidth }"""
    )
    assert overflow <= 0, f"{path} scrolls sideways by {overflow} px"


def _violations(page: Page, *rules: str) -> list[str]:
    """Return what axe finds serious, by its rules of that name or by all of them."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
    return [
        f"{rule['id']} ({rule['impact']}): {rule['nodes'][0]['html'][:200]}"
        for rule in Axe().run(page, options=options).response["violations"]
        if rule["impact"] in ("serious", "critical") and rule["id"] not in _FRAME
    ]


@each_size
def test_signed_out_screens(window: Open, size: str) -> None:
    for path in SIGNED_OUT:
        opened = window(size)
        _check(opened.open(path), opened, path)


@each_size
@pytest.mark.parametrize("email", PEOPLE)
def test_screens(window: Open, email: str, size: str) -> None:
    opened = window(size)
    page = opened.open_as(email)
    for path in PEOPLE[email]:
        page.goto(opened.portal.url + path)
        settle(page)
        _check(page, opened, path)


@each_size
def test_one_invoice(window: Open, size: str) -> None:
    opened = window(size)
    page = opened.open_as(CUSTOMER, "/invoices?status=partially_paid")
    page.get_by_role("link", name="INV-").first.click()
    expect(page.get_by_role("heading", name="INV-")).to_be_visible()
    settle(page)
    _check(page, opened, "/invoice")


@each_size
def test_one_estimate(window: Open, size: str) -> None:
    opened = window(size)
    page = opened.open_as(CUSTOMER, "/estimates?status=open")
    page.get_by_role("link", name="EST-").first.click()
    expect(page.get_by_role("heading", name="EST-")).to_be_visible()
    settle(page)
    _check(page, opened, "/estimate")


@each_size
@pytest.mark.parametrize("email", [CUSTOMER, "layla@nakheel.example"])
@pytest.mark.parametrize(
    ("path", "series"), [("/payments", "PAY-"), ("/retainers", "RET-"), ("/credit_notes", "CN-")]
)
def test_one_payment_retainer_and_credit_note(
    window: Open, path: str, series: str, email: str, size: str
) -> None:
    opened = window(size)
    page = opened.open_as(email, path)
    page.get_by_role("link", name=series).first.click()
    expect(page.get_by_role("heading", name=series)).to_be_visible()
    settle(page)
    _check(page, opened, path)


@each_size
@pytest.mark.parametrize("email", [CUSTOMER, "layla@nakheel.example"])
def test_one_project(window: Open, email: str, size: str) -> None:
    opened = window(size)
    page = opened.open_as(email, "/projects?status=active&sort=hours")
    page.get_by_role("table").get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="Tasks")).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    settle(page)
    _check(page, opened, "/project")
    page.get_by_role("link", name="Time log").click()
    expect(page.get_by_label("Period")).to_be_visible()
    settle(page)
    _check(page, opened, "/project?view=time")
    page.get_by_label("Period").select_option("This year")
    expect(page).to_have_url(re.compile("period=this_year"))
    settle(page)
    expect(page.get_by_label("Period")).to_have_value(re.compile("period=this_year"))


@each_size
def test_one_timesheet(window: Open, size: str) -> None:
    opened = window(size)
    page = opened.open_as(CUSTOMER, "/timesheets?status=partly_approved")
    page.get_by_role("table").get_by_role("link").last.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
    settle(page)
    _check(page, opened, "/timesheet")


@each_size
def test_one_customer_for_staff(window: Open, size: str) -> None:
    opened = window(size)
    page = opened.open_as("rowan@larkspur.example")
    page.get_by_role("link", name="Brackenridge").first.click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    settle(page)
    _check(page, opened, "/customer")


@each_size
def test_one_document_for_staff(window: Open, size: str) -> None:
    opened = window(size)
    page = opened.open_as("rowan@larkspur.example")
    page.get_by_role("link", name="Brackenridge").first.click()
    page.get_by_role("link", name="PAY-").first.click()
    expect(page.get_by_role("heading", name="PAY-")).to_be_visible()
    settle(page)
    _check(page, opened, "/payment")
    page.get_by_role("link", name=re.compile("INV-|RET-")).first.click()
    expect(page.get_by_role("heading", name="History")).to_be_visible()
