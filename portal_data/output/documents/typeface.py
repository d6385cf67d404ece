"""The bundled fonts: which characters each one has, how wide they are, and in which order to ask.

Faces are opened on first need and kept: an ordinary document only ever opens Inter.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "fonts"


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph as HarfBuzz places it, in thousandths of the font size."""

    number: int
    text: str
    """The characters that it is copied out as."""
    width: int
    """What the font says; `advance` is what the text around it makes of that."""
    advance: int
    x: int
    y: int


@dataclass(frozen=True)
class Face:
    """One weight of one font. Widths are in thousandths of the font size."""

    family: str
    weight: str
    file: str
    shaped: bool = False
    """Whether its letters join, stack or reorder, so that only HarfBuzz knows their places."""
    pictures: bool = False
    """Whether it has pictures rather than letters, which know no weight."""
    spans: tuple[tuple[int, int], ...] = field(default=())
    """Where its characters lie, so that a face without a chance is never opened."""

    @property
    def path(self) -> Path:
        """The TrueType file."""
        return _FOLDER / self.file

    @cached_property
    def shaper(self) -> Any:
        """HarfBuzz's font."""
        import uharfbuzz

        return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(self.path))))

    @cached_property
    def characters(self) -> frozenset[str]:
        """Every character that the face can show."""
        return frozenset(map(chr, self.shaper.face.unicodes))

    @cached_property
    def _advances(self) -> dict[str, int]:
        return {}

    def has(self, character: str) -> bool:
        """Tell whether the face can show `character`."""
        point = ord(character)
        return any(first <= point <= last for first, last in self.spans) and (
            character in self.characters
        )

    def width(self, text: str) -> int:
        """The width of text that needs no shaping, all of whose characters the face has."""
        advances = self._advances
        try:
            return sum([advances[character] for character in text])
        except KeyError:
            for character in set(text) - advances.keys():
                glyph = self.shaper.get_nominal_glyph(ord(character))
                advances[character] = self.advance(glyph)
            return self.width(text)

    def advance(self, glyph: int) -> int:
        """The width of one glyph."""
        return int(self.shaper.get_glyph_h_advance(glyph))

    def shape(self, text: str, *, rtl: bool) -> tuple[Glyph, ...]:
        """Set one run of text: its glyphs from left to right."""
        import uharfbuzz

        buffer = uharfbuzz.Buffer()
        buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if rtl else "ltr"
        uharfbuzz.shape(self.shaper, buffer, {})
        clusters = [info.cluster for info in buffer.glyph_infos]
        return tuple(
            Glyph(
                info.codepoint,
                letters,
                self.advance(info.codepoint),
                place.x_advance,
                place.x_offset,
                place.y_offset,
            )
            for info, place, letters in zip(
                buffer.glyph_infos, buffer.glyph_positions, _shared(text, clusters), strict=True
            )
        )


def _shared(text: str, clusters: list[int]) -> list[str]:
    """Share the characters of every cluster among its glyphs, in the order of reading.

    So a vowel sign that is drawn before its consonant is still copied out after it. A glyph for
    which no character is left gets one without width: readers make noise of glyphs without any.
    """
    starts = sorted(set(clusters))
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    shares = []
    for index, cluster in enumerate(clusters):
        before, glyphs = clusters[:index].count(cluster), clusters.count(cluster)
        start = cluster + before
        end = ends[cluster] if before == glyphs - 1 else min(start + 1, ends[cluster])
        shares.append(text[start:end] or "\u200b")
    return shares


_LATIN = ((0x20, 0x52F), (0x1E00, 0x1EFF), (0x2000, 0x22FF))
_ARABIC = ((0x600, 0x6FF), (0x750, 0x77F), (0x200C, 0x200F), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
_HEBREW = ((0x590, 0x5FF), (0x200C, 0x200F), (0xFB1D, 0xFB4F))
_DEVANAGARI = ((0x900, 0x97F), (0x200C, 0x200D), (0x25CC, 0x25CC))
_THAI = ((0xE00, 0xE7F), (0x25CC, 0x25CC))
_HAN = ((0x3000, 0x33FF), (0x3400, 0x9FFF), (0xFF00, 0xFFEF))
_HANGUL = ((0x3000, 0x303F), (0x3131, 0x318E), (0xAC00, 0xD7A3), (0xFF00, 0xFFEF))
_SYMBOLS = ((0x20A0, 0x2BFF),)
_EMOJI = ((0x200D, 0x200D), (0x2300, 0x2BFF), (0xFE0F, 0xFE0F), (0x1F000, 0x1FAFF))


def _both(
    family: str, spans: tuple[tuple[int, int], ...], *, shaped: bool = False
) -> dict[str, Face]:
    return {
        weight: Face(family, weight, f"{family}-{weight}.ttf", shaped, spans=spans)
        for weight in ("Regular", "SemiBold")
    }


def _regular(
    family: str, spans: tuple[tuple[int, int], ...], *, shaped: bool = False, file: str = ""
) -> dict[str, Face]:
    pictures = spans in (_SYMBOLS, _EMOJI)
    face = Face(family, "Regular", file or f"{family}-Regular.ttf", shaped, pictures, spans)
    return {"Regular": face, "SemiBold": face}


LATIN = _both("Inter", _LATIN)
_ALPHABETS = (
    _both("Vazirmatn", _ARABIC, shaped=True),
    _both("NotoSansHebrew", _HEBREW, shaped=True),
    _both("NotoSansDevanagari", _DEVANAGARI, shaped=True),
    _both("NotoSansThai", _THAI, shaped=True),
)
_SIMPLIFIED = _regular("NotoSansSC", _HAN)
_TRADITIONAL = _regular("NotoSansTC", _HAN)
_JAPANESE = _regular("NotoSansJP", _HAN)
_KOREAN = _regular("NotoSansKR", _HANGUL)
_RARE = _regular("NotoSansSCRare", _HAN, file="NotoSansSC-Rare.ttf")
_SIGNS = (
    _regular("NotoSansSymbols2", _SYMBOLS),
    _regular("NotoSansSymbols", _SYMBOLS),
    _regular("NotoEmoji", _EMOJI, shaped=True),
)
_EAST_ASIAN = (_SIMPLIFIED, _TRADITIONAL, _JAPANESE, _KOREAN)


def choices(text: str, locale: str) -> tuple[dict[str, Face], ...]:
    """The fonts to ask for the characters of `text`, best first.

    One Han character has different shapes in China, Taiwan, Japan and Korea: kana and Hangul
    decide, then the locale, then which font has the most of the text.
    """
    if not any("\u2e80" <= character <= "\uffef" for character in text):
        return (LATIN, *_ALPHABETS, *_SIGNS)
    if any("\u3040" <= character <= "\u30ff" for character in text):
        first = _JAPANESE
    elif any("\uac00" <= character <= "\ud7a3" for character in text):
        first = _KOREAN
    elif locale.startswith("ja"):
        first = _JAPANESE
    elif locale.startswith(("zh_TW", "zh_HK", "zh_MO", "zh_Hant")):
        first = _TRADITIONAL
    else:
        first = _SIMPLIFIED
    wanted = {character for character in text if character > "\u2e80"}
    rest = sorted(
        (family for family in _EAST_ASIAN if family is not first),
        key=lambda family: len(wanted - family["Regular"].characters),
    )
    if first is _SIMPLIFIED and len(wanted - first["Regular"].characters) > len(
        wanted - rest[0]["Regular"].characters
    ):
        first, rest[0] = rest[0], first
    return (LATIN, *_ALPHABETS, first, *rest, _RARE, *_SIGNS)
