"""Remembered answers: never of other books, never older than the last commit."""

import threading
from dataclasses import replace

import pytest

from portal_data import balances, customers, organisation, preferences, store
from portal_data.errors import NotFound
from portal_data.scope import Role, Scope, Staff
from portal_data.store.changes import EVERYONE, Changes, Touched, writes
from portal_data.store.memory import MOST_LINES, MOST_LINES_OF_ONE
from tests.conftest import NOW
from tests.factories import TODAY, insert, make_invoice


@pytest.fixture
def asked(db: store.Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every query that reached the engine since."""
    seen: list[str] = []
    inner = type(db.engine).reading

    def reading(self: object, *args: object) -> object:
        seen.append("asked")
        return inner(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(type(db.engine), "reading", reading)
    return seen


@pytest.mark.only_engine("duckdb")
def test_an_unchanged_answer_is_not_read_again(alice: Scope, asked: list[str]) -> None:
    first = balances.home(alice, today=TODAY)
    asked.clear()
    assert balances.home(alice, today=TODAY) is first
    assert asked == []


@pytest.mark.only_engine("postgres")
def test_where_others_may_write_nothing_is_remembered(alice: Scope, asked: list[str]) -> None:
    balances.home(alice, today=TODAY)
    asked.clear()
    balances.home(alice, today=TODAY)
    assert asked


def test_a_write_of_the_portal_is_seen_at_once(alice: Scope) -> None:
    before = balances.home(alice, today=TODAY).balances[0].outstanding_minor
    make_invoice(alice, total_minor=700)
    assert balances.home(alice, today=TODAY).balances[0].outstanding_minor == before + 700


def test_a_write_of_the_customer_is_seen_at_once(alice: Scope) -> None:
    assert customers.my_details(alice).display_name
    with store.writing(alice) as session:
        session.change(
            "update core.customers set display_name = $name where id = $customer_id", name="Renamed"
        )
    assert customers.my_details(alice).display_name == "Renamed"


def test_a_preference_is_seen_at_once(alice: Scope, owner: Staff) -> None:
    assert preferences.of(alice).banner_message == ""
    preferences.change(owner, now=NOW, banner_message="Closed on Monday")
    assert preferences.of(alice).banner_message == "Closed on Monday"


def test_a_write_that_was_rolled_back_changes_nothing(alice: Scope) -> None:
    before = balances.home(alice, today=TODAY)

    def fail() -> None:
        with store.system_writing() as session:
            session.change("update core.invoices set balance_minor = 0 where 1 = 1")
            raise NotFound("never mind")

    with pytest.raises(NotFound):
        fail()
    assert balances.home(alice, today=TODAY) == before


def test_nobody_gets_anothers_answer(alice: Scope, charlie: Scope) -> None:
    make_invoice(alice, total_minor=700)
    make_invoice(charlie, total_minor=900)
    owed = [balances.home(each, today=TODAY).balances[0].outstanding_minor
            for each in (alice, charlie, alice, charlie)]  # fmt: skip
    assert owed == [700, 900, 700, 900]
    # not even the same person's under another role or after signing in anew
    weaker = replace(alice, role=Role.VIEWER)
    assert organisation.get(weaker) == organisation.get(alice)


@pytest.mark.only_engine("duckdb")
def test_another_customers_change_forgets_nothing(
    alice: Scope, charlie: Scope, asked: list[str]
) -> None:
    held = balances.home(alice, today=TODAY)
    with store.writing(charlie) as session:
        session.change(
            "update core.customers set display_name = $name where id = $customer_id", name="Other"
        )
    asked.clear()
    assert balances.home(alice, today=TODAY) is held
    assert asked == []


@pytest.mark.only_engine("duckdb")
def test_what_no_customer_sees_forgets_nothing(alice: Scope, asked: list[str]) -> None:
    held = balances.home(alice, today=TODAY)
    insert("outbox", kind="mail", dedup_key="a", payload="{}", status="queued", not_before=NOW,
           created_at=NOW)  # fmt: skip
    asked.clear()
    assert balances.home(alice, today=TODAY) is held


def test_errors_are_not_remembered(alice: Scope) -> None:
    gone = replace(alice, customer_id=alice.contact_id)
    for _ in range(2):
        with pytest.raises(NotFound):
            balances.home(gone, today=TODAY)


def test_readers_never_meet_an_older_answer_than_the_commit(alice: Scope) -> None:
    """Readers hammer while a writer raises the balance: no reader may see it fall."""
    make_invoice(alice, total_minor=1)
    falls: list[tuple[int, int]] = []
    done = threading.Event()

    def read() -> None:
        last = 0
        while not done.is_set():
            owed = balances.home(alice, today=TODAY).balances[0].outstanding_minor
            if owed < last:
                falls.append((last, owed))
            last = owed

    readers = [threading.Thread(target=read) for _ in range(3)]
    for each in readers:
        each.start()
    written = 0
    try:
        for written in range(2, 40):
            with store.system_writing() as session:
                session.change("update core.invoices set total_minor = $n, balance_minor = $n",
                               n=written)  # fmt: skip
            assert balances.home(alice, today=TODAY).balances[0].outstanding_minor == written
    finally:
        done.set()
        for each in readers:
            each.join()
    assert falls == []


@pytest.mark.only_engine("duckdb")
def test_memory_is_bounded(db: store.Store, alice: Scope) -> None:
    rows = list(range(99))
    for number in range(MOST_LINES // 100 + 5):
        db.memory.answer(alice, number, lambda: rows)
        db.memory.answer(alice, number, lambda: rows)
    assert len(db.memory._answers) == MOST_LINES // 100
    read = []

    def long() -> list[int]:
        read.append(1)
        return list(range(MOST_LINES_OF_ONE))

    for _ in range(2):
        db.memory.answer(alice, "long", long)
    assert len(read) == 2


def test_statements_tell_what_they_write() -> None:
    assert writes("insert into core.a (x) select x from core.b") == {("insert into", "a")}
    assert writes("with n as (select 1) update core.a set x = 1") == {("update", "a")}
    assert writes("delete from\n core.a where x = 1") == {("delete from", "a")}
    assert writes("select x from core.a") == frozenset()


def test_who_is_touched(alice: Scope) -> None:
    seen = frozenset({"invoices"})
    own = Touched(seen, alice.customer_id)
    own.by("update core.invoices set x = 1", {})
    assert own.customers == {alice.customer_id}
    portal = Touched(seen, None)
    portal.by("insert into core.invoices (id) values ($id)", {"customer_id": alice.customer_id})
    portal.by("insert into core.outbox (id) values ($id)", {})
    assert portal.customers == {alice.customer_id}
    portal.by("update core.invoices set x = 1", {"customer_id": alice.customer_id})
    assert EVERYONE in portal.customers


def test_there_is_no_mark_during_a_commit(alice: Scope) -> None:
    changes, touched = Changes(), Touched(frozenset({"invoices"}), None)
    touched.table("invoices")
    before = changes.mark(alice.customer_id)
    with changes.committing(touched):
        assert changes.mark(alice.customer_id) is None
    assert changes.mark(alice.customer_id) not in (None, before)
