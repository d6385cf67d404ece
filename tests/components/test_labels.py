"""Words of documents that depend on what they stand behind."""

from decimal import Decimal

import pytest

from portal_data import labels


@pytest.mark.parametrize(
    ("name", "quantity", "shown"),
    [
        ("image", "4", "images"), ("image", "1", "image"), ("day", "1.5", "days"),
        ("piece", "0", "pieces"), ("person", "2", "people"), ("copy", "3", "copies"),
        ("kg", "2", "kg"), ("m²", "2.5", "m²"), ("Stück", "2", "Stück"),
    ],
)  # fmt: skip
def test_a_unit_is_as_many_as_its_quantity(name: str, quantity: str, shown: str) -> None:
    assert labels.unit(name, Decimal(quantity)) == shown
