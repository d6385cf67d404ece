"""Pieces of screens that are more than the markup they are made of."""

import pytest

from components.ui import cards
from tests.components.payloads import PAYLOADS


def test_an_address_may_go_on_behind_its_at() -> None:
    assert cards.email("a@b.example") == '<span dir="auto">a@<wbr>b.example</span>'
    assert cards.email("") is None
    assert cards.email(None) is None


@pytest.mark.parametrize("payload", PAYLOADS)
def test_an_address_lets_no_element_in(payload: str) -> None:
    shown = cards.email(f"{payload}@{payload}")
    assert shown is not None
    assert shown.count("<") == 3
