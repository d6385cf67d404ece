"""The screens of the second factor: signing in with it, setting it up, and taking it away."""

from collections.abc import Iterator

import pyotp
import pytest
from streamlit.testing.v1 import AppTest

from portal_data import settings
from portal_data.auth import second_factor
from portal_data.business import preferences
from portal_data.business.preferences import SecondFactor
from portal_data.clock import utc_now
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, PASSWORD
from tests.data.test_second_factor import code_of, set_up
from tests.pages.conftest import SHELL, Open, Screen
from tests.pages.test_dialogs import opened
from tests.pages.test_organisation import press
from tests.people import mails

pytestmark = [pytest.mark.only_engine("duckdb"), pytest.mark.usefixtures("db")]
SIGN_IN = "portal.sign_in"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at the lowest cost."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def set_up_dialog() -> None:
    """Open the dialog that sets one up."""
    from components.account import second_factor_forms

    second_factor_forms.set_up()


def turn_off_dialog() -> None:
    """Open the dialog that turns it off."""
    from components.account import second_factor_forms

    second_factor_forms.turn_off()


def reset_contact_dialog() -> None:
    """Open the dialog that takes away Alice's."""
    from components.forms import confirm
    from tests.people import value

    alice = value("select id from core.contacts where first_name = 'Alice' order by id")
    confirm.reset_second_factor(alice, "Alice", member=False)


def reset_member_dialog() -> None:
    """Open the dialog that takes away Sam's."""
    from components.forms import confirm
    from tests.people import value

    sam = value("select id from core.staff where name = 'Sam' order by id")
    confirm.reset_second_factor(sam, "Sam", member=True)


def with_password(who: Scope | Staff) -> Screen:
    """Open the portal as nobody, and give somebody's e-mail and password."""
    app = AppTest.from_file(str(SHELL), default_timeout=30).run()
    for field, text in zip(app.text_input, (who.email, PASSWORD), strict=True):
        field.set_value(text)
    app.button[0].click()
    return Screen(app.run())


def typed(shown: Screen, **fields: str) -> None:
    """Type into fields by label."""
    for label, text in fields.items():
        next(each for each in shown.app.text_input if each.label == label).set_value(text)


def key_of(shown: Screen) -> str:
    """Return the key that the screen offers to be typed into an app."""
    return shown.html.split('<code class="pt-key">')[1].split("<")[0].replace(" ", "")


def test_signing_in_asks_for_a_code_after_the_password(alice: Scope) -> None:
    secret, _ = set_up(alice)
    shown = with_password(alice)
    assert SIGN_IN not in shown.app.session_state
    assert "recovery code" in shown.html
    typed(shown, Code="123")
    shown = press(shown, "Sign in")
    assert "This code is not right" in shown.text.replace("\\", "")
    assert SIGN_IN not in shown.app.session_state
    typed(shown, Code=code_of(secret, utc_now()))
    shown = press(shown, "Sign in")
    assert shown.app.session_state[SIGN_IN] is not None
    assert "portal.challenge" not in shown.app.session_state


def test_one_begins_anew_as_somebody_else(alice: Scope) -> None:
    set_up(alice)
    shown = press(with_password(alice), "Sign in as somebody else")
    assert [each.label for each in shown.app.text_input] == ["E-mail", "Password"]


def test_whoever_must_sets_one_up_and_keeps_the_codes(owner: Staff) -> None:
    preferences.change(owner, now=NOW, staff_second_factor=SecondFactor.REQUIRED)
    shown = with_password(owner)
    assert 'src="data:image/png;base64,' in shown.html
    secret = key_of(shown)
    typed(shown, Code="000000")
    shown = press(shown, "Turn on and sign in")
    assert key_of(shown) == secret  # the app need not learn another one
    typed(shown, Code=pyotp.TOTP(secret).now())
    shown = press(shown, "Turn on and sign in")
    codes = shown.app.code[0].value.split("\n")
    assert len(codes) == 10
    assert SIGN_IN not in shown.app.session_state
    shown = press(shown, "I have kept them")
    assert shown.app.session_state[SIGN_IN] is not None
    assert codes[0] not in shown.html


def test_it_is_set_up_on_security_and_turned_off(screen: Open, alice: Scope) -> None:
    assert "Set up" in screen(alice, "security").controls().values()
    shown = opened(set_up_dialog, alice)
    typed(shown, Password=PASSWORD, Code=pyotp.TOTP(key_of(shown)).now())
    shown = press(shown, "Turn on")
    codes = shown.app.code[0].value.split("\n")
    assert len(codes) == 10
    controls = screen(alice, "security")
    assert "Turn off" in controls.controls().values()
    assert "10 recovery codes left" in controls.html
    shown = opened(turn_off_dialog, alice)
    typed(shown, Password=PASSWORD, Code=codes[0])
    press(shown, "Turn off")
    assert second_factor.status(alice).since is None


def test_where_none_is_wanted_none_is_offered(screen: Open, alice: Scope, owner: Staff) -> None:
    preferences.change(owner, now=NOW, second_factor=SecondFactor.OFF)
    assert "Second factor" not in screen(alice, "security").html


@pytest.mark.parametrize("dialog", [set_up_dialog, turn_off_dialog])
def test_nobody_sees_a_dialog(dialog: object) -> None:
    shown = opened(dialog, None)  # type: ignore[arg-type]
    assert len(shown.app.text_input) == 0


def test_an_owner_resets_a_contact_s_and_staff_do_not(
    screen: Open, alice: Scope, owner: Staff, sam: Staff
) -> None:
    set_up(alice)
    at = {"id": str(alice.customer_id)}
    assert "Reset second factor" not in screen(sam, "staff/customer", **at).controls().values()
    assert "Reset second factor" in screen(owner, "staff/customer", **at).controls().values()
    press(opened(reset_contact_dialog, owner), "Reset the second factor")
    shown = screen(owner, "staff/customer", **at)
    assert "Reset second factor" not in shown.controls().values()
    assert "took away" in mails("mail.second_factor")[-1]["body"]


def test_an_owner_resets_a_colleague_s(screen: Open, owner: Staff, sam: Staff) -> None:
    set_up(sam)
    assert "Reset second factor" in screen(owner, "staff/team").controls().values()
    press(opened(reset_member_dialog, owner), "Reset the second factor")
    assert second_factor.of_team(owner) == set()
