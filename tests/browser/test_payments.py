"""From an invoice to the payment that settled it and back, and the files one keeps of it."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Window
from tools.browser import Portal, settle

ALICE = "imogen@brackenridge.example"
Open = Callable[..., Window]


def _opened(page: Page, series: str) -> str:
    """Wait for the document of a series that a click opens, and return its number."""
    heading = page.get_by_role("heading", name=series, level=1)
    expect(heading).to_be_visible()
    settle(page)
    return heading.inner_text()


def test_invoice_and_payment_lead_to_each_other(window: Open) -> None:
    page = window().open_as(ALICE, "/invoices?status=paid")
    page.get_by_role("link", name="INV-").first.click()
    invoice = _opened(page, "INV-")
    page.get_by_role("link", name="PAY-").first.click()
    _opened(page, "PAY-")
    page.get_by_role("link", name=invoice).click()
    assert _opened(page, "INV-") == invoice


def test_tabs_lead_to_retainers_and_credit_notes(window: Open) -> None:
    page = window().open_as(ALICE, "/invoices")
    tabs = page.get_by_role("navigation", name="Invoices and credit notes")
    for title in ("Retainer invoices", "Credit notes", "Invoices"):
        tabs.get_by_role("link", name=title, exact=True).click()
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        settle(page)
        current = tabs.locator("[aria-current=page]")
        assert current.inner_text() == title


@pytest.mark.parametrize("order", ["Amount", "Date"])
def test_headings_sort_both_ways(window: Open, order: str) -> None:
    page = window().open_as(ALICE, "/payments?status=retainer")

    def numbers() -> list[str]:
        settle(page)
        return page.get_by_role("link", name="PAY-").all_inner_texts()

    heading = page.get_by_role("columnheader", name=order).get_by_role("link")
    heading.click()
    first = numbers()
    heading.click()
    assert numbers() == first[::-1]
    assert len(first) > 1


@pytest.mark.parametrize(
    ("path", "series", "words"),
    [
        ("/payments", "PAY-", "Payment receipt"),
        ("/retainers", "RET-", "Retainer invoice"),
        ("/credit_notes", "CN-", "Credit note"),
    ],
)
def test_the_pdf_is_the_document(
    window: Open, portal: Portal, tmp_path: Path, path: str, series: str, words: str
) -> None:
    opened = window()
    page = opened.open_as(ALICE, path)
    page.get_by_role("link", name=series).first.click()
    number = _opened(page, series)
    href = page.get_by_role("link", name="PDF").get_attribute("href") or ""
    answer = opened.context.request.get(urljoin(portal.url, href))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    file = tmp_path / "document.pdf"
    file.write_bytes(answer.body())
    text = " ".join(PdfReader(file).pages[0].extract_text().split())
    assert f"{words} {number}" in text
    assert "Brackenridge" in text


def test_a_stranger_cannot_open_it(window: Open, portal: Portal) -> None:
    mine = window()
    page = mine.open_as(ALICE, "/payments")
    page.get_by_role("link", name="PAY-").first.click()
    number = _opened(page, "PAY-")
    href = page.get_by_role("link", name="PDF").get_attribute("href") or ""
    stranger = window()
    other = stranger.open_as("layla@nakheel.example", f"/payment?number={number}")
    expect(other.get_by_role("heading", name="Payment not found")).to_be_visible()
    assert stranger.context.request.get(urljoin(portal.url, href)).status == 404
    assert not re.search(number, other.locator("body").inner_text())


def test_print_opens_the_print_dialog_over_the_document_alone(window: Open) -> None:
    opened = window(fresh=True)
    opened.context.add_init_script("window.print = () => { window.printed = true }")
    page = opened.open_as(ALICE, "/payments")
    page.get_by_role("link", name="PAY-").first.click()
    number = _opened(page, "PAY-")
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    printed = PdfReader(BytesIO(page.pdf(format="A4")))
    text = " ".join(" ".join(sheet.extract_text() for sheet in printed.pages).split())
    assert number in text
    assert "Payments made" not in text
