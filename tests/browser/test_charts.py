"""Charts in both themes, also when the theme changes while they are looked at."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Window

ALICE = "imogen@brackenridge.example"
MUTE = {"light": "rgb(95, 104, 123)", "dark": "rgb(154, 163, 178)"}
LINE = {"light": "rgb(227, 230, 236)", "dark": "rgb(42, 48, 59)"}
Open = Callable[..., Window]


_WORN = """([parts, style, colour]) => {
  const found = [...document.querySelectorAll(`.js-plotly-plot .main-svg ${parts}`)]
  return found.length && found.every((part) => getComputedStyle(part)[style] === colour)
}"""


def _wears(page: Page, parts: str, style: str, colour: str) -> None:
    """Wait until every such part of the charts has a colour."""
    page.wait_for_function(_WORN, arg=[parts, style, colour])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_read_in_a_chart_follows_the_theme(window: Open, scheme: str) -> None:
    page = window("desktop", scheme).open_as(ALICE)
    page.wait_for_selector(".st-key-chart-home-months .main-svg .gridlayer path", state="attached")
    for now in (scheme, "dark" if scheme == "light" else "light"):
        page.emulate_media(color_scheme="dark" if now == "dark" else "light")
        _wears(page, "text", "fill", MUTE[now])
        _wears(page, ".gridlayer path", "stroke", LINE[now])
