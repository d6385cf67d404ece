"""Passwords and the end of sign-ins, from one browser to the other, mails included."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.mails import mailed_link
from tools.browser import Portal, settle

ALICE = "imogen@brackenridge.example"
CHARLIE = "maelle@cote.example"
Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def _is_signed_out(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)  # until then what was drawn before may stand below
    assert page.get_by_role("link", name="INV-").count() == 0


def _change(page: Page, current: str, new: str) -> None:
    page.get_by_label("Current password").fill(current)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(new)
    with page.expect_response("**/auth/session") as answered:  # the cookie of the new sign-in
        page.get_by_role("button", name="Change password").click()
    assert answered.value.status == 204


def test_a_forgotten_password_is_replaced_by_mail(window: Open, portal: Portal) -> None:
    visitor = window()
    page = visitor.open("/")
    page.get_by_role("link", name="Forgotten password?").click()
    expect(page.get_by_role("button", name="Send link")).to_be_visible()
    settle(page)
    page.get_by_label("E-mail").fill(CHARLIE)
    page.get_by_role("button", name="Send link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    link = mailed_link(portal, CHARLIE, "reset_password")
    page.goto(link)
    settle(page)
    page.get_by_label("New password", exact=True).fill("three otters juggling")
    page.get_by_label("New password again").fill("three otters juggling")
    page.get_by_role("button", name="Save password").click()
    expect(page.get_by_text("Your new password is saved")).to_be_visible()
    page.get_by_role("link", name="Go to the portal").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)
    page.get_by_label("E-mail").fill(CHARLIE)
    page.get_by_label("Password", exact=True).fill("three otters juggling")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Bonjour")).to_be_visible()
    again = window().open(link.removeprefix(portal.url))
    expect(again.get_by_text("not valid any more")).to_be_visible()
    assert visitor.errors == []


def test_a_new_password_signs_out_every_other_browser(window: Open, portal: Portal) -> None:
    here, there = window(), window()
    here.sign_in(ALICE)
    page, other = here.open("/security"), there.sign_in(ALICE, "/invoices")
    _change(page, portal.logins.password, "nine purple teapots")
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_text(re.compile("This browser · (::1|127.0.0.1)"))).to_be_visible()
    other.get_by_role("link", name="INV-").first.click()
    _is_signed_out(other)
    _change(page, "nine purple teapots", portal.logins.password)  # for the other tests
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    assert here.errors == []


def test_a_part_of_a_screen_notices_that_the_sign_in_ended(window: Open) -> None:
    """The choice of currency reruns its part of Home alone, without the frame's own check."""
    watched, other = window(), window()
    home = watched.sign_in(ALICE)
    other.sign_in(ALICE)
    security = other.open("/security")
    security.get_by_role("button", name="Sign out everywhere else").click()
    expect(security.get_by_text("Signed out of")).to_be_visible()
    choice = home.get_by_test_id("stButtonGroup").get_by_role("button")
    choice.or_(home.get_by_test_id("stButtonGroup").get_by_role("radio")).last.click()
    _is_signed_out(home)
    assert home.get_by_text("Balance payable").count() == 0
