"""A document on the screen shows everything its PDF shows, and nothing that is not there."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from components.documents.paper import paper
from portal_data.output.documents.model import Line, Paper, Party, Tax
from tests.components.payloads import PAYLOADS
from tests.components.test_markup import Elements

PAPER = Paper(
    number="INV-000001",
    date=date(2026, 11, 4),
    due_date=date(2026, 12, 4),
    currency="GBP",
    issuer=Party("Fern & Bloom Ltd", "12 Canal Street\nBristol", tax_id="GB 1"),
    billed_to=Party("Alder Ltd", "1 High Street"),
    reference="PO-1",
    subtotal_minor=200_00,
    total_minor=230_00,
    lines=(
        Line("Design", 150_00, "Two rounds", quantity=Decimal("1.5"), unit="h", rate=Decimal(100)),
        Line("Print", 50_00),
    ),
    taxes=(Tax("VAT", 40_00, Decimal(20)),),
    discount_minor=10_00,
    paid_minor=30_00,
    balance_minor=200_00,
    notes="Thank you.",
)


def text(shown: Paper) -> str:
    """Return the words of a paper."""
    return Elements(paper(shown, "en_GB")).text


@pytest.mark.parametrize(
    "words",
    ["Fern & Bloom Ltd", "12 Canal Street", "Tax number GB 1", "Alder Ltd", "4 Nov 2026",
     "4 Dec 2026", "PO-1", "Design", "Two rounds", "1.5 h · at £100.00", "VAT 20%", "£40.00",
     "Discount-£10.00", "Total£230.00", "Paid-£30.00", "Balance due£200.00", "Thank you."],
)  # fmt: skip
def test_paper_tells(words: str) -> None:
    assert words in text(PAPER)


@pytest.mark.parametrize("words", ["Ship to", "Shipping", "Rounding", "Written off", "Terms"])
def test_paper_leaves_out_what_is_not_there(words: str) -> None:
    assert words not in text(PAPER)


def test_columns_without_values_are_not_drawn() -> None:
    bare = replace(PAPER, lines=(Line("Flat fee", 200_00),), discount_minor=0)
    assert "Quantity" not in text(bare)
    assert "Discount" not in text(bare)


def test_papers_without_a_balance_have_no_such_row() -> None:
    assert "Balance due" not in text(replace(PAPER, balance_minor=None))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_wrote_stays_text(payload: str) -> None:
    party = Party(payload, payload, payload)
    line = Line(payload, 1, payload, payload, Decimal(1), payload, Decimal(1), tax_name=payload)
    evil = replace(
        PAPER, number=payload, issuer=party, billed_to=party, ship_to=party, subject=payload,
        reference=payload, lines=(line,), notes=payload, terms=payload, payment_terms=payload,
        taxes=(Tax(payload, 1),), adjustment_label=payload, adjustment_minor=1,
    )  # fmt: skip
    made = Elements(paper(evil, "en_GB"))
    allowed = {"article", "header", "h2", "div", "b", "dl", "dt", "dd", "table", "thead", "tbody"}
    allowed |= {"tr", "th", "td"}
    assert set(made.elements) <= allowed | {"span", "small"}
    assert not {name for name in made.attributes if name.startswith("on")}


def test_a_thousand_lines() -> None:
    many = replace(PAPER, lines=PAPER.lines * 500)
    assert text(many).count("Two rounds") == 500
