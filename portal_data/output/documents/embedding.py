"""Faces inside a PDF: the glyphs that one document shows, cut out of their font by HarfBuzz.

fpdf2 reads a font anew for every document and cuts it in Python, which takes ten times as long as
everything else about an invoice. Here a face is read once a process, and HarfBuzz cuts it in a
fraction of a millisecond. What stays of fpdf2 are its pages and its writing of objects.
"""

import struct
from collections.abc import Iterable

from fpdf.enums import FontDescriptorFlags
from fpdf.fonts import PDFFontDescriptor, TTFFont
from fpdf.output import (
    CIDSystemInfo,
    OutputProducer,
    PDFFont,
    PDFFontStream,
)
from fpdf.syntax import Name, PDFArray, PDFContentStream

from portal_data.output.documents.typeface import Face

_BLOCK = 100
"""How many entries one block of a character map may have (Adobe Technical Note 5014)."""
_UNUSED_TABLES = ("GDEF", "GPOS", "GSUB", "meta")
"""What only shaping reads, and a PDF's glyphs are shaped already."""
_BOX_AT = 36
"""Where a font's `head` table has the box around all of its glyphs (OpenType 1.9)."""
_WEIGHTS = {"Regular": 400, "SemiBold": 600}
_BOLD = 600


class EmbeddedFace(TTFFont):
    """A face in one document: which of its glyphs are shown, and by which code each.

    Stands where fpdf2 expects a font, and has of one only what drawing text asks for.
    """

    def __init__(self, face: Face, number: int, key: str) -> None:
        self.face = face
        self.i = number
        self.type = "TTF"
        self.fontkey = key
        self.color_font = None
        self.codes: dict[tuple[int, str], int] = {}
        """The code of each glyph and of the characters that it is copied out as, from 1 on."""
        self._characters: dict[str, str] = {}

    def code(self, glyph: int, text: str) -> int:
        """The code that shows the glyph, and is copied out as `text`."""
        return self.codes.setdefault((glyph, text), len(self.codes) + 1)

    def encode_text(self, text: str) -> str:
        """The operator that shows text which needs no shaping."""
        characters = self._characters
        for character in text:
            if character not in characters:
                glyph = self.face.shaper.get_nominal_glyph(ord(character))
                characters[character] = f"{self.code(glyph, character):04X}"
        return f"<{''.join([characters[character] for character in text])}> Tj"


class Producer(OutputProducer):
    """Writes the objects of a document whose fonts are all embedded faces."""

    def _add_fonts(self, *_: object) -> dict[int, PDFFont]:  # type: ignore[override]
        return {
            font.i: self._add_face(font)
            for font in self.fpdf.fonts.values()
            if isinstance(font, EmbeddedFace)
        }

    def _add_face(self, font: EmbeddedFace) -> PDFFont:
        """Add a composite font (PDF 32000-1, 9.7) and return its object."""
        name = f"AAAAAA+{font.face.family}-{font.face.weight}"
        composite = PDFFont(subtype="Type0", base_font=name, encoding="Identity-H")
        widths = [font.face.advance(glyph) for glyph, _ in font.codes]
        glyphs = PDFFont(
            subtype="CIDFontType2",
            base_font=name,
            d_w=0,
            w=f"[1 [{' '.join(map(str, widths))}]]",
        )
        places, cut = _cut(font.face, [glyph for glyph, _ in font.codes])
        system, description = CIDSystemInfo(), _description(font.face)
        description.font_name = Name(name)
        characters = PDFContentStream(_character_map(font).encode("ascii"), compress=True)
        numbers = b"".join(places[glyph].to_bytes(2, "big") for glyph, _ in font.codes)
        order = PDFContentStream(b"\0\0" + numbers, compress=True)
        file = PDFFontStream(contents=cut)
        for item in (composite, glyphs, characters, system, description, order, file):
            self._add_pdf_obj(item, "fonts")
        composite.descendant_fonts = PDFArray([glyphs])
        composite.to_unicode = characters
        glyphs.c_i_d_system_info = system
        glyphs.c_i_d_to_g_i_d_map = order
        glyphs.font_descriptor = description
        description.font_file2 = file  # type: ignore[attr-defined]
        return composite


def _cut(face: Face, glyphs: list[int]) -> tuple[dict[int, int], bytes]:
    """Return the font with these glyphs alone, and the number of each in it."""
    import uharfbuzz

    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = uharfbuzz.SubsetFlags.NOTDEF_OUTLINE | uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
    wanted.drop_table_tag_set.update(
        int.from_bytes(table.encode("ascii"), "big") for table in _UNUSED_TABLES
    )
    plan = uharfbuzz.SubsetPlan(face.shaper.face, wanted)
    places = plan.old_to_new_glyph_mapping
    return places, _boxed(plan.execute().blob.data, face, places)


def _boxed(font: bytes, face: Face, glyphs: Iterable[int]) -> bytes:
    """Return the font with the box around the glyphs that it has left, in its `head` table.

    HarfBuzz keeps the whole font's box. Readers reckon by it how big a glyph can get, and place
    those of headings less finely when that is too big. The table's checksum changes by what its
    words do; the file's, which has the table and that checksum in it, by twice as much.
    """
    boxes = [box for glyph in glyphs if (box := face.shaper.get_glyph_extents(glyph)).width]
    if not boxes:
        return font
    data = bytearray(font)
    entry = data.index(b"head")
    head = _read(data, entry + 8)
    before = _read(data, head + _BOX_AT) + _read(data, head + _BOX_AT + 4)
    struct.pack_into(
        ">4h",
        data,
        head + _BOX_AT,
        min(box.x_bearing for box in boxes),
        min(box.y_bearing + box.height for box in boxes),
        max(box.x_bearing + box.width for box in boxes),
        max(box.y_bearing for box in boxes),
    )
    change = _read(data, head + _BOX_AT) + _read(data, head + _BOX_AT + 4) - before
    _write(data, entry + 4, _read(data, entry + 4) + change)
    _write(data, head + 8, _read(data, head + 8) - 2 * change)
    return bytes(data)


def _read(data: bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _write(data: bytearray, at: int, word: int) -> None:
    data[at : at + 4] = (word % 2**32).to_bytes(4, "big")


def _character_map(font: EmbeddedFace) -> str:
    """The map by which readers copy and search (PDF 32000-1, 9.10.3)."""
    entries = [
        f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>\n"
        for (_, text), code in font.codes.items()
    ]
    blocks = [entries[start : start + _BLOCK] for start in range(0, len(entries), _BLOCK)]
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo\n<</Registry (Adobe)\n/Ordering (UCS)\n/Supplement 0\n>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + "".join(f"{len(block)} beginbfchar\n{''.join(block)}endbfchar\n" for block in blocks)
        + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    )


def _description(face: Face) -> PDFFontDescriptor:
    """What a reader may ask of a font without opening it (PDF 32000-1, 9.8)."""
    import uharfbuzz

    extents = face.shaper.get_font_extents("ltr")
    box = struct.unpack_from(">4h", face.shaper.face.reference_table("head").data, _BOX_AT)
    weight, flags = _WEIGHTS[face.weight], FontDescriptorFlags.SYMBOLIC
    if weight >= _BOLD:
        flags |= FontDescriptorFlags.FORCE_BOLD
    return PDFFontDescriptor(
        ascent=extents.ascender,
        descent=extents.descender,
        cap_height=face.shaper.get_metric_position_with_fallback(uharfbuzz.OTMetricsTag.CAP_HEIGHT),
        flags=flags,
        font_b_box=f"[{' '.join(map(str, box))}]",
        italic_angle=0,
        stem_v=50 + int((weight / 65) ** 2),
        missing_width=face.advance(0),
    )
