"""The screen Mail: what could not be sent, and sending it again."""

import json

import pytest

from portal_data.scope import Staff
from tests.conftest import NOW, Cast
from tests.factories import insert
from tests.pages.conftest import Open
from tests.pages.test_organisation import press
from tests.people import rows

pytestmark = pytest.mark.only_engine("duckdb")


def fail(cast: Cast, **payload: str) -> None:
    """Let the outbox have given up on a mail."""
    insert(
        "outbox", customer_id=cast.alice.customer_id, kind="mail.activity",
        dedup_key=payload["subject"], payload=json.dumps({"to": "dora@alder.example", **payload}),
        status="failed", error="The server refused the recipient (550).", not_before=NOW,
        created_at=NOW,
    )  # fmt: skip


def test_what_failed_says_what_to_do_and_is_sent_again(screen: Open, cast: Cast) -> None:
    fail(cast, subject="<b>Hello</b>", link="https://portal.example/invoice?number=1")
    fail(cast, subject="Come in", link_label="Accept invitation")
    shown = screen(cast.owner, "staff/mail")
    cells = [row["cells"] for row in shown.records()["rows"]]
    told = {each[1]["text"]: each[2]["text"] for each in cells}
    assert told["<b>Hello</b>"] == "Send it again once the cause is mended."
    assert told["Come in"].startswith("Its link works no more")
    shown = press(shown, "Send again")
    assert [each["status"] for each in rows("select status from core.outbox order by id")] == [
        "queued",
        "failed",
    ]
    assert not [each for each in shown.app.button if each.label == "Send again"]


def test_when_nothing_failed_it_says_so(screen: Open, owner: Staff) -> None:
    assert screen(owner, "staff/mail").records()["empty"]["title"] == "No mail has failed"
