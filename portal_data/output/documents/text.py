"""Text into measured lines: cleaning, choice of fonts, direction, and breaking into a width."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from portal_data.output.documents.typeface import LATIN, Face, Glyph, choices
from portal_data.text.normal_form import nfc

REPLACEMENT = "\u25a1"
"""Shown for a character that no bundled font has."""

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    # Zero-width marks, and the direction overrides with which a text can pretend to be another.
    "[\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufe00-\ufe0e\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_CONTROLS = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code != 0x0A},
    **dict.fromkeys(range(0x80, 0xA0), REPLACEMENT),
    0x09: " ",
    0x034F: None,  # what breaks too long runs of marks is not to be seen
    0x7F: "\u2421",
}
_RIGHT_TO_LEFT = re.compile("[\u200f\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_KANA = re.compile("[\u3041-\u30ff]")
_KERNED_FROM = 13
"""Points: nobody sees kerning below, and leaving it out keeps documents small and fast."""
_DIRECTION_MARKS = "\u061c\u200e\u200f"
_JOINERS = "\u200c\u200d\ufe0f"

_EAST_ASIAN = "[\u2e80-\u30ff\u3130-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]"
_NO_START = "[!%),.:;?\\]}\u2019\u201d\u3001-\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u30fb-\u30fc\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f]"  # noqa: E501
_NO_END = "[(\\[{\u2018\u201c\u3008\u300a\u300c\u300e\u3010\u3014\uff08]"
_CHUNK = re.compile(
    f" +|{_NO_END}*{_EAST_ASIAN}{_NO_START}*|(?:(?!{_EAST_ASIAN})[^ \\-/])+[\\-/]*|[\\-/]+|."
)


@dataclass(frozen=True, slots=True)
class Style:
    """Size in points, weight (`Regular` or `SemiBold`) and colour (#RRGGBB) of a text."""

    size: float
    colour: str
    weight: str = "Regular"
    leading: float = 1.4
    """Height of a line as a multiple of the size."""

    @property
    def height(self) -> float:
        """The height of one line in points."""
        return self.size * self.leading


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that one face draws in one direction, `width` thousandths of the size wide."""

    text: str
    face: Face
    width: int
    glyphs: tuple[Glyph, ...] = ()
    """Set where places matter: joined, stacked or right-to-left letters, and kerned headings."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text in the order in which it is drawn, left to right."""

    runs: tuple[Run, ...]
    style: Style
    rtl: bool = False
    """Whether the paragraph reads from right to left."""

    @property
    def width(self) -> float:
        """The width in points."""
        return sum(run.width for run in self.runs) * self.style.size / 1000


def reading_locale(content: str, locale: str) -> str:
    """The locale by whose country Han characters are shaped in a document with this content.

    A Japanese address has no kana of its own, but the name above it has.
    """
    return "ja_JP" if _KANA.search(content) and not locale.startswith("zh") else locale


def clean(text: str) -> str:
    """Return text whose every character is meant to be seen, with `\\n` as the only line end.

    Control characters become their visible signs, invisible formatting is left out.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = nfc(_INVISIBLE.sub("", text))
    return text.translate(_CONTROLS)


def line(text: str, style: Style, locale: str) -> TextLine:
    """Return the text as one line, however long it gets."""
    return _line(clean(text).replace("\n", " "), style, locale, rtl=None)


def wrap(text: str, style: Style, width: float, locale: str) -> list[TextLine]:
    """Break the text into lines at most `width` points wide; words that are longer break anywhere.

    Line ends in the text stay; empty lines at both ends go. An empty text gives no lines.
    """
    lines = []
    for paragraph in clean(text).strip().split("\n") if text.strip() else ():
        rtl = _is_rtl(paragraph)
        lines += [
            _line(part, style, locale, rtl=rtl)
            for part in _broken(paragraph.rstrip(), style, width * 1000 / style.size, locale)
        ]
    return lines


def fitted(text: str, style: Style, width: float, locale: str) -> TextLine:
    """Return the text as one line, set smaller when it would be wider than `width` points."""
    one = line(text, style, locale)
    if one.width <= width:
        return one
    smaller = Style(style.size * width / one.width, style.colour, style.weight, style.leading)
    return TextLine(one.runs, smaller, one.rtl)


def shortened(text: str, style: Style, width: float, locale: str) -> TextLine:
    """Return as much of the text as fits on one line, with an ellipsis where it was cut."""
    one = line(text, style, locale)
    if one.width <= width:
        return one
    room = width - line("\N{HORIZONTAL ELLIPSIS}", style, locale).width
    start = _chopped(clean(text), style, room * 1000 / style.size, locale)[0]
    return line(start.rstrip() + "\N{HORIZONTAL ELLIPSIS}", style, locale)


def _broken(paragraph: str, style: Style, limit: float, locale: str) -> list[str]:
    """Break one paragraph at the chances that `_CHUNK` finds; `limit` is in 1/1000 of the size."""
    if _measure(paragraph, style.weight, locale) <= limit:
        return [paragraph]
    lines: list[str] = []
    current, used = "", 0
    for chunk in _CHUNK.findall(paragraph):
        width = _measure(chunk, style.weight, locale)
        if current and used + width > limit:
            if chunk.isspace():
                continue
            lines.append(current.rstrip(" "))
            current, used = "", 0
        if chunk.isspace() and not current:
            continue
        if width > limit:
            *full, chunk = _chopped(chunk, style, limit, locale)
            lines += full
            width = _measure(chunk, style.weight, locale)
        current += chunk
        used += width
    return [*lines, current.rstrip(" ")] if current else lines


def _chopped(word: str, style: Style, limit: float, locale: str) -> list[str]:
    """Cut a word into pieces of at most `limit`, never between a letter and its marks."""
    pieces = [""]
    used = 0
    for cluster in _clusters(word):
        width = _measure(cluster, style.weight, locale)
        if pieces[-1] and used + width > limit:
            pieces.append("")
            used = 0
        pieces[-1] += cluster
        used += width
    return pieces


def _clusters(word: str) -> list[str]:
    clusters: list[str] = []
    for character in word:
        joined = clusters and (
            _is_mark(character)
            or clusters[-1][-1] == "\u200d"
            or "\U0001f3fb" <= character <= "\U0001f3ff"
        )
        if joined:
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _measure(text: str, weight: str, locale: str) -> int:
    """The width of text in thousandths of the size, as if on a line of its own."""
    if _is_plain(text, weight):
        return LATIN[weight].width(text)
    return _measure_word(text, weight, locale) if len(text) < 40 else _widths(text, weight, locale)


@lru_cache(maxsize=4096)
def _measure_word(word: str, weight: str, locale: str) -> int:
    return _widths(word, weight, locale)


def _widths(text: str, weight: str, locale: str) -> int:
    return sum(run.width for run in _runs(text, weight, locale, rtl=_is_rtl(text)))


def _line(text: str, style: Style, locale: str, *, rtl: bool | None) -> TextLine:
    if not text:
        return TextLine((), style, bool(rtl))
    if _is_plain(text, style.weight):
        run = _run(text, LATIN[style.weight], shaped=style.size >= _KERNED_FROM)
        return TextLine((run,), style, bool(rtl))
    if rtl is None:
        rtl = _is_rtl(text)
    return TextLine(_runs(text, style.weight, locale, rtl=rtl), style, rtl)


def _is_plain(text: str, weight: str) -> bool:
    """Whether Inter can set the text letter by letter, as it can most text, and by far fastest."""
    return LATIN[weight].characters.issuperset(text) and not _has_marks(text)


def _runs(text: str, weight: str, locale: str, *, rtl: bool) -> tuple[Run, ...]:
    """Cut a line into runs of one face and one level, and order them as they are seen."""
    families = choices(text, locale)
    levelled: list[tuple[int, str, Face]] = []
    face = LATIN[weight]
    for character, level in _levels(text, rtl=rtl):
        if character in _DIRECTION_MARKS:
            continue
        character, face = _faced(character, face, families, weight)
        if not character:
            continue
        if levelled and levelled[-1][0] == level and levelled[-1][2] is face:
            levelled[-1] = (level, levelled[-1][1] + character, face)
        else:
            levelled.append((level, character, face))
    return tuple(
        _run(part, face, shaped=face.shaped or _has_marks(part), rtl=level % 2 == 1)
        for level, part, face in _seen(levelled)
    )


def _run(text: str, face: Face, *, shaped: bool, rtl: bool = False) -> Run:
    if not (shaped or rtl):
        return Run(text, face, face.width(text))
    glyphs = face.shape(text, rtl=rtl)
    return Run(text, face, sum(glyph.advance for glyph in glyphs), glyphs)


def _faced(
    character: str, before: Face, families: tuple[dict[str, Face], ...], weight: str
) -> tuple[str, Face]:
    """The face for a character; spaces, marks and joiners stay with the face before them."""
    if (character == " " or _is_mark(character)) and character in before.characters:
        return character, before
    if character in _JOINERS:
        return "", before
    for family in families:
        if family[weight].has(character):
            return character, family[weight]
    return _faced(REPLACEMENT, before, families, weight)


def _levels(text: str, *, rtl: bool) -> list[tuple[str, int]]:
    """Every character with its embedding level (Unicode Standard Annex 9)."""
    if not _RIGHT_TO_LEFT.search(text):
        return [(character, 0) for character in text]
    from fpdf.bidi import BidiParagraph
    from fpdf.enums import TextDirection

    direction = TextDirection.RTL if rtl else TextDirection.LTR
    paragraph = BidiParagraph(text, base_direction=direction, preserve_bn_chars=True)
    return [(item.character, item.embedding_level) for item in paragraph.get_characters()]


def _seen(runs: list[tuple[int, str, Face]]) -> list[tuple[int, str, Face]]:
    """Order runs for the eye: rule L2 of Unicode Standard Annex 9."""
    ordered = list(runs)
    highest = max((level for level, _, _ in ordered), default=0)
    for level in range(highest, 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            ordered[start:end] = ordered[start:end][::-1]
            start = end + 1
    return ordered


def _is_rtl(text: str) -> bool:
    """Whether the first letter with a direction reads from right to left (rules P2 and P3)."""
    if not _RIGHT_TO_LEFT.search(text):
        return False
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"L", "R", "AL"}:
            return kind != "L"
    return False


def _is_mark(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character)[0] == "M"


def _has_marks(text: str) -> bool:
    return not text.isascii() and any(map(_is_mark, text))
