"""The same upload once more: what importing it would say, without reading it again."""

import hashlib
import json
from functools import cache
from pathlib import Path

from portal_data import money
from portal_data.store import OpenSession
from portal_data.zoho.archive import Archive
from portal_data.zoho.books import SOURCE
from portal_data.zoho.dates import DateOrder
from portal_data.zoho.defects import Problem
from portal_data.zoho.organise import NAMELESS
from portal_data.zoho.report import FileReport, Report

_LAST = """
    select sha256, report from core.imports where source = $source
    order by finished_at desc, id desc limit 1
"""
_NAMED = (  # of which a person should hear again, or that may have been mended meanwhile
    "set_aside",
    "losses",
    "in_question",
    "unrecognised_files",
    "not_in_upload",
    "voided",
    "left_to_a_person",
)


def reading_key(order: DateOrder | None, timezone: str, currency: str | None) -> str:
    """Return a word for how uploads are read: the code that reads them, and what it is told."""
    context = f"{order} {timezone} {currency} {_code()}"
    return hashlib.blake2b(context.encode(), digest_size=8).hexdigest()


def same_again(session: OpenSession, archive: Archive, key: str) -> Report | None:
    """Return the report of an upload that is byte for byte the last one, read in the same way.

    None when it is another one, or when anything of the last one was left out.
    """
    last = session.one(_LAST, source=SOURCE)
    if last is None or last["sha256"] != archive.sha256:
        return None
    report = json.loads(last["report"])
    if report.get("read_by") != key or any(report[name] for name in _NAMED):
        return None
    files = []
    for earlier in report["files"]:
        file = FileReport(**earlier)
        file.unchanged += file.created + file.updated
        file.created = file.updated = 0
        files.append(file)
    return Report(
        name=archive.name,
        sha256=archive.sha256,
        verdict="unchanged",
        files=files,
        warnings=[
            Problem(**warning)
            for warning in report["warnings"]
            if not warning["reason"].startswith(NAMELESS)
        ],
        skipped_files=report["skipped_files"],
        read_by=key,
    )


@cache
def _code() -> str:
    """Return a digest of what reads files: another version of the portal may read more of one."""
    digest = hashlib.blake2b(digest_size=16)
    for path in (*sorted(Path(__file__).parent.glob("*.py")), Path(money.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
