"""A customer comments and answers a timesheet in a browser, and staff answer from their inbox."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.browser import mails
from tests.browser.conftest import Window
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal

CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
NUMBER = "INV-001200"
HOSTILE = (
    "<img src=x onerror=alert(1)><script>alert(2)</script> **bold** [x](javascript:alert(3)) "
    ":smile: $x$ \N{RIGHT-TO-LEFT OVERRIDE}4321"
)
STORED = HOSTILE.replace("\N{RIGHT-TO-LEFT OVERRIDE}", "")
Open = Callable[..., Window]


def _watched(page: Page) -> list[str]:
    """Return the dialogs that the page opens from now on: a script of somebody's would."""
    opened: list[str] = []
    page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    return opened


def _talk(page: Page) -> str:
    return page.locator(".st-key-card-conversation").inner_text()


def _mails(portal: Portal, subject: str) -> list[EmailMessage]:
    """Return the mails with these words in the subject."""
    return [each for each in mails.written(portal) if subject in str(each["Subject"])]


def _mailed(page: Page, portal: Portal) -> None:
    """Both sides were told by mail, which quotes what was said and runs none of it."""
    for _ in range(100):
        heard, answered = (
            _mails(portal, f"{who} commented on {NUMBER}")
            for who in ("Imogen Hartley", "Rowan Larkspur")
        )
        if heard and answered:
            break
        page.wait_for_timeout(100)
    plain, html = (heard[0].get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert f"> {STORED}" in plain.get_content()
    assert "&lt;img src=x" in html.get_content()
    assert not re.search(r"<(img|script)", html.get_content())
    assert str(heard[0]["To"]).endswith("@larkspur.example")
    assert str(answered[0]["To"]).endswith("@brackenridge.example")
    for mail in _mails(portal, NUMBER):
        body = mail.get_body(("plain",))
        assert body is not None
        assert "Hush" not in body.get_content()


def test_both_sides_talk_about_an_invoice(window: Open, portal: Portal) -> None:
    mine, theirs = window(), window(fresh=True)
    page = mine.open_as(CUSTOMER, f"/invoice?number={NUMBER}")
    opened = _watched(page)
    page.get_by_label("Write a comment").fill(HOSTILE)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Your comment is sent.")).to_be_visible()
    settle(page)
    assert STORED in _talk(page)
    assert page.locator(".pt-talk :is(img, script, a, strong, em)").count() == 0

    inbox = theirs.open_as(STAFF, "/inbox?sort=newest")
    opened_there = _watched(inbox)
    assert STORED in inbox.locator(".shown").inner_text()
    inbox.locator(".shown a.row").first.click()
    expect(inbox.get_by_role("heading", name=NUMBER, level=1)).to_be_visible()
    settle(inbox)
    for text, button in (("Hush", "Add internal note"), ("It is right.", "Reply to the customer")):
        inbox.get_by_label("Write to the customer").fill(text)
        inbox.get_by_role("button", name=button).click()
        expect(inbox.locator(".pt-talk").get_by_text(text)).to_be_visible()
        settle(inbox)

    page.goto(f"{portal.url}/")
    settle(page)
    page.get_by_role("link", name=NUMBER).first.click()
    expect(page.locator(".pt-talk").get_by_text("It is right.")).to_be_visible()
    assert "New" in _talk(page)
    assert "Hush" not in page.content()
    settle(page)
    page.reload()
    settle(page)
    assert "New" not in _talk(page)
    assert opened == opened_there == mine.errors == theirs.errors == []
    _mailed(page, portal)


def test_a_timesheet_is_answered_entry_by_entry_then_whole(window: Open) -> None:
    mine, slow = window(), window("phone", fresh=True)
    page = mine.open_as(CUSTOMER, "/timesheets?status=pending")
    opened = _watched(page)
    page.locator(".shown a.row").first.click()
    expect(page.get_by_role("button", name="Entry by entry")).to_be_visible()
    settle(page)
    slower = slow.open_as(CUSTOMER, f"/{page.url.rpartition('/')[2]}")
    slower.get_by_role("button", name="Approve", exact=True).click()
    expect(slower.get_by_role("dialog")).to_be_visible()

    page.get_by_role("button", name="Entry by entry").click()
    page.get_by_label("Entries that you do not approve").click()
    page.get_by_role("option").nth(1).click()
    page.keyboard.press("Escape")
    page.get_by_label("Reason").fill(HOSTILE)
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_text("Your answer is sent")).to_be_visible()
    settle(page)
    assert page.locator(".pt-head .pt-pill").inner_text() == "Partly approved"
    assert f"question: {STORED}" in _talk(page)

    slower.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(slower.get_by_text("Somebody else changed this meanwhile")).to_be_visible()
    slower.get_by_role("button", name="Load what is stored").click()
    expect(slower.get_by_role("dialog").get_by_text("1 entry")).to_be_visible()
    slower.get_by_role("dialog").get_by_role("button", name="Approve").click()
    expect(slower.get_by_text("The timesheet is approved")).to_be_visible()
    settle(slower)
    assert slower.locator(".pt-head .pt-pill").inner_text() == "Approved"
    assert opened == mine.errors == slow.errors == []
