"""Many documents as one zip that is sent while it is made, so it costs no memory however many.

A document that cannot be made is named in a text beside the others; it never spoils them.
"""

import asyncio
import io
import logging
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from functools import partial

from portal_data.errors import PortalError
from portal_data.output.zip_entries import entry, unique
from portal_data.text.language import N_, _
from portal_data.web.turns import DRAWING

log = logging.getLogger("portal.bundles")

LEFT_OUT = N_("Not included")

_REST = 0.5
"""Rest after each document, as a share of the time it took: the screens of others share the
processor."""


class Outlet(io.RawIOBase):
    """Where a zip is written to: bytes wait here only until they are taken to be sent."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        """Tell that this is written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Keep bytes until they are taken."""
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def zipped(
    documents: Iterable[tuple[str, Callable[[], tuple[str, bytes]]]],
    left_out: list[str],
    *,
    now: datetime,
    may_go_on: Callable[[], bool],
) -> Iterator[bytes]:
    """Yield a zip of documents, each given as what to call it and how to make its name and bytes.

    `left_out` are lines about what is not included from the start. The zip ends early, and says
    so, once `may_go_on` is false.
    """
    way, names = Outlet(), set[str]()
    with zipfile.ZipFile(way, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for called, make in documents:
            if not may_go_on():
                left_out = [_("You were signed out before this file was complete.")]
                break
            try:
                name, content = make()
            except PortalError as refused:
                left_out = [*left_out, f"{called}: {refused}"]
                continue
            except Exception:
                # whatever is wrong with one document, the others are still wanted
                log.exception("A document of a zip could not be made.")
                left_out = [
                    *left_out,
                    _("{document}: this document could not be made.", document=called),
                ]
                continue
            archive.writestr(entry(unique(name, names), now), content)
            yield way.take()
        if left_out:
            archive.writestr(
                entry(f"{_(LEFT_OUT)}.txt", now), "\r\n".join([*left_out, ""]).encode()
            )
    yield way.take()


async def unhurried(parts: Iterator[bytes], person: str) -> AsyncIterator[bytes]:
    """Yield what `parts` yields, made in the person's turn and with rests between."""
    while True:
        part, seconds = await DRAWING.run(person, partial(_timed, parts))
        if part is None:
            return
        yield part
        await asyncio.sleep(seconds * _REST)


def _timed(parts: Iterator[bytes]) -> tuple[bytes | None, float]:
    started = time.perf_counter()
    part = next(parts, None)
    return part, time.perf_counter() - started
