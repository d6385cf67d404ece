"""The icon font: every icon that a screen or an element of Streamlit's names is in it."""

from fontTools.ttLib import TTFont

from tools import subset_icons


def test_every_icon_in_use_is_in_the_font() -> None:
    kept = set(subset_icons.ligatures(TTFont(subset_icons.TARGET)))
    named = subset_icons.used() | subset_icons.streamlits()
    assert {"home", "mail", "download"} <= subset_icons.used()
    there_are = set(subset_icons.ligatures(subset_icons.full_font()))
    missing = (named & there_are) - kept
    assert not missing, "run `python -m tools.subset_icons`"
    assert subset_icons.used() <= there_are
