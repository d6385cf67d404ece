"""The chain of activity shows whatever was changed, removed or slipped in afterwards."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portal_data import store
from portal_data.ids import BUSINESS, new_id
from portal_data.messaging import activity, chain, events
from portal_data.ops.operations import OPERATIONS
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import insert


def _verify() -> list[str]:
    with store.system_reading() as session:
        return [problem.words for problem in chain.verify(session)]


def _record(who: Scope | Staff | None, **more: Any) -> None:
    with store.system_writing() as session:
        activity.record(session, who, events.INVOICE_SENT, now=NOW, **more)


@pytest.fixture
def recorded(cast: Cast) -> Scope:
    """Three entries of Alice's customer, two of the business, one of another customer."""
    for number in ("INV-1", "„INV’2“\n", None):
        _record(cast.alice, subject_number=number, amount_minor=100, currency_code="GBP")
    _record(None, details="imported")
    _record(cast.owner)
    _record(cast.charlie)
    return cast.alice


def test_what_was_recorded_verifies(recorded: Scope) -> None:
    assert _verify() == []
    with store.system_reading() as session:
        heads = chain.heads(session)
        rows = session.rows(
            "select sequence from core.activity where customer_id = $id order by sequence",
            id=recorded.customer_id,
        )
    assert heads.keys() >= {BUSINESS, recorded.customer_id}
    assert len(heads) == len(set(heads.values())) == 3
    assert [row["sequence"] for row in rows] == [1, 2, 3]


def test_who_acts_is_recorded_with_the_address_of_the_sign_in(alice: Scope) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.sign_ins set address = '192.0.2.7' where id = $id", id=alice.sign_in_id
        )
    _record(alice)
    with store.system_reading() as session:
        assert session.value("select address from core.activity order by id") == "192.0.2.7"
    assert _verify() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("update core.activity set amount_minor = 1 where sequence = 2", "is not as it was"),
        ("update core.activity set actor_name = 'Nobody' where sequence = 1", "is not as it was"),
        ("delete from core.activity where sequence = 2 and amount_minor = 100", "is missing"),
        ("delete from core.activity where sequence = 3", "does not end"),
        ("update core.activity set sequence = null where sequence = 3", "outside the chain"),
        ("delete from core.activity where customer_id = $id", "does not end"),
        ("delete from core.activity_chains where customer_id = $id", "has lost its end"),
    ],
)
def test_what_was_tampered_with_is_named(recorded: Scope, change: str, problem: str) -> None:
    with store.system_writing() as session:
        own = {"id": recorded.customer_id} if "$id" in change else {}
        assert session.change(change, **own) > 0
    assert problem in " ".join(_verify())


def test_the_command_says_whether_it_holds(recorded: Scope) -> None:
    *said, status = _lines()
    assert (len(said), status) == (1, 0)
    assert re.search(r"prove it later: [0-9a-f]{64}$", said[0])
    _change("update core.activity set details = 'x' where sequence = 1")
    *said, status = _lines()
    assert (len(said), status) == (3, 1)


SWAPPED = """
    update core.activity set sequence = case sequence when 1 then 2 else 1 end
    where customer_id = $id and sequence in (1, 2)
"""
SLIPPED_IN = """
    insert into core.activity (id, customer_id, happened_at, event, actor_kind, actor_name, visible,
        sequence, hash)
    select $new, customer_id, happened_at, event, actor_kind, actor_name, visible, 2, hash
    from core.activity where customer_id = $id and sequence = 1
"""


@pytest.mark.parametrize(
    ("tampering", "place", "words"),
    [
        ("update core.activity set details = 'x' where customer_id = $id and sequence = 2", 2,
         "is not as it was recorded"),
        ("delete from core.activity where customer_id = $id and sequence = 2", 2, "is missing"),
        (SWAPPED, 1, "is not as it was recorded"),
        (SLIPPED_IN, 2, "2"),
        ("delete from core.activity where customer_id = $id and sequence > 1", 2, "does not end"),
    ],
    ids=["changed", "deleted", "reordered", "inserted", "truncated"],
)  # fmt: skip
def test_the_command_names_the_first_broken_entry(
    recorded: Scope, tampering: str, place: int, words: str
) -> None:
    *said, status = _lines(as_json=True)
    assert (json.loads(str(said[0]))["holds"], status) == (True, 0)
    with store.system_writing() as session:
        given = {"new": new_id()} if "$new" in tampering else {}
        assert session.change(tampering, id=recorded.customer_id, **given) > 0
    *said, status = _lines(as_json=True)
    told = json.loads(str(said[0]))
    first = told["first"]
    assert (told["holds"], status) == (False, 1)
    assert (first["customer_id"], first["place"]) == (str(recorded.customer_id), place)
    assert words in first["words"]
    assert {each["customer_id"] for each in told["problems"]} == {str(recorded.customer_id)}
    assert [each["words"] for each in told["problems"]] == _lines()[:-1]


def _lines(**options: bool) -> list[str | int]:
    lines = OPERATIONS["audit verify"](**options)
    said: list[str | int] = []
    while True:
        try:
            said.append(next(lines))
        except StopIteration as end:
            return [*said, end.value]


def _change(sql: str) -> None:
    with store.system_writing() as session:
        assert session.change(sql) > 0


def test_an_entry_that_was_slipped_in_is_named(recorded: Scope) -> None:
    insert(
        "activity", customer_id=recorded.customer_id, happened_at=NOW, event="invoice.sent",
        actor_kind="system", actor_name="The portal", visible=True,
    )  # fmt: skip
    assert _verify() == [f"+1 entries of customer {recorded.customer_id} stand outside the chain."]


def test_those_who_record_at_once_stand_in_one_line(cast: Cast) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda who: _record(who), [cast.alice, cast.bob] * 16))
    assert _verify() == []
    with store.system_reading() as session:
        assert session.value("select max(sequence) as n from core.activity") == 32
