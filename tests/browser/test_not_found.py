"""Addresses that lead nowhere, or not for this person: Streamlit's own words never appear."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tools.browser import settle, sign_in

CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
Open = Callable[..., Window]


def _says(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.get_by_text("main page").count() == 0


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_unknown_address_has_a_page_that_leads_home(
    window: Open, size: str, scheme: str
) -> None:
    opened = window(size, scheme)
    page = opened.context.new_page()
    for path in ("/nonsense", "/a/b/c?d=e"):
        answer = page.goto(opened.portal.url + path)
        assert answer is not None
        assert answer.status == 404
        assert page.title() == "Page not found \u00b7 Larkspur & Vane"
        assert page.get_by_text("Page not found").is_visible()
        card = page.locator(".pt-card").evaluate(
            "card => [getComputedStyle(card).backgroundColor, getComputedStyle(card).color]"
        )
        dark = scheme == "dark"
        assert card == (["rgb(21, 26, 34)", "rgb(232, 234, 239)"] if dark
                        else ["rgb(255, 255, 255)", "rgb(23, 26, 33)"])  # fmt: skip
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) == 0
    page.get_by_role("link", name="Home").click()
    settle(page)
    expect(page.get_by_label("E-mail")).to_be_visible()


@pytest.mark.parametrize("path", ["/team", "/customer?id=1", "/data", "/preferences"])
def test_a_customer_finds_nothing_at_addresses_of_staff(window: Open, path: str) -> None:
    opened = window()
    page = opened.open_as(CUSTOMER, path)
    settle(page)
    _says(page, "Page not found")
    assert page.title() == "Page not found \u00b7 Larkspur & Vane"
    page.get_by_role("link", name="Home").last.click()
    _says(page, "Hello, Imogen")
    assert opened.errors == []


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/invoices?status=overdue", "Invoices"),
        ("/payments", "Payments"),
        ("/statements", "Statements"),
        ("/projects", "Projects"),
        ("/account", "Account details"),
    ],
)
def test_staff_are_led_to_customers_from_a_list_of_theirs(
    window: Open, path: str, title: str
) -> None:
    opened = window()
    page = opened.open_as(STAFF, path)
    settle(page)
    _says(page, title)
    page.get_by_role("link", name="Customers").last.click()
    _says(page, "Customers")
    assert opened.errors == []


@pytest.mark.parametrize(
    ("email", "path", "title"),
    [
        (CUSTOMER, "/statements?period=this_year", "Statement"),
        (CUSTOMER, "/team", "Page not found"),
        (STAFF, "/invoices", "Invoices"),
        (STAFF, "/readiness", "Getting ready"),
    ],
)
def test_who_is_signed_out_signs_in_first_and_is_there(
    window: Open, email: str, path: str, title: str
) -> None:
    opened = window()
    page = opened.open(path)
    expect(page.get_by_label("E-mail")).to_be_visible()
    sign_in(page, opened.portal, email)
    _says(page, title)
    assert page.url == opened.portal.url + path


def test_who_is_signed_in_has_forgotten_no_password(window: Open) -> None:
    page = window().open_as(CUSTOMER, "/forgotten")
    settle(page)
    _says(page, "Forgotten password")
    page.get_by_role("link", name="Security").last.click()
    _says(page, "Security")
