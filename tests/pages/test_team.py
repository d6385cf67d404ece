"""The page Team and its dialogs: owners add members, change roles and take access away."""

from collections.abc import Callable
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from portal_data.auth import identity, staff
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.pages.conftest import Open, Screen, app_as
from tests.pages.test_organisation import press
from tests.people import events, mails, rows

pytestmark = pytest.mark.usefixtures("db")


def invite() -> None:
    """Open the dialog that adds a member."""
    from components.staff import team

    team.invite()


def disable(staff_id: "UUID") -> None:
    """Open the dialog that asks before a member loses access."""
    from components.forms import confirm

    confirm.disable_member(staff_id, "Sam")


def renew(staff_id: "UUID") -> None:
    """Open the dialog that makes a new link."""
    from components.staff import team
    from portal_data.auth.staff import Member
    from portal_data.scope import Role

    team.renew(Member(staff_id, "Sam", "sam@fern.example", Role.STAFF, "active", False))


def opened(dialog: Callable[..., None], who: Scope | Staff | None, *args: object) -> Screen:
    """Run a dialog as somebody."""
    app = AppTest.from_function(dialog, args=args, default_timeout=30)
    return Screen(app_as(app, who).run())


def test_an_owner_sees_everybody_and_changes_others_only(
    screen: Open, owner: Staff, sam: Staff
) -> None:
    shown = screen(owner, "staff/team")
    assert "olive@fern.example" in shown.html
    assert "sam@fern.example" in shown.html
    (role,) = shown.app.selectbox  # nobody changes oneself
    assert role.label == "Role of Sam"
    role.set_value(Role.OWNER)
    shown.rerun()
    assert [each.role for each in staff.list_members(owner)] == [Role.OWNER, Role.OWNER]
    assert events() == ["staff.role_changed"]


def test_a_change_made_elsewhere_is_shown_and_not_undone(
    screen: Open, owner: Staff, sam: Staff
) -> None:
    shown = screen(owner, "staff/team")
    staff.change_role(owner, sam.staff_id, Role.OWNER, before=Role.STAFF, now=NOW)
    (role,) = shown.rerun().app.selectbox
    assert role.value is Role.OWNER
    assert events() == ["staff.role_changed"]


def test_a_disabled_member_is_enabled_again(screen: Open, owner: Staff, sam: Staff) -> None:
    staff.disable(owner, sam.staff_id, NOW)
    shown = screen(owner, "staff/team")
    assert "Disabled" in shown.html
    press(shown, "Enable access")
    assert [each.status for each in staff.list_members(owner)] == ["active", "active"]


def test_disabling_asks_first(owner: Staff, sam: Staff) -> None:
    shown = opened(disable, owner, sam.staff_id)
    assert "is signed out everywhere at once" in shown.html
    assert identity.scope_of(sam.sign_in_id, NOW) is not None
    press(shown, "Disable access")
    assert identity.scope_of(sam.sign_in_id, NOW) is None


def test_a_new_members_link_is_mailed_and_shown_once(owner: Staff) -> None:
    shown = opened(invite, owner)
    shown.app.text_input[0].set_value("Ada")
    shown.app.text_input[1].set_value("not an address")
    shown = press(shown, "Add")
    assert "Enter an e-mail address" in shown.html
    assert shown.app.text_input[0].value == "Ada"
    shown.app.text_input[1].set_value("ada@fern.example")
    shown = press(shown, "Add")
    (mail,) = mails("mail.staff_invitation")
    assert [each.value for each in shown.app.code] == [mail["link"]]
    assert not shown.rerun().app.code


def test_a_new_link_is_shown_once(owner: Staff) -> None:
    first = staff.create(owner, "sam@fern.example", "Sam", Role.STAFF, NOW)
    (sam,) = [each for each in staff.list_members(owner) if each.name == "Sam"]
    shown = press(opened(renew, owner, sam.id), "Make a new link")
    (link,) = [each.value for each in shown.app.code]
    assert link != first
    assert [mail["link"] for mail in mails("mail.staff_invitation")] == [first, link]


def test_an_e_mail_that_signs_in_already_is_refused(cast: Cast) -> None:
    shown = opened(invite, cast.owner)
    shown.app.text_input[0].set_value("Alice")
    shown.app.text_input[1].set_value(cast.alice.email)
    assert "signs in already" in press(shown, "Add").text
    assert len(rows("select id from core.staff order by id")) == 1


@pytest.mark.parametrize("person", ["sam", "alice", "nobody"])
def test_nobody_else_sees_the_team(
    person: str, screen: Open, sam: Staff, owner: Staff, alice: Scope
) -> None:
    who = {"sam": sam, "alice": alice, "nobody": None}[person]
    shown = screen(who, "staff/team")
    assert owner.email not in shown.html
    assert not [each for each in shown.app.button if each.label == "Add a member"]


@pytest.mark.parametrize("person", ["sam", "alice", "nobody"])
def test_nobody_else_uses_its_dialogs(person: str, sam: Staff, owner: Staff, alice: Scope) -> None:
    who = {"sam": sam, "alice": alice, "nobody": None}[person]
    for dialog, args in ((invite, ()), (disable, (owner.staff_id,)), (renew, (owner.staff_id,))):
        app = app_as(AppTest.from_function(dialog, args=args, default_timeout=30), who).run()
        assert not app.button
        assert not app.text_input
    assert events() == []
