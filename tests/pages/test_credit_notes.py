"""Credit notes: what remains of them, and what they were used for."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import insert, make_credit_note, make_invoice
from tests.pages.conftest import TODAY, Open

DAY = timedelta(days=1)


def test_list_with_counts_and_what_remains(screen: Open, alice: Scope, charlie: Scope) -> None:
    make_credit_note(alice, number="CN-1", day=TODAY, subject="<b>Boxes</b>")
    make_credit_note(alice, number="CN-2", day=TODAY - DAY, balance_minor=0)
    make_credit_note(alice, number="CN-3", day=TODAY - 2 * DAY, status="void")
    make_credit_note(charlie, number="CN-9")
    opened = screen(alice, "credit_notes")
    shown = opened.records()
    assert opened.numbers() == ["CN-1", "CN-2", "CN-3"]
    assert [(each["label"], each["count"]) for each in shown["filters"]] == [
        ("All", "3"), ("Open", "1"), ("Closed", "1"), ("Void", "1"),
    ]  # fmt: skip
    cells = [row["cells"] for row in shown["rows"]]
    assert cells[0][1] == "<b>Boxes</b>"
    assert [row[3]["pills"][0]["text"] for row in cells] == ["Open", "Closed", "Void"]
    # of a void note nothing remains
    assert [row[5]["text"] for row in cells] == ["£50.00", "£0.00", "£0.00"]
    assert screen(alice, "credit_notes", status="closed").numbers() == ["CN-2"]
    assert screen(alice, "credit_notes", q="boxes").numbers() == ["CN-1"]
    assert screen(alice, "credit_notes", sort="oldest").numbers() == ["CN-3", "CN-2", "CN-1"]


def test_invoices_retainers_and_credit_notes_lead_to_each_other(screen: Open, alice: Scope) -> None:
    for path in ("invoices", "retainers", "credit_notes"):
        html = screen(alice, path).html
        for other in ("invoices", "retainers", "credit_notes"):
            assert f'href="{other}"' in html
        assert html.count('aria-current="page"') == 1
        assert f'href="{path}" data-turn="page" aria-current="page"' in html


def test_a_note_tells_what_it_was_used_for(screen: Open, alice: Scope) -> None:
    note = make_credit_note(
        alice, number="CN-7", balance_minor=2_000, day=TODAY - 3 * DAY, subject="Two panels",
        invoice_id=make_invoice(alice, number="INV-6"),
    )  # fmt: skip
    insert(
        "credit_applications", customer_id=alice.customer_id, credit_note_id=note,
        invoice_id=make_invoice(alice, number="INV-7"), date=TODAY, amount_minor=3_000,
        created_at=NOW,
    )  # fmt: skip
    insert(
        "refunds", customer_id=alice.customer_id, credit_note_id=note, date=TODAY,
        status="pending", currency_code="GBP", amount_minor=2_000, reference="RF 1", created_at=NOW,
    )  # fmt: skip
    shown = screen(alice, "credit_note", number="CN-7")
    for words in (
        "Credited to", "Two panels", "Returned goods", "For invoice", "INV-6", "Credits remaining",
        "£20.00", "£30.00 of £50.00 used", "A refund of £20.00 is on its way to you.",
        'href="invoice?number=INV-7"', "Refund on its way", "RF 1", "Applied to invoice",
        f"documents/credit_note/{note}.pdf", "Viewed by Alice Test",
    ):  # fmt: skip
        assert words in shown.html, words


def test_nothing_remains_of_a_void_note(screen: Open, alice: Scope) -> None:
    make_credit_note(alice, number="CN-7", status="void", balance_minor=0)
    assert "Nothing of it can be used." in screen(alice, "credit_note", number="CN-7").html


def test_opening_a_note_marks_it_viewed_once(screen: Open, cast: Cast) -> None:
    note = make_credit_note(cast.alice, number="CN-7")
    screen(cast.bob, "credit_note", number="CN-7")
    screen(cast.alice, "credit_note", number="CN-7")
    with store.system_reading() as session:
        viewer = session.value(
            "select first_viewed_by from core.credit_notes where id = $id order by 1", id=note
        )
    assert viewer == cast.bob.contact_id


@pytest.mark.parametrize("number", ["CN-99", "CN-8", "CN-5", ""])
def test_unknown_foreign_and_draft_look_the_same(
    screen: Open, alice: Scope, charlie: Scope, number: str
) -> None:
    make_credit_note(charlie, number="CN-8", subject="Secret of another")
    make_credit_note(alice, number="CN-5", subject="Secret", status="draft")
    shown = screen(alice, "credit_note", number=number)
    assert "Credit note not found" in shown.html
    assert "Secret" not in shown.html
    assert "documents/" not in shown.html


def test_empty_states(screen: Open, alice: Scope) -> None:
    assert screen(alice, "credit_notes").records()["empty"]["title"] == "No credit notes"
    shown = screen(alice, "credit_notes", status="open").records()["empty"]
    assert shown["title"] == "No open credit notes"
    assert "“x”" in screen(alice, "credit_notes", q="x").records()["empty"]["text"]
