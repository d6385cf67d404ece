"""The very first browser session after a start must not slip past the sign-in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window

pytestmark = pytest.mark.own_portal


# one fresh server serves this file: the first case is its first request ever
@pytest.mark.parametrize("path", ["/invoices"])
def test_the_first_request_after_a_start_shows_the_sign_in_form(
    window: Callable[..., Window], path: str
) -> None:
    page = window().open(path)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert "INV-" not in page.locator("body").inner_text()
