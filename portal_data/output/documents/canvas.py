"""Marks on numbered pages, written as a PDF by fpdf2. All lengths are points from the top left."""

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from portal_data.output.documents.text import Run, TextLine

if TYPE_CHECKING:
    from fpdf import FPDF


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text whose baseline starts at (x, y)."""

    x: float
    y: float
    line: TextLine


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal hairline."""

    x: float
    y: float
    width: float
    colour: str
    thickness: float = 0.5


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, filled, outlined or both, with rounded corners when it has a radius."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    outline: str = ""
    radius: float = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or JPEG picture."""

    x: float
    y: float
    width: float
    height: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """An area that opens a web address."""

    x: float
    y: float
    width: float
    height: float
    address: str


Mark = Text | Rule | Box | Picture | Link


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says about itself."""

    title: str
    author: str
    language: str
    """BCP 47, such as `en-GB`."""
    created_at: datetime
    """Naive UTC. The only moment in the file, so equal input gives equal bytes."""


def write_pdf(
    pages: list[list[Mark]], width: float, height: float, properties: Properties
) -> bytes:
    """Return the pages as a PDF file."""
    from fpdf import FPDF, ViewerPreferences

    from portal_data.output.documents.embedding import Producer

    pdf = FPDF(unit="pt", format=(width, height))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.set_title(properties.title)
    pdf.set_author(properties.author)
    pdf.set_lang(properties.language)
    pdf.set_creation_date(properties.created_at.replace(tzinfo=UTC))
    pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
    for marks in pages:
        pdf.add_page()
        for mark in marks:
            _draw(pdf, mark)
    return bytes(pdf.output(output_producer_class=Producer))


def _draw(pdf: "FPDF", mark: Mark) -> None:
    match mark:
        case Text():
            _draw_text(pdf, mark)
        case Rule():
            pdf.set_draw_color(mark.colour)
            pdf.set_line_width(mark.thickness)
            pdf.line(mark.x, mark.y, mark.x + mark.width, mark.y)
        case Box():
            _draw_box(pdf, mark)
        case Picture():
            pdf.image(BytesIO(mark.data), mark.x, mark.y, mark.width, mark.height)
        case Link():
            pdf.link(mark.x, mark.y, mark.width, mark.height, mark.address)


def _draw_text(pdf: "FPDF", mark: Text) -> None:
    style = mark.line.style
    x = mark.x
    pdf.set_text_color(style.colour)
    for run in mark.line.runs:
        _set_font(pdf, run, style.size)
        thickened = (
            style.weight == "SemiBold" and run.face.weight == "Regular" and not run.face.pictures
        )
        if thickened:
            # A face without a semibold is drawn with an outline in its own colour.
            with pdf.local_context(
                text_mode="FILL_STROKE", line_width=style.size / 40, draw_color=style.colour
            ):
                _draw_run(pdf, run, x, mark.y, style.size)
        else:
            _draw_run(pdf, run, x, mark.y, style.size)
        x += run.width * style.size / 1000


def _draw_run(pdf: "FPDF", run: Run, x: float, y: float, size: float) -> None:
    # An empty text makes fpdf2 select the font on the page, whichever way the run is drawn.
    pdf.text(x, y, "" if run.glyphs else run.text)
    if run.glyphs:
        _draw_glyphs(pdf, run, x, y, size)


def _draw_glyphs(pdf: "FPDF", run: Run, x: float, y: float, size: float) -> None:
    """Show glyphs at their places.

    fpdf2's own shaping cuts a run between letters and their marks, so it can neither stack nor join
    them; hence these operators (PDF 32000-1, 9.4.3) and `_out`, the only private name used here.
    """
    from portal_data.output.documents.embedding import EmbeddedFace

    font, colour = pdf.current_font, pdf.text_color
    if not isinstance(font, EmbeddedFace) or colour is None:
        raise TypeError("Only coloured text in an embedded face can be placed by glyph.")
    shown: list[str] = []
    pen = due = rise = 0
    for glyph in run.glyphs:
        if glyph.y != rise:
            rise = glyph.y
            shown.append(f"] TJ {rise * size / 1000:.3f} Ts [")
        if due + glyph.x != pen:
            shown.append(f"{pen - due - glyph.x}")
        shown.append(f"<{font.code(glyph.number, glyph.text):04X}>")
        pen = due + glyph.x + glyph.width
        due += glyph.advance
    place = f"{x * pdf.k:.2f} {(pdf.h - y) * pdf.k:.2f} Td"
    reset = " 0 Ts" if rise else ""
    paint = colour.serialize().lower()
    pdf._out(f"q {paint} BT {place} [{' '.join(shown)}] TJ{reset} ET Q")


def _set_font(pdf: "FPDF", run: Run, size: float) -> None:
    from portal_data.output.documents.embedding import EmbeddedFace

    style = "B" if run.face.weight == "SemiBold" else ""
    key = run.face.family.lower() + style
    if key not in pdf.fonts:
        pdf.fonts[key] = EmbeddedFace(run.face, len(pdf.fonts) + 1, key)
    pdf.set_font(run.face.family, style, size)


def _draw_box(pdf: "FPDF", box: Box) -> None:
    if box.fill:
        pdf.set_fill_color(box.fill)
    if box.outline:
        pdf.set_draw_color(box.outline)
        pdf.set_line_width(0.6)
    pdf.rect(
        box.x,
        box.y,
        box.width,
        box.height,
        style=("D" if box.outline else "") + ("F" if box.fill else ""),
        round_corners=box.radius > 0,
        corner_radius=box.radius,
    )
