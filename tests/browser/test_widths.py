"""Every screen at four widths and on a phone in both themes: nothing cut, accessible, no errors.

A screen is loaded once, in one tab of each person, which is made wider and narrower, and a phone.
"""

from collections.abc import Iterator
from io import BytesIO

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.browser import screens
from tests.browser.screens import ARABIC, CUSTOMER, SCREENS, Tab
from tools.browser import Portal

WIDTHS = {1440: 900, 1280: 800, 1024: 768, 390: 844}


@pytest.fixture(scope="module")
def tabs(browser: Browser, extreme_portal: Portal) -> Iterator[dict[str, Tab]]:
    """A tab of each person on a desktop."""
    with screens.tabs(browser, extreme_portal, "desktop") as opened:
        yield opened


@pytest.fixture(scope="module", params=SCREENS, ids="-".join)
def screen(request: pytest.FixtureRequest, tabs: dict[str, Tab]) -> Tab:
    """A tab with a screen in it, 1440 pixels wide."""
    email, path = request.param
    tab = tabs[email]
    tab.become_a_desktop()
    tab.show(path)
    return tab


def test_it_opens_without_errors(screen: Tab) -> None:
    assert screen.page.get_by_text("not found").count() == 0
    assert screen.errors == []


def test_it_is_accessible(screen: Tab) -> None:
    assert screen.violations() == []
    assert screen.errors == []


def test_nothing_is_cut(screen: Tab) -> None:
    found = {}
    for width, height in WIDTHS.items():
        screen.resize(width, height)
        found |= {(width, scheme): screen.cut_in(scheme) for scheme in ("light", "dark")}
    assert not any(found.values()), "\n".join(map(str, found.items()))
    assert screen.errors == []


def test_a_phone_shows_it_whole_and_accessibly(screen: Tab) -> None:
    screen.become_a_phone()
    found = {scheme: screen.cut_in(scheme) for scheme in ("light", "dark")}
    assert found == {"light": [], "dark": []}
    assert screen.violations() == []
    assert screen.errors == []


@pytest.mark.parametrize("email", [CUSTOMER, ARABIC])
def test_a_project_has_a_chart_and_its_time_log_periods(tabs: dict[str, Tab], email: str) -> None:
    tabs[email].become_a_desktop()
    screens.choose_a_period(tabs[email], email)


def test_a_printed_list_holds_its_columns_and_not_its_tools(tabs: dict[str, Tab]) -> None:
    tab = tabs[CUSTOMER]
    tab.become_a_desktop()
    tab.show("/invoices?status=unpaid")
    balances = tab.page.locator(".shown td.top-end").all_inner_texts()
    assert len(balances) > 5
    sheets = PdfReader(BytesIO(tab.page.pdf(format="A4"))).pages
    printed = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    assert [each for each in balances if each not in printed] == []
    for tool in ("Download", "Partially paid 3", "Newest"):
        assert tool not in printed
