"""From the staff's button to the invited person's first page, by the mail that was written."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.browser.mails import mailed_link
from tools.browser import Portal, settle

Open = Callable[..., Window]
pytestmark = pytest.mark.own_portal


def test_an_invited_person_sets_a_password_and_reads_the_portal(
    window: Open, portal: Portal
) -> None:
    staff = window().sign_in("rowan@larkspur.example")
    staff.get_by_role("link", name="Brackenridge").first.click()
    card = staff.locator('[class*="st-key-card-contact"]').filter(has_text="dennis@")
    card.get_by_role("button", name="Invite to portal").click()
    expect(card.get_by_text("Invited", exact=True)).to_be_visible()

    link = mailed_link(portal, "dennis@brackenridge.example", "accept")
    page = window().open(link.removeprefix(portal.url))
    for field in page.locator('input[type="password"]').all():
        field.fill("a long enough secret")
    page.get_by_role("button", name=re.compile("^(Set|Accept|Save|Begin)")).click()
    expect(page.get_by_role("heading", name="Hello, Dennis")).to_be_visible()

    used = window().open(link.removeprefix(portal.url))
    settle(used)
    expect(used.get_by_text(re.compile("not valid any more"))).to_be_visible()
