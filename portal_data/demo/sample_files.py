"""Small real files for the demo: a page of text as PDF, a flat picture as PNG."""

import struct
import zlib


def pdf(title: str, lines: list[str]) -> bytes:
    """Return a page of Latin text in Helvetica, laid out as ISO 32000-1, 7.5 says."""
    shown = [f"BT /F1 18 Tf 60 780 Td ({_escaped(title)}) Tj ET"]
    for place, line in enumerate(lines):
        shown.append(f"BT /F1 11 Tf 60 {740 - 18 * place} Td ({_escaped(line)}) Tj ET")
    drawing = "\n".join(shown).encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, len(out))
    )


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """Return a picture of darkening stripes of one colour (RGB, eight bits a channel)."""
    rows = b"".join(
        b"\0" + bytes(part * (height * 2 - y) // (height * 2) for part in colour) * width
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(rows, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
