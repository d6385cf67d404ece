"""localstripe: a stand-in of Stripe as a process, which keeps what it is given and signs events.

It is under the GPL, so nothing of it is imported. It knows fewer parameters than Stripe: the
transport leaves those out on their way (`contract` has checked them by then), and records calls.
"""

import json
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import stripe

from tools.ports import free_port

KEY = "sk_test_portal"
_READY_SECONDS = 30
_STORE = Path("/tmp/localstripe.pickle")  # noqa: S108 - the path is written in its code

# what it refuses, by method and path
_UNKNOWN = (
    ("post", r"/v1/payment_intents", {"description", "automatic_payment_methods"}),
    ("post", r"/v1/payment_intents/[^/]+/confirm", {"return_url", "off_session"}),
    ("post", r"/v1/payment_intents/[^/]+/cancel", {"cancellation_reason"}),
    ("post", r"/v1/refunds", {"reason"}),
)


@contextmanager
def serve() -> Iterator[str]:
    """Serve it on this machine until the block ends, and leave nothing of it behind."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + _READY_SECONDS
        while True:
            try:
                forget_all(address)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(20)
        _STORE.unlink(missing_ok=True)


def forget_all(address: str) -> None:
    """Let it begin anew."""
    _ask("DELETE", f"{address}/_config/data")


def send_events_to(address: str, url: str, secret: str) -> None:
    """Let it send its events from now on."""
    _ask("POST", f"{address}/_config/webhooks/portal", {"url": url, "secret": secret})


def _ask(method: str, url: str, given: object = None) -> None:
    body = None if given is None else json.dumps(given).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, method=method), timeout=10):
        pass


@contextmanager
def endpoint() -> Iterator[tuple[str, Queue[tuple[dict[str, str], bytes]]]]:
    """Serve an endpoint that keeps what it is sent, byte for byte."""
    received: Queue[tuple[dict[str, str], bytes]] = Queue()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put((dict(self.headers.items()), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/webhooks/stripe", received
        finally:
            server.shutdown()
            thread.join()


class Call(NamedTuple):
    """A call as it left the library."""

    method: str
    path: str
    key: str | None
    body: dict[str, str]


class Recorder(stripe.RequestsClient):
    """A transport that records what is sent."""

    def __init__(self) -> None:
        super().__init__(timeout=10)
        self.calls: list[Call] = []

    def request(self, method, url, headers, post_data=None):  # type: ignore[no-untyped-def]
        """Send a call on."""
        path, body = urlsplit(url).path, dict(parse_qsl(post_data or ""))
        self.calls.append(Call(method, path, headers.get("Idempotency-Key"), body))
        return super().request(method, url, headers, post_data)

    def sent(self, path: str) -> list[Call]:
        """Return what was posted to a path; `*` stands for an id."""
        pattern = re.escape(path).replace(r"\*", "[^/]+")
        return [
            call
            for call in self.calls
            if call.method == "post" and re.fullmatch(pattern, call.path)
        ]


class Transport(Recorder):
    """The way to localstripe: what it does not know is left out, what it forgets filled in."""

    def _request_internal(self, method, url, headers, post_data, is_streaming):  # type: ignore[no-untyped-def]
        parts = urlsplit(url)
        path, query = parts.path, parse_qsl(parts.query, keep_blank_values=True)
        body = parse_qsl(post_data or "", keep_blank_values=True)
        listed = re.fullmatch(r"/v1/customers/([^/]+)/payment_methods", path)
        if method == "get" and listed:
            path, query = "/v1/payment_methods", [*query, ("customer", listed[1]), ("type", "card")]
        for of, pattern, names in _UNKNOWN:
            if of == method and re.fullmatch(pattern, path):
                body = [each for each in body if each[0].partition("[")[0] not in names]
        answer, code, answered = super()._request_internal(
            method,
            urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), "")),
            headers,
            urlencode(body) if method == "post" else post_data,
            is_streaming,
        )
        return _filled(answer), code, answered


def _filled(answer: bytes) -> bytes:
    """Add what was received, which it does not count."""
    content = json.loads(answer)
    if content.get("object") == "payment_intent":
        paid = content["status"] == "succeeded"
        content.setdefault("amount_received", content["amount"] if paid else 0)
        if content["latest_charge"]:
            content["latest_charge"].setdefault("disputed", False)
    return json.dumps(content).encode()
