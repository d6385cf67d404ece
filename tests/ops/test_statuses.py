"""A document has one status: for its customer, for staff, and for who asks the published books."""

from datetime import timedelta
from itertools import product
from pathlib import Path

from portal_data import kinds, lists, store
from portal_data.customers import documents
from portal_data.kinds import KINDS, OVERDUE
from portal_data.ops.publish import publish
from portal_data.output.document_views import VIEWS
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import (
    TODAY,
    make_credit_note,
    make_estimate,
    make_invoice,
    make_payment,
    make_retainer,
)
from tests.ops.conftest import Query

_ALL = 100
"""Rows of a page that holds all there are."""


def _write_every_state(scope: Scope) -> None:
    """Store a document of each kind in every combination of what its status is derived from."""
    days = [TODAY + timedelta(days) for days in (-1, 0, 1)]
    owing = [(0, 0), (40, 0), (40, 40), (100, 0), (100, 30)]
    states = ("draft", "sent", "void")
    for state, due, (balance, questioned) in product((*states, "written_off"), days, owing):
        amounts = {"total_minor": 100, "balance_minor": balance, "in_question_minor": questioned}
        make_invoice(scope, status=state, due=due, **amounts)
    for state, due, (balance, questioned) in product(states, days, owing):
        amounts = {"total_minor": 100, "balance_minor": balance, "in_question_minor": questioned}
        make_retainer(scope, status=state, due=due, **amounts)
    for state, expiry in product(
        ("draft", "sent", "accepted", "declined", "invoiced"), [*days, None]
    ):
        make_estimate(scope, status=state, expiry=expiry)
    for state, balance in product(("draft", "open", "void"), (0, 50)):
        make_credit_note(scope, status=state, balance_minor=balance)
    for state in ("succeeded", "void"):
        make_payment(scope, {}, status=state, unused_minor=100)


def test_customers_staff_and_analysts_read_the_same_status(
    cast: Cast, tmp_path: Path, ask: Query
) -> None:
    _write_every_state(cast.alice)
    publish(tmp_path, now=NOW)
    given = {"today": TODAY, "id": cast.alice.customer_id, "size": _ALL}
    for kind in KINDS.values():
        staff = {
            row.number: row.status.capitalize()
            for row in lists.page(cast.owner, documents.LIST, filter=kind.key, **given).rows
        }
        published = ask(tmp_path, f"select number, status from {kind.path} order by number")
        assert {row["number"]: row["status"] for row in published} == staff, kind.key
        assert len(set(staff.values())) > 1, "only one status was tried"
        rows = lists.page(cast.alice, VIEWS[kind.key].list, today=TODAY, size=_ALL).rows
        for row in rows:
            if kind is not kinds.PAYMENT:
                assert row.status.value == staff[row.number]


def test_what_is_overdue_is_said_once(cast: Cast) -> None:
    """The condition by which balances are added up is the status that a document bears."""
    _write_every_state(cast.alice)
    for kind in (kinds.INVOICE, kinds.RETAINER):
        told = f"case when {OVERDUE} then true else false end"
        sql = (
            f"select ({kind.status}) as status, {told} as late, count(*)::bigint as documents"
            f" from core.{kind.table} group by 1, 2 order by 1, 2"
        )
        with store.system_reading() as session:
            found = session.rows(sql, today=TODAY)
        assert {row["status"] for row in found if row["late"]} == {"overdue"}
        assert [row["late"] for row in found if row["status"] == "overdue"] == [True]
