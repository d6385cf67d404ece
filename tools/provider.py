"""A real OpenID provider as a process, whose people anybody may be: for tests and for trying."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2

from tools.ports import free_port

_READY_SECONDS = 30


class OpenIdProvider:
    """A running provider at `issuer`; who signs in there is whoever types a subject."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def person(self, subject: str, **claims: object) -> str:
        """Let the provider say this of somebody from now on, and return the subject."""
        answer = httpx2.put(f"{self.issuer}/users/{subject}", json=claims)
        answer.raise_for_status()
        return subject


@contextmanager
def serve() -> Iterator[OpenIdProvider]:
    """Serve a provider on this machine until the block ends."""
    port = free_port()
    issuer = f"http://localhost:{port}"
    process = subprocess.Popen(  # noqa: S603 - a package of requirements-dev.txt
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--host", "localhost"],
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, issuer)
        yield OpenIdProvider(issuer)
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], issuer: str) -> None:
    until = time.monotonic() + _READY_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(  # noqa: S310 - our own server
                f"{issuer}/.well-known/openid-configuration", timeout=1
            ).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The provider did not start.")
