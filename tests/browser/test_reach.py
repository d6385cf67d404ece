"""Reached by keyboard and by thumb: focus that is seen, rows and fields that are large enough."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Window

ALICE = "imogen@brackenridge.example"
Open = Callable[..., Window]


def test_the_keyboard_begins_in_the_form_and_its_place_is_seen(window: Open) -> None:
    opened = window()
    page = opened.open("/")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page = opened.open_as(ALICE)
    page.locator('[data-testid="stSidebarNavLink"]').first.focus()
    page.keyboard.press("Tab")
    style = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate("document.activeElement.dataset.testid") == "stSidebarNavLink"
    assert page.evaluate(style) == "solid"


def test_a_thumb_finds_rows_and_fields(window: Open) -> None:
    page = window("phone").open_as(ALICE, "/invoices")
    search = page.get_by_role("searchbox")
    assert search.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 16
    heights = page.locator('[data-testid="stSidebarNavLink"]').evaluate_all(
        "links => links.map((link) => parseFloat(getComputedStyle(link).minHeight))"
    )
    assert heights
    assert min(heights) >= 44
