"""Moving between screens: nothing jumps, nothing blinks, and one returns to where one was."""

import os
import signal
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tools.browser import Portal, settle

ALICE = "imogen@brackenridge.example"
Open = Callable[..., Window]
_LONGEST = 2400  # milliseconds

_SHIFTS = """
window.shifted = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value
}).observe({ type: "layout-shift", buffered: true })
"""
_SCREENS = (
    "/", "/invoices", "/invoice?number=INV-001200", "/statements", "/payments", "/account",
)  # fmt: skip
# nothing is there before the first scroll has been noted
_KEPT = """
top => JSON.parse(sessionStorage["portal.positions"] ?? "{}")[location.href] === top
"""
# what a person sees in each frame from a click on, and when: the screen, or the copy before it
_FRAMES = """
(selector) => new Promise((done) => {
  const frames = []
  const began = performance.now()
  const look = () => {
    const main = document.querySelector('[data-testid="stMain"]')
    const copy = document.querySelector(".pt-leaving:not([hidden])")
    const title = (copy ?? main).querySelector("h1")?.textContent ?? ""
    frames.push([title, Boolean(copy), performance.now()])
    const over = !copy && title && title !== frames[0][0]
    if (over || performance.now() - began > 30000) done(frames)
    else requestAnimationFrame(look)
  }
  document.querySelector(selector).click()
  look()
})
"""


@pytest.fixture
def paused(portal: Portal) -> Iterator[Callable[[], None]]:
    """Hold the server, as one that is slow; it goes on when asked, or at the end of the test."""

    def go_on() -> None:
        os.kill(portal.pid, signal.SIGCONT)

    def stop() -> Callable[[], None]:
        os.kill(portal.pid, signal.SIGSTOP)
        return go_on

    yield stop  # type: ignore[misc]
    go_on()


def _scroll(page: Page, top: int) -> None:
    page.evaluate("top => document.querySelector('[data-testid=\"stMain\"]').scrollTo(0, top)", top)
    page.wait_for_function(_KEPT, arg=top)


def _stands_at(page: Page, top: int) -> None:
    """Wait until a screen is scrolled so far, and stays so when it has settled."""
    where = "document.querySelector('[data-testid=\"stMain\"]').scrollTop"
    page.wait_for_function(f"top => Math.round({where}) === top", arg=top)
    settle(page)
    assert round(page.evaluate(where)) == top


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_full_load_shifts_nothing(window: Open, size: str) -> None:
    opened = window(size, fresh=True)
    opened.context.add_init_script(_SHIFTS)
    page = opened.open_as(ALICE)
    # slowly, so that what is drawn one after the other is seen one after the other
    slow = opened.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow.send("Network.enable")
    shifted = {}
    for path, kept in [("/", False), *((path, True) for path in _SCREENS)]:
        slow.send("Network.setCacheDisabled", {"cacheDisabled": not kept})
        page.goto(opened.portal.url + path)
        settle(page)
        if path == "/":
            page.wait_for_selector(".js-plotly-plot .main-svg", state="attached")
        shifted[path, kept] = page.evaluate("window.shifted")
    assert {each: value for each, value in shifted.items() if value > 0.05} == {}


def _frames_on_the_way(page: Page, path: str) -> list[tuple[str, bool, float]]:
    """Return the frames from a click in the navigation to the next screen.

    After a while the copy goes even if nothing has come (LONGEST in transition.js): a machine so
    busy that a screen takes as long shows nothing about the others, and goes the way again.
    """
    for _ in range(8):
        expect(page.locator('[data-testid="stMain"] h1').first).to_be_visible()  # to leave it
        frames = page.evaluate(_FRAMES, f'[data-testid="stSidebarNavLink"][href$="{path}"]')
        settle(page)
        covered = [at for _, copy, at in frames if copy]
        if (
            not covered
            or min(at for _, _, at in frames if at > covered[-1]) - covered[0] < _LONGEST
        ):
            break
        page.go_back()
        settle(page)
    return frames


def test_no_frame_between_two_screens_is_empty(window: Open) -> None:
    page = window().open_as(ALICE)
    for path in ("/invoices", "/statements", "/account"):
        frames = _frames_on_the_way(page, path)
        assert frames[0][0] != frames[-1][0], path
        assert [frame for frame in frames if not frame[0]] == [], (path, frames[0], frames[-1])
        expect(page.locator(".pt-leaving")).to_have_count(0)


def test_back_and_reload_return_to_where_one_was(window: Open) -> None:
    page = window().open_as(ALICE, "/invoices")
    _scroll(page, 180)
    page.get_by_role("link", name="INV-").nth(7).click()
    expect(page.get_by_role("heading", name="INV-")).to_be_visible()
    _stands_at(page, 0)
    page.go_back()
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
    _stands_at(page, 180)
    page.reload()
    settle(page)
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
    _stands_at(page, 180)


def _line_is(page: Page, opacity: str) -> None:
    """Wait until the line on top, which shows that the server was asked, has an opacity."""
    style = "getComputedStyle(document.querySelector('[data-testid=\"stApp\"]'), '::after').opacity"
    page.wait_for_function(f"opacity => {style} === opacity", arg=opacity)


def test_a_slow_server_shows_that_it_was_asked(
    window: Open, paused: Callable[[], Callable[[], None]]
) -> None:
    page = window().open_as(ALICE)
    go_on = paused()
    entry = page.locator('[data-testid="stSidebarNavLink"][href$="/invoices"]')
    entry.click()
    expect(entry).to_have_attribute("data-going", "")
    _line_is(page, "1")
    expect(page.get_by_role("heading", name="Hello, Imogen")).to_be_visible()
    go_on()
    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()
    _line_is(page, "0")
    expect(page.locator("[data-going]")).to_have_count(0)
