"""Your data, on Account: asked for, made, ready, failed and gone."""

from datetime import timedelta
from pathlib import Path

import pytest

from portal_data import store
from portal_data.auth import identity
from portal_data.clock import utc_now
from portal_data.customers import data_archives
from portal_data.ops.archivist import Archivist
from portal_data.scope import Scope
from tests.conftest import Cast
from tests.pages.conftest import Open
from tests.pages.test_organisation import press
from tests.people import rows

pytestmark = [pytest.mark.only_engine("duckdb"), pytest.mark.usefixtures("db")]
ASK = "Ask for a file of all data"


def _set(status: str) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.data_archives set version = version + 1, status = $status", status=status
        )


def test_each_state_is_shown_to_whoever_asked(screen: Open, cast: Cast, tmp_path: Path) -> None:
    shown = press(screen(cast.bob, "account"), ASK)  # viewers, too
    assert "Asked on" in shown.html
    assert ASK not in shown.controls().values()
    _set("making")
    assert "Being made" in screen(cast.bob, "account").html
    _set("asked")
    maker = Archivist(tmp_path / "archives", tmp_path / "files")
    assert maker.work(utc_now()) == 1
    archive = data_archives.latest(cast.bob)
    assert archive is not None
    html = screen(cast.bob, "account").html
    assert f'href="exports/data/{archive.id}.zip"' in html
    for words in ("Ready", "until", "KB"):
        assert words in html, words
    assert str(archive.id) not in screen(cast.alice, "account").html
    _set("failed")
    failed = screen(cast.bob, "account")
    assert "could not be made" in failed.html
    assert ASK in failed.controls().values()
    _set("expired")
    assert "It was deleted" in screen(cast.bob, "account").html


def test_what_is_over_has_no_link_before_it_is_cleared_away(
    screen: Open, alice: Scope, tmp_path: Path
) -> None:
    data_archives.ask(alice, utc_now())
    ago = utc_now() - data_archives.KEPT - timedelta(hours=1)
    Archivist(tmp_path / "archives", tmp_path / "files", lambda: ago).work(utc_now())
    html = screen(alice, "account").html
    assert "exports/data/" not in html
    assert "It was deleted" in html


def test_a_click_in_another_tab_asks_no_second_time(screen: Open, alice: Scope) -> None:
    shown = screen(alice, "account")
    data_archives.ask(alice, utc_now())
    assert "Asked on" in press(shown, ASK).html
    assert len(rows("select id from core.data_archives order by id")) == 1


def test_a_refusal_is_said(screen: Open, alice: Scope, tmp_path: Path) -> None:
    for _ in range(data_archives.CONTACT_DAY_LIMIT):
        data_archives.ask(alice, utc_now())
        Archivist(tmp_path / "archives", tmp_path / "files").work(utc_now())
    assert "Go on tomorrow" in press(screen(alice, "account"), ASK).text


def test_staff_who_look_are_offered_none(cast: Cast) -> None:
    looking = identity.view_as_customer(cast.owner, cast.alice.customer_id)
    assert data_archives.latest(looking) is None
