"""Conversations on screens: both sides write and read, staff note and find what waits."""

from uuid import UUID

import pytest

from portal_data.clock import utc_now
from portal_data.customers import conversations
from portal_data.ids import new_id
from portal_data.messaging import comments
from portal_data.scope import Scope, Staff
from tests.conftest import NOW
from tests.factories import make_approval, make_invoice, make_project, show_projects
from tests.pages.conftest import Open, Screen

HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](javascript:alert(1)) :smile: $x$"


@pytest.fixture
def invoice(alice: Scope) -> UUID:
    """An invoice to talk about."""
    return make_invoice(alice, number="INV-7")


def _write(shown: Screen, text: str, button: str = "Send") -> Screen:
    """Type into the box and press a button."""
    shown.app.text_area[0].set_value(text)
    next(each for each in shown.app.button if each.label == button).click()
    return shown.rerun()


def _raw(shown: Screen) -> str:
    """All HTML as the browser gets it."""
    return "".join(element.proto.body for element in shown.app.get("html"))


def test_a_contact_writes_and_staff_answer(
    screen: Open, alice: Scope, bob: Scope, owner: Staff, invoice: UUID
) -> None:
    empty = screen(alice, "invoice", number="INV-7")
    assert "Nothing was said yet" in empty.html
    written = _write(empty, HOSTILE)
    assert HOSTILE in written.html
    assert "<img src=x" not in _raw(written)
    assert written.app.text_area[0].value == ""
    assert ">You</b>" in _raw(written)
    opened = screen(owner, "invoice", number="INV-7")
    for words in (HOSTILE, "Alice Test", "New"):
        assert words in opened.html
    answered = _write(opened, "Because of\nthe trees", "Reply to the customer")
    assert "Because of" in answered.html
    noted = _write(screen(owner, "invoice", number="INV-7"), "HUSH", "Add internal note")
    assert "Internal note" in noted.html
    read = screen(bob, "invoice", number="INV-7")
    assert "the trees" in read.html
    assert "New" in read.html
    assert "HUSH" not in _raw(read)
    assert "New" not in screen(bob, "invoice", number="INV-7").html


def test_what_cannot_be_sent_is_refused_and_kept_in_the_box(
    screen: Open, alice: Scope, invoice: UUID
) -> None:
    refused = _write(screen(alice, "invoice", number="INV-7"), "  ")
    assert "cannot be empty" in refused.text
    refused = _write(screen(alice, "invoice", number="INV-7"), "x" * 4_001)
    assert "4\\,000" in refused.text
    assert refused.app.text_area[0].value == "x" * 4_001
    assert comments.of_subject(alice, invoice) == ()


def test_what_is_far_back_stands_behind_a_line(screen: Open, alice: Scope, invoice: UUID) -> None:
    for n in range(12):
        conversations.write(alice, "invoice", invoice, f"Word {n}", key=new_id(), now=NOW)
    assert "Show 2 earlier comments" in screen(alice, "invoice", number="INV-7").html


def test_home_tells_what_is_new(screen: Open, alice: Scope, owner: Staff, invoice: UUID) -> None:
    assert "wrote to you about" not in screen(alice).html
    conversations.reply(
        owner, "invoice", invoice, "Hello", internal=False, key=new_id(), now=utc_now()
    )
    told = screen(alice).html
    assert "wrote to you about" in told
    assert "invoice?number=INV-7" in told
    screen(alice, "invoice", number="INV-7")
    assert "wrote to you about" not in screen(alice).html


def test_the_inbox_leads_to_what_waits(
    screen: Open, alice: Scope, owner: Staff, invoice: UUID
) -> None:
    assert screen(owner, "staff/inbox").records()["empty"]["title"] == "Nothing waits for you"
    conversations.write(alice, "invoice", invoice, HOSTILE, key=new_id(), now=NOW)
    (row,) = screen(owner, "staff/inbox").records()["rows"]
    assert row["href"] == "invoice?number=INV-7"
    assert row["cells"][2]["text"] == HOSTILE
    assert [pill["text"] for pill in row["cells"][4]["pills"]] == ["Unanswered", "New"]
    opened = screen(owner, "invoice", number="INV-7")
    next(each for each in opened.app.button if each.label == "No answer needed").click()
    assert "comes back when the customer writes" in opened.rerun().html
    assert screen(owner, "staff/inbox").records()["rows"] == []
    assert len(screen(owner, "staff/inbox", status="all").records()["rows"]) == 1


def test_projects_and_timesheets_are_talked_about_on_both_sides(
    screen: Open, alice: Scope, owner: Staff
) -> None:
    show_projects()
    project, sheet = make_project(alice), make_approval(alice, {})
    for page, named in (("project", project), ("timesheet", sheet)):
        _write(screen(alice, page, id=str(named)), f"About the {page}")
        opened = screen(owner, f"staff/{page}", id=str(named))
        assert f"About the {page}" in opened.html
        _write(opened, f"Yes, the {page}", "Reply to the customer")
        assert f"Yes, the {page}" in screen(alice, page, id=str(named)).html
        assert "We cannot show" in screen(owner, f"staff/{page}", id="x").html
