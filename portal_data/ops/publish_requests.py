"""Asking the running portal to publish: a file each way, since it alone may open a DuckDB store."""

import json
import time
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

from portal_data.errors import Unavailable
from portal_data.ops.publish import FOLDER, Published, underway

UNCLAIMED_FOR = 6.0
"""Seconds after which a request that nobody took is taken back, unless one is being published."""
UNANSWERED_FOR = 1800.0
"""Seconds after which nobody waits for an answer any more."""
_PAUSE = 0.1


def ask(data: Path) -> Published | None:
    """Ask the portal that works in the folder `data`, and wait until it has published.

    Returns None when no portal took the request. Raises Unavailable with its words when it failed.
    """
    asked = _folder(data) / f"{uuid4().hex}.request"
    answer = asked.with_suffix(".answer")
    asked.touch()
    began = time.monotonic()
    while not answer.exists():
        waited = time.monotonic() - began
        if waited > UNCLAIMED_FOR and not underway(data) and _taken_back(asked):
            return None
        if waited > UNANSWERED_FOR:
            raise Unavailable("The running portal has not answered. Its log says what it does.")
        time.sleep(_PAUSE)
    told = json.loads(answer.read_text("utf-8"))
    answer.unlink()
    if told["error"]:
        raise Unavailable(f"The running portal could not publish: {told['error']}")
    return Published(**told["published"])


def claim(data: Path) -> list[Path]:
    """Take what was asked for; one publication answers all of it."""
    claimed = []
    for asked in sorted(_folder(data).glob("*.request")):
        taken = asked.with_suffix(".claimed")
        try:
            asked.replace(taken)
        except FileNotFoundError:  # taken back, or claimed by another process of this portal
            continue
        claimed.append(taken)
    return claimed


def claim_again(data: Path) -> None:
    """Take up what a portal that died had claimed, and drop answers that nobody waits for."""
    for taken in _folder(data).glob("*.claimed"):
        taken.replace(taken.with_suffix(".request"))
    for told in _folder(data).glob("*.answer"):
        if time.time() - told.stat().st_mtime > UNANSWERED_FOR:
            told.unlink(missing_ok=True)


def answer(claimed: list[Path], published: Published | None, error: str = "") -> None:
    """Tell everybody who asked how it ended."""
    told = {"published": asdict(published) if published else None, "error": error}
    for taken in claimed:
        taken.write_text(json.dumps(told), "utf-8")
        taken.replace(taken.with_suffix(".answer"))


def _folder(data: Path) -> Path:
    folder = data / FOLDER / "requests"
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    return folder


def _taken_back(asked: Path) -> bool:
    try:
        asked.unlink()
    except FileNotFoundError:
        return False
    return True
