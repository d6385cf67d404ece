"""Files in a browser: what one side shares or attaches, the other saves, and nothing of it runs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Window
from tests.uploads import PDF
from tools.browser import settle

pytestmark = pytest.mark.own_portal

CUSTOMER, STAFF = "imogen@brackenridge.example", "rowan@larkspur.example"
NUMBER = "INV-001200"
Open = Callable[..., Window]


def _saved(page: Page, link: Locator) -> bytes:
    """Return what a link saves."""
    with page.expect_download() as waiting:
        link.click()
    return Path(waiting.value.path()).read_bytes()


def test_a_document_is_shared_and_saved_by_the_other_side(window: Open, tmp_path: Path) -> None:
    plan, fake = tmp_path / "Garden plan.pdf", tmp_path / "Fake.pdf"
    plan.write_bytes(PDF)
    fake.write_bytes(b"<script>alert(1)</script>")
    page = window().open_as(CUSTOMER)
    page.get_by_role("button", name="Share a document").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input[type=file]").set_input_files(fake)
    dialog.get_by_text("Fake.pdf").wait_for()
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(dialog.get_by_text("This file is not what its name says")).to_be_visible()
    dialog.locator("input[type=file]").set_input_files(plan)
    dialog.get_by_text("Garden plan.pdf").wait_for()
    dialog.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_text("Garden plan.pdf is shared.")).to_be_visible()
    settle(page)
    staff = window(fresh=True).open_as(STAFF, "/?q=Brackenridge")
    staff.locator(".shown a.row").first.click()
    staff.wait_for_selector(".pt-back")
    assert _saved(staff, staff.get_by_role("link", name="Garden plan.pdf")) == PDF
    staff.get_by_role("button", name="Withdraw a document").click()
    staff.get_by_role("dialog").get_by_role("button", name="Withdraw", exact=True).click()
    expect(staff.get_by_text("The document is withdrawn.")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.get_by_text("Garden plan.pdf").first).to_be_visible()
    assert page.get_by_role("link", name="Garden plan.pdf").count() == 0


def test_files_of_a_comment_are_saved_and_those_of_a_note_stay(
    window: Open, tmp_path: Path
) -> None:
    order, secret = tmp_path / "Order.pdf", tmp_path / "Secret.txt"
    order.write_bytes(PDF)
    secret.write_bytes(b"what it costs us")
    mine, theirs = window(), window(fresh=True)
    page = mine.open_as(CUSTOMER, f"/invoice?number={NUMBER}")
    talk = page.locator(".st-key-card-conversation")
    talk.get_by_label("Write a comment").fill("Our order")
    talk.get_by_text("Attach files").click()
    talk.locator("input[type=file]").set_input_files(order)
    talk.get_by_text("Order.pdf").wait_for()
    talk.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Your comment is sent.")).to_be_visible()
    settle(page)
    assert _saved(page, talk.get_by_role("link", name="Order.pdf")) == PDF
    staff = theirs.open_as(STAFF, f"/invoice?number={NUMBER}")
    talk = staff.locator(".st-key-card-conversation")
    assert _saved(staff, talk.get_by_role("link", name="Order.pdf")) == PDF
    talk.get_by_label("Write to the customer").fill("Margin")
    talk.get_by_text("Attach files").click()
    talk.locator("input[type=file]").set_input_files(secret)
    talk.get_by_text("Secret.txt").wait_for()
    talk.get_by_role("button", name="Add internal note").click()
    expect(staff.get_by_text("Only staff see your note.")).to_be_visible()
    settle(staff)
    link = talk.get_by_role("link", name="Secret.txt")
    assert _saved(staff, link) == secret.read_bytes()
    href = str(link.get_attribute("href")).replace("/staff/", "/")
    page.reload()
    settle(page)
    assert "Secret.txt" not in page.content()
    assert page.request.get(f"{page.url.rpartition('/')[0]}/{href}").status == 404
    assert mine.errors == theirs.errors == []
