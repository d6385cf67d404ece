"""From an administrator's invitation to what the colleague sees, by the mail that was delivered."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect

from portal_data import settings
from tests.browser.conftest import Window
from tests.mail_server import Inbox, point_at
from tools.browser import Portal, demo_portal, settle
from tools.ports import free_port

Open = Callable[..., Window]
_TO = "eve.newman@brackenridge.example"


@pytest.fixture(scope="module")
def inbox() -> Inbox:
    """What the mail server got."""
    return Inbox()


@pytest.fixture(scope="module")
def portal(inbox: Inbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the demo organisation that sends its mails to a real server."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    with pytest.MonkeyPatch.context() as patch:
        point_at(controller, patch)
        with demo_portal(tmp_path_factory.mktemp("portal")) as serving:
            yield serving
    controller.stop()
    settings.load.cache_clear()


def _mail(inbox: Inbox, to: str) -> tuple[str, str]:
    """Return subject and link of the mail to `to`, once it has come."""
    for _ in range(600):
        for message in inbox.messages:
            if message["To"] == to:
                body = message.get_body(("plain",))
                assert body is not None
                found = re.search(r"http\S+", body.get_content())
                assert found is not None
                return str(message["Subject"]), found[0]
        time.sleep(0.1)
    raise AssertionError(f"no mail to {to}")


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

    subject, link = _mail(inbox, _TO)
    assert subject.startswith("Imogen Hartley of Brackenridge Hotels Ltd invites you")
    eve = window(fresh=True).open(link.removeprefix(portal.url))
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
