"""Bank accounts: which text is an IBAN, a BIC, a sort code or an account number, in one spelling.

IBAN is ISO 13616 (structure and check digits of each country), BIC ISO 9362; python-stdnum knows
both. Sort code and account number are those of the United Kingdom.
"""

import re

from stdnum import bic, iban
from stdnum.exceptions import InvalidChecksum, ValidationError

from portal_data.errors import Invalid


def clean_iban(text: str) -> str:
    """Return an IBAN in groups of four. Raises Invalid when its form or check digits are wrong."""
    try:
        return str(iban.format(iban.validate(text)))
    except InvalidChecksum as error:
        raise Invalid("The check digits of this IBAN do not fit. Compare it digit by digit.") from (
            error
        )
    except ValidationError as error:
        raise Invalid("This is not an IBAN such as GB33 BUKB 2020 1555 5555 55.") from error


def clean_bic(text: str) -> str:
    """Return a BIC in capitals. Raises Invalid for anything but its 8 or 11 characters."""
    try:
        return str(bic.validate(text))
    except ValidationError as error:
        raise Invalid("A BIC has 8 or 11 letters and digits, such as BUKBGB22.") from error


def clean_sort_code(text: str) -> str:
    """Return a sort code as 12-34-56. Raises Invalid for anything but six digits."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch("[0-9]{6}", digits):
        raise Invalid("A sort code has six digits, such as 12-34-56.")
    return f"{digits[:2]}-{digits[2:4]}-{digits[4:]}"


def clean_account_number(text: str) -> str:
    """Return an account number of eight digits, filled up with zeros. Raises Invalid otherwise."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch("[0-9]{6,8}", digits):
        raise Invalid("An account number beside a sort code has eight digits.")
    return digits.zfill(8)
