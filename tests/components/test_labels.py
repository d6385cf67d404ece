"""Words of documents that depend on what they stand behind."""

from decimal import Decimal

import pytest

from portal_data import labels
from portal_data.text import language
from tests.catalogues import Translate


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


@pytest.mark.parametrize(
    ("reader", "quantity", "shown"),
    [
        ("de", "1", "de‹day›"), ("de", "1.50", "de‹days›"), ("de", "0", "de‹days›"),
        ("fr", "1.50", "fr‹day›"), ("fr", "0", "fr‹day›"), ("fr", "2.0", "fr‹days›"),
        ("fr", "1E+2", "fr‹days›"),
    ],
)  # fmt: skip
def test_a_unit_has_the_form_that_the_language_of_its_reader_wants(
    translated: Translate, reader: str, quantity: str, shown: str
) -> None:
    with language.reading(reader):
        assert labels.unit("day", Decimal(quantity)) == shown
        assert labels.unit("Tonne", Decimal(quantity)) == "Tonne"


@pytest.mark.parametrize(
    ("name", "percent", "shown"),
    [
        ("VAT 20%", "20\N{NO-BREAK SPACE}%", "VAT 20%"),
        ("TVA 5.5%", "5,5\N{NO-BREAK SPACE}%", "TVA 5.5%"),
        ("VAT", "20%", "VAT 20%"),
        ("Duty", "", "Duty"),
    ],
)
def test_a_tax_tells_its_rate_once(name: str, percent: str, shown: str) -> None:
    assert labels.named_tax(name, percent) == shown
