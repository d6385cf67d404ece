"""Uploaded files: what is taken by its content, what a name becomes, and what is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image

from portal_data.errors import Invalid
from portal_data.uploaded_files import LARGEST, check
from tests.uploads import PDF, WORD, WRITER, packed, picture


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Plan.PDF", PDF, "application/pdf"),
        ("a.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            "a.xlsx",
            packed("[Content_Types].xml", "xl/workbook.xml"),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("a.odt", WRITER, "application/vnd.oasis.opendocument.text"),
        ("a.txt", "\ufeffGrüße\n".encode(), "text/plain"),
        ("a.csv", b"a;b\r\n1;2\r\n", "text/csv"),
    ],
)
def test_what_fits_its_name_is_kept_as_it_came(name: str, content: bytes, media_type: str) -> None:
    checked = check(name, content)
    assert (checked.media_type, checked.content) == (media_type, content)
    assert checked.name == name[:-3] + name[-3:].lower()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_pictures_are_drawn_again(kind: str) -> None:
    checked = check(f"a.{kind.lower()}", picture(kind) + b"<script>alert(1)</script>")
    assert b"SECRET" not in checked.content
    assert b"<script>" not in checked.content
    with Image.open(io.BytesIO(checked.content)) as drawn:
        assert (drawn.format, drawn.size) == (kind, (60, 20))
        red, green, blue = drawn.convert("RGB").getpixel((5, 5))
        assert (red < 10, 118 < green < 138, 118 < blue < 138) == (True, True, True)


TEXT = "application/vnd.oasis.opendocument.text"
MACROS = packed("content.xml", "Basic/x.xml", mimetype=TEXT)


def _bomb(side: int) -> bytes:
    """A small PNG that says it is a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        check_sum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check_sum

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    parts = ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b""),
        ("a.txt", b"x" * (LARGEST + 1)),
        ("noextension", PDF),
        ("a.exe", b"MZ\x90\0"),
        ("a.html", b"<html>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("a.zip", packed("a.txt")),
        ("a.docm", WORD),
        ("a.pdf", b"MZ\x90\0"),
        ("a.pdf", b"<html>%PDF-1.4"),
        ("a.png", b"<svg/>"),
        ("a.png", picture("JPEG")),
        ("a.png", picture("PNG")[:60]),
        ("a.jpg", PDF),
        ("a.png", _bomb(6_000)),
        ("a.png", _bomb(12_000)),
        ("a.png", _bomb(60_000)),
        ("a.docx", packed("a.txt")),
        ("a.docx", b"PK\3\4" + b"x" * 50),
        ("a.docx", packed("[Content_Types].xml", "xl/workbook.xml")),
        ("a.docx", packed("[Content_Types].xml", "word/a.xml", "word/vbaProject.bin")),
        ("a.odt", packed("content.xml", mimetype="application/vnd.oasis.opendocument.graphics")),
        ("a.odt", packed("mimetype", "content.xml")),
        (
            "a.odt",
            packed(
                "content.xml", "Basic/x.xml", mimetype="application/vnd.oasis.opendocument.text"
            ),
        ),
        ("a.txt", b"  <!doctype html><script>alert(1)</script>"),
        ("a.txt", b"\xef\xbb\xbf<svg/>"),
        ("a.txt", b"#!/bin/sh\nrm -rf /"),
        ("a.txt", b"null\0"),
        ("a.csv", "Grüße".encode("latin-1")),
    ],
)
def test_what_is_something_else_or_could_run_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(Invalid):
        check(name, content)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.txt", "etc passwd.txt"),
        ("C:\\fakepath\\a\r\nX: 1.txt", "C fakepath a X 1.txt"),
        ("invoice\u202efdp.txt", "invoice fdp.txt"),
        ("a.exe.txt", "a.exe.txt"),
        ("<img src=x onerror=alert(1)>.txt", "img src x onerror alert(1).txt"),
        ("مخطط.txt", "مخطط.txt"),
        (".txt", "Document.txt"),
        ("x" * 1_000_000 + ".txt", "x" * 120 + ".txt"),
    ],
)
def test_a_name_is_one_that_every_file_system_takes(name: str, kept: str) -> None:
    assert check(name, b"hello").name == kept
