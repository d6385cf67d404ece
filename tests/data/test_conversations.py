"""What was said about a document: by whom, in what order, and for whose eyes."""

from datetime import timedelta

from portal_data.ids import new_id
from portal_data.messaging import comments
from portal_data.scope import Scope
from tests.conftest import NOW
from tests.factories import insert, make_invoice

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
