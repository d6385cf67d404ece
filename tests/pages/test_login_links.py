"""The screens of signing in by a link: the form that asks, and the page that the mail leads to."""

import pytest
from streamlit.testing.v1 import AppTest

from portal_data import store
from portal_data.auth import identity, login_links
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.pages.conftest import Open, app_as
from tests.pages.test_signing_in import SHELL, SIGN_IN
from tests.people import mails, rows, token_of

pytestmark = [pytest.mark.only_engine("duckdb"), pytest.mark.usefixtures("db")]


def _link(email: str) -> str:
    """Return the token of a link that was mailed just now."""
    with store.system_writing() as session:
        assert login_links.answer(session, new_id(), email, utc_now())
    return token_of(mails("mail.login_link")[-1]["link"])


def _opened(token: str) -> AppTest:
    at = AppTest.from_file(SHELL, default_timeout=30)
    at.switch_page("../pages/sign_in_link.py")
    at.query_params["token"] = token
    return at.run()


def test_asking_says_the_same_to_everybody(cast: Cast, screen: Open) -> None:
    said = []
    for email in (cast.alice.email, cast.owner.email, "nobody@nowhere.example"):
        shown = screen(None, "email_link")
        shown.app.text_input[0].set_value(email)
        shown.app.button[0].click()
        shown = shown.rerun()
        said.append([each.value for each in (*shown.app.success, *shown.app.error)])
    assert said[0] == said[1] == said[2]
    assert "a link is on its way" in said[0][0]


def test_the_link_asks_for_a_click_and_signs_in_by_it(cast: Cast) -> None:
    token = _link(cast.alice.email)
    for _ in range(3):  # whoever only looks
        at = _opened(token)
        assert at.text_input[0].value == cast.alice.email
        assert SIGN_IN not in at.session_state
    at.button(key="link.sign_in").click().run()
    who = identity.scope_of(at.session_state[SIGN_IN], utc_now())
    assert isinstance(who, Scope)
    assert who.contact_id == cast.alice.contact_id
    again = _opened(token)
    assert "not valid any more" in again.error[0].value.replace("\\", "")
    assert len(again.button) == 0


def test_a_link_that_is_over_leads_to_another_one(cast: Cast) -> None:
    def links() -> list[str]:
        return [each.proto.label for each in _opened("over").get("page_link")]

    assert links() == ["E-mail me a link", "Go to the portal"]
    preferences.change(cast.owner, now=NOW, login_links=False)
    assert links() == ["Go to the portal"]
    preferences.change(cast.owner, now=NOW, login_links=True)
    signed_in = app_as(AppTest.from_file(SHELL, default_timeout=30), cast.alice)
    signed_in.switch_page("../pages/sign_in_link.py")
    assert [each.proto.label for each in signed_in.run().get("page_link")] == ["Go to the portal"]


def test_the_sign_in_screen_offers_it_unless_it_is_switched_off(cast: Cast, screen: Open) -> None:
    def links() -> list[str]:
        return [each.proto.label for each in screen(None).app.get("page_link")]

    assert "E-mail me a link instead" in links()
    preferences.change(cast.owner, now=NOW, login_links=False)
    assert "E-mail me a link instead" not in links()
    shown = screen(None, "email_link")
    assert not shown.app.text_input
    assert "no links are mailed here" in shown.text
    assert rows("select id from core.outbox order by id") == []
