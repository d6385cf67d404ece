"""Searching for amounts: as people type them, of the currency a document is in, on both engines."""

import pytest

from portal_data import lists
from portal_data.billing import credit_notes, estimates, invoices, retainers
from portal_data.customers import documents
from portal_data.payments import payments
from portal_data.scope import Scope, Staff
from portal_data.search import amounts
from tests.factories import (
    TODAY,
    make_credit_note,
    make_estimate,
    make_invoice,
    make_payment,
    make_retainer,
)


@pytest.mark.parametrize(
    "typed",
    ["4181.94", "4,181.94", "£4,181.94", "GBP 4181.94", "4.181,94", "4181,94 €", " 4 181.94 "],
)
def test_an_amount_is_read_as_people_type_it(typed: str) -> None:
    found = amounts(typed)
    assert "GBP418194" in found
    assert "KWD4181940" in found
    assert not any(each.startswith("JPY") for each in found)


def test_wholes_are_amounts_of_any_currency() -> None:
    assert {"GBP418100", "JPY4181", "KWD4181000"} <= set(amounts("4181"))


@pytest.mark.parametrize("typed", ["", "INV-4181", "4181.94.1", "1.2345", "lawn", "9" * 40, "٤١٨١"])
def test_other_text_is_no_amount(typed: str) -> None:
    assert amounts(typed) == []


def test_lists_find_amounts_of_their_own_customer(
    alice: Scope, charlie: Scope, owner: Staff
) -> None:
    for scope, name in ((alice, "A"), (charlie, "C")):
        invoice = make_invoice(scope, number=f"{name}-I", total_minor=418_194)
        make_invoice(scope, number=f"{name}-J", total_minor=418_194, currency_code="JPY")
        make_invoice(scope, number=f"{name}-B", total_minor=900_000, balance_minor=418_194)
        make_payment(scope, {invoice: 418_194}, number=f"{name}-P")
        make_estimate(scope, number=f"{name}-E", total_minor=418_194)
        make_credit_note(scope, number=f"{name}-N", total_minor=418_194)
        make_retainer(scope, number=f"{name}-R", total_minor=418_194)
    typed = "4181.94"
    billed = lists.page(alice, invoices.LIST, today=TODAY, search=typed)
    assert {each.number for each in billed.rows} == {"A-I", "A-B"}
    yen = lists.page(alice, invoices.LIST, today=TODAY, search="418,194").rows
    assert [each.number for each in yen] == ["A-J"]
    assert [each.number for each in lists.page(alice, payments.LIST, search=typed).rows] == ["A-P"]
    found = lists.page(alice, estimates.LIST, today=TODAY, search=typed)
    assert [each.number for each in found.rows] == ["A-E"]
    assert [each.number for each in lists.page(alice, credit_notes.LIST, search=typed).rows] == [
        "A-N"
    ]
    paid = lists.page(alice, retainers.LIST, today=TODAY, search=typed)
    assert [each.number for each in paid.rows] == ["A-R"]
    listed = lists.page(owner, documents.LIST, id=alice.customer_id, today=TODAY, search=typed)
    assert {each.number for each in listed.rows} == {"A-I", "A-P", "A-E", "A-N", "A-R"}
