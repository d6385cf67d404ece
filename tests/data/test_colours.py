"""Shades of the accent: readable whatever a business chooses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_data.business import colours
from portal_data.errors import Invalid

colour = st.integers(0, 0xFFFFFF).map("#{:06X}".format)


@given(colour)
def test_every_accent_can_be_read(accent: str) -> None:
    shades = colours.shades(accent)
    assert colours.contrast(shades.light_text, "#FFFFFF") >= colours.READABLE
    assert colours.contrast(shades.dark_text, "#151A22") >= colours.READABLE
    assert colours.contrast(shades.dark_text, "#0D1015") >= colours.READABLE
    for fill in (shades.light_fill, shades.dark_fill):
        assert colours.contrast(fill, "#FFFFFF") >= colours.READABLE
    assert colours.contrast(shades.dark_fill, "#151A22") >= 3
    assert colours.contrast(shades.light_text, shades.light_soft) >= colours.READABLE
    assert colours.contrast(shades.dark_text, shades.dark_soft) >= colours.READABLE


def test_an_accent_that_can_be_read_stays_itself() -> None:
    shades = colours.shades("#3B5BDB")
    assert shades.light_text == shades.light_fill == "#3B5BDB"


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert colours.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    "text", ["", "red", "#fff", "#12345G", "3B5BDB", "#3B5BDB;}", "#3B5BDB\n#"]
)
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        colours.parse(text)
