"""The measured server: started as its own process over given books, and stopped again."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit
from uuid import UUID

import psutil

from benchmarks import books
from portal_data.settings import ROOT
from tools.ports import free_port

FORGET = "/benchmarks/forget"
"""Where benchmarks.server forgets."""

_STARTS_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    base: str
    process: psutil.Process
    started_in: float
    """Seconds from the command to the first answer."""

    def processor_milliseconds(self) -> float:
        """Processor time the server has used so far, all threads."""
        return processor_seconds(self.process) * 1000

    def forget(self, customer_id: UUID) -> None:
        """Have the server forget what it remembers of a customer, as a change of theirs would."""
        connection = HTTPConnection(urlsplit(self.base).netloc, timeout=10)
        try:
            connection.request("POST", f"{FORGET}/{customer_id}")
            connection.getresponse().read()
        finally:
            connection.close()

    def memory(self) -> int:
        """Bytes of memory the server holds now (resident set)."""
        return int(self.process.memory_info().rss)


def processor_seconds(process: psutil.Process) -> float:
    """Return what a process and those that it started have used so far, the ended ones too."""
    used = process.cpu_times()
    own: float = used.user + used.system + used.children_user + used.children_system
    return own + sum(map(processor_seconds, process.children()))


@contextmanager
def serving(made: books.BenchBooks, **more: str) -> Iterator[Server]:
    """Serve these books on a free port of this machine for the length of the block.

    `more` are settings by the names of their variables.

    Sign readers in before: the server of an embedded store has its file for itself.
    """
    port = free_port()
    environment = {
        **os.environ,
        "PORTAL_DATABASE": made.url,
        "PORTAL_DATA_DIR": str(books.FOLDER / "data"),
        "PORTAL_DEMO": "false",
        "PORTAL_PUBLISH_MINUTES": "0",  # or it would publish in the middle of a measurement
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        **more,
    }
    command = [sys.executable, "-m", "uvicorn", "benchmarks.server:app", "--host", "127.0.0.1",
               "--port", str(port), "--no-access-log", "--log-level", "error"]  # fmt: skip
    began = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603 - our own server
        try:
            if not _ready(port, child, began):
                log.seek(0)
                raise RuntimeError(f"The server does not answer. {log.read().decode()}")
            yield Server(
                f"http://127.0.0.1:{port}", psutil.Process(child.pid), time.perf_counter() - began
            )
        finally:
            child.terminate()
            child.wait(30)


def _ready(port: int, child: subprocess.Popen[bytes], began: float) -> bool:
    """Wait until the server answers; tell whether it does."""
    while time.perf_counter() - began < _STARTS_WITHIN and child.poll() is None:
        asked = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asked.request("GET", "/readyz")
            if asked.getresponse().status == HTTPStatus.OK:
                return True
        except (OSError, HTTPException):
            time.sleep(0.05)
        finally:
            asked.close()
    return False
