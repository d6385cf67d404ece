"""Estimates, invoices, credit notes and retainers: everything is there, and nothing else."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader

from portal_data.errors import Invalid
from portal_data.output.document_views import CREDIT_NOTE, ESTIMATE, RETAINER
from portal_data.output.documents import (
    Fact,
    Line,
    Look,
    Paper,
    Party,
    PaymentDetails,
    Tax,
    render_paper,
)
from tests.documents.conftest import Drawn, assert_nothing_overlaps, assert_on_page
from tests.documents.papers import DESIGN, INVOICE, LOOK, NOW, pages, text


def test_invoice_shows_everything() -> None:
    shown = text(render_paper(replace(INVOICE, stamp="Overdue"), LOOK, now=NOW))
    for part in (
        "Invoice INV-000123",
        "OVERDUE",
        "Northwind Studio Ltd",
        "Tax number GB 123 4567 89",
        "billing@northwind.example",
        "Billed to Acme Engineering plc 220 Deansgate Manchester M3 4LY",
        "Ship to Acme Warehouse",
        "Date 2 Nov 2026",
        "Due date 2 Dec 2026",
        "Payment terms Net 30",
        "PO number PO-88213",
        "Customer portal, phase 2",
        "Item Quantity Price (GBP) Discount Tax Amount",
        "Design sprint Workshops and a written summary 3 days 120.00 20% 360.00",
        "Hosting, November 1 49.99 5.00 44.99",
        "Subtotal £404.99",
        "Discount -£10.00",
        "Shipping £12.50",
        "VAT 20% £72.00",
        "Goodwill £0.55",
        "Rounding -£0.04",
        "Total £480.00",
        "Paid -£100.00",
        "Tax withheld -£1.00",
        "Early payment discount -£0.50",
        "Credits applied -£50.00",
        "Written off -£2.00",
        "Balance due £326.50",
        "How to pay IBAN GB29 NWBK 6016",
        "Payment reference ACME-000123",
        "Notes Thank you for your business.",
        "Terms Payment within 30 days.",
        "Registered in England and Wales no. 01234567",
        "Page 1 of 1",
    ):
        assert part in shown


def test_empty_fields_leave_no_labels() -> None:
    bare = Paper(
        "", INVOICE.date, "GBP", Party("A"), Party(""), 100, 100, lines=(Line("Thing", 100),)
    )
    shown = text(render_paper(bare, LOOK, now=NOW))
    assert "Thing 1.00" in shown
    for label in (
        "Due date", "terms", "Reference", "Quantity", "Rate", "Discount", "Tax", "Subtotal",
        "Shipping", "Rounding", "Balance", "How to pay", "Notes", "Ship to", "None",
    ):  # fmt: skip
        assert label not in shown


def test_no_lines_at_all_is_still_a_document() -> None:
    shown = text(render_paper(replace(INVOICE, lines=()), LOOK, now=NOW))
    assert "Balance due £326.50" in shown
    assert "Quantity" not in shown


def test_each_kind_has_its_own_words() -> None:
    estimate = text(
        render_paper(replace(INVOICE, kind=ESTIMATE, balance_minor=None), LOOK, now=NOW)
    )
    assert "Estimate INV-000123" in estimate
    assert "Prepared for" in estimate
    assert "Balance" not in estimate
    credit = text(
        render_paper(replace(INVOICE, kind=CREDIT_NOTE, refunded_minor=300), LOOK, now=NOW)
    )
    assert "Credit note INV-000123" in credit
    assert "Refunded -£3.00" in credit
    assert "Credits remaining £326.50" in credit
    retainer = text(render_paper(replace(INVOICE, kind=RETAINER), LOOK, now=NOW))
    assert "Retainer invoice INV-000123" in retainer


def test_settled_invoice_does_not_ask_for_money() -> None:
    settled = replace(INVOICE, balance_minor=0, stamp="Paid")
    shown = text(render_paper(settled, LOOK, now=NOW))
    assert "PAID" in shown
    assert "How to pay" not in shown


def test_taxes_are_named_once_with_their_rate() -> None:
    taxes = (Tax("VAT 20%", 100, Decimal(20)), Tax("City tax", 50), Tax("GST", 1, Decimal("7.5")))
    paper = replace(INVOICE, taxes=taxes, tax_inclusive=True)
    shown = text(render_paper(paper, LOOK, now=NOW))
    assert "VAT 20% (included) £1.00" in shown
    assert "City tax (included) £0.50" in shown
    assert "GST 7.5% (included) £0.01" in shown


def test_marks_and_more_facts_are_shown() -> None:
    paper = replace(
        INVOICE,
        kind=ESTIMATE,
        lines=(replace(DESIGN, mark="Optional"),),
        facts=(Fact("Project", "Portal"), Fact("Empty", "")),
    )
    shown = text(render_paper(paper, LOOK, now=NOW))
    assert "Optional" in shown
    assert "Project Portal" in shown
    assert "Empty" not in shown


@pytest.mark.parametrize(
    ("currency", "locale", "amounts"),
    [
        ("JPY", "en_GB", ("JP¥32,650", "36,000")),
        ("KWD", "en_GB", ("KWD 32.650", "36.000")),
        ("EUR", "de_DE", ("326,50 €", "360,00")),
        ("INR", "en_IN", ("₹326.50",)),
    ],
)
def test_amounts_follow_currency_and_locale(
    currency: str, locale: str, amounts: tuple[str, ...]
) -> None:
    pdf = render_paper(replace(INVOICE, currency=currency), Look(locale=locale), now=NOW)
    shown = text(pdf).replace("\N{NO-BREAK SPACE}", " ")
    for amount in amounts:
        assert amount in shown


def test_fifteen_digits_in_every_column_stay_whole_and_on_the_page(drawn: Drawn) -> None:
    huge = 999_999_999_999_999
    line = Line(
        "Platform",
        huge,
        quantity=Decimal("999999999999.123456"),
        unit="tonnes",
        rate=Decimal("999999999999.123456"),
        discount_minor=huge,
        tax_name="Sales tax on goods",
    )
    paper = replace(INVOICE, currency="KWD", lines=(line,), total_minor=huge, balance_minor=huge)
    pdf = render_paper(paper, LOOK, now=NOW)
    shown = text(pdf)
    assert "KWD 999,999,999,999.999" in shown
    assert "Quantity 999,999,999,999.123456 tonnes" in shown
    assert "Price (KWD) 999,999,999,999.123456" in shown
    assert "Discount 999,999,999,999.999" in shown
    assert_on_page(drawn)
    assert_nothing_overlaps(drawn)


def test_wide_figures_shrink_before_they_move() -> None:
    line = replace(DESIGN, rate=Decimal("99999999.99"), amount_minor=9_999_999_999)
    pdf = render_paper(replace(INVOICE, lines=(line,)), LOOK, now=NOW)
    assert "Item Quantity Price (GBP) Tax Amount" in text(pdf)
    assert "99,999,999.99" in text(pdf)


def test_long_words_and_names_wrap_within_the_page(drawn: Drawn) -> None:
    word = "x" * 400
    paper = replace(
        INVOICE,
        number="N" * 90,
        issuer=Party("Issuer " + word, address=word),
        billed_to=Party(word),
        subject=word,
        lines=(replace(DESIGN, name=word, description=word, unit="u" * 80),),
        taxes=(Tax("T" * 200, 100),),
        notes=word,
        terms=word,
        footer=word,
        facts=(Fact(word[:80], word),),
        payment=PaymentDetails(word, word),
    )
    pdf = render_paper(paper, LOOK, now=NOW)
    joined = "".join(text(pdf).split())
    assert joined.count("x") >= 9 * 400 + 80
    assert joined.count("T" * 20)
    assert_on_page(drawn)
    assert_nothing_overlaps(drawn)


def test_rows_taller_than_a_page_run_on(drawn: Drawn) -> None:
    words = " ".join(f"word{number}" for number in range(6000))
    paper = replace(
        INVOICE,
        lines=(replace(DESIGN, description=words),),
        billed_to=Party("Acme", address="\n".join(f"line{number}" for number in range(150))),
    )
    pdf = render_paper(paper, LOOK, now=NOW)
    found = set(text(pdf).split())
    assert {f"word{number}" for number in range(6000)} <= found
    assert {f"line{number}" for number in range(150)} <= found
    assert_on_page(drawn)
    assert_nothing_overlaps(drawn)


def test_heads_repeat_and_pages_are_numbered() -> None:
    lines = tuple(replace(DESIGN, name=f"Item {number}.") for number in range(1, 101))
    shown = pages(render_paper(replace(INVOICE, lines=lines), LOOK, now=NOW))
    assert len(shown) > 3
    for number, page in enumerate(shown, start=1):
        assert f"Page {number} of {len(shown)}" in page
        assert ("Quantity" in page) == ("Item " in page.replace("Item Q", ""))
        if number > 1:
            assert "Invoice INV-000123" in page
    everything = " ".join(shown)
    assert all(f"Item {number}." in everything for number in range(1, 101))


@pytest.mark.parametrize("count", range(8, 30))
def test_totals_never_stand_without_a_line(count: int) -> None:
    lines = tuple(replace(DESIGN, name=f"Piece {number}") for number in range(count))
    shown = pages(render_paper(replace(INVOICE, lines=lines), LOOK, now=NOW))
    with_total = next(page for page in shown if "Subtotal" in page)
    assert f"Piece {count - 1}" in with_total
    assert "Balance due £326.50" in with_total.replace("\n", " ")


def test_thousand_lines_are_complete() -> None:
    lines = tuple(replace(DESIGN, name=f"Piece {number}.") for number in range(1200))
    shown = " ".join(pages(render_paper(replace(INVOICE, lines=lines), LOOK, now=NOW)))
    assert all(f"Piece {number}." in shown for number in range(1200))


def test_equal_input_gives_equal_bytes() -> None:
    first = render_paper(INVOICE, LOOK, now=NOW)
    assert render_paper(INVOICE, LOOK, now=NOW) == first
    assert render_paper(INVOICE, LOOK, now=NOW.replace(minute=31)) != first


def test_file_says_what_it_is() -> None:
    pdf = render_paper(INVOICE, Look(locale="pt_BR"), now=NOW)
    reader = PdfReader(BytesIO(pdf))
    assert reader.root_object["/Lang"] == "pt-BR"
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice INV-000123 – Northwind Studio Ltd"
    assert reader.metadata.author == "Northwind Studio Ltd"
    assert str(reader.metadata["/CreationDate"]) == "D:20261122093000Z"
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"]


def test_pay_link_opens_the_address() -> None:
    reader = PdfReader(BytesIO(render_paper(INVOICE, LOOK, now=NOW)))
    notes = [note.get_object() for page in reader.pages for note in page.get("/Annots", [])]
    assert [note["/A"]["/URI"] for note in notes] == ["https://pay.example/123"]


@pytest.mark.parametrize(
    ("look", "size"),
    [
        (Look(), (595, 842)),
        (Look(locale="en_US"), (612, 792)),
        (Look(locale="es_MX"), (612, 792)),
        (Look(locale="en_US", paper_size="a4"), (595, 842)),
        (Look(locale="en"), (595, 842)),
    ],
)
def test_paper_follows_the_locale(look: Look, size: tuple[int, int]) -> None:
    box = PdfReader(BytesIO(render_paper(INVOICE, look, now=NOW))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_logo_replaces_the_wordmark(kind: str) -> None:
    picture = BytesIO()
    Image.new("RGB", (3000, 1000), "#0F766E").save(picture, format=kind)
    pdf = render_paper(INVOICE, Look(logo=picture.getvalue()), now=NOW)
    image = PdfReader(BytesIO(pdf)).pages[0].images[0].image
    assert image is not None
    assert image.width <= 900
    assert text(pdf).count("Northwind Studio Ltd") == 1
    assert text(render_paper(INVOICE, LOOK, now=NOW)).count("Northwind Studio Ltd") == 2


@pytest.mark.parametrize("logo", [b"<svg/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_bad_logo_does_not_keep_the_invoice_back(logo: bytes) -> None:
    shown = text(render_paper(INVOICE, Look(logo=logo), now=NOW))
    assert shown.count("Northwind Studio Ltd") == 2


@pytest.mark.parametrize("wrong", [{"accent": "blue"}, {"paper_size": "a5"}])
def test_bad_look_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=next(iter(wrong.values()))):
        Look(**wrong)


def test_importing_documents_does_not_load_fpdf() -> None:
    code = "import sys, portal_data.output.documents; print('fpdf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
