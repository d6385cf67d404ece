"""The portal as a process over the demo organisation, and Chromium in front of it."""

import itertools
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, expect

from portal_data import demo, settings, store
from portal_data.clock import utc_now
from tools.ports import free_port

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
_READY_SECONDS = 60
_PATIENCE = 30_000  # milliseconds; what never comes fails then, what comes is waited for no longer
_NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
_QUIET = 250  # milliseconds without a run after which none follows by itself
_SETTLED = """
([call, quiet]) => {
  const app = document.querySelector('[data-testid="stApp"]')
  const settled =
    app?.dataset.testScriptState === "notRunning" &&
    app.dataset.testConnectionState === "CONNECTED" &&
    document.querySelector('[data-testid="stMain"] [data-testid="stElementContainer"]') &&
    !document.querySelector('[data-testid="stAppSkeleton"], [data-testid="stSkeleton"]') &&
    !document.querySelector('[data-testid^="stBidi"]:not([data-ready])') // of components/browser
  const now = performance.now()
  if (!settled || window.settling?.call !== call) window.settling = { call, since: now }
  // who was asked (components/static/transition.js) answers first, if the browser saw it at all
  return settled && now - window.settling.since >= ("asked" in app.dataset ? 20 * quiet : quiet)
}
"""
_calls = itertools.count()


@dataclass(frozen=True)
class Portal:
    """A running portal: its address, the demo's people, its data folder and its process."""

    url: str
    logins: demo.DemoLogins
    data: Path
    pid: int


def launch(playwright: Playwright) -> Browser:
    """Start Chromium: PORTAL_CHROMIUM, or the one on PATH.

    Raises FileNotFoundError when there is none.
    """
    named = os.environ.get("PORTAL_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found:
        raise FileNotFoundError("No Chromium: run `make test`, or name one in PORTAL_CHROMIUM.")
    expect.set_options(timeout=_PATIENCE)  # the 5 s of the library are short on a busy machine
    return playwright.chromium.launch(executable_path=found, args=_FLAGS)


@contextmanager
def demo_portal(
    data: Path, add: Callable[[], None] | None = None, path: str = ""
) -> Iterator[Portal]:
    """Serve the demo organisation from the empty folder `data` until the block ends.

    `add` may store more before the server opens the books. The portal lives under `path`, which
    begins with a slash.
    """
    os.environ["PORTAL_BCRYPT_COST"] = "4"
    port = free_port()
    url = f"http://localhost:{port}{path}"
    # pages of the demo gateway are at this address, under names that this folder's key makes
    with _environment(PORTAL_BASE_URL=url, PORTAL_DATA_DIR=str(data)):
        opened = store.install(store.open_store(f"duckdb:///{data}/portal.duckdb"))
        logins = demo.load(utc_now(), data / "files")
        if add:
            add()
        opened.close()
    process = _serve(data, port, url)
    try:
        yield Portal(url, logins, data, process.pid)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Let this process have settings until the block ends."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    settings.load.cache_clear()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        settings.load.cache_clear()


def _serve(data: Path, port: int, url: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PORTAL_DATABASE": f"duckdb:///{data}/portal.duckdb",
        "PORTAL_DATA_DIR": str(data),
        "PORTAL_BASE_URL": url,
    }
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own server
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    until = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=1).close()  # noqa: S310 - our own server
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return process
    process.kill()
    raise RuntimeError("The portal did not start:\n" + (data / "server.log").read_text("utf-8"))


def sign_in(page: Page, portal: Portal, email: str) -> None:
    """Fill and send the sign-in form that `page` shows, and wait for what is behind it."""
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").first.fill(portal.logins.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password")).to_have_count(0)
    settle(page)


def settle(page: Page) -> None:
    """Wait until a screen stands there, its script has run to its end and no other run follows."""
    page.wait_for_function(_SETTLED, arg=[next(_calls), _QUIET], polling=50)
