"""The screen Activity and its files: for administrators, of their own people alone."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_data import lists, store
from portal_data.clock import utc_now
from portal_data.errors import NotAllowed
from portal_data.messaging import activity, activity_log, events
from portal_data.messaging.event import Event
from portal_data.scope import Scope, Staff
from portal_data.web import exports
from portal_data.web.lists import FILES
from tests.conftest import Cast
from tests.pages.conftest import TODAY, Open

pytestmark = pytest.mark.only_engine("duckdb")
HOSTILE = "INV-<b>1</b> [x](javascript:alert(1))"


def did(who: Scope | Staff, event: Event, number: str | None = None) -> None:
    """Record what somebody did, from an address."""
    with store.system_writing() as session:
        session.change(
            "update core.sign_ins set address = '192.0.2.7' where id = $id", id=who.sign_in_id
        )
        activity.record(
            session, who, event, now=utc_now(), subject_kind="invoice" if number else None,
            subject_number=number, visible=True,
            customer_id=None if isinstance(who, Scope) else FOR[0],
        )  # fmt: skip


FOR: list[object] = []


@pytest.fixture
def happened(cast: Cast) -> Cast:
    """Alice viewed, Bob signed in, staff sent, and a stranger signed in."""
    FOR[:] = [cast.alice.customer_id]
    did(cast.alice, events.VIEWED["invoice"], HOSTILE)
    did(cast.bob, events.CONTACT_SIGNED_IN)
    did(cast.owner, events.INVOICE_SENT, "INV-9")
    did(cast.charlie, events.CONTACT_SIGNED_IN)
    return cast


def test_an_administrator_reads_what_colleagues_did_and_nothing_of_others(
    screen: Open, happened: Cast
) -> None:
    shown = screen(happened.alice, "activity").records()
    told = [(row["cells"][0]["text"], row["cells"][1]) for row in shown["rows"]]
    assert told == [
        ("Bob Test signed in", "192.0.2.7"),
        (f"Alice Test viewed invoice {HOSTILE}", "192.0.2.7"),
    ]
    counts = {each["label"]: each["count"] for each in shown["filters"]}
    assert counts == {"All": "2", "Views": "1", "Downloads": "0", "Answers": "0", "Changes": "0",
                      "Sign-ins": "1"}  # fmt: skip
    assert "Activity of your company" in screen(happened.alice, "account").html


def test_others_are_told_whom_to_ask(screen: Open, happened: Cast) -> None:
    shown = screen(happened.bob, "activity")
    assert "For administrators" in shown.html
    assert not shown.app.get("bidi_component")
    assert "Activity of your company" not in screen(happened.bob, "account").html


def test_its_files_are_for_administrators_too(happened: Cast) -> None:
    rows, _ = FILES["activity"].read(happened.alice, {}, TODAY)
    assert rows["actor_name"].to_pylist() == ["Bob Test", "Alice Test"]
    with pytest.raises(NotAllowed):
        FILES["activity"].read(happened.bob, {}, TODAY)
    with pytest.raises(NotAllowed):
        activity_log.need(happened.bob)
    assert lists.page(happened.charlie, activity_log.LIST, today=TODAY).total == 1
    with TestClient(Starlette(routes=exports.ROUTES)) as nobody:
        assert nobody.get("/exports/activity.csv").status_code == 401
