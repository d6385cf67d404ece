"""Statements and receipts."""

from dataclasses import replace
from datetime import date
from io import BytesIO

from pypdf import PdfReader

from portal_data import labels
from portal_data.output.documents import (
    Look,
    MoneyBack,
    PaidPaper,
    Party,
    PaymentDetails,
    StatementLine,
    Sum,
    render_receipt,
    render_statement,
)
from tests.documents.conftest import Drawn, assert_nothing_overlaps, assert_on_page
from tests.documents.papers import ACME, LOOK, NOW, RECEIPT, STATEMENT, pages, section, text


def test_statement_shows_every_currency_by_itself() -> None:
    shown = text(render_statement(STATEMENT, LOOK, now=NOW))
    for part in (
        "Statement 1 Jan 2026 – 22 Nov 2026",
        "To Acme Engineering plc",
        "Closing balance £1,950.00 · €1,700.00",
        "GBP Date Transaction Amount Payment or credit Balance",
        "EUR Date Transaction Amount Payment or credit Balance",
        "Opening balance 1,200.00",
        "1 Mar 2026 Invoice INV-000003 250.00 1,950.00",
        "Opening balance £1,200.00 Invoiced £750.00 Closing balance £1,950.00",
        "Opening balance €1,200.00 Invoiced €500.00 Closing balance €1,700.00",
        "Current £250.00 Over 90 days £1,200.00",
    ):
        assert part in shown


def test_single_currency_needs_no_title() -> None:
    shown = text(render_statement(replace(STATEMENT, sections=(section("GBP", 1),)), LOOK, now=NOW))
    assert "GBP" not in shown


def test_quiet_period_still_states_the_balance() -> None:
    quiet = replace(section("GBP", 0), aging=(), summary=())
    shown = text(render_statement(replace(STATEMENT, sections=(quiet,)), LOOK, now=NOW))
    assert "Opening balance 1,200.00" in shown
    assert "Closing balance £1,200.00" in shown


def test_statement_without_sections_is_still_a_document() -> None:
    assert "Statement" in text(render_statement(replace(STATEMENT, sections=()), LOOK, now=NOW))


def test_long_statement_repeats_heads_and_is_complete(drawn: Drawn) -> None:
    statement = replace(STATEMENT, sections=(section("GBP", 1000), section("EUR", 70)))
    shown = pages(render_statement(statement, LOOK, now=NOW))
    for number, page in enumerate(shown, start=1):
        assert f"Page {number} of {len(shown)}" in page
        assert "Transaction" in page
    everything = " ".join(shown)
    assert all(f"INV-{number:06d}" in everything for number in range(1, 1001))
    assert_on_page(drawn)


def test_statement_pays_and_explains() -> None:
    paid = StatementLine(
        date(2026, 4, 1), "Payment", 5, "PAY-1", "Bank transfer for INV-000001", payment_minor=7
    )
    statement = replace(
        STATEMENT,
        sections=(replace(section("GBP", 1), lines=(paid,)),),
        payment=PaymentDetails(reference="ACME-7"),
        notes="Please check.",
        footer="Small print",
    )
    shown = text(render_statement(statement, LOOK, now=NOW))
    assert "Payment PAY-1 Bank transfer for INV-000001 0.07 0.05" in shown
    assert "How to pay Payment reference ACME-7" in shown
    assert "Notes Please check." in shown
    assert "Small print" in shown


def test_fifteen_digits_fit_a_statement(drawn: Drawn) -> None:
    huge = 999_999_999_999_999
    line = StatementLine(date(2026, 4, 1), "Invoice", -huge, charge_minor=huge, payment_minor=huge)
    aging = tuple(Sum(f"{days} days", huge) for days in range(6))
    one = replace(section("KWD", 0), lines=(line,), aging=aging, closing_minor=huge)
    pdf = render_statement(replace(STATEMENT, sections=(one, one)), LOOK, now=NOW)
    assert "999,999,999,999.999 999,999,999,999.999 -999,999,999,999.999" in text(pdf)
    assert_on_page(drawn)
    assert_nothing_overlaps(drawn)


def test_receipt_shows_what_was_paid() -> None:
    shown = text(render_receipt(replace(RECEIPT, stamp="Void"), LOOK, now=NOW))
    for part in (
        "Payment receipt PAY-00031",
        "VOID",
        "Received from Acme Engineering plc",
        "Payment date 20 Nov 2026",
        "Payment mode Bank transfer",
        "Reference FT-22-ACME",
        "Payment for Date Document total Tax withheld Early payment discount Amount paid",
        "INV-000123 2 Nov 2026 1,896.84 1,296.84",
        "INV-000119 2 Oct 2026 1,000.00 20.00 5.00 975.00",
        "Amount received £2,500.00",
        "Unused amount £228.16",
    ):
        assert part in shown


def test_receipt_says_why_money_went_back() -> None:
    back = (
        MoneyBack("Refund on its way", date(2026, 11, 25), 1500, "Ordered twice"),
        MoneyBack("Returned by the bank", date(2026, 11, 26), 2500),
    )
    shown = text(render_receipt(replace(RECEIPT, refunds=back), LOOK, now=NOW))
    for words in (
        "Refunds",
        "Refund on its way · 25 Nov 2026 · £15.00 · Ordered twice",
        "Returned by the bank · 26 Nov 2026 · £25.00",
    ):
        assert words in shown
    assert "Refunds" not in text(render_receipt(RECEIPT, LOOK, now=NOW))


def test_receipt_of_an_advance_has_no_table() -> None:
    shown = text(render_receipt(replace(RECEIPT, paid=(), unused_minor=250000), LOOK, now=NOW))
    assert "Payment for" not in shown
    assert "Unused amount £2,500.00" in shown


def test_receipt_of_many_documents_is_complete(drawn: Drawn) -> None:
    paid = tuple(
        PaidPaper(f"INV-{number:06d}", date(2026, 1, 2), 100, 100) for number in range(300)
    )
    shown = " ".join(pages(render_receipt(replace(RECEIPT, paid=paid), LOOK, now=NOW)))
    assert all(f"INV-{number:06d}" in shown for number in range(300))
    assert "Tax withheld" not in shown
    assert "Early discount" not in shown
    assert_on_page(drawn)


def test_both_are_deterministic_and_labelled() -> None:
    receipt = render_receipt(RECEIPT, LOOK, now=NOW)
    statement = render_statement(STATEMENT, Look(locale="fr_FR"), now=NOW)
    assert receipt == render_receipt(RECEIPT, LOOK, now=NOW)
    assert statement == render_statement(STATEMENT, Look(locale="fr_FR"), now=NOW)
    reader = PdfReader(BytesIO(statement))
    assert reader.root_object["/Lang"] == "fr-FR"
    assert reader.metadata is not None
    assert ACME.name in str(reader.metadata.title)


def test_long_names_stay_on_the_page(drawn: Drawn) -> None:
    party = Party("y" * 500, "z" * 900)
    render_statement(replace(STATEMENT, customer=party, issuer=party), LOOK, now=NOW)
    render_receipt(replace(RECEIPT, received_from=party, number="R" * 200), LOOK, now=NOW)
    assert_on_page(drawn)
    assert_nothing_overlaps(drawn)


def test_a_statement_of_five_lines_is_one_page() -> None:
    """With every row of the summary, all ages and how to pay, as a business with an account has."""
    five = section("GBP", 5)
    lines = tuple(replace(one, details="Harbour House, August to September") for one in five.lines)
    ages = tuple(Sum(label, 12_345) for label in labels.AGES.values())
    rows = (labels.INVOICED, labels.RECEIVED, labels.CREDITED, labels.REFUNDED)
    full = replace(
        five, lines=lines, aging=ages, summary=tuple(Sum(label, 100_000) for label in rows)
    )
    account = PaymentDetails("Northwind Studio Ltd\nBank of Example\nIBAN GB00 TEST 0000\nBIC TEST")
    made = render_statement(replace(STATEMENT, sections=(full,), payment=account), LOOK, now=NOW)
    assert len(pages(made)) == 1
    assert "How to pay" in text(made)
