"""A small HTTP server that takes the demo gateway's events, or does not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Events:
    """What came: path, headers and body of each request. `status` is what is answered."""

    url: str = ""
    status: int = 204
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[Events]:
    """Listen on a free port of this machine until the block ends."""
    events = Events()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            events.came.append((self.path, dict(self.headers.items()), body))
            self.send_response(events.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    events.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield events
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
