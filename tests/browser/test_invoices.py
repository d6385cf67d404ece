"""The invoice list and a document, used as a customer in a hurry would."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Window
from tools.browser import Portal, settle

ALICE = "imogen@brackenridge.example"
Open = Callable[..., Window]


def _address(page: Page) -> str:
    return str(page.evaluate("location.pathname + location.search"))


def test_filter_search_and_page_live_in_the_address(window: Open) -> None:
    page = window().open_as(ALICE, "/invoices")
    page.get_by_role("link", name=re.compile("^Overdue")).click()
    expect(page.get_by_text("Unpaid", exact=True)).to_have_count(0)
    assert "status=overdue" in _address(page)
    numbers = page.get_by_role("link", name="INV-").all_inner_texts()
    page.reload()
    settle(page)
    assert page.get_by_role("link", name="INV-").all_inner_texts() == numbers
    page.go_back()
    page.get_by_role("searchbox").fill(numbers[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="INV-")).to_have_count(1)
    assert f"q={numbers[0]}" in _address(page)


def test_nothing_found_says_so(window: Open) -> None:
    page = window().open_as(ALICE, "/invoices?q=nothing-is-called-so")
    expect(page.get_by_text(re.compile("no invoice", re.IGNORECASE))).to_be_visible()


def test_rows_are_real_links_and_back_returns_to_the_list(window: Open, portal: Portal) -> None:
    page = window().open_as(ALICE, "/invoices?status=unpaid")
    link = page.get_by_role("link", name="INV-").first
    number = link.inner_text()
    assert f"invoice?number={number}" in (link.get_attribute("href") or "")
    link.click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="INV-").first).to_be_visible()
    assert "status=unpaid" in _address(page)


def test_the_pdf_of_an_invoice_is_the_document(
    window: Open, portal: Portal, tmp_path: Path
) -> None:
    opened = window()
    page = opened.open_as(ALICE, "/invoices?status=unpaid")
    page.get_by_role("link", name="INV-").first.click()
    heading = page.get_by_role("heading", name="INV-")
    expect(heading).to_be_visible()
    href = page.get_by_role("link", name="PDF").get_attribute("href") or ""
    answer = opened.context.request.get(urljoin(portal.url, href))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    file = tmp_path / "invoice.pdf"
    file.write_bytes(answer.body())
    text = PdfReader(file).pages[0].extract_text()
    assert re.search(r"INV-\d+", heading.inner_text())[0] in text
    assert "Brackenridge" in text


def test_the_statements_pdf_closes_with_the_balance_on_screen(
    window: Open, portal: Portal, tmp_path: Path
) -> None:
    opened = window()
    page = opened.open_as(ALICE, "/statements")
    href = page.get_by_role("link", name="PDF").get_attribute("href") or ""
    answer = opened.context.request.get(urljoin(portal.url, href))
    file = tmp_path / "statement.pdf"
    file.write_bytes(answer.body())
    text = "".join(sheet.extract_text() for sheet in PdfReader(file).pages)
    closing = page.get_by_text(re.compile(r"^£[\d,]+\.\d\d$")).all_inner_texts()[-6:]
    assert any(amount.strip("£") in text for amount in closing)


def test_paying_tells_how_to_pay_by_transfer(window: Open) -> None:
    page = window().open_as(ALICE, "/invoices?status=overdue")
    page.get_by_role("link", name="INV-").first.click()
    heading = page.get_by_role("heading", name="INV-")
    expect(heading).to_be_visible()
    number = re.search(r"INV-\d+", heading.inner_text())[0]
    page.get_by_role("button", name=re.compile("^Pay £")).click()
    page.get_by_role("button", name="Pay by bank transfer").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text(number).first).to_be_visible()
