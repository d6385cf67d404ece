"""Shared documents on screens: what each side sees of them, and who is offered to share."""

from pathlib import Path

from portal_data.clock import utc_now
from portal_data.customers import files
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff
from tests.pages.conftest import Open, Screen


def _buttons(shown: Screen) -> list[str]:
    return [each.key for each in shown.app.button if each.key and each.key.startswith("files.")]


def _raw(shown: Screen) -> str:
    return "".join(element.proto.body for element in shown.app.get("html"))


def test_both_sides_see_them_and_what_was_withdrawn(
    screen: Open, alice: Scope, bob: Scope, charlie: Scope, owner: Staff, tmp_path: Path
) -> None:
    mine, theirs = new_id(), new_id()
    now = utc_now()
    files.share(alice, "Ours & <b>.txt", b"A", key=mine, folder=tmp_path, now=now)
    files.share_with(
        owner, alice.customer_id, "Yours.txt", b"B", key=theirs, folder=tmp_path, now=now
    )
    home = screen(bob)
    assert _buttons(home) == []
    for words in ("Ours & b.txt", "from <span", "Alice Test", "Yours.txt", "Olive"):
        assert words in home.html, words
    assert f'href="documents/file/{mine}"' in _raw(home)
    assert _buttons(screen(alice)) == ["files.share"]
    assert "Yours.txt" not in screen(charlie).html
    staff = screen(owner, "staff/customer", id=str(alice.customer_id))
    assert _buttons(staff) == ["files.share", "files.withdraw"]
    assert f'href="documents/staff/file/{mine}"' in _raw(staff)
    files.withdraw(owner, theirs, now)
    left = screen(alice)
    assert "Yours.txt" in left.html
    assert "Withdrawn" in left.html
    assert f"documents/file/{theirs}" not in _raw(left)


def test_a_dialog_asks_for_a_file_and_takes_none_without_it(screen: Open, alice: Scope) -> None:
    home = screen(alice)
    home.app.button(key="files.share").click()
    opened = home.rerun()
    assert len(opened.app.get("file_uploader")) == 1
    assert "Only the business can take it back" in opened.html
