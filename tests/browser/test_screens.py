"""Every address loaded on a phone: nothing is cut, no errors; the navigation folds away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import screens
from tests.browser.screens import ARABIC, CUSTOMER, LOADED_ON_PHONES, STAFF, Tab
from tools.browser import Portal

# the navigation slides in
_AT_THE_EDGE = """() =>
  document.querySelector('[data-testid="stSidebar"]').getBoundingClientRect().left === 0"""


@pytest.fixture(scope="module")
def tabs(browser: Browser, extreme_portal: Portal) -> Iterator[dict[str, Tab]]:
    """A tab of each person on a phone."""
    with screens.tabs(browser, extreme_portal, "phone") as opened:
        yield opened


@pytest.fixture(scope="module", params=LOADED_ON_PHONES, ids="-".join)
def screen(request: pytest.FixtureRequest, tabs: dict[str, Tab]) -> Tab:
    """A tab with a screen in it."""
    email, path = request.param
    tabs[email].show(path)
    return tabs[email]


def test_it_opens_whole_and_without_errors(screen: Tab) -> None:
    assert screen.page.get_by_text("not found").count() == 0
    found = {scheme: screen.cut_in(scheme) for scheme in ("light", "dark")}
    assert found == {"light": [], "dark": []}
    assert screen.errors == []


@pytest.mark.parametrize("email", [CUSTOMER, ARABIC, STAFF])
def test_the_navigation_opens_whole(tabs: dict[str, Tab], email: str) -> None:
    tab = tabs[email]
    tab.show("/security")
    bar = tab.page.locator('[data-testid="stSidebar"]')
    expect(bar).to_have_attribute("data-collapsed", "true")
    tab.page.get_by_test_id("stExpandSidebarButton").click()
    expect(bar).not_to_have_attribute("data-collapsed", "true")
    tab.page.wait_for_function(_AT_THE_EDGE)
    assert bar.get_by_role("link").count() > 5
    found = {scheme: tab.cut_in(scheme) for scheme in ("light", "dark")}
    assert found == {"light": [], "dark": []}
    assert tab.violations() == []
    tab.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button").click()
    expect(bar).to_have_attribute("data-collapsed", "true")


@pytest.mark.parametrize("email", [CUSTOMER, ARABIC])
def test_a_project_has_a_chart_and_its_time_log_periods(tabs: dict[str, Tab], email: str) -> None:
    screens.choose_a_period(tabs[email], email)
