"""Portals and one Chromium for all files here, and windows of people who look at them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import extremes
from tools.browser import SIZES, Portal, demo_portal, launch, settle, sign_in

Cookies = dict[tuple[str, str], Any]


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
def portal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """The portal of a file: the shared one, or a fresh one where the file is marked own_portal."""
    if request.node.get_closest_marker("own_portal"):
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
class Window:
    """A browser context of one person, which remembers every console error."""

    context: BrowserContext
    portal: Portal
    cookies: Cookies
    errors: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Open a tab at `path` and wait until the page is drawn."""
        page = self.context.new_page()
        page.on("console", lambda message: self._note(message.type, message.text, message.location))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self.portal.url + path)
        settle(page)
        return page

    def sign_in(self, email: str, path: str = "/") -> Page:
        """Open `path` and sign in there as `email` with the demo's password."""
        page = self.open(path)
        sign_in(page, self.portal, email)
        return page

    def open_as(self, email: str, path: str = "/") -> Page:
        """Open `path` as `email`, who signs in by the form once for a portal and then stays so.

        For screens behind the sign-in; what signs out or changes a password takes `sign_in`.
        """
        known = self.portal.url, email
        if known not in self.cookies:
            page = self.sign_in(email, path)
            self.cookies[known] = self.context.cookies()
            return page
        self.context.add_cookies(self.cookies[known])
        return self.open(path)

    def _note(self, kind: str, text: str, location: dict[str, object]) -> None:
        if kind == "error":
            self.errors.append(f"{text} ({location.get('url')})")


@pytest.fixture(scope="package")
def cookies() -> Cookies:
    """The cookies of everybody who has signed in, by portal and e-mail; see `Window.open_as`."""
    return {}


@pytest.fixture
def window(browser: Browser, portal: Portal, cookies: Cookies) -> Iterator[Callable[..., Window]]:
    """Make windows: window(size="phone", scheme="dark")."""
    opened: list[BrowserContext] = []

    def make(size: str = "desktop", scheme: str = "light") -> Window:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            is_mobile=size == "phone",
            has_touch=size == "phone",
            locale="en-GB",
        )
        opened.append(context)
        return Window(context, portal, cookies)

    yield make
    for context in opened:
        context.close()
