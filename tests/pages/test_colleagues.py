"""People on Account: administrators invite colleagues, say what they may do, and end access."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from portal_data.auth import access, colleagues
from portal_data.auth.colleagues import Grant
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.pages.conftest import Open, Screen, app_as
from tests.pages.test_organisation import press
from tests.people import events, mails, make_contact, rows

pytestmark = [pytest.mark.only_engine("duckdb"), pytest.mark.usefixtures("db")]
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) مرحبا"


def invite() -> None:
    """Open the dialog that invites a colleague."""
    from components.account import colleague_dialogs

    colleague_dialogs.invite()


def manage(contact_id: "UUID") -> None:
    """Open the dialog of a colleague's access."""
    from components.account import colleague_dialogs

    colleague_dialogs.manage(contact_id)


def opened(dialog: object, who: Scope | Staff | None, *args: object) -> Screen:
    """Run a dialog as somebody."""
    app = AppTest.from_function(dialog, args=args, default_timeout=30)  # type: ignore[arg-type]
    return Screen(app_as(app, who).run())


def test_administrators_find_the_buttons_and_nobody_oneself(screen: Open, cast: Cast) -> None:
    controls = screen(cast.alice, "account").controls()
    assert controls["people.invite"] == "Invite a colleague"
    managed = {key for key in controls if key.startswith("people.manage.")}
    assert managed == {f"people.manage.{cast.bob.contact_id}"}
    assert not {key for key in screen(cast.bob, "account").controls() if key.startswith("people.")}


def test_many_people_are_shown_when_asked_for(screen: Open, alice: Scope) -> None:
    for number in range(60):
        make_contact(alice, f"n{number}@alder.example", first_name=f"N{number}")
    shown = screen(alice, "account")
    assert len([key for key in shown.controls() if key.startswith("people.manage.")]) == 49
    (toggle,) = shown.app.toggle
    assert toggle.label == "Show all 62 people"
    toggle.set_value(True)
    shown = shown.rerun()
    assert len([key for key in shown.controls() if key.startswith("people.manage.")]) == 61


def test_a_colleague_is_invited(screen: Open, alice: Scope) -> None:
    shown = opened(invite, alice)
    shown = press(shown, "Send invitation")
    assert "Enter a first or a last name" in shown.html or "cannot be empty" in shown.html
    first, last, email = shown.app.text_input
    first.set_value(HOSTILE[:80])
    last.set_value("Newman")
    email.set_value("nowhere")
    shown = press(shown, "Send invitation")
    assert "Enter an e-mail address" in shown.html
    assert shown.app.text_input[1].value == "Newman"
    assert mails("mail.invitation") == []
    shown.app.text_input[2].set_value("eve@alder.example")
    shown.app.radio[0].set_value(Role.PAYER)
    shown.app.number_input[0].set_value(1_250.5)
    shown = press(shown, "Send invitation")
    assert not shown.app.error
    (mail,) = mails("mail.invitation")
    assert mail["to"] == "eve@alder.example"
    (stored,) = rows(
        "select role, payment_limit_minor from core.contacts where email = $email order by id",
        email="eve@alder.example",
    )
    assert stored == {"role": "payer", "payment_limit_minor": 125_050}
    raw = "".join(each.proto.body for each in screen(alice, "account").app.get("html"))
    assert "<img" not in raw
    assert "Up to £1,250.50 a payment" in screen(alice, "account").html


def test_role_and_limit_change_and_a_refusal_stands_at_its_field(cast: Cast) -> None:
    bob = cast.bob.contact_id
    shown = opened(manage, cast.alice, bob)
    assert shown.app.radio[0].value is Role.VIEWER
    shown.app.radio[0].set_value(Role.APPROVER)
    shown.app.number_input[0].set_value(0.0)
    shown = press(shown, "Save")
    assert "Enter an amount above zero" in shown.html
    shown.app.number_input[0].set_value(None)
    access.set_role(cast.owner, bob, Role.PAYER, NOW)
    shown = press(shown, "Save")
    assert "Somebody else changed this meanwhile" in shown.text
    shown = press(shown, "Load what is stored")
    assert shown.app.radio[0].value is Role.PAYER
    shown.app.radio[0].set_value(Role.ADMIN)
    press(shown, "Save")
    assert rows("select role from core.contacts where id = $id", id=bob) == [{"role": "admin"}]


def test_a_contact_without_access_is_proposed_as_a_viewer(alice: Scope) -> None:
    """Imports know no roles: what stands there was chosen by nobody."""
    contact_id = make_contact(alice, "dora@alder.example", role="admin")
    shown = opened(manage, alice, contact_id)
    assert shown.app.radio[0].value is Role.VIEWER
    press(shown, "Send invitation")
    press(opened(manage, alice, contact_id), "Invite again")
    assert len(mails("mail.invitation")) == 2
    without = opened(manage, alice, make_contact(alice, None))
    assert "no e-mail of theirs" in without.html
    assert not without.app.button


def test_access_ends_and_comes_back(alice: Scope, bob: Scope) -> None:
    shown = opened(manage, alice, bob.contact_id)
    assert "signed out everywhere" in shown.html
    press(shown, "Disable access")
    shown = opened(manage, alice, bob.contact_id)
    assert not shown.app.radio
    press(shown, "Enable access")
    assert events() == ["contact.disabled_colleague", "contact.enabled_colleague"]


def test_what_cannot_be_given_back_has_no_button(cast: Cast) -> None:
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    shown = opened(manage, cast.alice, cast.bob.contact_id)
    assert "We took this access away" in shown.html
    assert not shown.app.button
    colleagues.invite(cast.alice, "", "Eve", "eve@alder.example", Grant(Role.VIEWER), NOW)
    (eve,) = rows("select id from core.contacts where last_name = 'Eve' order by id")
    colleagues.disable(cast.alice, eve["id"], NOW)
    press(opened(manage, cast.alice, eve["id"]), "Invite again")
    assert len(mails("mail.invitation")) == 2


@pytest.mark.parametrize("who", ["bob", "charlie", "owner", "nobody"])
def test_the_dialogs_ask_who_is_there(who: str, cast: Cast, request: pytest.FixtureRequest) -> None:
    person = None if who == "nobody" else request.getfixturevalue(who)
    for dialog, arguments in ((invite, ()), (manage, (cast.alice.contact_id,))):
        if who == "charlie" and dialog is invite:
            continue  # an administrator, of another customer
        app = AppTest.from_function(dialog, args=arguments, default_timeout=30)
        app = app_as(app, person).run()
        assert not app.text_input
        assert not app.radio
        assert "alice@" not in str(app.main)
