"""What was drawn where: the marks of every page, taken on their way into the PDF."""

import pytest

from portal_data.output.documents import layout
from portal_data.output.documents.canvas import Mark, Properties, Text, write_pdf

Drawn = list[list[Mark]]

_MARGIN = 54.0
_A4 = (595.28, 841.89)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """The pages that the test renders; they are still written as always."""
    seen: Drawn = []

    def write(pages: Drawn, width: float, height: float, properties: Properties) -> bytes:
        seen.extend(pages)
        return write_pdf(pages, width, height, properties)

    monkeypatch.setattr(layout, "write_pdf", write)
    return seen


def assert_on_page(pages: Drawn) -> None:
    """Every text lies within the side margins, and above the lower edge of A4."""
    texts = [mark for marks in pages for mark in marks if isinstance(mark, Text)]
    assert texts
    for mark in texts:
        what = "".join(run.text for run in mark.line.runs)
        assert mark.x >= _MARGIN - 0.1, what
        assert mark.x + mark.line.width <= _A4[0] - _MARGIN + 0.1, what
        assert 30 < mark.y < _A4[1] - 20, what


def assert_nothing_overlaps(pages: Drawn) -> None:
    """No two texts of a page share a place."""
    for marks in pages:
        boxes = [
            (
                mark.x,
                mark.y - mark.line.style.size * 0.7,
                mark.x + mark.line.width,
                mark.y,
                "".join(run.text for run in mark.line.runs),
            )
            for mark in marks
            if isinstance(mark, Text) and mark.line.runs
        ]
        for index, (left, top, right, bottom, one) in enumerate(boxes):
            for left2, top2, right2, bottom2, other in boxes[index + 1 :]:
                apart = right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
                assert apart, (one, other)
