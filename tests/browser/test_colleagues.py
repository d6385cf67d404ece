"""From an administrator's invitation to what the colleague sees, by the mail that was delivered."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser import mails
from tests.browser.conftest import Window
from tests.mail_server import Inbox
from tools.browser import Portal, settle

Open = Callable[..., Window]
pytestmark = pytest.mark.mailing_portal
_TO = "eve.newman@brackenridge.example"


def test_an_invited_colleague_gets_in_and_sees_what_the_role_may(
    window: Open, portal: Portal, inbox: Inbox
) -> None:
    admin = window().sign_in("imogen@brackenridge.example", "/account")
    admin.get_by_role("button", name="Invite a colleague").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("First name").fill("Eve")
    dialog.get_by_label("Last name").fill("Newman")
    dialog.get_by_label("E-mail").fill(_TO)
    expect(dialog.get_by_role("radio", name="Viewer")).to_be_checked()
    dialog.get_by_role("button", name="Send invitation").click()
    expect(dialog).to_have_count(0)
    row = admin.locator('[class*="st-key-person-"]').filter(has_text=_TO)
    expect(row.get_by_text("Invited", exact=True)).to_be_visible()

    mail = mails.awaited(lambda: inbox.messages, _TO)
    assert str(mail["Subject"]).startswith("Imogen Hartley of Brackenridge Hotels Ltd invites you")
    eve = window(fresh=True).open(mails.link(mail, "accept").removeprefix(portal.url))
    for field in eve.locator('input[type="password"]').all():
        field.fill("a long enough secret")
    eve.get_by_role("button", name=re.compile("^(Set|Accept|Save|Begin)")).click()
    expect(eve.get_by_role("heading", name="Hello, Eve")).to_be_visible()
    eve.goto(portal.url + "/account")
    settle(eve)
    expect(eve.get_by_text("Viewer: reads everything")).to_be_visible()
    expect(eve.get_by_role("button", name="Manage")).to_have_count(0)
    expect(eve.get_by_role("button", name="Invite a colleague")).to_have_count(0)

    admin.reload()
    settle(admin)
    expect(row.get_by_text("Active", exact=True)).to_be_visible()
    row.get_by_role("button", name="Manage").click()
    dialog.get_by_role("button", name="Disable access").click()
    expect(row.get_by_text("Disabled", exact=True)).to_be_visible()
    eve.reload()
    expect(eve.get_by_label("Password").first).to_be_visible()
