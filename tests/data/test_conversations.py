"""What was said about a document: by whom, in what order, and for whose eyes."""

from datetime import timedelta
from uuid import UUID

import pytest

from portal_data import store
from portal_data.errors import InvalidFields
from portal_data.ids import new_id
from portal_data.messaging import comments
from portal_data.scope import Scope, Staff
from tests.conftest import NOW
from tests.factories import insert, make_invoice
from tests.people import rows, value

MINUTE = timedelta(minutes=1)


def test_comments_and_disputes_of_one_document_for_its_customer(
    alice: Scope, bob: Scope, charlie: Scope
) -> None:
    invoice, other = make_invoice(alice, number="A-1"), make_invoice(alice, number="A-2")
    for place, (body, visible) in enumerate((("Second", True), ("Internal", False))):
        insert(
            "comments", customer_id=alice.customer_id, subject_kind="invoice", subject_id=invoice,
            author_kind="staff", author_id=new_id(), author_name="Olive Test", body=body,
            visible=visible, created_at=NOW + place * MINUTE,
        )  # fmt: skip
    insert(
        "disputes", customer_id=alice.customer_id, kind="customer", invoice_id=invoice,
        contact_id=bob.contact_id, reason="Wrong price", body="It was less", currency_code="GBP",
        amount_minor=100, status="in_review", opened_at=NOW - MINUTE,
    )  # fmt: skip
    for reader in (alice, bob):
        told = comments.of_document(reader, invoice, disputable=True)
        assert [(each.author, each.body, each.dispute) for each in told] == [
            ("Bob Test", "Wrong price: It was less", "in review"), ("Olive Test", "Second", None),
        ]  # fmt: skip
    assert [each.body for each in comments.of_document(alice, invoice)] == ["Second"]
    assert comments.of_document(alice, other, disputable=True) == []
    assert comments.of_document(charlie, invoice, disputable=True) == []


def _add(scope: Scope, invoice: UUID, body: str, comment_id: UUID | None = None) -> bool:
    with store.writing(scope) as session:
        return comments.add(
            session, scope, body, subject_kind="invoice", subject_id=invoice, now=NOW,
            comment_id=comment_id,
        )  # fmt: skip


def test_a_comment_is_stored_once_in_the_transaction_of_its_action(
    alice: Scope, charlie: Scope, owner: Staff
) -> None:
    invoice, key = make_invoice(alice), new_id()
    assert [_add(alice, invoice, " Two\n lines ", key) for _ in range(2)] == [True, False]
    with store.staff_writing(owner) as session:
        comments.add(
            session, owner, "Not for them", subject_kind="invoice", subject_id=invoice, now=NOW,
            customer_id=alice.customer_id, visible=False,
        )  # fmt: skip
    told = comments.of_document(alice, invoice)
    assert [(each.author, each.body) for each in told] == [("Alice Test", "Two\nlines")]
    assert comments.of_document(charlie, invoice) == []
    stored = rows("select author_kind, author_id, visible from core.comments order by created_at")
    assert {(each["author_kind"], each["author_id"], each["visible"]) for each in stored} == {
        ("contact", alice.contact_id, True), ("staff", owner.staff_id, False),
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    ["", " \n ", "x" * 4_001, "x" * 1_000_000, "null\0", "\N{RIGHT-TO-LEFT OVERRIDE}"],
    ids=["empty", "blank", "long", "1 MB", "control character", "nothing but direction"],
)
def test_what_is_no_comment_is_refused(alice: Scope, body: str) -> None:
    with pytest.raises(InvalidFields):
        _add(alice, make_invoice(alice), body)
    assert value("select count(*) from core.comments") == 0


def test_nothing_in_a_comment_turns_what_stands_beside_it(alice: Scope) -> None:
    forged = "Pay to \N{RIGHT-TO-LEFT OVERRIDE}4321\N{POP DIRECTIONAL FORMATTING} <b>now</b>"
    assert comments._clean(forged) == "Pay to 4321 <b>now</b>"
    assert comments._clean("سيتم التحويل") == "سيتم التحويل"
    assert len(comments._clean("e" + "\u0301" * 3_000)) <= comments.FIELD.limit
