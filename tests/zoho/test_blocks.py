"""Blocks found again stand where they stood, and what is between them keeps its row numbers."""

import csv
import io
import tempfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_data.zoho import blocks
from portal_data.zoho.blocks import Block, Known, Parts, Splitter, cut

Document = tuple[str, list[str]]
TEXTS = st.sampled_from(["oak", "", "a,b", 'say "x"', "two\nlines", '"\n"', "tél"])
DOCUMENTS = st.lists(
    st.tuples(st.integers(1, 99).map(str), st.lists(TEXTS, min_size=1, max_size=4)),
    min_size=1,
    max_size=12,
    unique_by=lambda document: document[0],
)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut a few rows into many blocks."""
    monkeypatch.setattr(blocks, "SIZE", 16)


def _rows(documents: list[Document]) -> list[list[str]]:
    return [[key, text] for key, texts in documents for text in texts]


def _file(documents: list[Document]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["id", "text"], *_rows(documents)])
    return out.getvalue().encode()


def _split(content: bytes, known: Known, at_once: int) -> tuple[Parts, bytes]:
    """Pass a file by in whole lines, some at a time, and return what would be read of it."""
    splitter, copy = Splitter(known, ","), b""
    lines = content.splitlines(keepends=True)
    for start in range(0, len(lines), at_once):
        copy += b"".join(splitter.split(b"".join(lines[start : start + at_once])))
    copy += b"".join(splitter.split(b"", last=True))
    return splitter.parts, copy


def _cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def _blocks(documents: list[Document], at_once: int) -> list[Block]:
    parts, copy = _split(_file(documents), Known(), at_once)
    firsts, place = [], 0
    for _, texts in documents:
        firsts.append(place)
        place += len(texts)
    made = []
    with tempfile.TemporaryFile() as file:
        file.write(copy)
        file.flush()
        for piece in cut(parts, firsts, file):
            cells = piece.read(file)
            start = zlib.crc32(cells[: cells.find(b"\n") + 1])
            digest = Known.of("", (), []).digest(cells)
            rows = piece.end - piece.place
            made.append(Block(digest, "", start, len(cells), rows, cells.decode()))
    whole = "".join(block.reading for block in made)
    assert whole.encode() == _file(documents).removeprefix(b"id,text\n")
    return made


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, st.data(), st.integers(1, 5))
def test_every_row_is_known_or_read_with_its_own_number(
    documents: list[Document], data: st.DataObject, at_once: int
) -> None:
    kept = data.draw(st.lists(st.sampled_from(documents), unique_by=lambda each: each[0]))
    new = data.draw(DOCUMENTS)
    later = data.draw(st.permutations([*kept, *(("n" + key, texts) for key, texts in new)]))
    known = Known.of("", (), _blocks(documents, at_once))
    parts, copy = _split(_file(later), known, at_once)
    rows = _rows(later)
    found = {parts.number(place): cells for place, cells in enumerate(_cells(copy)[1:])}
    for block, row in parts.known:
        for offset, cells in enumerate(_cells(block.reading.encode())):
            assert row + offset + 2 not in found
            found[row + offset + 2] = cells
    assert parts.sure
    assert parts.rows == len(rows)
    assert found == dict(enumerate(rows, 2))


def test_the_same_file_is_known_wholly() -> None:
    documents = [(str(number), ["oak", "two\nlines", "a,b"]) for number in range(50)]
    made = _blocks(documents, 7)
    assert len(made) > 25
    parts, copy = _split(_file(documents), Known.of("", (), made), 7)
    assert (len(parts.known), copy) == (len(made), b"id,text\n")


def test_a_quote_inside_of_a_cell_makes_no_record_certain() -> None:
    content = b'id,text\n1,5" pipe\n2,oak\n3,6" pipe\n'
    assert not _split(content, Known(), 1)[0].sure
    assert _split(content.replace(b'"', b""), Known(), 1)[0].sure
