"""The words of documents: one vocabulary for screens, PDFs and files.

Screens and PDFs translate them where they draw them; files keep the English ones.
"""

from decimal import Decimal

from portal_data.text.language import N_, NP_, N_counted, _, form_of

# parties and facts
FROM = N_("From")
SHIP_TO = N_("Ship to")
TAX_NUMBER = N_("Tax number")
DATE = N_("Date")
DUE_DATE = N_("Due date")
VALID_UNTIL = N_("Valid until")
PAYMENT_TERMS = N_("Payment terms")
REFERENCE = N_("Reference")
NOTES = N_("Notes")
TERMS = NP_("of a document", "Terms")

# what makes an acceptance
SIGNED_BY = N_("Accepted and signed by")

# lines
ITEM = N_("Item")
QUANTITY = N_("Quantity")
PRICE = N_("Price")
DISCOUNT = N_("Discount")
TAX = N_("Tax")
AMOUNT = N_("Amount")

# totals
SUBTOTAL = N_("Subtotal")
SHIPPING = NP_("an amount", "Shipping")
ADJUSTMENT = N_("Adjustment")
ROUNDING = N_("Rounding")
TOTAL = N_("Total")
PAID = NP_("an amount", "Paid")
TAX_WITHHELD = N_("Tax withheld")
EARLY_DISCOUNT = N_("Early payment discount")
CREDITS_APPLIED = N_("Credits applied")
REFUNDED = N_("Refunded")
REFUNDS = N_("Refunds")
WRITTEN_OFF = NP_("an amount", "Written off")
BALANCE = NP_("of an account", "Balance")
BALANCE_DUE = N_("Balance due")
CREDITS_REMAINING = N_("Credits remaining")

# receipts
PAYMENT_DATE = N_("Payment date")
PAYMENT_MODE = N_("Payment mode")
RECEIVED_FROM = N_("Received from")
AMOUNT_RECEIVED = N_("Amount received")
AMOUNT_PAID = N_("Amount paid")
AMOUNT_RETURNED = NP_("an amount", "Returned")
AMOUNT_KEPT = NP_("an amount", "Still paid")
PAYMENT_FOR = N_("Payment for")
DOCUMENT_TOTAL = N_("Document total")
UNUSED = N_("Unused amount")

# statements
TRANSACTION = N_("Transaction")
PAYMENT_OR_CREDIT = N_("Payment or credit")
OPENING_BALANCE = N_("Opening balance")
CLOSING_BALANCE = N_("Closing balance")
INVOICED = NP_("an amount", "Invoiced")
RECEIVED = NP_("an amount", "Received")
CREDITED = N_("Credited")
TRANSACTIONS = {
    "invoice": N_("Invoice"),
    "payment": N_("Payment received"),
    "credit_note": N_("Credit note"),
    "withheld": TAX_WITHHELD,
    "early_discount": EARLY_DISCOUNT,
    "refund": N_("Refund"),
    "write_off": WRITTEN_OFF,
}
"""What each kind of line of a statement is called."""

IN_DISPUTE = N_("{amount} of it in dispute")
AGES = {
    "not_due": N_("Not due"),
    "1_30": N_("1–30 days"),
    "31_60": N_("31–60 days"),
    "61_90": N_("61–90 days"),
    "over_90": N_("Over 90 days"),
}
"""How long a debt has been due."""

_UNITS = {
    "bag": N_counted("bag", "bags"),
    "bottle": N_counted("bottle", "bottles"),
    "box": N_counted("box", "boxes"),
    "copy": N_counted("copy", "copies"),
    "day": N_counted("day", "days"),
    "drawing": N_counted("drawing", "drawings"),
    "hour": N_counted("hour", "hours"),
    "image": N_counted("image", "images"),
    "item": N_counted("item", "items"),
    "kilometre": N_counted("kilometre", "kilometres"),
    "kit": N_counted("kit", "kits"),
    "licence": N_counted("licence", "licences"),
    "license": N_counted("license", "licenses"),
    "litre": N_counted("litre", "litres"),
    "metre": N_counted("metre", "metres"),
    "mile": N_counted("mile", "miles"),
    "minute": N_counted("minute", "minutes"),
    "month": N_counted("month", "months"),
    "night": N_counted("night", "nights"),
    "pack": N_counted("pack", "packs"),
    "page": N_counted("page", "pages"),
    "pair": N_counted("pair", "pairs"),
    "person": N_counted("person", "people"),
    "piece": N_counted("piece", "pieces"),
    "quarter": N_counted("quarter", "quarters"),
    "roll": N_counted("roll", "rolls"),
    "room": N_counted("room", "rooms"),
    "seat": N_counted("seat", "seats"),
    "session": N_counted("session", "sessions"),
    "set": N_counted("set", "sets"),
    "sheet": N_counted("sheet", "sheets"),
    "trip": N_counted("trip", "trips"),
    "unit": N_counted("unit", "units"),
    "user": N_counted("user", "users"),
    "visit": N_counted("visit", "visits"),
    "week": N_counted("week", "weeks"),
    "word": N_counted("word", "words"),
    "year": N_counted("year", "years"),
}


def unit(name: str, quantity: Decimal) -> str:
    """Return a unit as it stands behind a quantity: 1 piece, 4 pieces, 1.5 days.

    Abbreviations and words that this portal does not know stay as they were written.
    """
    return form_of(quantity, *_UNITS[name]) if name in _UNITS else name


def in_currency(label: str, currency: str) -> str:
    """Return the head of a column of plain figures with the currency they are in: Price (GBP)."""
    return f"{label} ({currency})"


def named_tax(name: str, percent: str, *, included: bool = False) -> str:
    """Return a tax with its rate, which some names tell already: VAT 20%, VAT 20% (included)."""
    # a name has its rate as the business writes it, whatever the reader's language
    told = _rate(percent) in _rate(name)
    named = name if told else f"{name} {percent}".strip()
    return _("{tax} (included)", tax=named) if included else named


def _rate(text: str) -> str:
    return "".join(text.split()).replace(",", ".")
