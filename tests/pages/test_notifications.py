"""The bell around every screen, and the screen Notifications of both sides."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.clock import utc_now
from portal_data.customers import conversations
from portal_data.ids import new_id
from portal_data.messaging import notifications
from portal_data.ops.notifier import notify
from portal_data.scope import Scope, Staff
from tests.conftest import Cast
from tests.factories import make_invoice, make_notification
from tests.pages.conftest import Open
from tests.pages.test_organisation import press
from tests.people import rows

pytestmark = pytest.mark.only_engine("duckdb")
HOSTILE = "<b>x</b> [y](javascript:alert(1))"


def comment(who: Scope | Staff, invoice: object) -> None:
    """Say something about an invoice and tell everybody."""
    given = {"key": new_id(), "now": utc_now()}
    if isinstance(who, Staff):
        conversations.reply(who, "invoice", invoice, HOSTILE, internal=False, **given)  # type: ignore[arg-type]
    else:
        conversations.write(who, "invoice", invoice, HOSTILE, **given)  # type: ignore[arg-type]
    for row in rows("select id from core.activity order by happened_at, id"):
        with store.system_writing() as session:
            notify(session, row["id"], utc_now())


def test_the_bell_counts_on_every_screen_and_opening_reads(screen: Open, cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="INV-1")
    assert 'aria-label="Notifications"' in screen(cast.alice).html
    comment(cast.owner, invoice)
    comment(cast.alice, invoice)
    for who, page, other in ((cast.alice, "home", "account"), (cast.owner, "home", "inbox")):
        other = other if isinstance(who, Scope) else f"staff/{other}"
        for each in (page, other):
            assert 'aria-label="Notifications, 1 unread"' in screen(who, each).html, each
        if isinstance(who, Scope):
            opened = screen(who, "invoice", number="INV-1")
            assert 'aria-label="Notifications"' in opened.html
    assert notifications.unread(cast.alice).at_bell == 0
    assert notifications.unread(cast.owner).at_bell == 1, "staff have not opened it"
    assert 'aria-label="Notifications, 1 unread"' in screen(cast.bob).html


def test_the_list_leads_to_what_it_tells_of(screen: Open, cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="INV-1")
    comment(cast.owner, invoice)
    comment(cast.alice, invoice)
    for who, page, name in (
        (cast.alice, "notifications", "Olive"),
        (cast.owner, "staff/notifications", "Alice Test"),
    ):
        shown = screen(who, page).records()
        (row,) = shown["rows"]
        assert row["href"] == "invoice?number=INV-1"
        assert row["cells"][0]["text"] == f"{name} commented on INV-1"
        assert row["cells"][2]["pills"] == [{"text": "New", "tone": "blue"}]
        assert [(each["label"], each["count"]) for each in shown["filters"]] == [
            ("All", "1"),
            ("Unread", "1"),
        ]


def test_all_are_read_by_one_press(screen: Open, alice: Scope) -> None:
    for number in range(25):
        make_notification(
            alice.customer_id, alice.contact_id, number=f"INV-{number}",
            created_at=utc_now() - timedelta(minutes=number),
        )  # fmt: skip
    shown = screen(alice, "notifications")
    assert len(shown.records()["rows"]) == 20
    assert shown.records()["pager"]["text"] == "1–20 of 25"
    shown = press(shown, "Mark all as read")
    assert 'aria-label="Notifications"' in shown.html
    assert notifications.unread(alice).at_bell == 0
    assert not [each for each in shown.app.button if each.label == "Mark all as read"]
    shown = screen(alice, "notifications", status="unread")
    assert shown.records()["empty"]["title"] == "You have read everything"


def test_before_anything_happened_it_says_so(screen: Open, alice: Scope) -> None:
    assert screen(alice, "notifications").records()["empty"]["title"] == "Nothing has happened yet"


def test_a_hundred_are_not_counted_out(screen: Open, alice: Scope) -> None:
    for number in range(100):
        make_notification(alice.customer_id, alice.contact_id, number=f"INV-{number}")
    html = screen(alice).html
    assert ">99+<" in html
    assert "100 unread" in html
