"""A customer's own list in a browser: given, compared, looked through, and saved as a file."""

import csv
import io
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.web import wire
from tools.browser import Portal, settle

CUSTOMER, VIEWER = "imogen@brackenridge.example", "callum@brackenridge.example"
HOSTILE = "=1+1<img src=x onerror=alert(1)>"
Open = Callable[..., Window]


def test_a_list_is_compared_and_saved(window: Open, portal: Portal) -> None:
    page = window().open_as(CUSTOMER, "/invoices?status=unpaid&sort=oldest")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="INV-")).first
    number = row.get_by_role("link", name="INV-").inner_text()
    balance = row.get_by_role("cell").last.inner_text().lstrip("£")
    page.goto(urljoin(portal.url, "/check"))
    settle(page)
    listed = f'Number,Open amount\n"{number}","{balance}"\n"{HOSTILE}",12.34\nINV-0,never\n'
    page.locator("input[type=file]").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": listed.encode()}
    )
    table = page.get_by_role("region", name="Comparison")
    expect(table).to_be_visible()
    page.get_by_text("1 row could not be read").wait_for()
    page.get_by_text("Matched", exact=True).first.click()
    link = table.get_by_role("link", name=number)
    expect(link).to_be_visible()
    assert number in (link.get_attribute("href") or "")
    page.get_by_role("radio", name="Not in our books").click()
    expect(table.get_by_text(HOSTILE)).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    path = saved.value.path()
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [each["Our number"] for each in rows if each["Result"] == "Matched"] == [number]
    (foreign,) = [each for each in rows if each["Result"] == "Not in our books"]
    assert foreign["Your number"] == f"'{HOSTILE}"
    status, _, _ = wire.request(portal, "GET", saved.value.url.removeprefix(portal.url))
    assert status == 404  # of nobody


def test_what_is_no_list_is_refused_and_another_one_taken(window: Open) -> None:
    page = window().open_as(CUSTOMER, "/check")
    settle(page)
    field = page.locator("input[type=file]")
    field.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"nothing"})
    expect(page.get_by_text("It has no rows below a header.")).to_be_visible()
    field.set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": b"No,Sum\nA-1,5\n"})
    expect(page.get_by_role("region", name="Comparison")).to_be_visible()


@pytest.mark.parametrize("path", ["/check"])
def test_a_viewer_gives_no_files(window: Open, path: str) -> None:
    page = window(fresh=True).open_as(VIEWER, path)
    settle(page)
    expect(page.get_by_text("Your role takes no files")).to_be_visible()
    assert page.locator("input[type=file]").count() == 0
