"""Documents in each language: every word of ours is translated, and long ones keep their place."""

import io
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from portal_data import labels
from portal_data.output import document_views
from portal_data.output.documents import (
    INVOICE,
    Fact,
    Line,
    Look,
    MoneyBack,
    PaidPaper,
    Paper,
    Party,
    PaymentDetails,
    Receipt,
    Signature,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
    Tax,
    number_format,
    render_paper,
    render_receipt,
    render_statement,
)
from portal_data.output.documents.model import Kind
from portal_data.text import language
from tests.catalogues import Translate
from tests.conftest import NOW

DAY = date(2026, 11, 12)
X = Party("X", "X 1", "1")
FOREIGN = {"GBP", "GB", "nov"}
"""What is in none of our languages: values, the currency, and the months of Spanish and French."""


def _paper(kind: Kind) -> bytes:
    line = Line(
        "X", 120050, mark=document_views._OPTIONAL[False], quantity=Decimal(12), unit="hour",
        rate=Decimal("96.25"), discount_percent=Decimal("7.5"), tax_percent=Decimal(20),
    )  # fmt: skip
    paper = Paper(
        "1", DAY, "GBP", X, X, 1, 2, kind, (line, Line("X", 1)), X, DAY, DAY, "X", "X",
        facts=(Fact(document_views.kinds.ESTIMATE.title, "X"),), stamp="Overdue",
        tax_inclusive=True, discount_minor=1, shipping_minor=2,
        taxes=(Tax("X", 3, Decimal("7.5")),), adjustment_minor=4, round_off_minor=5, paid_minor=6,
        withheld_minor=7, early_discount_minor=8, credits_minor=9, refunded_minor=10,
        written_off_minor=11, balance_minor=12, notes="X", terms="X",
        payment=PaymentDetails("X", "X", "https://1.1"), signature=Signature("X", ("X",)),
    )  # fmt: skip
    return render_paper(paper, _look(), now=NOW)


def _receipt() -> bytes:
    receipt = Receipt(
        "1", DAY, "GBP", X, X, 1, (PaidPaper("1", DAY, 1, 2, 3, 4),), 5, 6, "X", "X",
        stamp="Void", notes="X",
        refunds=(MoneyBack("Refunded", DAY, 1, "X"),),
    )  # fmt: skip
    return render_receipt(receipt, _look(), now=NOW)


def _statement() -> bytes:
    lines = tuple(
        StatementLine(DAY, kind, 1, "1", "X", 1, 2) for kind in labels.TRANSACTIONS.values()
    )
    summary = tuple(Sum(each, 1) for each in (labels.INVOICED, labels.RECEIVED, labels.CREDITED))
    aging = tuple(Sum(each, 1, 1) for each in labels.AGES.values())
    section = StatementSection("GBP", 1, 2, lines, summary, aging)
    statement = Statement(X, X, DAY, DAY, (section,), payment=PaymentDetails("X"), notes="X")
    return render_statement(statement, _look(), now=NOW)


def _look() -> Look:
    return Look(language.locale("en_GB"))


DOCUMENTS: dict[str, Callable[[], bytes]] = {
    "invoice": lambda: _paper(INVOICE),
    "estimate": lambda: _paper(document_views.ESTIMATE),
    "credit note": lambda: _paper(document_views.CREDIT_NOTE),
    "retainer invoice": lambda: _paper(document_views.RETAINER),
    "receipt": _receipt,
    "statement": _statement,
}


def _read(pdf: bytes) -> tuple[str, PdfReader]:
    reader = PdfReader(io.BytesIO(pdf))
    return "\n".join(page.extract_text() for page in reader.pages), reader


@pytest.mark.parametrize("name", [each for each in language.LANGUAGES if each != language.SOURCE])
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_word_of_ours_is_translated(kind: str, name: str, translated: Translate) -> None:
    with language.reading(name):
        text, reader = _read(DOCUMENTS[kind]())
    packed, before = "".join(text.split()), ""
    assert packed.count("‹") > 10
    while packed != before:  # what stands in a mark came through a catalogue; places hold others
        before, packed = packed, re.sub(rf"(?i){name}‹[^‹›]*›", " ", packed)
    assert set(re.findall(r"[^\W\d_]+", packed.replace("X", " "))) <= FOREIGN, packed
    assert reader.trailer["/Root"]["/Lang"].startswith(f"{name}-")
    assert f"{name}‹" in str(reader.metadata and reader.metadata.title)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_in_english_no_word_is_marked(kind: str, translated: Translate) -> None:
    for reader in ("en", None):
        with language.reading(reader):
            assert "‹" not in _read(DOCUMENTS[kind]())[0]


@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        ("invoice", labels.PAYMENT_TERMS, "Zahlungsbedingungen"),
        ("invoice", labels.PRICE, "Stückpreis ohne Umsatzsteuer"),
        ("receipt", labels.EARLY_DISCOUNT, "Skonto bei vorzeitiger Zahlung"),
        ("receipt", labels.TAX_WITHHELD, "Einbehaltene Quellensteuer"),
        ("statement", labels.PAYMENT_OR_CREDIT, "Zahlungen und verrechnete Gutschriften"),
    ],
)
def test_long_heads_break_between_words_and_leave_figures_their_size(
    kind: str, label: str, words: str, translated: Translate
) -> None:
    for other in (labels.DOCUMENT_TOTAL, labels.AMOUNT_PAID, labels.EARLY_DISCOUNT):
        translated("de", other, "Gesamtbetrag des Belegs")
    translated("de", label, words)
    with language.reading("de"):
        reader = _read(DOCUMENTS[kind]())[1]
    sizes: dict[str, float] = {}
    for page in reader.pages:
        page.extract_text(
            visitor_text=lambda text, _cm, _tm, _font, size: sizes.update({text.strip(): size})
        )
    lines = " ".join(sizes).split()
    assert set(words.split()) <= set(lines)
    figures = {"receipt": "0,03", "invoice": "1.200,50", "statement": "0,02"}
    assert sizes[figures[kind]] >= (7 if kind == "receipt" else 9)  # four heads share its width


@pytest.mark.parametrize(
    ("locale", "written"),
    [("en_GB", "7.5%"), ("de_DE", "7,5\N{NO-BREAK SPACE}%"), ("es_ES", "7,5\N{NO-BREAK SPACE}%"),
     ("fr_FR", "7,5\N{NO-BREAK SPACE}%"), ("tr_TR", "%7,5")],
)  # fmt: skip
def test_percentages_are_as_each_language_has_them(locale: str, written: str) -> None:
    assert number_format.percent(Decimal("7.5"), locale) == written


def test_a_name_that_tells_its_rate_is_not_told_twice() -> None:
    for name, percent in (("VAT 20%", "20\N{NO-BREAK SPACE}%"), ("IVA 7.5%", "7,5 %")):
        assert labels.named_tax(name, percent) == name
    assert labels.named_tax("MwSt.", "19 %") == "MwSt. 19 %"
    assert labels.named_tax("Exempt", "") == "Exempt"
