"""Cleaning, fonts, direction and line breaking."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal_data.output.documents import Line, Look, Party, render_paper
from portal_data.output.documents.canvas import Text
from portal_data.output.documents.text import Style, clean, line, shortened, wrap
from tests.documents.conftest import Drawn, assert_on_page
from tests.documents.papers import INVOICE, LOOK, NOW, text

STYLE = Style(10, "#000000")

SAMPLES = {
    "western": "Łódź, Příliš žluťoučký, ğüşöçİ, ß, Æsir, ñ, œuvre €£₹₽₺",
    "vietnamese": "Thiết kế đồ họa chuyên nghiệp",
    "greek": "Ελληνική Εταιρεία Α.Ε.",
    "cyrillic": "ООО «Ромашка» і Ґанок",
    "arabic": "شركة النور للتجارة",
    "persian": "شرکت گچ‌پژ",
    "hebrew": "אלון תעשיות",
    "simplified": "北京星辰科技有限公司",
    "traditional": "臺灣繁體股份有限公司",
    "rare": "镕喆堃",
    "japanese": "株式会社さくらウェブ製作所、「東京」。",
    "korean": "한국어 상품 똠얌꿍 뷁",
    "hindi": "हिन्दी सेवा क्षत्रिय",
    "thai": "บริการออกแบบเว็บไซต์",
    "thai sara am": "น้ำดื่ม",
    "signs": "→ ✓ ★ ☃ ⌘ ™ © ½",
    "emoji": "🎉 👩‍💻 🇬🇧 👍🏽 😀",
}


@pytest.mark.parametrize("script", SAMPLES)
def test_every_script_has_its_glyphs(script: str, drawn: Drawn) -> None:
    sample = SAMPLES[script]
    paper = replace(
        INVOICE,
        issuer=Party(sample),
        billed_to=Party(sample, sample),
        lines=(Line(sample, 100, description=sample), Line(sample, 100)),
        notes=sample,
        footer=sample,
    )
    render_paper(paper, LOOK, now=NOW)
    seen = "".join(
        run.text
        for page in drawn
        for mark in page
        if isinstance(mark, Text)
        for run in mark.line.runs
    )
    assert "\u25a1" not in seen
    assert set(sample) - {" ", "\ufe0f"} <= set(seen)


@pytest.mark.parametrize(
    "script", sorted(SAMPLES.keys() - {"arabic", "persian", "hebrew", "emoji"})
)
def test_text_can_be_copied_out(script: str) -> None:
    sample = SAMPLES[script]
    paper = replace(INVOICE, lines=(Line("x", 100, description=sample), Line(sample, 1)))
    shown = text(render_paper(paper, LOOK, now=NOW)).replace("\u200b", "")
    assert shown.count(sample) == 2


@pytest.mark.parametrize("script", ["arabic", "persian", "hebrew"])
def test_right_to_left_words_can_be_copied_out(script: str) -> None:
    shown = text(render_paper(replace(INVOICE, billed_to=Party(SAMPLES[script])), LOOK, now=NOW))
    letters = SAMPLES[script].replace("\u200c", "")
    assert all(word in shown.replace("\u200c", "") for word in letters.split())


def test_right_to_left_runs_are_ordered_for_the_eye() -> None:
    mixed = line("ABC שלום 123 עולם DEF", STYLE, "en_GB")
    words = [run.text.strip() for run in mixed.runs if run.text.strip()]
    assert words == ["ABC", "עולם", "123", "שלום", "DEF"]
    assert not mixed.rtl
    company = line("חברה (בע״מ) Acme", STYLE, "en_GB")
    assert company.rtl
    assert company.runs[0].text == "Acme"


def test_arabic_letters_join() -> None:
    joined, parted = (line(word, STYLE, "en_GB").width for word in ("ببب", "ب ب ب"))
    assert joined < parted
    glyphs = line("ببب", STYLE, "en_GB").runs[0].glyphs
    assert len({glyph.number for glyph in glyphs}) == 3


def test_marks_stand_over_their_letters() -> None:
    (run,) = line("n\u0302", STYLE, "en_GB").runs
    letter, mark = run.glyphs
    assert mark.x < 0
    assert run.width == letter.width


@pytest.mark.parametrize(
    ("locale", "sample", "family"),
    [
        ("en_GB", "公司", "NotoSansSC"),
        ("ja_JP", "公司", "NotoSansJP"),
        ("zh_TW", "公司", "NotoSansTC"),
        ("en_GB", "東京の会社", "NotoSansJP"),
        ("en_GB", "臺灣繁體", "NotoSansTC"),
        ("en_GB", "한국", "NotoSansKR"),
    ],
)
def test_han_characters_take_the_shapes_of_their_country(
    locale: str, sample: str, family: str
) -> None:
    assert {run.face.family for run in line(sample, STYLE, locale).runs} == {family}


def test_kana_anywhere_make_the_document_japanese(drawn: Drawn) -> None:
    render_paper(replace(INVOICE, billed_to=Party("株式会社さくら", "東京都")), LOOK, now=NOW)
    families = {
        run.face.family
        for page in drawn
        for mark in page
        if isinstance(mark, Text)
        for run in mark.line.runs
    }
    assert families == {"Inter", "NotoSansJP"}


def test_markup_is_shown_literally() -> None:
    nasty = "<b>bold</b> & <script>alert(1)</script> **md** __u__ --x-- ${y} {nb} %s (a\\b)"
    paper = replace(INVOICE, notes=nasty, billed_to=Party("<i>Acme</i>"))
    shown = text(render_paper(paper, LOOK, now=NOW))
    assert nasty in shown
    assert "<i>Acme</i>" in shown


def test_control_characters_are_seen_and_overrides_are_not_obeyed() -> None:
    assert clean("a\x00b\x1bc\x7f") == "a\u2400b\u241bc\u2421"
    assert clean("a\tb\r\nc\rd\u2028e\x0bf") == "a b\nc\nd\ne\nf"
    assert clean("invoice\u202efdp.exe\u202c\u200b\ufeff") == "invoicefdp.exe"
    assert clean("e\u0301") == "é"
    assert clean("\ud800") == "\ufffd"
    shown = text(render_paper(replace(INVOICE, notes="a\x00b\x1bc"), LOOK, now=NOW))
    assert "a\u2400b\u241bc" in shown


def test_characters_without_a_font_become_boxes(caplog: pytest.LogCaptureFixture) -> None:
    shown = text(render_paper(replace(INVOICE, notes="A \U00013000 \ud800 B"), LOOK, now=NOW))
    assert "A \u25a1 \u25a1 B" in shown
    assert not caplog.records


def test_lines_break_between_words() -> None:
    lines = wrap("one two three four", STYLE, 50, "en_GB")
    assert ["".join(run.text for run in one.runs) for one in lines] == ["one two", "three four"]
    assert wrap("", STYLE, 50, "en_GB") == []
    assert wrap(" \n ", STYLE, 50, "en_GB") == []
    assert len(wrap("a\n\nb", STYLE, 50, "en_GB")) == 3


def test_chinese_breaks_anywhere_but_before_punctuation() -> None:
    lines = wrap("包括首页设计，图标。", STYLE, 61, "zh_CN")
    shown = ["".join(run.text for run in one.runs) for one in lines]
    assert "".join(shown) == "包括首页设计，图标。"
    assert len(shown) > 1
    assert not any(part[0] in "，。" for part in shown)


def test_long_names_are_shortened_where_they_only_remind() -> None:
    short = shortened("word " * 100, STYLE, 80, "en_GB")
    assert short.width <= 80
    assert short.runs[-1].text.endswith("…")


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=120),
    st.floats(min_value=40, max_value=300),
)
def test_any_text_keeps_its_letters_and_its_width(sample: str, width: float) -> None:
    lines = wrap(sample, STYLE, width, "en_GB")
    assert all(one.width <= width + 0.5 for one in lines)
    kept = sum(len(run.text) for one in lines for run in one.runs)
    assert kept <= len(clean(sample))


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=60))
def test_any_text_renders(sample: str) -> None:
    paper = replace(INVOICE, number=sample, billed_to=Party(sample, sample), notes=sample)
    assert render_paper(paper, Look(), now=NOW).startswith(b"%PDF-")


def test_words_of_any_length_stay_on_the_page(drawn: Drawn) -> None:
    notes = "\n".join(SAMPLES[script].replace(" ", "") * 40 for script in SAMPLES)
    render_paper(replace(INVOICE, notes=notes), LOOK, now=NOW)
    assert_on_page(drawn)
