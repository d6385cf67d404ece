"""What a browser loads over a slow line: the sign-in form, the first Home, and both once more.

Chromium's own network emulation makes the line slow; what is counted are the bytes of its wire. It
slows requests alone, not the websocket over which a screen's elements come.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect, sync_playwright

from tools.browser import demo_portal, launch, settle

BITS_A_SECOND = 1_600_000
ROUND_TRIP = 150
"""Milliseconds."""
PERSON = "imogen@brackenridge.example"

_SHIFTS = """
window.shifted = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value
}).observe({ type: "layout-shift", buffered: true })
"""


@dataclass(slots=True)
class Load:
    """One load: seconds until it can be used and until all is drawn, paths asked for over the
    wire, answers from the cache, bytes on the wire, and how far the layout shifted (CLS)."""

    name: str
    usable: float = 0
    drawn: float = 0
    requests: list[str] = field(default_factory=list)
    cached: int = 0
    size: int = 0
    shift: float = 0


def measure() -> list[Load]:
    """Load the form and Home of the demo, cold and warm, over a slow line."""
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_portal(Path(folder)) as portal,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.add_init_script(_SHIFTS)
        page = context.new_page()
        watch = _Watch(page)
        try:
            loads = [watch.load("sign-in, cold", _form, lambda: page.goto(portal.url))]
            page.get_by_label("E-mail").fill(PERSON)
            page.get_by_label("Password").first.fill(portal.logins.password)
            loads.append(watch.load("first Home", _home, _sign_in(page)))
            loads.append(watch.load("Home, warm", _home, lambda: page.goto(portal.url)))
            context.clear_cookies()
            loads.append(watch.load("sign-in, warm", _form, lambda: page.goto(portal.url)))
        finally:
            browser.close()
    return loads


def _sign_in(page: Page) -> Callable[[], None]:
    return lambda: page.get_by_role("button", name="Sign in").click()


def _form(page: Page) -> None:
    expect(page.get_by_label("E-mail")).to_be_editable(timeout=120_000)


def _home(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=120_000)


class _Watch:
    """Slows a page's line down, and counts what comes over it."""

    def __init__(self, page: Page) -> None:
        self._page, self._load = page, Load("")
        self._remembered: set[str] = set()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        line = BITS_A_SECOND / 8
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": ROUND_TRIP, "downloadThroughput": line,
             "uploadThroughput": line},
        )  # fmt: skip
        session.on("Network.responseReceived", self._answered)
        session.on("Network.requestServedFromCache", lambda e: self._remembered.add(e["requestId"]))
        session.on("Network.loadingFinished", self._finished)

    def load(self, name: str, usable: Callable[[Page], None], begin: Callable[[], Any]) -> Load:
        """Begin a load and watch it until everything is drawn."""
        self._load = Load(name)
        began = time.perf_counter()
        begin()
        usable(self._page)
        self._load.usable = time.perf_counter() - began
        settle(self._page)
        if usable is _home:
            chart = self._page.locator(".js-plotly-plot .main-svg").first
            expect(chart).to_be_visible(timeout=120_000)
        self._load.drawn = time.perf_counter() - began
        self._load.shift = float(self._page.evaluate("window.shifted"))
        return self._load

    def _answered(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if answer["url"].startswith(("data:", "blob:")):
            return
        if answer.get("fromDiskCache") or event["requestId"] in self._remembered:
            self._load.cached += 1
        else:
            self._load.requests.append(urlsplit(answer["url"]).path)

    def _finished(self, event: dict[str, Any]) -> None:
        self._load.size += int(event["encodedDataLength"])
