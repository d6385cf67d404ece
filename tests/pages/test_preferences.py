"""The page Preferences: owners switch, other staff read, and each switch does what it says."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from portal_data.business import preferences
from portal_data.business.preferences import EFFECTS, AfterAcceptance, Preferences
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.data.test_activity import AS_CAST
from tests.pages.conftest import Open, Screen
from tests.pages.test_organisation import press

ROOT = Path(__file__).resolve().parents[2]


def switch(shown: Screen, label: str, on: bool) -> Screen:
    """Flip a switch, without saving."""
    next(each for each in shown.app.toggle if each.label == label).set_value(on)
    return shown


def test_only_what_has_an_effect_is_offered() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("components", "pages", "portal_data")
        for path in (ROOT / folder).rglob("*.py")
        if path.name not in ("preferences.py", "preferences_form.py") and "demo" not in path.parts
    )
    used = {
        name
        for name in Preferences.__dataclass_fields__
        if re.search(rf'\.{name}\b|= ?"{name}"', code)
    }
    assert used == set(EFFECTS)


def test_an_owner_switches_and_a_customer_sees_it(screen: Open, cast: Cast) -> None:
    assert "Projects" not in screen(cast.alice, "projects").html
    shown = screen(cast.owner, "staff/preferences")
    shown.app.text_area[0].set_value("  We moved to 2 Fern Row. ")
    press(switch(shown, "Projects and timesheets", True), "Save")
    assert preferences.of(cast.alice).projects_and_timesheets
    assert "We moved to 2 Fern Row." in screen(cast.alice).html
    assert "Projects" in screen(cast.alice, "projects").html


def test_a_preview_saves_nothing(screen: Open, cast: Cast) -> None:
    shown = screen(cast.owner, "staff/preferences")
    shown.app.text_area[0].set_value("<b>Hello</b>")
    shown = press(shown, "Preview")
    banners = [each.proto.body for each in shown.app.get("html") if "pt-banner" in each.proto.body]
    assert any("&lt;b&gt;Hello&lt;/b&gt;" in body for body in banners)
    assert preferences.of(cast.alice).banner_message == ""


def test_two_owners_do_not_overwrite_each_other(screen: Open, owner: Staff, alice: Scope) -> None:
    shown = screen(owner, "staff/preferences")
    preferences.change(owner, now=NOW, banner_message="Theirs")
    switch(shown, "Projects and timesheets", True)
    shown.app.text_area[0].set_value("Mine")
    shown = press(shown, "Save")
    assert "Somebody else changed this meanwhile" in shown.text
    assert shown.app.text_area[0].value == "Mine"
    assert preferences.of(alice).banner_message == "Theirs"
    assert not preferences.of(alice).projects_and_timesheets
    shown = press(shown, "Load what is stored")
    assert shown.app.text_area[0].value == "Theirs"
    press(switch(shown, "Projects and timesheets", True), "Save")
    assert preferences.of(alice) == replace(
        AS_CAST, banner_message="Theirs", projects_and_timesheets=True
    )


def test_a_switch_somebody_else_left_alone_is_saved(
    screen: Open, owner: Staff, alice: Scope
) -> None:
    shown = screen(owner, "staff/preferences")
    preferences.change(owner, now=NOW, banner_message="Theirs")
    press(switch(shown, "Projects and timesheets", True), "Save")
    assert preferences.of(alice) == replace(
        AS_CAST, banner_message="Theirs", projects_and_timesheets=True
    )


def test_one_of_several_is_chosen(screen: Open, owner: Staff, sam: Staff, alice: Scope) -> None:
    shown = screen(owner, "staff/preferences")
    choices = {each.label: each for each in shown.app.radio}
    choice = choices[EFFECTS["invoice_on_acceptance"].label]
    assert choice.options == list(EFFECTS["invoice_on_acceptance"].choices.values())
    choice.set_value(AfterAcceptance.SENT)
    press(shown, "Save")
    wanted = preferences.of(alice).invoice_on_acceptance
    assert wanted is AfterAcceptance.SENT
    assert EFFECTS["invoice_on_acceptance"].choices[wanted] in screen(sam, "staff/preferences").html


def test_ordinary_staff_read_it(screen: Open, sam: Staff) -> None:
    shown = screen(sam, "staff/preferences")
    assert "Only an owner may change it" in shown.html
    assert "Projects and timesheets" in shown.html
    assert not shown.app.toggle
    assert not shown.app.button


@pytest.mark.parametrize("person", ["alice", "nobody"])
def test_nobody_else_sees_it(person: str, screen: Open, alice: Scope) -> None:
    shown = screen(alice if person == "alice" else None, "staff/preferences")
    assert "Preferences</h1>" not in shown.html
