"""From an empty form to the customer's eyes: what an owner fills in stands on Home and PDF."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import Window
from tools.browser import settle

Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def _logo(file: Path) -> Path:
    picture = Image.new("RGB", (600, 200), "white")
    ImageDraw.Draw(picture).rectangle((20, 20, 580, 180), fill="teal")
    picture.save(file)
    return file


def test_what_an_owner_fills_in_reaches_customers(window: Open, tmp_path: Path) -> None:
    owners = window()
    page = owners.sign_in("rowan@larkspur.example", "/organisation")
    page.get_by_label("Phone").fill("+44 1632 960999")
    page.get_by_label("IBAN").fill("GB33 BUKB 2020 1555 5555 56")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("check digits")).to_be_visible()
    expect(page.get_by_label("Phone")).to_have_value("+44 1632 960999")
    page.get_by_label("IBAN").fill("gb33bukb20201555555555")
    page.get_by_role("button", name="Save").click()
    # Streamlit keeps the old field, out of sight, until the run that draws the new one has ended
    shown = page.get_by_label("IBAN").filter(visible=True)
    expect(shown).to_have_value("GB33 BUKB 2020 1555 5555 55")
    settle(page)
    page.locator('input[type="file"]').set_input_files(_logo(tmp_path / "logo.png"))
    expect(page.get_by_text("logo.png")).to_be_visible()
    page.get_by_role("button", name="Use this logo").click()
    expect(page.locator(".st-key-card-logo img.pt-logo")).to_be_visible()

    customers = window()
    home = customers.sign_in("imogen@brackenridge.example")
    expect(home.get_by_text("+44 1632 960999")).to_be_visible()
    logo = home.locator('[data-testid="stSidebarLogo"]')
    expect(logo).to_be_visible()
    assert logo.evaluate("each => each.complete && each.naturalWidth") == 600

    invoice = customers.open("/invoices?status=unpaid")
    invoice.get_by_role("link", name="INV-").first.click()
    invoice.wait_for_url("**/invoice?**")
    settle(invoice)
    sheet = invoice.locator(".pt-paper .letterhead")
    expect(sheet.get_by_role("heading", name="Invoice")).to_be_visible()
    expect(sheet.locator("img")).to_be_visible()
    path = invoice.locator('a[href*="documents/invoice/"]').first.get_attribute("href")
    answer = customers.context.request.get(f"{customers.portal.url}/{path}")
    first = PdfReader(io.BytesIO(answer.body())).pages[0]
    assert len(first.images) == 1
    assert any(
        "GB33 BUKB 2020 1555 5555 55" in each.extract_text()
        for each in PdfReader(io.BytesIO(answer.body())).pages
    )
    nobody = window().open("/")
    expect(nobody.locator("img.pt-logo")).to_be_visible()
    assert owners.errors == customers.errors == []
