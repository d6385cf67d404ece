"""Ready-made values for documents: complete ones, to vary with `dataclasses.replace`."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader

from portal_data.output.documents import (
    Line,
    Look,
    PaidPaper,
    Paper,
    Party,
    PaymentDetails,
    Receipt,
    Statement,
    StatementLine,
    StatementSection,
    Sum,
    Tax,
)

NOW = datetime(2026, 11, 22, 9, 30)
LOOK = Look()

NORTHWIND = Party(
    "Northwind Studio Ltd",
    "14 Harbour Lane\nBristol BS1 4RN\nUnited Kingdom",
    tax_id="GB 123 4567 89",
    email="billing@northwind.example",
    phone="+44 117 496 0123",
    website="northwind.example",
)
ACME = Party("Acme Engineering plc", "220 Deansgate\nManchester M3 4LY", email="ap@acme.example")

DESIGN = Line(
    "Design sprint",
    36000,
    description="Workshops and a written summary",
    quantity=Decimal("3.000000"),
    unit="days",
    rate=Decimal("120.000000"),
    tax_name="VAT",
    tax_percent=Decimal("20.000000"),
)
HOSTING = Line(
    "Hosting, November", 4499, quantity=Decimal(1), rate=Decimal("49.99"), discount_minor=500
)

INVOICE = Paper(
    number="INV-000123",
    date=date(2026, 11, 2),
    due_date=date(2026, 12, 2),
    payment_terms="Net 30",
    reference="PO-88213",
    reference_label="PO number",
    subject="Customer portal, phase 2",
    currency="GBP",
    issuer=NORTHWIND,
    billed_to=ACME,
    ship_to=Party("Acme Warehouse", "Trafford Park"),
    lines=(DESIGN, HOSTING),
    subtotal_minor=40499,
    discount_minor=1000,
    shipping_minor=1250,
    taxes=(Tax("VAT", 7200, Decimal(20)),),
    adjustment_minor=55,
    adjustment_label="Goodwill",
    round_off_minor=-4,
    total_minor=48000,
    paid_minor=10000,
    withheld_minor=100,
    early_discount_minor=50,
    credits_minor=5000,
    written_off_minor=200,
    balance_minor=32650,
    notes="Thank you for your business.",
    terms="Payment within 30 days.",
    payment=PaymentDetails("IBAN GB29 NWBK 6016", "ACME-000123", "https://pay.example/123"),
    footer="Registered in England and Wales no. 01234567",
)

RECEIPT = Receipt(
    number="PAY-00031",
    date=date(2026, 11, 20),
    currency="GBP",
    issuer=NORTHWIND,
    received_from=ACME,
    amount_minor=250000,
    paid=(
        PaidPaper("INV-000123", date(2026, 11, 2), 189684, 129684),
        PaidPaper(
            "INV-000119",
            date(2026, 10, 2),
            100000,
            97500,
            withheld_minor=2000,
            early_discount_minor=500,
        ),
    ),
    unused_minor=22816,
    mode="Bank transfer",
    reference="FT-22-ACME",
)


def section(currency: str, count: int) -> StatementSection:
    """A section of `count` invoices of 250.00 each on top of an opening balance of 1,200.00."""
    lines = tuple(
        StatementLine(
            date(2026, 3, 1),
            "Invoice",
            120000 + 25000 * number,
            number=f"INV-{number:06d}",
            charge_minor=25000,
        )
        for number in range(1, count + 1)
    )
    return StatementSection(
        currency,
        120000,
        120000 + 25000 * count,
        lines,
        (Sum("Invoiced", 25000 * count),),
        (Sum("Current", 25000), Sum("Over 90 days", 120000)),
    )


STATEMENT = Statement(
    NORTHWIND, ACME, date(2026, 1, 1), date(2026, 11, 22), (section("GBP", 3), section("EUR", 2))
)


def pages(pdf: bytes) -> list[str]:
    """The text of every page."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    """The text of all pages with every run of white space as one space."""
    return " ".join(" ".join(pages(pdf)).split())
