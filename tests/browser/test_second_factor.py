"""A second factor from the QR code's key to the next sign-in, in a browser."""

import time
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tools.browser import Portal, settle

ALICE = "imogen@brackenridge.example"
Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def test_it_is_set_up_and_asked_for(window: Open, portal: Portal) -> None:
    here, there = window(), window()
    here.sign_in(ALICE)
    page = here.open("/security")
    page.get_by_role("button", name="Set up").click()
    dialog = page.get_by_role("dialog")
    secret = dialog.locator(".pt-key").inner_text().replace(" ", "")
    dialog.get_by_role("textbox", name="Password").fill(portal.logins.password)
    dialog.get_by_role("textbox", name="Code").fill(pyotp.TOTP(secret).at(int(time.time()) - 30))
    dialog.get_by_role("button", name="Turn on").click()
    kept = dialog.get_by_role("button", name="I have kept them")
    expect(kept).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download").click()
    codes = Path(download.value.path()).read_text(encoding="utf-8").split()
    assert len(codes) == 10
    kept.click()
    expect(page.get_by_role("button", name="Turn off")).to_be_visible()

    other = there.open("/invoices")
    other.get_by_label("E-mail").fill(ALICE)
    other.get_by_label("Password", exact=True).fill(portal.logins.password)
    other.get_by_role("button", name="Sign in").click()
    expect(other.get_by_text("One more step")).to_be_visible()
    settle(other)
    asked = other.get_by_role("textbox", name="Code")
    sent = other.get_by_role("button", name="Sign in", exact=True)
    asked.fill("123456")
    sent.click()
    expect(other.get_by_text("This code is not right")).to_be_visible()
    asked.fill(codes[0])
    sent.click()
    expect(other.get_by_role("heading", name="Invoices")).to_be_visible()
    assert here.errors == there.errors == []
