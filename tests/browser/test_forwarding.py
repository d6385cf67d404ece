"""A customer forwards an invoice by mail, and both sides read so in its history."""

import re
from collections.abc import Callable
from urllib.parse import quote, urljoin

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import mails
from tests.browser.conftest import Window
from tests.mail_server import Inbox
from tools.browser import Portal, settle

pytestmark = pytest.mark.mailing_portal

CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
VIEWER = "callum@brackenridge.example"
TO = "max.accounts@books.example"
NOTE = "Please book this. <img src=x onerror=alert(1)> [x](javascript:alert(1))"
Open = Callable[..., Window]


def _forward(page: Page, to: str, note: str = "") -> None:
    page.get_by_role("button", name="Forward", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="To").fill(to)
    dialog.get_by_role("textbox", name="Note").fill(note)
    dialog.get_by_role("button", name="Send e-mail").click()


def _invoice(page: Page) -> str:
    """Open the first invoice of a list and return its number."""
    page.get_by_role("link", name="INV-").first.click()
    heading = page.get_by_role("heading", name="INV-", level=1)
    expect(heading).to_be_visible()
    settle(page)
    return heading.inner_text()


def _undated(pdf: bytes) -> bytes:
    """Return an invoice's PDF without the moment at which it was made, and what hashes that."""
    undated, dates = re.subn(rb"/CreationDate \(D:\d{14}Z?[^)]*\)|/ID \[[^]]*\]", b"", pdf)
    assert dates
    return undated


def _history(page: Page) -> Locator:
    return page.locator(".pt-card", has=page.get_by_role("heading", name="History"))


def test_an_invoice_arrives_as_its_pdf_and_its_history_tells_it(
    window: Open, portal: Portal, inbox: Inbox
) -> None:
    mine, reader, office = window("phone"), window(), window(fresh=True)
    page = mine.open_as(CUSTOMER, "/invoices?status=unpaid")
    number = _invoice(page)
    pdf = page.get_by_role("link", name="PDF").get_attribute("href") or ""
    downloaded = page.request.get(urljoin(page.url, pdf))
    assert "Forwarded" not in _history(page).inner_text()
    _forward(page, f"nobody, {TO}", NOTE)
    expect(page.get_by_text("nobody is no e-mail address.")).to_be_visible()
    page.get_by_role("dialog").get_by_role("textbox", name="To").fill(TO)
    page.get_by_role("dialog").get_by_role("button", name="Send e-mail").click()
    expect(page.get_by_text("On its way to max.accounts@")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)

    mail = mails.awaited(lambda: inbox.messages, TO)
    (attachment,) = mail.iter_attachments()
    assert _undated(attachment.get_content()) == _undated(downloaded.body())
    assert quote(attachment.get_filename() or "") in downloaded.headers["content-disposition"]
    assert number in str(mail["Subject"])
    assert mail["Reply-To"] == CUSTOMER
    assert f"> {NOTE}" in mails.text(mail)

    expect(_history(page).get_by_text("Forwarded by Imogen Hartley")).to_be_visible()
    assert TO in _history(page).inner_text()
    theirs = office.open_as(STAFF, f"/invoice?number={number}")
    assert f"Forwarded by Imogen Hartley\n{TO} · " in _history(theirs).inner_text()
    other = reader.open_as(VIEWER, f"/invoice?number={number}")
    assert "Forwarded by Imogen Hartley" in _history(other).inner_text()
    assert TO not in _history(other).inner_text()
    expect(other.get_by_role("link", name="PDF")).to_be_visible()
    assert other.get_by_role("button", name="Forward", exact=True).count() == 0
    assert mine.errors == reader.errors == office.errors == []


def test_an_estimate_arrives_byte_for_byte(window: Open, portal: Portal, inbox: Inbox) -> None:
    page = window().open_as(CUSTOMER, "/estimates?status=open")
    page.get_by_role("link", name="EST-").first.click()
    expect(page.get_by_role("heading", name="EST-", level=1)).to_be_visible()
    settle(page)
    pdf = page.get_by_role("link", name="PDF").get_attribute("href") or ""
    downloaded = page.request.get(urljoin(page.url, pdf))
    _forward(page, "eva@books.example")
    mail = mails.awaited(lambda: inbox.messages, "eva@books.example")
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content() == downloaded.body()
    expect(_history(page).get_by_text("Forwarded by Imogen Hartley")).to_be_visible()


def test_where_the_business_forwards_nothing_nobody_does(
    window: Open, portal: Portal, inbox: Inbox
) -> None:
    mine, office = window(), window(fresh=True)
    page = mine.open_as(CUSTOMER, "/invoices?status=unpaid")
    _invoice(page)
    page.get_by_role("button", name="Forward", exact=True).click()
    owner = office.open_as(STAFF, "/preferences")
    owner.get_by_text("Forward documents", exact=True).click()
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved. It holds from now on.")).to_be_visible()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="To").fill("late@books.example")
    dialog.get_by_role("button", name="Send e-mail").click()
    expect(page.get_by_text("Documents cannot be forwarded from here.")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    assert page.get_by_role("button", name="Forward", exact=True).count() == 0
    assert [mail for mail in inbox.messages if mail["To"] == "late@books.example"] == []
    assert mine.errors == office.errors == []
