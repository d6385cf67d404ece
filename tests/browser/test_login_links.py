"""Signing in by a link, from the sign-in screen over the mail to Home."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.browser.mails import mailed_link
from tools.browser import Portal, settle

CHARLIE = "maelle@cote.example"
Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def test_a_link_signs_in_once_and_not_by_being_opened(window: Open, portal: Portal) -> None:
    visitor = window(fresh=True)
    page = visitor.open("/")
    page.get_by_role("link", name="E-mail me a link instead").click()
    expect(page.get_by_role("button", name="E-mail me a link")).to_be_visible()
    settle(page)
    page.get_by_label("E-mail").fill(CHARLIE)
    page.get_by_role("button", name="E-mail me a link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    link = mailed_link(portal, CHARLIE, "sign_in_link")

    scanner = window(fresh=True)
    scanned = scanner.open(link.removeprefix(portal.url))
    expect(scanned.get_by_role("button", name="Sign in")).to_be_visible()
    assert scanner.context.cookies() == [] or not [
        each for each in scanner.context.cookies() if each["name"] == "portal"
    ]

    page.goto(link)
    settle(page)
    with page.expect_response("**/auth/session") as answered:
        page.get_by_role("button", name="Sign in").click()
    assert answered.value.status == 204
    expect(page.get_by_role("heading", name="Bonjour")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Bonjour")).to_be_visible()

    scanned.get_by_role("button", name="Sign in").click()
    expect(scanned.get_by_text("not valid any more")).to_be_visible()
    assert visitor.errors == []
