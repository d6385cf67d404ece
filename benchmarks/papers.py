"""The documents that PDFs are measured with, as the portal's own values."""

from datetime import date
from decimal import Decimal

from portal_data.output.documents import (
    Line,
    Paper,
    Party,
    Statement,
    StatementLine,
    StatementSection,
    Tax,
)

_DAY = date(2026, 11, 1)
_BUSINESS = Party("Larch & Daughters Ltd", "1 Mill Lane\nSampleton SA1 1AA", "GB 000 0000 00")
_CUSTOMER = Party("Brook Hotels Ltd", "9 Elm Road\nSampleton SA9 9ZZ")
_JAPANESE_CUSTOMER = Party("株式会社さくら旅館", "東京都見本区一丁目二番三号")
WORDS = ("Article", "As ordered, delivered to the door")
JAPANESE = ("品目", "ご注文のとおり、玄関までお届けしました")


def invoice(lines: int, words: tuple[str, str] = WORDS, number: str = "INV-000001") -> Paper:
    """Return an invoice of so many lines, whose name and description begin with `words`."""
    return Paper(
        number=number,
        date=_DAY,
        due_date=_DAY,
        currency="GBP",
        issuer=_BUSINESS,
        billed_to=_CUSTOMER if words == WORDS else _JAPANESE_CUSTOMER,
        lines=tuple(
            Line(
                name=f"{words[0]} {place}",
                description=words[1],
                amount_minor=12_000,
                quantity=Decimal(2),
                unit="piece",
                rate=Decimal(60),
                tax_name="VAT",
                tax_percent=Decimal(20),
            )
            for place in range(1, lines + 1)
        ),
        subtotal_minor=12_000 * lines,
        taxes=(Tax("VAT", 2_400 * lines, Decimal(20)),),
        total_minor=14_400 * lines,
        balance_minor=14_400 * lines,
    )


def statement(lines: int, first: int = 1) -> Statement:
    """Return a statement of so many transactions, numbered from `first`."""
    section = StatementSection(
        currency="GBP",
        opening_minor=0,
        closing_minor=lines * 100,
        lines=tuple(
            StatementLine(
                date=_DAY,
                kind="Invoice",
                number=f"INV-{first + place:06d}",
                details="As ordered",
                charge_minor=100,
                payment_minor=None,
                balance_minor=(place + 1) * 100,
            )
            for place in range(lines)
        ),
        summary=(),
        aging=(),
    )
    return Statement(
        issuer=_BUSINESS, customer=_CUSTOMER, starts_on=_DAY, ends_on=_DAY, sections=(section,)
    )
