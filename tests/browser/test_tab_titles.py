"""The title of the browser's tab names what is open in it, on screens of one record above all."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from components.ui import format as say
from portal_data.clock import utc_now
from tests.browser import extremes
from tests.browser.conftest import Window
from tools.browser import Portal, settle

CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
BUSINESS = "Larkspur & Vane"
ISOLATE, POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
Open = Callable[..., Window]

_RUNS = """
() => {
  window.runs = []
  window.titles = []
  const app = document.querySelector('[data-testid="stApp"]')
  new MutationObserver(() => window.runs.push(app.dataset.testScriptState))
    .observe(app, { attributeFilter: ["data-test-script-state"] })
  new MutationObserver(() => window.titles.push(document.title))
    .observe(document.querySelector("title"), { childList: true })
}
"""


@pytest.fixture(scope="module")
def portal(extreme_portal: Portal) -> Portal:
    """The one with names of other scripts among its books."""
    return extreme_portal


def _titled(page: Page, what: str) -> None:
    expect(page).to_have_title(f"{what} · {BUSINESS}")


@pytest.mark.parametrize("email", [CUSTOMER, STAFF])
def test_a_document_is_named_by_its_number(window: Open, email: str) -> None:
    opened = window()
    page = opened.open_as(email, "/")
    for path, number in (
        ("invoice", "INV-X-1"), ("estimate", "EST-X-0"), ("payment", "PAY-X-2"),
        ("credit_note", "CN-X-1"), ("retainer", "RET-X-0"),
    ):  # fmt: skip
        page.goto(f"{opened.portal.url}/{path}?number={number}")
        _titled(page, number)
        page.goto(f"{opened.portal.url}/{path}?number=none")
        expect(page.get_by_role("heading", name="not found")).to_be_visible(timeout=15_000)
        assert page.title().endswith(f" not found · {BUSINESS}")


@pytest.mark.parametrize("path", ["projects", "timesheets"])
def test_a_project_and_a_timesheet_by_their_names(window: Open, path: str) -> None:
    opened = window()
    page = opened.open_as(CUSTOMER, f"/{path}?q=%D8%AA")
    page.locator(".shown a.row").first.click()
    _titled(page, f"{ISOLATE}{extremes.ARABIC}{POP}")
    page.goto(f"{opened.portal.url}/{path}?q=Donau")
    page.locator(".shown a.row").first.click()
    _titled(page, extremes.LONG)
    page.goto(f"{opened.portal.url}/{path.removesuffix('s')}")
    _titled(page, f"{path.removesuffix('s').capitalize()} not found")


def test_a_customer_by_its_name(window: Open) -> None:
    opened = window()
    page = opened.open_as(STAFF, "/?q=Brackenridge")
    _titled(page, "Customers")
    page.locator(".shown a.row").first.click()
    _titled(page, "Brackenridge Hotels Ltd")
    page.goto(f"{opened.portal.url}/?q=%D8%AA")
    page.locator(".shown a.row").first.click()
    _titled(page, f"{ISOLATE}! {extremes.ARABIC}{POP}")


def test_a_statement_by_its_period(window: Open) -> None:
    opened = window()
    page = opened.open_as(CUSTOMER, "/statements?period=custom&from=2026-01-05&to=2026-02-06")
    _titled(page, "Statement 5 Jan – 6 Feb 2026")
    page.goto(f"{opened.portal.url}/statements?period=all")
    _titled(page, f"Statement to {say.day(utc_now().date())}")
    page.get_by_label("Period").click()
    page.get_by_role("option", name="Last month").click()
    last = utc_now().date().replace(day=1) - timedelta(days=1)
    _titled(page, f"Statement {say.days(last.replace(day=1), last)}")


def test_naming_it_takes_no_further_run_and_no_other_name_is_seen(window: Open) -> None:
    page = window().open_as(CUSTOMER, "/invoices?q=INV-X")
    page.evaluate(_RUNS)
    first = page.locator(".shown a.row").first
    number = first.inner_text()
    first.click()
    _titled(page, number)
    settle(page)
    assert page.evaluate("window.runs").count("running") == 1
    titles = {f"Invoice · {BUSINESS}", f"{number} · {BUSINESS}"}
    assert set(page.evaluate("window.titles")) <= titles
