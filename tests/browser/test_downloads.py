"""Lists and statements taken as files, by mouse, keyboard and thumb."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pyarrow import parquet

from tests.browser.conftest import Window
from tools.browser import settle

CUSTOMER = "imogen@brackenridge.example"
Open = Callable[..., Window]


def _menu(page: Page) -> None:
    """Open the menu of files."""
    page.locator("summary", has_text="Download").click()


def _taken(page: Page, label: str) -> tuple[str, bytes]:
    """Choose a file of the menu and return the name and content that the browser saved."""
    _menu(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(f"^{label}")).last.click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_every_format_holds_the_list_on_screen(window: Open) -> None:
    page = window().open_as(CUSTOMER, "/invoices?status=overdue&sort=due")
    shown = page.get_by_role("link", name="INV-").all_inner_texts()
    assert shown
    name, content = _taken(page, "CSV")
    assert re.fullmatch(r"Invoices Brackenridge Hotels Ltd [\d-]{10} [\d-]{10} .*GBP.*\.csv", name)
    lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert [line["Invoice"] for line in lines] == shown
    _, content = _taken(page, "JSON")
    assert [row["invoice"] for row in json.loads(content)["rows"]] == shown
    _, content = _taken(page, "Excel")
    sheet = load_workbook(io.BytesIO(content))["Invoices"]
    assert [cell.value for cell in sheet["A"][1:]] == shown
    _, content = _taken(page, "Parquet")
    assert parquet.read_table(io.BytesIO(content))["invoice"].to_pylist() == shown
    name, content = _taken(page, "PDFs")
    assert name.endswith(".zip")
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert [re.search(r"INV-\d+", each)[0] for each in names] == shown


def test_a_statement_closes_with_the_balance_on_screen(window: Open) -> None:
    page = window().open_as(CUSTOMER, "/statements?period=this_year")
    closing = page.locator("tr", has_text="Closing balance")
    expect(closing).to_be_visible()
    name, content = _taken(page, "CSV")
    assert name.startswith("Statement Brackenridge Hotels Ltd ")
    last = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))[-1]
    assert last["Transaction"] == "Closing balance"
    expect(closing).to_contain_text(f"{float(last['Balance']):,.2f}")


@pytest.mark.parametrize("path", ["/invoices", "/statements"])
def test_the_menu_opens_and_closes_as_menus_do(window: Open, path: str) -> None:
    page = window().open_as(CUSTOMER, path)
    button = page.locator("summary", has_text="Download")
    offered = page.get_by_role("link", name=re.compile("^Excel"))
    expect(offered).not_to_be_visible()
    button.focus()
    page.keyboard.press("Enter")
    expect(offered).to_be_visible()
    page.keyboard.press("Tab")
    expect(offered).to_be_focused()
    page.keyboard.press("Escape")
    expect(offered).not_to_be_visible()
    expect(button).to_be_focused()
    button.click()
    expect(offered).to_be_visible()
    page.get_by_role("heading").first.click()
    expect(offered).not_to_be_visible()


@pytest.mark.parametrize("path", ["/invoices", "/statements"])
def test_the_menu_fits_a_phone(window: Open, path: str) -> None:
    page = window("phone").open_as(CUSTOMER, path)
    page.locator("summary", has_text="Download").tap()
    box = page.get_by_role("link", name=re.compile("^Parquet")).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["height"] >= 36


def test_nothing_to_download_offers_nothing(window: Open) -> None:
    page = window().open_as(CUSTOMER, "/invoices?q=nothing-is-called-so")
    expect(page.locator("summary", has_text="Download")).not_to_be_visible()


def test_whoever_signed_out_gets_no_file(window: Open) -> None:
    opened = window()
    page = opened.sign_in(CUSTOMER, "/invoices")
    address = f"{opened.portal.url}/exports/invoices.csv"
    assert opened.context.request.get(address).status == 200
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    settle(page)
    assert opened.context.request.get(address).status == 401
