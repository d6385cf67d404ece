"""Why payments are refused: in words, for every code that the portal itself gives or acts on."""

import pytest

from portal_data.payments import refusals
from portal_data.payments.autopay_dunning import SOFT
from portal_data.payments.demo_gateway import records
from portal_data.text import language

OTHER = "The bank or the payment company refused it."


def test_codes_of_the_demo_gateway_have_words_of_their_own() -> None:
    codes = {each.code for each in vars(records).values() if isinstance(each, records.Failure)}
    assert len(codes) > 3
    assert OTHER not in {refusals.reason(code) for code in codes}


@pytest.mark.parametrize("code", [None, "", "of_next_year", *sorted(SOFT)])
def test_there_are_words_for_any_code(code: str | None) -> None:
    assert refusals.reason(code).endswith(".")


def test_they_are_in_the_readers_language() -> None:
    with language.reading("de"):
        assert refusals.reason("R01") == "Auf dem Konto war nicht genug Geld."
        assert refusals.reason("of_next_year") != OTHER


def test_a_stolen_card_is_declined_like_any_other() -> None:
    assert refusals.reason("stolen_card") == refusals.reason("card_declined")
