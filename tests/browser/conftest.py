"""Portals and one Chromium for all files here, and windows of people who look at them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    sync_playwright,
)

from portal_data import settings
from tests.browser import extremes
from tests.mail_server import Inbox, point_at
from tools.browser import SIZES, Portal, demo_portal, launch, settle, sign_in
from tools.ports import free_port


@pytest.fixture(scope="package")
def shared_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the demo organisation, for tests that leave it as it is."""
    with demo_portal(tmp_path_factory.mktemp("portal")) as serving:
        yield serving


@pytest.fixture(scope="package")
def extreme_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The same, with what is long and large and of other scripts among its books."""
    with demo_portal(tmp_path_factory.mktemp("extreme"), extremes.add) as serving:
        yield serving


@pytest.fixture(scope="module")
def inbox() -> Inbox:
    """What the mail server of `mailing_portal` got."""
    return Inbox()


@pytest.fixture(scope="module")
def mailing_portal(inbox: Inbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A fresh portal that sends its mails to a real server."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    with pytest.MonkeyPatch.context() as patch:
        point_at(controller, patch)
        with demo_portal(tmp_path_factory.mktemp("mailing")) as serving:
            yield serving
    controller.stop()
    settings.load.cache_clear()


@pytest.fixture(scope="module")
def portal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """The portal of a file: the shared one, or a fresh one as the file is marked."""
    if request.node.get_closest_marker("mailing_portal"):
        yield request.getfixturevalue("mailing_portal")
    elif request.node.get_closest_marker("own_portal"):
        with demo_portal(tmp_path_factory.mktemp("portal")) as serving:
            yield serving
    else:
        yield request.getfixturevalue("shared_portal")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium; its event loop ends with this folder, so other tests may have their own."""
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@dataclass
class Tab:
    """A tab that stays signed in as one person between tests, and whether a window has it now."""

    page: Page
    taken: bool = False

    def leave(self) -> None:
        """Forget what the last window did in it."""
        for other in self.page.context.pages:
            if other is not self.page:
                other.close()
        self.page.evaluate("sessionStorage.clear(); localStorage.clear()")
        self.page.emulate_media(color_scheme="null")
        self.page.goto("about:blank")  # the server hears of it no more
        self.taken = False


@dataclass
class People:
    """Who has signed in to which portal: their cookies, and the tabs kept for each kind of window.

    A tab that has been somewhere costs a third of a new one: it runs what it has compiled.
    """

    cookies: dict[tuple[str, str], Any] = field(default_factory=dict)
    tabs: dict[tuple[str, ...], Tab] = field(default_factory=dict)


@dataclass
class Window:
    """A browser window of one person, which notes every console error.

    Its context is made when something is first opened in it, or is that of a kept tab.
    """

    make: Callable[[], BrowserContext]
    portal: Portal
    people: People
    kind: tuple[str, str]
    fresh: bool
    errors: list[str] = field(default_factory=list)
    _context: BrowserContext | None = None
    _tab: Tab | None = None

    @property
    def context(self) -> BrowserContext:
        """Where its cookies are."""
        if self._context is None:
            self._context = self.make()
        return self._context

    def open(self, path: str = "/") -> Page:
        """Open a new tab at `path` and wait until the page is drawn."""
        return self._go(self.context.new_page(), path)

    def sign_in(self, email: str, path: str = "/") -> Page:
        """Open `path` and sign in there as `email` with the demo's password."""
        page = self.open(path)
        sign_in(page, self.portal, email)
        return page

    def open_as(self, email: str, path: str = "/") -> Page:
        """Open `path` as `email`, who signs in by the form once for a portal and then stays so.

        For screens behind the sign-in; what signs out or changes a password takes `sign_in`.
        """
        key = self.portal.url, email, *self.kind
        tab = self.people.tabs.get(key)
        if self._context is None and not self.fresh and tab and not tab.taken:
            self._context = tab.page.context
            self._keep(tab)
            return self._go(tab.page, path)
        untouched = self._context is None and not self.fresh and tab is None
        cookies = self.people.cookies
        known = self.portal.url, email
        if known in cookies:
            self.context.add_cookies(cookies[known])
            page = self.open(path)
        else:
            page = self.sign_in(email, path)
            cookies[known] = self.context.cookies()
        if untouched:
            self._keep(self.people.tabs.setdefault(key, Tab(page)))
        return page

    def close(self) -> None:
        """End it: nothing is left of it but a kept tab."""
        if self._tab is not None:
            self._tab.page.remove_listener("console", self._console)
            self._tab.page.remove_listener("pageerror", self._error)
            self._tab.leave()
        elif self._context is not None:
            self._context.close()

    def _keep(self, tab: Tab) -> None:
        self._tab = tab
        tab.taken = True

    def _go(self, page: Page, path: str) -> Page:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.goto(self.portal.url + path)
        settle(page)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url')})")

    def _error(self, error: Error) -> None:
        self.errors.append(str(error))


@pytest.fixture(scope="package")
def people() -> People:
    """Everybody who has signed in."""
    return People()


@pytest.fixture
def window(browser: Browser, portal: Portal, people: People) -> Iterator[Callable[..., Window]]:
    """Make windows: window(size="phone", scheme="dark"); a fresh one takes no tab kept before."""
    opened: list[Window] = []

    def make(size: str = "desktop", scheme: str = "light", *, fresh: bool = False) -> Window:
        width, height = SIZES[size]

        def context() -> BrowserContext:
            return browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                is_mobile=size == "phone",
                has_touch=size == "phone",
                locale="en-GB",
            )

        opened.append(Window(context, portal, people, (size, scheme), fresh))
        return opened[-1]

    yield make
    for each in opened:
        each.close()
