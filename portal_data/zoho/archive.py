"""The files of an upload: a backup zip, a folder, or one exported CSV file or workbook.

Entries of a zip are read in memory and never extracted, so a name can never become a path. Limits
on size and ratio stop archives made to exhaust memory; a genuine backup inflates about 20 to 1.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, FileIO, RawIOBase
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from portal_data.zoho.defects import FileError, Problem, UploadRefused
from portal_data.zoho.workbook import Workbook, is_workbook

MAX_ENTRIES = 2_000
MAX_FILE = 4 * 1024**3  # bytes, inflated
MAX_TOTAL = 8 * 1024**3
MAX_RATIO = 100  # a CSV of repeated headers reaches about 20
_RATIO_FROM = 16 * 1024**2  # below this any content is read in seconds, and told what is wrong
_BUFFER = 1 << 20
_REPACK = "Download the backup again and import the file as it came."


class Part(Protocol):
    """One file of an upload, whose bytes are CSV."""

    @property
    def name(self) -> str:
        """Name without folders."""

    @property
    def size(self) -> int:
        """Bytes, inflated."""

    def open(self) -> BufferedReader:
        """Open the file's bytes from the start."""


@dataclass(frozen=True)
class Archive:
    """An opened upload: its CSV files, sorted by name, and the names of everything else in it."""

    name: str
    parts: list[Part]
    others: list[str]
    sha256: str


@dataclass(frozen=True)
class _LooseFile:
    name: str
    size: int
    path: Path

    def open(self) -> BufferedReader:
        return BufferedReader(FileIO(self.path), _BUFFER)


class _Counted(RawIOBase):
    """Inflates an entry and counts what really comes out, whatever the zip's directory claims."""

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self._source, self._left = source, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            block = self._source.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise FileError(f"The zip is damaged here ({error}).", _REPACK) from error
        self._left -= len(block)
        if self._left < 0:
            raise FileError("The file inflates to more than the zip declares.", _REPACK)
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._source.close()
        super().close()


@dataclass(frozen=True)
class _Entry:
    name: str
    size: int
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    def open(self) -> BufferedReader:
        try:
            source = self.archive.open(self.info)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise FileError(f"The zip entry cannot be read ({error}).", _REPACK) from error
        return BufferedReader(_Counted(source, self.size), _BUFFER)


@contextmanager
def open_upload(path: Path) -> Iterator[Archive]:
    """Open a backup zip, a folder of CSV files and workbooks, or a single one of these.

    Raises UploadRefused when there is nothing there, or when the zip is damaged, encrypted, hostile
    or larger than any genuine backup.
    """
    with _opened(path) as archive:
        try:
            yield archive
        finally:
            for part in archive.parts:
                if isinstance(part, Workbook):
                    part.close()


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    if path.is_dir():
        yield _folder(path)
    elif not path.is_file():
        raise _refused(path, "There is no such file or folder.", "Check the path.")
    elif is_workbook(path.name):
        yield Archive(path.name, [Workbook(_loose(path))], [], _digest([path]))
    elif zipfile.is_zipfile(path):
        try:
            archive = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise _refused(path, f"The zip is damaged ({error}).", _REPACK) from error
        with archive:
            yield _zip(path, archive)
    elif path.suffix.lower() == ".csv":
        yield Archive(path.name, [_loose(path)], [], _digest([path]))
    else:
        raise _refused(path, *_what_it_is(path))


def _what_it_is(path: Path) -> tuple[str, str]:
    """Return reason and remedy for a file that is neither a whole zip nor a CSV."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\3\4"):
        return "The zip is cut off: the list of its files at its end is missing.", _REPACK
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        reason = "This is an old Excel workbook (.xls), which is not read."
        return reason, "Export it from Zoho as CSV, or save it as CSV UTF-8."
    return (
        "This is neither a zip, a folder nor a CSV file.",
        "Give the backup zip, a folder with its CSV files, or one exported CSV file.",
    )


def _loose(path: Path) -> Part:
    return _LooseFile(path.name, path.stat().st_size, path)


def _readable(name: str) -> bool:
    file = PurePosixPath(name).name
    return is_workbook(file) or (file.lower().endswith(".csv") and not file.startswith("."))


def _folder(path: Path) -> Archive:
    files = sorted(entry for entry in path.iterdir() if entry.is_file())
    readable = [entry for entry in files if _readable(entry.name)]
    if not readable:
        raise _refused(
            path, "The folder holds no CSV file and no workbook.", "Put the exported files into it."
        )
    parts = [_part(_loose(entry)) for entry in readable]
    others = [entry.name for entry in files if entry not in readable]
    return Archive(path.name, parts, others, _digest(readable))


def _zip(path: Path, archive: zipfile.ZipFile) -> Archive:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MAX_ENTRIES:
        raise _refused(path, f"The zip has {len(infos)} entries.", "A backup has some dozen files.")
    problems = [problem for info in infos if (problem := _suspicious(info))]
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL:
        problems.append(Problem(path.name, f"The zip inflates to {total:,} bytes.", _REPACK))
    if problems:
        raise UploadRefused(problems)
    parts: list[Part] = []
    others: list[str] = []
    for info in sorted(infos, key=lambda info: info.filename):
        name = PurePosixPath(info.filename).name
        if _readable(name):
            parts.append(_part(_Entry(name, info.file_size, archive, info)))
        else:
            others.append(info.filename)
    if not parts:
        raise _refused(
            path,
            "The zip holds no CSV file and no workbook.",
            "Give the zip that Zoho's backup made.",
        )
    return Archive(path.name, parts, others, _digest([path]))


def _part(file: Part) -> Part:
    return Workbook(file) if is_workbook(file.name) else file


def _suspicious(info: zipfile.ZipInfo) -> Problem | None:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        reason = f"The zip has an entry that points outside of it: {name!r}."
        return Problem(name, reason, "Nothing Zoho makes looks like this. Do not trust the file.")
    if "\\" in name:
        return Problem(name, "The zip has an entry with a backslash in its name.", _REPACK)
    if info.flag_bits & 0x1:
        return Problem(
            name, "The zip is protected by a password.", "Unpack it and give the folder."
        )
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > MAX_FILE or (info.file_size > _RATIO_FROM and ratio > MAX_RATIO):
        reason = f"The file would inflate to {info.file_size:,} bytes, {ratio:,.0f} times its size."
        return Problem(name, reason, f"More than {MAX_RATIO} to 1 is no backup. {_REPACK}")
    return None


def _digest(paths: list[Path]) -> str:
    """SHA-256 of one file, or of names and contents of several."""
    digest = hashlib.sha256()
    for path in paths:
        if len(paths) > 1:
            digest.update(path.name.encode())
        with path.open("rb") as file:
            while block := file.read(_BUFFER):
                digest.update(block)
    return digest.hexdigest()


def _refused(path: Path, reason: str, remedy: str) -> UploadRefused:
    return UploadRefused([Problem(path.name, reason, remedy)])
