"""What is published for analysts: where it lies in the data folder, and what is known about it.

The data folder holds `analytics.duckdb`, a link to the file of that name in `analytics/current`.
That is a link too, and the only thing that changes when a publication takes the place of another.
"""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

FILE = "analytics.duckdb"
FOLDER = "analytics"
CURRENT = "current"
MANIFEST = "manifest.json"


@dataclass(slots=True)
class Progress:
    """What the publisher of this process is asked for and does, and why it last failed."""

    wanted: threading.Event = field(default_factory=threading.Event)
    underway: threading.Event = field(default_factory=threading.Event)
    failure: str = ""


PROGRESS = Progress()


@dataclass(frozen=True, slots=True)
class Published:
    """One publication: its name, the moment the books were read (UTC), and rows by table.

    `day` is the business's own, moments are ISO texts of UTC; `backup` and `backup_imported_at`
    are of the last import, or None. `copied_in` is how long the store was read, `seconds` the
    whole; `changes` tells whether the books have changed since.
    """

    version: str
    published_at: str
    day: str
    books_changed_at: str | None
    backup: str | None
    backup_imported_at: str | None
    changes: str
    rows: dict[str, int]
    copied_in: float
    seconds: float
    database_bytes: int
    parquet_bytes: int


def latest(data: Path) -> Published | None:
    """Return what is published in the folder `data`, or None when nothing (readable) is."""
    try:
        manifest = (data / FOLDER / CURRENT / MANIFEST).read_text("utf-8")
        published = Published(**json.loads(manifest))
    except (OSError, ValueError, TypeError):
        return None
    return published if (data / FILE).exists() else None
