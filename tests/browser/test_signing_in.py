"""Signing in, staying in and getting out, in a real browser."""

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from portal_data.text import language
from tests.browser.conftest import Window
from tools.browser import Portal, settle

ALICE = "imogen@brackenridge.example"
CHARLIE = "maelle@cote.example"
CALLUM = "callum@brackenridge.example"
"""Reads another language than the others once a test has chosen it."""
Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def _sign_in_form(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)  # until then what was drawn before may stand below


def _sign_out(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_text("Sign out", exact=True).click()
    page.wait_for_selector('[data-testid="stMain"]')
    _sign_in_form(page)


def _first_invoice(page: Page) -> str:
    return page.get_by_role("link", name="INV-").first.inner_text()


def test_refresh_and_new_tab_stay_signed_in(window: Open) -> None:
    alice = window()
    page = alice.sign_in(ALICE)
    expect(page.get_by_role("heading", name="Hello, Imogen")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_role("heading", name="Hello, Imogen")).to_be_visible()
    other = alice.open("/invoices")
    expect(other.get_by_role("link", name="INV-").first).to_be_visible()
    assert alice.errors == []


def test_the_session_is_out_of_reach_of_scripts(window: Open) -> None:
    alice = window()
    page = alice.sign_in(ALICE)
    cookies = {cookie["name"]: cookie for cookie in alice.context.cookies()}
    session = cookies["portal"]
    assert session["httpOnly"] is True
    assert session["sameSite"] == "Lax"
    assert session["value"] not in page.evaluate("document.cookie")


def test_the_page_says_which_language_its_reader_chose(window: Open) -> None:
    opened = window()
    page = opened.sign_in(CALLUM)
    document = page.locator("html")
    expect(document).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Language").click()
    page.get_by_role("dialog").get_by_text("Français").click()
    page.locator('[class*="st-key-language-save"] button').click()
    expect(document).to_have_attribute("lang", "fr")
    other = opened.open("/account")
    expect(other.locator("html")).to_have_attribute("lang", "fr")
    assert opened.errors == []


def test_a_deep_link_survives_signing_in(window: Open) -> None:
    alice = window()
    page = alice.sign_in(ALICE, "/invoices?status=overdue")
    number = _first_invoice(page)
    bob = window()
    page = bob.sign_in(ALICE, f"/invoice?number={number}")
    expect(page.get_by_role("heading", name=number)).to_be_visible()


def test_a_wrong_password_says_no_more_than_an_unknown_account(window: Open) -> None:
    told = []
    for email in (ALICE, "nobody@nowhere.example"):
        page = window().open("/")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").first.fill("not the password")
        page.get_by_role("button", name="Sign in").click()
        alert = page.get_by_test_id("stAlert").first
        expect(alert).to_be_visible()
        told.append(alert.inner_text())
    assert told[0] == told[1]


def test_signing_out_ends_every_tab_and_the_cookie(window: Open, portal: Portal) -> None:
    alice = window()
    page, other = alice.sign_in(ALICE), alice.open("/invoices")
    link = other.get_by_role("link", name="INV-").first
    stolen = alice.context.cookies()
    _sign_out(page)
    link.click()
    _sign_in_form(other)
    assert other.get_by_role("link", name="INV-").count() == 0
    thief = window()
    thief.context.add_cookies(stolen)
    _sign_in_form(thief.open("/invoices"))


def test_a_signed_out_visitor_sees_no_data_anywhere(window: Open, portal: Portal) -> None:
    for path in ("/", "/invoices", "/invoice?number=INV-001231", "/statements", "/customer"):
        page = window().open(path)
        _sign_in_form(page)
        text = page.locator("body").inner_text()
        assert "INV-" not in text, path
        assert "Brackenridge" not in text, path


def test_a_customer_cannot_open_what_belongs_to_another(window: Open, portal: Portal) -> None:
    alice = window().sign_in(ALICE, "/invoices")
    number = _first_invoice(alice)
    alice.goto(f"{portal.url}/invoice?number={number}")
    settle(alice)
    pdf = alice.get_by_role("link", name="PDF").get_attribute("href") or ""
    charlie = window()
    page = charlie.sign_in(CHARLIE, f"/invoice?number={number}")
    with language.reading("fr"):  # which Charlie's customer reads
        words = language._("Invoice not found")
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    address = urljoin(portal.url, pdf)
    assert alice.context.request.get(address).status == 200
    assert charlie.context.request.get(address).status == 404
    assert window().context.request.get(address).status == 401


def test_a_customer_cannot_open_the_staffs_pages(window: Open) -> None:
    page = window().sign_in(ALICE, "/customer")
    assert "Nakheel" not in page.locator("body").inner_text()
