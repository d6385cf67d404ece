"""Signing in by a link, from the sign-in screen over the mail to Home."""

import email
import email.policy
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tools.browser import Portal, settle

CHARLIE = "maelle@cote.example"
Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def _mailed_link(folder: Path, to: str) -> str:
    """Wait for the mail to `to` in the folder and return the link in it."""
    for _ in range(600):
        for path in folder.glob("*.eml") if folder.exists() else ():
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            assert body is not None
            found = re.search(r"http\S+sign_in_link\?token=\S+", body.get_content())
            if message["To"] == to and found:
                return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail with a link to {to}")


def test_a_link_signs_in_once_and_not_by_being_opened(window: Open, portal: Portal) -> None:
    visitor = window(fresh=True)
    page = visitor.open("/")
    page.get_by_role("link", name="E-mail me a link instead").click()
    expect(page.get_by_role("button", name="E-mail me a link")).to_be_visible()
    settle(page)
    page.get_by_label("E-mail").fill(CHARLIE)
    page.get_by_role("button", name="E-mail me a link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    link = _mailed_link(portal.data / "outbox", CHARLIE)

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
