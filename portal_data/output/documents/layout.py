"""Pages that fill from top to bottom: margins, headers and footers, columns of lines, sections."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from babel import Locale

from portal_data.output.documents.canvas import Box, Mark, Properties, Rule, Text, write_pdf
from portal_data.output.documents.model import Look
from portal_data.output.documents.text import (
    Style,
    TextLine,
    fitted,
    line,
    reading_locale,
    shortened,
    wrap,
)
from portal_data.text.language import _

INK = "#1A1D23"
MUTED = "#667085"
HAIRLINE = "#E3E6EB"
WHITE = "#FFFFFF"

BODY = Style(9, INK)
STRONG = Style(9, INK, "SemiBold")
QUIET = Style(9, MUTED)
SMALL = Style(8, MUTED)
LABEL = Style(7.5, MUTED)

_MARGIN = 54.0
_TOP = 48.0
_BOTTOM = 60.0
_CONTINUED_TOP = 76.0
_FOOTER_LINES = 2
_PAGE_NUMBER = 90.0
"""The width beside a footer that is kept for the page number."""
_SIZES = {"a4": (595.28, 841.89), "letter": (612.0, 792.0)}
_LETTER_TERRITORIES = frozenset(
    ("US", "CA", "MX", "PH", "PR", "CL", "CO", "CR", "GT", "NI", "PA", "SV", "VE", "BZ", "DO")
)
"""Where US Letter is the paper that people have, after the Unicode CLDR's measurement data."""


@dataclass(slots=True)
class Sheets:
    """The pages of one document while it is laid out, and where the next thing goes."""

    look: Look
    heading: str
    """What later pages repeat at their top, such as `Invoice INV-000123`."""
    issuer: str
    content: str = ""
    """All that the document says, to tell in which language its Han characters are."""
    footer: str = ""
    """What stands beside the page number; a longer text than two lines becomes a last section."""
    language: str = ""
    width: float = 0
    height: float = 0
    y: float = _TOP
    pages: list[list[Mark]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.language = reading_locale(self.content, self.look.locale)
        self.width, self.height = _SIZES[self.look.paper_size or _usual_paper(self.look.locale)]
        self.pages.append([Box(0, 0, self.width, 4, fill=self.look.accent)])

    @property
    def left(self) -> float:
        """The left edge of the text."""
        return _MARGIN

    @property
    def inner(self) -> float:
        """The width of the text."""
        return self.width - 2 * _MARGIN

    @property
    def right(self) -> float:
        """The right edge of the text."""
        return self.width - _MARGIN

    @property
    def room(self) -> float:
        """The height that is left on this page."""
        return self.height - _BOTTOM - self.y

    @property
    def full_room(self) -> float:
        """The height of a whole page after the first."""
        return self.height - _BOTTOM - _CONTINUED_TOP

    def add(self, *marks: Mark) -> None:
        """Put marks on the current page."""
        self.pages[-1].extend(marks)

    def new_page(self) -> None:
        """Start the next page under its repeated heading."""
        self.pages.append([])
        half = self.inner / 2 - 8
        issuer = self.shortened(self.issuer, SMALL, half)
        heading = self.shortened(self.heading, Style(8, INK, "SemiBold"), half)
        self.y = _TOP - 8
        self.write([heading], self.left, advance=False)
        self.write([issuer], self.left, width=self.inner, align="right")
        self.add(Rule(self.left, self.y + 4, self.inner, HAIRLINE))
        self.y = _CONTINUED_TOP

    def need(self, height: float) -> None:
        """Start a new page unless `height` is left, or a new page would not have it either."""
        if self.room < height <= self.full_room:
            self.new_page()

    def line(self, text: str, style: Style) -> TextLine:
        """Measure one line in the document's language."""
        return line(text, style, self.language)

    def fitted(self, text: str, style: Style, width: float) -> TextLine:
        """Measure one line, set smaller when it would be wider."""
        return fitted(text, style, width, self.language)

    def shortened(self, text: str, style: Style, width: float) -> TextLine:
        """Measure as much of the text as fits one line."""
        return shortened(text, style, width, self.language)

    def wrap(self, text: str, style: Style, width: float) -> list[TextLine]:
        """Break text into lines in the document's language."""
        return wrap(text, style, width, self.language)

    def write(
        self,
        lines: Sequence[TextLine],
        x: float,
        *,
        y: float | None = None,
        width: float = 0,
        align: str = "left",
        advance: bool = True,
    ) -> float:
        """Write lines from `y` (else the current place) down and return where they end.

        `align` is left, right (both within `width`) or natural: by each paragraph's direction.
        """
        top = self.y if y is None else y
        for one in lines:
            style = one.style
            right = align == "right" or (align == "natural" and one.rtl)
            start = x + width - one.width if right else x
            # Half the line and half a capital's height put letters in the middle of the line.
            self.add(Text(start, top + style.height / 2 + style.size * 0.364, one))
            top += style.height
        if advance and y is None:
            self.y = top
        return top

    def flow(self, lines: Sequence[TextLine], *, align: str = "left") -> None:
        """Write lines over the whole width, onto as many pages as they need."""
        for one in lines:
            self.need(one.style.height)
            self.write([one], self.left, width=self.inner, align=align)

    def side_by_side(self, columns: Sequence[tuple[float, list[TextLine]]]) -> None:
        """Write columns of lines, each at its own x, beside each other and over pages."""
        xs, cells = [x for x, _lines in columns], [lines for _x, lines in columns]
        self.need(max(map(height_of, cells)))
        while any(cells):
            upper, cells = split_lines(cells, self.room)
            for x, lines in zip(xs, upper, strict=True):
                self.write(lines, x, advance=False)
            self.y += max(map(height_of, upper))
            if any(cells):
                self.new_page()

    def section(self, label: str, text: str, style: Style = BODY) -> None:
        """Write a labelled paragraph that may run over pages but never parts from its label."""
        lines = self.wrap(text, style, self.inner)
        if not lines:
            return
        head = [self.line(label, STRONG)] if label else []
        self.need(height_of([*head, *lines[:2]]) + 12)
        self.y += 12
        self.write(head, self.left)
        self.flow(lines, align="natural")

    def finish(self, *, title: str, now: datetime) -> bytes:
        """Number the pages and return the PDF."""
        footer = self._wrapped_footer()
        if len(footer) > _FOOTER_LINES:
            self.section("", self.footer, SMALL)
            footer = []
        footer = footer or [self.shortened(self.issuer, LABEL, self.inner - _PAGE_NUMBER)]
        for number, marks in enumerate(self.pages, start=1):
            y = self.height - _BOTTOM + 26
            words = _("Page {number} of {count}", number=number, count=len(self.pages))
            page = self.line(words, LABEL)
            marks.append(Rule(self.left, y - 14, self.inner, HAIRLINE))
            marks += [Text(self.left, y + at * 10, one) for at, one in enumerate(footer)]
            marks.append(Text(self.right - page.width, y, page))
        tag = self.look.locale.replace("_", "-")
        properties = Properties(title, self.issuer, tag, now)
        return write_pdf(self.pages, self.width, self.height, properties)

    def _wrapped_footer(self) -> list[TextLine]:
        return self.wrap(self.footer, LABEL, self.inner - _PAGE_NUMBER)


def _usual_paper(locale: str) -> str:
    return "letter" if Locale.parse(locale).territory in _LETTER_TERRITORIES else "a4"


def tint(colour: str, strength: float) -> str:
    """Mix a #RRGGBB colour into white: strength 0 is white, 1 is the colour."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02X}" for part in parts)


def split_lines(
    cells: Sequence[list[TextLine]], height: float
) -> tuple[list[list[TextLine]], list[list[TextLine]]]:
    """Part every list of lines into those that fit into `height` and the rest."""
    upper, lower = [], []
    for cell in cells:
        used, count = 0.0, 0
        for one in cell:
            used += one.style.height
            if used > height:
                break
            count += 1
        upper.append(cell[:count])
        lower.append(cell[count:])
    return upper, lower


def height_of(lines: Sequence[TextLine]) -> float:
    """The height of lines written under each other."""
    return sum(one.style.height for one in lines)
