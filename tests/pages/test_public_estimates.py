"""The page of a public link as nobody, and the staff's dialog that makes and revokes links."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from portal_data import settings
from portal_data.billing import estimate_links
from portal_data.business import preferences
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.scope import Scope, Staff
from tests.conftest import Cast
from tests.data.choosing import make_choice
from tests.factories import make_estimate, make_invoice
from tests.pages.conftest import TODAY, Open, Screen
from tests.pages.test_dialogs import opened
from tests.pages.test_signing_in import _shell
from tests.people import events, rows, token_of

DAY = timedelta(days=1)
DEAD = "This link is not valid"
NAME = "<b>Jo</b> van der Berg"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where signed copies are kept."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    yield tmp_path / "files"
    settings.load.cache_clear()


@pytest.fixture
def token(cast: Cast, sam: Staff) -> str:
    """A link of Alice's open estimate."""
    preferences.change(cast.owner, now=utc_now(), answer_estimates_by_link=True)
    make_estimate(cast.alice, number="E-1", day=TODAY, subject="Garden")
    make_invoice(cast.alice, number="INV-1")
    return _link(sam)


def _link(sam: Staff) -> str:
    return token_of(estimate_links.create(sam, "E-1", TODAY + 3 * DAY, key=new_id(), now=utc_now()))


def _page(token: str) -> Screen:
    return Screen(_shell("offer", token=token))


def accepting() -> None:
    """Press Accept on the page of a link."""
    from components.documents import public_estimate
    from components.session import form
    from components.ui import address

    form("offer.E-1", lambda: 1)
    public_estimate.accept(address.text("token"), "E-1", "Alder Ltd")


def declining() -> None:
    """Press Decline on the page of a link."""
    from components.documents import public_estimate
    from components.session import form
    from components.ui import address

    form("offer.E-1", lambda: 1)
    public_estimate.decline(address.text("token"), "E-1")


def _dialog(dialog: object, token: str) -> AppTest:
    app = AppTest.from_function(dialog, default_timeout=30)
    app.query_params["token"] = token
    return app.run()


def test_nobody_reads_one_estimate_by_its_link(token: str, alice: Scope) -> None:
    shown = _page(token)
    for words in ("Estimate E-1", "Garden", "Alder Ltd", "Planting plan", "£100.00", "Open",
                  "Fern & Bloom Ltd", "This link works until"):  # fmt: skip
        assert words in shown.html, words
    assert f"documents/public/estimate.pdf?token={token}" in shown.html
    for words in ("INV-1", alice.name, alice.email, "History", "Sam"):
        assert words not in shown.html, words
    assert [each.label for each in shown.app.button] == ["Decline", "Accept"]
    assert "estimate.accepted" not in events()


def test_dead_links_get_one_page(token: str, cast: Cast, sam: Staff) -> None:
    ended = _link(sam)
    (link,) = rows(
        "select id from core.document_links where created_at = (select max(created_at)"
        " from core.document_links) order by id"
    )
    estimate_links.revoke(sam, link["id"], now=utc_now())
    told = {_page(each).html for each in (ended, "made up", "", "x" * 5_000)}
    assert len(told) == 1
    assert DEAD in told.pop()
    preferences.change(cast.owner, now=utc_now(), answer_estimates_by_link=False)
    assert DEAD in _page(token).html
    assert not _page(token).app.button


def test_it_is_signed_by_link(token: str, folder: Path) -> None:
    app = _dialog(accepting, token)
    words = Screen(app).html
    assert "By signing you order this for Alder Ltd" in re.sub(r"<[^>]*>", "", words)
    app.button[0].click().run()
    assert rows("select status from core.estimates")[0]["status"] == "sent"
    name, email = app.text_input
    name.set_value(NAME)
    email.set_value("jo@alder.example")
    app.button[0].click().run()
    assert not app.exception
    (stored,) = rows("select status, accepted_name from core.estimates")
    assert stored == {"status": "accepted", "accepted_name": NAME}
    shown = _page(token)
    assert not shown.app.button
    assert NAME in shown.html
    assert all("<b>Jo" not in each.proto.body for each in shown.app.get("html"))


def test_it_is_declined_by_link(token: str) -> None:
    app = _dialog(declining, token)
    name, email = app.text_input
    name.set_value("Jo")
    email.set_value("jo@alder.example")
    app.text_area[0].set_value("Too dear")
    app.button[0].click().run()
    assert not app.exception
    (stored,) = rows("select status, decline_reason from core.estimates")
    assert stored == {"status": "declined", "decline_reason": "Too dear"}


def test_a_link_that_is_revoked_in_between_signs_nothing(
    token: str, sam: Staff, folder: Path
) -> None:
    app = _dialog(accepting, token)
    for link in rows("select id from core.document_links order by id"):
        estimate_links.revoke(sam, link["id"], now=utc_now())
    name, email = app.text_input
    name.set_value("Jo")
    email.set_value("jo@alder.example")
    app.button[0].click().run()
    assert DEAD in Screen(app).text
    assert rows("select status from core.estimates")[0]["status"] == "sent"


def test_the_same_is_chosen_by_link(cast: Cast, sam: Staff, alice: Scope, folder: Path) -> None:
    preferences.change(cast.owner, now=utc_now(), answer_estimates_by_link=True)
    make_choice(alice, day=TODAY, expiry=TODAY + 9 * DAY)
    app = _shell("offer", token=_link(sam))
    app.number_input[0].set_value(3)
    pond, fountain = app.checkbox
    pond.uncheck()
    fountain.check()
    app.run()
    app.number_input[1].set_value(2.25)
    app.run()
    assert "£357.30" in Screen(app).html
    next(each for each in app.button if each.label == "Accept").click().run()
    assert "choose=2%3A3%2C3%3A0%2C4%3A2.25" in Screen(app).html
    assert len(app.text_input) == 2


def managing() -> None:
    """Open the staff's dialog of links."""
    from components.staff import estimate_links

    estimate_links.dialog("E-1", None)


def test_staff_make_copy_and_revoke_links(token: str, sam: Staff, alice: Scope) -> None:
    shown = opened(managing, sam)
    assert "not used yet" in shown.html
    assert "Sam" in shown.html
    next(each for each in shown.app.button if each.label == "Make a link").click()
    shown = shown.rerun()
    (code,) = shown.app.code
    assert _page(token_of(code.value)).app.button
    assert len(rows("select id from core.document_links")) == 2
    shown = opened(managing, sam)
    assert not shown.app.code
    for left in (1, 0):
        next(each for each in shown.app.button if each.label == "Revoke").click()
        shown = shown.rerun()
        live = rows("select id from core.document_links where revoked_at is null")
        assert len(live) == left
    assert DEAD in _page(token).html
    assert not opened(managing, alice).app.button


def test_links_are_offered_while_they_would_open_something(
    screen: Open, token: str, cast: Cast, sam: Staff
) -> None:
    assert "estimate.links" in screen(sam, "estimate", number="E-1").controls()
    preferences.change(cast.owner, now=utc_now(), answer_estimates_by_link=False)
    assert "estimate.links" not in screen(sam, "estimate", number="E-1").controls()
