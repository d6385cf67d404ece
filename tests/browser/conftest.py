"""The portal as a process on a real file, and a real Chromium in front of it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from portal_data import demo, store
from portal_data.clock import utc_now

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
# Streamlit asks for these below every page's own address first and falls back; harmless
_PROBES = re.compile(r"/_stcore/(health|host-config)")


def chromium() -> str:
    """Return the path of the Chromium to drive."""
    named = os.environ.get("PORTAL_CHROMIUM")
    found = named or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        pytest.fail("No Chromium: run `make test`, or name one in PORTAL_CHROMIUM.")
    return found


@dataclass(frozen=True)
class Portal:
    """A running portal: its address, the demo's people, and its data folder."""

    url: str
    logins: demo.DemoLogins
    data: Path


def serve(data: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the portal on a free port over `data`/portal.duckdb; return it when it is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    environment = {
        **os.environ,
        "PORTAL_DATABASE": f"duckdb:///{data}/portal.duckdb",
        "PORTAL_DATA_DIR": str(data),
        "PORTAL_BASE_URL": url,
        "PORTAL_BCRYPT_COST": "4",
    }
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return process, url
    process.kill()
    pytest.fail("The portal did not start:\n" + (data / "server.log").read_text())


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal with the demo organisation, for the tests of one file."""
    data = tmp_path_factory.mktemp("portal")
    opened = store.install(store.open_store(f"duckdb:///{data}/portal.duckdb"))
    os.environ["PORTAL_BCRYPT_COST"] = "4"
    logins = demo.load(utc_now(), data / "files")
    opened.close()
    process, url = serve(data)
    yield Portal(url, logins, data)
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    """Playwright itself."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright_: Playwright) -> Iterator[Browser]:
    """One Chromium for the run."""
    started = playwright_.chromium.launch(executable_path=chromium(), args=_FLAGS)
    yield started
    started.close()


@dataclass
class Window:
    """A browser context of one person, which remembers every console error."""

    context: BrowserContext
    portal: Portal
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
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").first.fill(self.portal.logins.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_label("Password")).to_have_count(0, timeout=15_000)
        settle(page)
        return page

    def _note(self, kind: str, text: str, location: dict[str, object]) -> None:
        if kind == "error" and not _PROBES.search(str(location.get("url"))):
            self.errors.append(f"{text} ({location.get('url')})")


@pytest.fixture
def window(browser: Browser, portal: Portal) -> Iterator[Callable[..., Window]]:
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
        context.set_default_timeout(20_000)
        opened.append(context)
        return Window(context, portal)

    yield make
    for context in opened:
        context.close()


def settle(page: Page) -> None:
    """Wait until the script of the page has run to its end and the network is quiet."""
    page.wait_for_selector('[data-testid="stMain"] [data-testid="stVerticalBlock"]')
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_timeout(300)
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
