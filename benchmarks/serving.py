"""The measured server: started as its own process over given books, and stopped again."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import psutil

from benchmarks import books
from portal_data import lists, store
from portal_data.auth import identity
from portal_data.billing import invoices
from portal_data.clock import utc_now
from portal_data.scope import Scope
from portal_data.settings import ROOT

FORGET = "/benchmarks/forget"
"""Where benchmarks.server forgets."""

_STARTS_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, who may read from it, and one invoice of theirs."""

    base: str
    cookie: str
    invoice_number: str
    process: psutil.Process
    started_in: float
    """Seconds from the command to the first answer."""

    def processor_milliseconds(self) -> float:
        """Processor time the server has used so far, all threads."""
        used = self.process.cpu_times()
        return float(used.user + used.system) * 1000

    def forget(self) -> None:
        """Have the server forget what it remembers of the books, as any change of them would."""
        connection = HTTPConnection(urlsplit(self.base).netloc, timeout=10)
        try:
            connection.request("POST", FORGET)
            connection.getresponse().read()
        finally:
            connection.close()

    def memory(self) -> int:
        """Bytes of memory the server holds now (resident set)."""
        return int(self.process.memory_info().rss)


@contextmanager
def serving(made: books.BenchBooks) -> Iterator[Server]:
    """Serve these books on a free port of this machine for the length of the block."""
    cookie, number = _reader(made)
    port = _free_port()
    environment = {
        **os.environ,
        "PORTAL_DATABASE": made.url,
        "PORTAL_DATA_DIR": str(books.FOLDER / "data"),
        "PORTAL_DEMO": "false",
        "PORTAL_PUBLISH_MINUTES": "0",  # or it would publish in the middle of a measurement
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "uvicorn", "benchmarks.server:app", "--host", "127.0.0.1",
               "--port", str(port), "--no-access-log", "--log-level", "error"]  # fmt: skip
    began = time.perf_counter()
    with (books.FOLDER / "server.log").open("wb") as log:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own server
        try:
            _wait(port, child, began)
            yield Server(
                f"http://127.0.0.1:{port}",
                cookie,
                number,
                psutil.Process(child.pid),
                time.perf_counter() - began,
            )
        finally:
            child.terminate()
            child.wait(30)


def _reader(made: books.BenchBooks) -> tuple[str, str]:
    """Sign the reader in before the server owns the file; return the cookie and an invoice."""
    opened = store.install(store.open_store(made.url))
    try:
        cookie = books.cookie(opened)
        who = identity.from_cookie(cookie, utc_now())
        if not isinstance(who, Scope):
            raise RuntimeError("The reader is not signed in.")
        listed = lists.page(who, invoices.LIST, today=utc_now().date())
        return cookie, listed.rows[0].number
    finally:
        opened.close()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(port: int, child: subprocess.Popen[bytes], began: float) -> None:
    while time.perf_counter() - began < _STARTS_WITHIN:
        if child.poll() is not None:
            raise RuntimeError(f"The server ended; see {books.FOLDER / 'server.log'}.")
        if _ready(port):
            return
        time.sleep(0.05)
    raise RuntimeError(f"The server did not answer; see {books.FOLDER / 'server.log'}.")


def _ready(port: int) -> bool:
    asked = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/readyz")
        return asked.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()
