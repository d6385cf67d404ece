"""The words of documents: one vocabulary for screens, PDFs and files."""

from decimal import Decimal

# parties and facts
FROM = "From"
SHIP_TO = "Ship to"
TAX_NUMBER = "Tax number"
DATE = "Date"
DUE_DATE = "Due date"
VALID_UNTIL = "Valid until"
PAYMENT_TERMS = "Payment terms"
REFERENCE = "Reference"
NOTES = "Notes"
TERMS = "Terms"

# what makes an acceptance
SIGNED_BY = "Accepted and signed by"

# lines
ITEM = "Item"
QUANTITY = "Quantity"
PRICE = "Price"
DISCOUNT = "Discount"
TAX = "Tax"
AMOUNT = "Amount"

# totals
SUBTOTAL = "Subtotal"
SHIPPING = "Shipping"
ADJUSTMENT = "Adjustment"
ROUNDING = "Rounding"
TOTAL = "Total"
PAID = "Paid"
TAX_WITHHELD = "Tax withheld"
EARLY_DISCOUNT = "Early payment discount"
CREDITS_APPLIED = "Credits applied"
REFUNDED = "Refunded"
WRITTEN_OFF = "Written off"
BALANCE = "Balance"
BALANCE_DUE = "Balance due"
CREDITS_REMAINING = "Credits remaining"

# receipts
PAYMENT_DATE = "Payment date"
PAYMENT_MODE = "Payment mode"
RECEIVED_FROM = "Received from"
AMOUNT_RECEIVED = "Amount received"
AMOUNT_PAID = "Amount paid"
PAYMENT_FOR = "Payment for"
DOCUMENT_TOTAL = "Document total"
UNUSED = "Unused amount"

# statements
TRANSACTION = "Transaction"
PAYMENT_OR_CREDIT = "Payment or credit"
OPENING_BALANCE = "Opening balance"
CLOSING_BALANCE = "Closing balance"
INVOICED = "Invoiced"
RECEIVED = "Received"
CREDITED = "Credited"
TRANSACTIONS = {
    "invoice": "Invoice",
    "payment": "Payment received",
    "credit_note": "Credit note",
    "withheld": TAX_WITHHELD,
    "early_discount": EARLY_DISCOUNT,
    "refund": "Refund",
    "write_off": WRITTEN_OFF,
}
"""What each kind of line of a statement is called."""

IN_DISPUTE = "of it in dispute"
AGES = {
    "not_due": "Not due",
    "1_30": "1–30 days",
    "31_60": "31–60 days",
    "61_90": "61–90 days",
    "over_90": "Over 90 days",
}
"""How long a debt has been due."""

_PLURALS = {
    "bag": "bags",
    "bottle": "bottles",
    "box": "boxes",
    "copy": "copies",
    "day": "days",
    "drawing": "drawings",
    "hour": "hours",
    "image": "images",
    "item": "items",
    "kilometre": "kilometres",
    "kit": "kits",
    "licence": "licences",
    "license": "licenses",
    "litre": "litres",
    "metre": "metres",
    "mile": "miles",
    "minute": "minutes",
    "month": "months",
    "night": "nights",
    "pack": "packs",
    "page": "pages",
    "pair": "pairs",
    "person": "people",
    "piece": "pieces",
    "quarter": "quarters",
    "roll": "rolls",
    "room": "rooms",
    "seat": "seats",
    "session": "sessions",
    "set": "sets",
    "sheet": "sheets",
    "trip": "trips",
    "unit": "units",
    "user": "users",
    "visit": "visits",
    "week": "weeks",
    "word": "words",
    "year": "years",
}


def unit(name: str, quantity: Decimal) -> str:
    """Return a unit as it stands behind a quantity: 1 piece, 4 pieces, 1.5 days.

    Abbreviations and words that this portal does not know stay as they were written.
    """
    return name if quantity == 1 else _PLURALS.get(name, name)


def in_currency(label: str, currency: str) -> str:
    """Return the head of a column of plain figures with the currency they are in: Price (GBP)."""
    return f"{label} ({currency})"


def named_tax(name: str, percent: str, *, included: bool = False) -> str:
    """Return a tax with its rate, which some names tell already: VAT 20%, VAT 20% (included)."""
    named = name if not percent or percent in name else f"{name} {percent}".strip()
    return f"{named} (included)" if included else named
