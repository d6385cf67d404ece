"""Fonts in documents: pages and text as fpdf2's own fonts give them, whoever asks and how often."""

import gc
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.fonts import TTFFont
from fpdf.output import OutputProducer
from pypdf import PdfReader

from portal_data.output.documents import (
    Line,
    Paper,
    Party,
    embedding,
    render_paper,
    render_statement,
)
from portal_data.output.documents.typeface import Face
from tests.documents.papers import INVOICE, LOOK, NOW, STATEMENT
from tests.documents.test_text import SAMPLES

_SHARPNESS = 2.0
"""Pixels a point."""


class Fpdf2Face(TTFFont):
    """A face as fpdf2 reads, numbers, cuts and writes it by itself."""

    def __init__(self, face: Face, number: int, key: str) -> None:
        super().__init__(FPDF(), face.path, key, "")
        self.i = number

    def code(self, glyph: int, text: str) -> int:
        name = self.ttfont.getGlyphName(glyph)
        shown = self.subset.get_glyph(
            glyph, tuple(map(ord, text)), name, self.ttfont["hmtx"].metrics[name][0]
        )
        code = self.subset.pick_glyph(shown)
        assert code is not None
        return code


@pytest.fixture
def by_fpdf2(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let fpdf2 embed the fonts of the next documents, until undone."""
    monkeypatch.setattr(embedding, "EmbeddedFace", Fpdf2Face)
    monkeypatch.setattr(embedding, "Producer", OutputProducer)
    return monkeypatch


def _paper(sample: str) -> Paper:
    return replace(
        INVOICE,
        issuer=Party(sample),
        billed_to=Party(sample, sample),
        lines=(Line(sample, 100, description=sample), Line(sample, 100)),
        stamp="Overdue",
        notes=sample,
    )


@pytest.mark.parametrize("script", SAMPLES)
def test_pages_and_text_are_those_of_fpdf2(script: str, by_fpdf2: pytest.MonkeyPatch) -> None:
    paper = _paper(SAMPLES[script])
    expected = render_paper(paper, LOOK, now=NOW)
    by_fpdf2.undo()
    document = render_paper(paper, LOOK, now=NOW)
    assert b"MPDFAA" in expected
    assert b"MPDFAA" not in document
    assert _text(document) == _text(expected)
    assert _pixels(document) == _pixels(expected)
    assert len(document) <= len(expected) * 1.05


def test_statement_is_that_of_fpdf2(by_fpdf2: pytest.MonkeyPatch) -> None:
    expected = render_statement(STATEMENT, LOOK, now=NOW)
    by_fpdf2.undo()
    document = render_statement(STATEMENT, LOOK, now=NOW)
    assert _text(document) == _text(expected)
    assert _pixels(document) == _pixels(expected)


def test_embedded_fonts_are_whole() -> None:
    fonts = _fonts(render_paper(_paper(" ".join(SAMPLES.values())), LOOK, now=NOW))
    assert len(fonts) > 10
    for data in fonts:
        font = TTFont(BytesIO(data), checkChecksums=2)
        for table in font.keys():  # noqa: SIM118 - a font is no mapping
            assert font[table]
        words = range(0, len(data), 4)
        assert sum(int.from_bytes(data[at : at + 4], "big") for at in words) % 2**32 == 0xB1B0AFBA
        head, glyphs = font["head"], font["glyf"]
        boxes = [glyphs[name] for name in font.getGlyphOrder() if glyphs[name].numberOfContours]
        assert head.xMin == min(box.xMin for box in boxes)
        assert head.yMax == max(box.yMax for box in boxes)


def test_a_document_is_the_same_among_many_threads() -> None:
    papers = [_paper(sample) for sample in SAMPLES.values()] * 6
    alone = [render_paper(paper, LOOK, now=NOW) for paper in papers]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda paper: render_paper(paper, LOOK, now=NOW), papers))
    assert together == alone


def test_memory_does_not_grow_with_documents() -> None:
    papers = [_paper(sample) for sample in SAMPLES.values()]
    tracemalloc.start()
    try:
        first = _memory_after(papers * 2)
        later = _memory_after(papers * 3)
    finally:
        tracemalloc.stop()
    assert later - first < 100_000


def _memory_after(papers: list[Paper]) -> int:
    """The bytes that Python holds once the papers are drawn and forgotten."""
    for paper in papers:
        render_paper(paper, LOOK, now=NOW)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _text(document: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(document)).pages]


def _pixels(document: bytes) -> list[bytes]:
    pdf = pypdfium2.PdfDocument(document)
    try:
        return [page.render(scale=_SHARPNESS).to_pil().tobytes() for page in pdf]
    finally:
        pdf.close()


def _fonts(document: bytes) -> list[bytes]:
    """The font files that the document's first page uses."""
    named = PdfReader(BytesIO(document)).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    glyphs = [font["/DescendantFonts"][0].get_object() for font in named]
    return [font["/FontDescriptor"]["/FontFile2"].get_data() for font in glyphs]
