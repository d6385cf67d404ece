"""Bank transfers as codes that banking apps read: the European Payments Council's EPC069-12.

Only transfers in euros to an IBAN have one.
"""

from portal_data import money

_LONGEST_NAME, _LONGEST_TEXT = 70, 140  # characters, by the guideline
_MOST_MINOR = 99_999_999_999  # EUR 999,999,999.99


def epc_code(
    *, name: str, iban: str | None, bic: str | None, currency: str, amount_minor: int, text: str
) -> str | None:
    """Return the content of the QR code of a transfer; None for what has none.

    `text` is the remittance information, which a bank shows to whoever is paid. Version 002 in
    UTF-8, so that a BIC may be left out. What is too long for a field is cut, as it would be typed.
    """
    if currency != "EUR" or not iban or not 0 < amount_minor <= _MOST_MINOR:
        return None
    amount = f"EUR{money.to_decimal(amount_minor, currency):.2f}"
    fields = [
        "BCD", "002", "1", "SCT", bic or "", _line(name)[:_LONGEST_NAME], iban.replace(" ", ""),
        amount, "", "", _line(text)[:_LONGEST_TEXT],
    ]  # fmt: skip
    return "\n".join(fields)


def _line(text: str) -> str:
    return " ".join(text.split())
