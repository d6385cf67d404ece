"""What zips are made of: entries that every reader takes, under names that no other has."""

import zipfile
from datetime import datetime
from pathlib import PurePath


def entry(name: str, now: datetime) -> zipfile.ZipInfo:
    """Return the head of one file in a zip."""
    head = zipfile.ZipInfo(name, now.timetuple()[:6])
    # deflated, because readers that stream cannot tell where a stored entry ends
    head.compress_type = zipfile.ZIP_DEFLATED
    head.external_attr = 0o600 << 16
    return head


def unique(name: str, names: set[str]) -> str:
    """Return a name that is not taken yet, by file systems' reckoning; numbers tell twins apart."""
    path, number = PurePath(name), 1
    while name.casefold() in names:
        number += 1
        name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    names.add(name.casefold())
    return name
