"""The sign-in screens and the guard, run by Streamlit itself; and what we need of the library."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import streamlit_authenticator as stauth
from streamlit.testing.v1 import AppTest
from streamlit_authenticator.controllers import AuthenticationController
from streamlit_authenticator.models import AuthenticationModel
from streamlit_authenticator.utilities import Validator

from components.account import sign_in
from portal_data import settings, store
from portal_data.auth import identity, invitations, resets
from portal_data.clock import utc_now
from portal_data.customers import own_details
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff
from portal_data.text import language
from tests.catalogues import Translate
from tests.conftest import PASSWORD, Cast
from tests.people import BROWSER, mails, make_contact, token_of, value

SHELL = str(Path(__file__).parents[2] / "components" / "shell.py")
GOOD = "three otters juggling"
SIGN_IN = "portal.sign_in"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at the lowest cost."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def _signed_in(email: str) -> UUID:
    return identity.sign_in(email, PASSWORD, BROWSER, utc_now())


def _shell(page: str = "", **query: str) -> AppTest:
    at = AppTest.from_file(SHELL, default_timeout=30)
    for name, text in query.items():
        at.query_params[name] = text
    at.run()
    if page:
        at.switch_page(f"../pages/{page}.py").run()
    return at


def _texts(at: AppTest) -> str:
    elements = [*at.error, *at.info, *at.success]
    return " ".join(str(element.value).replace("\\", "") for element in elements)


def _field(at: AppTest, label: str):
    return next(field for field in at.text_input if field.label == label)


# The guard --------------------------------------------------------------------------------------


def _customer_screen() -> None:
    import streamlit as st

    from components.session import require_scope

    scope = require_scope()
    st.write(f"secret of {scope.customer_name}")

    @st.fragment
    def part() -> None:
        inner = require_scope()
        st.write(f"part of {inner.customer_name}")

    part()


def _staff_screen() -> None:
    import streamlit as st

    from components.session import require_staff

    staff = require_staff()
    st.write(f"secret for {staff.name}")


def _markdown(at: AppTest) -> list[str]:
    return [element.value for element in at.markdown]


def test_nobody_sees_nothing(cast: Cast) -> None:
    for screen in (_customer_screen, _staff_screen):
        at = AppTest.from_function(screen, default_timeout=30).run()
        assert _markdown(at) == []
        assert "Sign in" in _texts(at)


def test_a_made_up_sign_in_sees_nothing(cast: Cast) -> None:
    at = AppTest.from_function(_customer_screen, default_timeout=30)
    at.session_state[SIGN_IN] = new_id()
    assert _markdown(at.run()) == []


def test_each_sees_the_screens_meant_for_them(cast: Cast) -> None:
    seen = {}
    for who in (cast.alice, cast.owner):
        for screen in (_customer_screen, _staff_screen):
            at = AppTest.from_function(screen, default_timeout=30)
            at.session_state[SIGN_IN] = _signed_in(who.email)
            seen[who.name, screen.__name__] = _markdown(at.run())
    assert seen == {
        ("Alice Test", "_customer_screen"): ["secret of Alder Ltd", "part of Alder Ltd"],
        ("Alice Test", "_staff_screen"): [],
        ("Olive", "_customer_screen"): [],
        ("Olive", "_staff_screen"): ["secret for Olive"],
    }


def test_a_revoked_sign_in_drops_everything_the_tab_held(alice: Scope) -> None:
    sign_in_id = _signed_in(alice.email)
    at = AppTest.from_function(_customer_screen, default_timeout=30)
    at.session_state[SIGN_IN] = sign_in_id
    at.session_state["typed"] = "something confidential"
    assert _markdown(at.run()) != []
    identity.sign_out(sign_in_id, utc_now())
    assert _markdown(at.run()) == []
    assert SIGN_IN not in at.session_state
    assert "typed" not in at.session_state
    assert at.session_state["portal.order"].order == "reload"


# The screens ------------------------------------------------------------------------------------


def test_signing_in_through_the_form(alice: Scope) -> None:
    at = _shell()
    _field(at, "E-mail").input(" Alice@Alder.example ")
    _field(at, "Password").input(PASSWORD)
    at.button[0].click().run()
    assert not at.exception
    who = identity.scope_of(at.session_state[SIGN_IN], utc_now())
    assert isinstance(who, Scope)
    assert who.contact_id == alice.contact_id
    assert at.session_state["portal.order"].order == "keep"


@pytest.mark.parametrize(
    ("email", "password", "told"),
    [
        ("alice@alder.example", "wrong horse battery", "wrong"),
        ("nobody@nowhere.example", PASSWORD, "wrong"),
        ("alice@alder.example", "", "Enter your e-mail"),
        ("", PASSWORD, "Enter your e-mail"),
        ("", "", "Enter your e-mail"),
    ],
)
def test_a_refusal_says_why_and_keeps_the_form(
    alice: Scope, email: str, password: str, told: str
) -> None:
    at = _shell()
    _field(at, "E-mail").input(email)
    _field(at, "Password").input(password)
    at.button[0].click().run()
    assert not at.exception
    assert told in _texts(at)
    assert _field(at, "E-mail").value == email
    assert SIGN_IN not in at.session_state


def test_the_forms_of_the_library_are_in_the_language_of_the_browser(
    alice: Scope, translated: Translate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(language, "of_browser", lambda _wishes: "de")
    at = _shell()
    assert [str(each.value) for each in at.subheader] == ["de‹Sign in›"]
    assert [field.label for field in at.text_input] == ["de‹E-mail›", "de‹Password›"]
    assert at.button[0].label == "de‹Sign in›"
    for password, told in (
        ("", "Enter your e-mail"),
        ("wrong horse", "The e-mail or the password"),
    ):
        _field(at, "de‹E-mail›").input("alice@alder.example")
        _field(at, "de‹Password›").input(password)
        at.button[0].click().run()
        assert f"de‹{told}" in _texts(at)


def test_what_the_library_says_of_a_new_password_is_translated(
    alice: Scope, translated: Translate
) -> None:
    own_details.choose_language(alice, "fr")
    at = AppTest.from_file(SHELL, default_timeout=30)
    at.session_state[SIGN_IN] = _signed_in(alice.email)
    at.run()
    at.switch_page("../pages/security.py").run()
    _field(at, "fr‹Current password›").input(PASSWORD)
    _field(at, "fr‹New password›").input(GOOD)
    _field(at, "fr‹New password again›").input(GOOD + " more")
    next(each for each in at.button if each.label == "fr‹Change password›").click().run()
    assert "fr‹Passwords do not match›" in _texts(at)


def test_asking_for_a_new_password_says_the_same_to_everybody(alice: Scope) -> None:
    told = []
    for email in (alice.email, "nobody@nowhere.example"):
        at = _shell("forgotten")
        _field(at, "E-mail").input(email)
        at.button[0].click().run()
        assert not at.exception
        told.append(_texts(at))
    assert told[0] == told[1] != ""


def test_a_reset_link_sets_a_password(alice: Scope) -> None:
    with store.system_writing() as session:
        resets.answer(session, new_id(), alice.email, utc_now())
    token = token_of(mails("mail.password_reset")[0]["link"])
    at = _shell("reset_password", token=token)
    assert _field(at, "E-mail").value == alice.email
    for again, told in (("another passphrase", "differ"), (GOOD, "saved")):
        _field(at, "New password").input(GOOD)
        _field(at, "New password again").input(again)
        at.button[0].click().run()
        assert not at.exception
        assert told in _texts(at)
    identity.sign_in(alice.email, GOOD, BROWSER, utc_now())


def test_an_invitation_is_accepted_and_signs_in(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "dora@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, utc_now()))
    at = _shell("accept", token=token)
    _field(at, "New password").input(GOOD)
    _field(at, "New password again").input(GOOD)
    at.button[0].click().run()
    assert not at.exception
    who = identity.scope_of(at.session_state[SIGN_IN], utc_now())
    assert isinstance(who, Scope)
    assert who.contact_id == contact_id


@pytest.mark.parametrize("page", ["accept", "reset_password"])
def test_a_dead_link_says_so(alice: Scope, page: str) -> None:
    at = _shell(page, token="made up")
    assert not at.exception
    assert "not valid any more" in _texts(at)
    assert [field.label for field in at.text_input] == []


def test_changing_the_password_keeps_this_tab(alice: Scope) -> None:
    at = AppTest.from_file(SHELL, default_timeout=30)
    first = at.session_state[SIGN_IN] = _signed_in(alice.email)
    at.run()
    at.switch_page("../pages/security.py").run()
    for new, told in (("short", "at least 12"), (GOOD, "")):
        _field(at, "Current password").input(PASSWORD)
        _field(at, "New password").input(new)
        _field(at, "New password again").input(new)
        next(button for button in at.button if button.label == "Change password").click().run()
        assert not at.exception
        assert told in _texts(at)
    assert at.session_state[SIGN_IN] != first
    assert identity.scope_of(at.session_state[SIGN_IN], utc_now()) is not None
    assert identity.scope_of(first, utc_now()) is None


def test_other_browsers_are_signed_out_from_the_security_screen(owner: Staff) -> None:
    at = AppTest.from_file(SHELL, default_timeout=30)
    here = at.session_state[SIGN_IN] = _signed_in(owner.email)
    there, third = _signed_in(owner.email), _signed_in(owner.email)
    at.run()
    at.switch_page("../pages/staff/security.py").run()
    at.button(key=f"end.{there}").click().run()
    assert identity.scope_of(there, utc_now()) is None
    assert identity.scope_of(third, utc_now()) is not None
    at.button(key="end.others").click().run()
    assert identity.scope_of(third, utc_now()) is None
    assert identity.scope_of(here, utc_now()) is not None
    assert not at.exception


# What we need of streamlit-authenticator --------------------------------------------------------


def _attributes_set_by(function: object) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }


def test_our_form_has_every_attribute_the_librarys_own_set_up_gives() -> None:
    ours = _attributes_set_by(sign_in.PortalAuth.__init__)
    assert _attributes_set_by(stauth.Authenticate.__init__) == ours - {"model"}


@pytest.mark.parametrize(
    ("ours", "theirs", "names"),
    [
        (
            sign_in.PortalModel,
            AuthenticationModel,
            {"login", "check_credentials", "reset_password", "_record_failed_login_attempts"},
        ),
        (sign_in.PasswordRules, Validator, {"validate_password", "diagnose_password"}),
    ],
)
def test_what_we_override_exists_with_the_same_parameters(
    ours: type, theirs: type, names: set[str]
) -> None:
    own = {name for name in vars(ours) if inspect.isfunction(vars(ours)[name])} - {"__init__"}
    assert own == names
    for name in names:
        mine = [
            parameter.name
            for parameter in inspect.signature(getattr(ours, name)).parameters.values()
            if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        ]
        asked = list(inspect.signature(getattr(theirs, name)).parameters)
        assert mine == asked[: len(mine)]
        assert len(mine) == len(asked) or name == "login"


def test_the_librarys_form_asks_the_controller_and_the_controller_our_model() -> None:
    source = inspect.getsource(stauth.Authenticate.login)
    assert "self.authentication_controller.login(" in source
    assert "self.cookie_controller.set_cookie()" in source
    assert "self.authentication_model.login(" in inspect.getsource(AuthenticationController.login)
    assert "self.check_credentials(" in inspect.getsource(AuthenticationModel.login)


def test_the_librarys_cookie_is_never_made(alice: Scope) -> None:
    assert isinstance(sign_in.PortalAuth().cookie_controller, sign_in.NoCookie)
    wanted = {"get_cookie", "set_cookie", "delete_cookie"}
    assert wanted <= set(dir(sign_in.NoCookie))
    assert value("select count(*)::bigint as n from core.sign_in_tickets order by n") == 0
