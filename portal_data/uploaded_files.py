"""Files that people upload: which are taken, by what they hold, and how they are made harmless.

A name and a type that a browser states are claims. Pictures are drawn again, so that nothing but
the picture survives; other files are kept as they came and never shown by the portal itself.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from portal_data.errors import Invalid
from portal_data.text.file_names import file_name
from portal_data.text.language import N_, _

LARGEST = 5 * 1024 * 1024
"""Bytes of one file."""
_MOST_PIXELS = 25_000_000
TAKEN = N_("PDF, PNG, JPEG, Word, Excel, PowerPoint, OpenDocument, text and CSV files")
"""What is taken, in words."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file as it may be kept: its name on a disk, its type by content, and its bytes."""

    name: str
    media_type: str
    content: bytes


def check(name: str, content: bytes) -> CheckedFile:
    """Return an uploaded file as it may be kept, under a name that every file system takes.

    Raises Invalid for an empty or too large file, for a type that is not taken, for what does not
    hold what its name says, for macros, and for pictures that cannot be drawn.
    """
    if not content:
        raise Invalid(_("This file is empty."))
    if len(content) > LARGEST:
        raise Invalid(_("Keep a file under {number} MB.", number=LARGEST // 1024 // 1024))
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if not dot or extension not in _CHECKS:
        raise Invalid(_("This kind of file is not taken. You can choose {kinds}.", kinds=_(TAKEN)))
    media_type, made = _CHECKS[extension](content)
    return CheckedFile(file_name(stem, extension=extension), media_type, made)


def _pdf(content: bytes) -> tuple[str, bytes]:
    if not content.startswith(b"%PDF-"):
        raise _other()
    return "application/pdf", content


def _picture(kind: str) -> Callable[[bytes], tuple[str, bytes]]:
    def drawn(content: bytes) -> tuple[str, bytes]:
        from PIL import Image, ImageOps

        bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
        try:
            with Image.open(BytesIO(content), formats=(kind,)) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    most = _MOST_PIXELS // 1_000_000
                    raise Invalid(_("Keep pictures under {number} million pixels.", number=most))
                picture = ImageOps.exif_transpose(opened)
                picture = picture.convert("RGB" if kind == "JPEG" else "RGBA")
        except (OSError, SyntaxError, ValueError, *bombs) as error:
            raise _other() from error
        written = BytesIO()
        clean = Image.new(picture.mode, picture.size)  # without what the file said beside it
        clean.paste(picture)
        clean.save(written, format=kind, quality=90)
        return f"image/{kind.lower()}", written.getvalue()

    return drawn


def _office(folder: str, media_type: str) -> Callable[[bytes], tuple[str, bytes]]:
    def checked(content: bytes) -> tuple[str, bytes]:
        names = _members(content)
        if "[Content_Types].xml" not in names or not any(n.startswith(folder) for n in names):
            raise _other()
        if any("vbaproject" in n.lower() or "activex" in n.lower() for n in names):
            raise Invalid(_("Documents with macros are not taken. Save it without them."))
        return f"application/vnd.openxmlformats-officedocument.{media_type}", content

    return checked


def _open_document(kind: str) -> Callable[[bytes], tuple[str, bytes]]:
    media_type = f"application/vnd.oasis.opendocument.{kind}"

    def checked(content: bytes) -> tuple[str, bytes]:
        names = _members(content)
        # the format wants this member first and as it is, so that it can be found without unpacking
        if "content.xml" not in names or content[30:200].find(media_type.encode()) != 8:
            raise _other()
        if any(n.startswith(("Basic/", "Scripts/")) for n in names):
            raise Invalid(_("Documents with macros are not taken. Save it without them."))
        return media_type, content

    return checked


def _members(content: bytes) -> set[str]:
    """Return the names in a zip, which is not unpacked."""
    if not content.startswith(b"PK\3\4"):
        raise _other()
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            return set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _other() from error


def _text(media_type: str) -> Callable[[bytes], tuple[str, bytes]]:
    def checked(content: bytes) -> tuple[str, bytes]:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Invalid(_("Save this text in UTF-8.")) from error
        odd = any(ord(each) < 32 and each not in "\t\n\r\f" for each in set(text))
        if odd or text.lstrip().startswith(("<", "#!", "MZ", "%!")):
            raise _other()
        return media_type, content

    return checked


def _other() -> Invalid:
    return Invalid(_("This file is not what its name says, or is damaged."))


_CHECKS: dict[str, Callable[[bytes], tuple[str, bytes]]] = {
    "pdf": _pdf,
    "png": _picture("PNG"),
    "jpg": _picture("JPEG"),
    "jpeg": _picture("JPEG"),
    "docx": _office("word/", "wordprocessingml.document"),
    "xlsx": _office("xl/", "spreadsheetml.sheet"),
    "pptx": _office("ppt/", "presentationml.presentation"),
    "odt": _open_document("text"),
    "ods": _open_document("spreadsheet"),
    "odp": _open_document("presentation"),
    "txt": _text("text/plain"),
    "csv": _text("text/csv"),
}
EXTENSIONS = tuple(_CHECKS)
"""What a file may be called; what it holds must fit."""
