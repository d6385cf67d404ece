"""From asking for all data to the file on one's own disk."""

import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tools.browser import Portal, settle

Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def test_all_data_is_asked_for_made_and_saved(window: Open, portal: Portal, tmp_path: Path) -> None:
    owner = window()
    page = owner.sign_in("imogen@brackenridge.example", "/account")
    page.get_by_role("button", name="Ask for a file of all data").click()
    card = page.locator(".st-key-card-data")
    expect(card.get_by_text(re.compile("Asked on|Made")).first).to_be_visible()
    for _ in range(120):
        if card.get_by_text("Ready", exact=True).count():
            break
        time.sleep(1)
        page.reload()
        settle(page)
    with page.expect_download() as saved:
        card.get_by_role("link", name="Download").click()
    path = tmp_path / "data.zip"
    saved.value.save_as(path)
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert "Personal details.json" in found.namelist()
        assert any(name.startswith("Documents/Invoices/") for name in found.namelist())
    mailed = [file for file in (portal.data / "outbox").glob("*.eml")
              if b"To: imogen@brackenridge.example" in file.read_bytes()]  # fmt: skip
    assert mailed
    address = card.get_by_role("link", name="Download").get_attribute("href")
    other = window(fresh=True).sign_in("layla@nakheel.example")
    answer = other.request.get(f"{portal.url}/{address}")
    assert answer.status == 404
    assert owner.errors == []
