"""Codes of bank transfers, by the guideline of the European Payments Council (EPC069-12)."""

from typing import Any

import pytest

from portal_data.business import transfers

GIVEN: dict[str, Any] = {
    "name": "Franz Mustermänn", "iban": "DE71 1102 2033 0123 4567 89", "bic": "BHBLDEHHXXX",
    "currency": "EUR", "amount_minor": 1_230, "text": "INV-1, INV-2",
}  # fmt: skip


def test_a_transfer_in_euros_has_a_code() -> None:
    assert transfers.epc_code(**GIVEN) == (
        "BCD\n002\n1\nSCT\nBHBLDEHHXXX\nFranz Mustermänn\nDE71110220330123456789\nEUR12.30\n\n\n"
        "INV-1, INV-2"
    )


@pytest.mark.parametrize(
    "other",
    [{"currency": "GBP"}, {"iban": None}, {"iban": ""}, {"amount_minor": 0},
     {"amount_minor": -1}, {"amount_minor": 10**11}],
)  # fmt: skip
def test_other_transfers_have_none(other: dict[str, Any]) -> None:
    assert transfers.epc_code(**{**GIVEN, **other}) is None


def test_no_field_reaches_into_another() -> None:
    code = transfers.epc_code(**{
        **GIVEN, "name": "A\nEUR999.00\r\n" + "x" * 200, "text": "INV-1\nIBAN\u2028" + "y" * 500,
        "bic": None,
    })  # fmt: skip
    assert code is not None
    fields = code.split("\n")
    assert len(fields) == 11
    assert (fields[4], fields[7]) == ("", "EUR12.30")
    assert len(fields[5]) == 70
    assert len(fields[10]) == 140


@pytest.mark.parametrize(("minor", "words"), [(1, "EUR0.01"), (99_999_999_999, "EUR999999999.99")])
def test_the_bounds_of_amounts(minor: int, words: str) -> None:
    code = transfers.epc_code(**{**GIVEN, "amount_minor": minor})
    assert code is not None
    assert code.split("\n")[7] == words
