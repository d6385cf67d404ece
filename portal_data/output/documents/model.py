"""What a document shows, as plain values: amounts in minor units of the named currency.

Texts are shown as they are, never as markup. An empty text or None leaves its place out.
"""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal

from portal_data import labels
from portal_data.errors import Invalid
from portal_data.text.language import N_


@dataclass(frozen=True, slots=True)
class Look:
    """How a document is drawn, apart from what it says."""

    locale: str = "en_GB"
    """Babel locale of dates and amounts; also the document's language tag and its paper's guide."""
    accent: str = "#3B5BDB"
    """The one colour beside ink and greys, as #RRGGBB."""
    logo: bytes | None = None
    """A PNG or JPEG picture; without one the organisation's name is the mark."""
    paper_size: str | None = None
    """`a4` or `letter`; None chooses by the locale's territory."""

    def __post_init__(self) -> None:
        if not re.fullmatch("#[0-9A-Fa-f]{6}", self.accent):
            raise Invalid(f"{self.accent!r} is not a colour such as #3B5BDB.")
        if self.paper_size not in {None, "a4", "letter"}:
            raise Invalid(f"{self.paper_size!r} is not a paper size: choose a4 or letter.")


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who sends or receives a document."""

    name: str
    address: str = ""
    """Several lines, already in the order of the country."""
    tax_id: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    logo: str = ""
    """Digest of the sender's logo, by which screens address it; PDFs take the picture of `Look`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One more label and value among the facts, such as a project or a custom field."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paper. Columns that no line uses are not drawn."""

    name: str
    amount_minor: int
    description: str = ""
    mark: str = ""
    """A short grey remark behind the name, such as `Optional`."""
    quantity: Decimal | None = None
    unit: str = ""
    rate: Decimal | None = None
    """Price of one unit in major units, up to six decimals."""
    discount_percent: Decimal | None = None
    discount_minor: int = 0
    """Shown when there is no percentage."""
    tax_name: str = ""
    tax_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax of one name and rate over the whole paper."""

    name: str
    amount_minor: int
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PaymentDetails:
    """How to pay: the organisation's bank details and what to quote."""

    bank_details: str = ""
    reference: str = ""
    link: str = ""
    """An https address where the paper can be paid."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of paper calls itself, its receiver and what is left of it."""

    title: str
    billed_to: str
    balance: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a paper, as they wrote their name, and what proves it, a line each."""

    name: str
    details: tuple[str, ...] = ()


INVOICE = Kind(N_("Invoice"), N_("Billed to"), labels.BALANCE_DUE)


@dataclass(frozen=True, slots=True)
class Paper:
    """An estimate, invoice, credit note or retainer invoice."""

    number: str
    date: datetime.date
    currency: str
    issuer: Party
    billed_to: Party
    subtotal_minor: int
    total_minor: int
    kind: Kind = INVOICE
    lines: tuple[Line, ...] = ()
    ship_to: Party | None = None
    due_date: datetime.date | None = None
    expiry_date: datetime.date | None = None
    payment_terms: str = ""
    reference: str = ""
    reference_label: str = labels.REFERENCE
    subject: str = ""
    facts: tuple[Fact, ...] = ()
    stamp: str = ""
    """One word beside the title, such as `Paid`, `Overdue`, `Void` or `Draft`."""
    tax_inclusive: bool = False
    discount_minor: int = 0
    """What was taken off the whole paper, as a positive amount."""
    shipping_minor: int = 0
    taxes: tuple[Tax, ...] = ()
    adjustment_minor: int = 0
    adjustment_label: str = labels.ADJUSTMENT
    round_off_minor: int = 0
    paid_minor: int = 0
    withheld_minor: int = 0
    early_discount_minor: int = 0
    credits_minor: int = 0
    refunded_minor: int = 0
    written_off_minor: int = 0
    balance_minor: int | None = None
    """What is still open (of a credit note: unused); None where the kind has no balance."""
    notes: str = ""
    terms: str = ""
    payment: PaymentDetails | None = None
    signature: Signature | None = None
    footer: str = ""


@dataclass(frozen=True, slots=True)
class PaidPaper:
    """One document that a payment paid, wholly or in part."""

    number: str
    date: datetime.date
    total_minor: int
    amount_minor: int
    withheld_minor: int = 0
    early_discount_minor: int = 0
    returned_minor: int = 0


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """Money of a payment that went back, or is on its way: `words` say which, marked."""

    words: str
    date: datetime.date
    amount_minor: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment and what it paid."""

    number: str
    date: datetime.date
    currency: str
    issuer: Party
    received_from: Party
    amount_minor: int
    paid: tuple[PaidPaper, ...] = ()
    unused_minor: int = 0
    refunded_minor: int = 0
    mode: str = ""
    reference: str = ""
    facts: tuple[Fact, ...] = ()
    stamp: str = ""
    notes: str = ""
    footer: str = ""
    refunds: tuple[MoneyBack, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transaction: a charge or a payment (or credit), and the balance after it."""

    date: datetime.date
    kind: str
    balance_minor: int
    number: str = ""
    details: str = ""
    charge_minor: int | None = None
    payment_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """A labelled amount: a row of the summary or a bucket of the aging, with what is in dispute."""

    label: str
    amount_minor: int
    disputed_minor: int = 0


@dataclass(frozen=True, slots=True)
class StatementSection:
    """All transactions in one currency. Amounts of different currencies are never added."""

    currency: str
    opening_minor: int
    closing_minor: int
    lines: tuple[StatementLine, ...] = ()
    summary: tuple[Sum, ...] = ()
    """What leads from the opening balance to the balance due, e.g. invoiced, received, credited."""
    aging: tuple[Sum, ...] = ()
    """What is open today by age; the last bucket is drawn as the total when it is named so."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A customer's account over a period, both ends included."""

    issuer: Party
    customer: Party
    starts_on: datetime.date
    ends_on: datetime.date
    sections: tuple[StatementSection, ...]
    facts: tuple[Fact, ...] = ()
    payment: PaymentDetails | None = None
    notes: str = ""
    footer: str = ""
