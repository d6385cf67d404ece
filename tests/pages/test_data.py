"""The staff's screen Data: freshness, files, publishing now, and answers to saved questions."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal_data import settings, store
from portal_data.analysts.published import PROGRESS, latest
from portal_data.analysts.questions import QUESTIONS
from portal_data.ops.publish import publish
from portal_data.ops.publisher import Publisher
from portal_data.scope import Scope, Staff
from tests.conftest import NOW
from tests.factories import insert, make_invoice, make_payment
from tests.pages.conftest import TODAY, Open

pytestmark = pytest.mark.only_engine("duckdb")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The portal's data folder."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    yield tmp_path
    settings.load.cache_clear()
    PROGRESS.wanted.clear()
    PROGRESS.failure = ""


def test_before_anything_is_published(screen: Open, owner: Staff) -> None:
    shown = screen(owner, "staff/data")
    assert "Nothing is published yet" in shown.html
    assert "No files yet" in shown.html
    assert [button.label for button in shown.app.button][:1] == ["Publish now"]


def test_freshness_and_files(screen: Open, owner: Staff, alice: Scope, data: Path) -> None:
    make_invoice(alice)
    insert(
        "imports", source="zoho", name="<b>Backup.zip", sha256="0" * 64, started_at=NOW,
        finished_at=NOW, report="{}",
    )  # fmt: skip
    publish(data, now=NOW)
    shown = screen(owner, "staff/data")
    assert "20 Nov 2026, 09:30" in shown.html
    assert "<b>Backup.zip" in shown.html
    assert "&lt;b&gt;Backup.zip" in "\n".join(e.proto.body for e in shown.app.get("html"))
    assert 'href="analytics/analytics.duckdb"' in shown.html
    assert 'href="analytics/parquet.zip"' in shown.html
    assert "MB" in shown.html


def test_publish_now_asks_the_publisher(
    screen: Open, owner: Staff, alice: Scope, data: Path
) -> None:
    shown = screen(owner, "staff/data")
    shown.app.button[0].click()
    shown = shown.rerun()
    assert PROGRESS.wanted.is_set()
    assert "Publishing…" in shown.html
    assert shown.app.button[0].disabled
    assert Publisher(data, None, clock=lambda: NOW).tick(NOW) is not None
    shown = screen(owner, "staff/data")
    assert "Publishing…" not in shown.html
    assert latest(data) is not None
    assert f'href="analytics/{next(iter(QUESTIONS))}.csv"' in shown.html


def test_why_it_was_not_published_is_said(
    screen: Open, owner: Staff, alice: Scope, data: Path
) -> None:
    make_invoice(alice, currency_code="ZZQ")
    PROGRESS.wanted.set()
    with pytest.raises(Exception, match="ZZQ"):
        Publisher(data, None, clock=lambda: NOW).tick(NOW)
    assert "ZZQ" in screen(owner, "staff/data").text


@pytest.mark.parametrize("slug", QUESTIONS)
def test_every_question_is_drawn(
    slug: str, screen: Open, owner: Staff, alice: Scope, charlie: Scope, data: Path
) -> None:
    for months in range(4):
        day = TODAY - timedelta(days=70 + 30 * months)
        for scope in (alice, charlie):
            paid = make_invoice(scope, day=day, sent_at=NOW, first_viewed_at=NOW)
            make_payment(scope, {paid: 10_000}, day=day + timedelta(days=40))
            make_invoice(scope, day=day, sent_at=NOW)
    insert(
        "estimates", customer_id=alice.customer_id, number="E-1", date=TODAY, status="accepted",
        currency_code="GBP", subtotal_minor=100, total_minor=100, sent_at=NOW, accepted_at=NOW,
        created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    publish(data, now=NOW)
    shown = screen(owner, "staff/data", question=slug)
    assert QUESTIONS[slug].note.split(".")[0] in shown.html.replace("\n", " ")
    if slug == "unbilled-time":
        assert "Nothing to show" in shown.html
    else:
        assert shown.html.count("<tr>") >= 2
        assert len(shown.app.get("plotly_chart")) == 1


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_customers_have_no_such_screen(
    who: str, screen: Open, request: pytest.FixtureRequest, db: store.Store, data: Path
) -> None:
    scope = request.getfixturevalue(who)
    publish(data, now=NOW)
    shown = screen(scope, "staff/data")
    assert "Freshness" not in shown.html
