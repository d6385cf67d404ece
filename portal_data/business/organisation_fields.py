"""The fields of the organisation: labels, limits, and which timezones and locales there are."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError, localedata

from portal_data.business import bank_accounts, colours
from portal_data.errors import Invalid, InvalidFields
from portal_data.text import emails
from portal_data.text.form_fields import Field
from portal_data.text.language import _


def clean_website(text: str) -> str:
    """Return a web address with its scheme. Raises Invalid for anything else."""
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        named = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        named = False
    if not named or " " in address:
        raise Invalid(_("Enter a web address such as https://example.com."))
    return address


def clean_timezone(text: str) -> str:
    """Return the name of a timezone. Raises Invalid when there is none such."""
    if text not in available_timezones():
        raise Invalid(f"{text!r} is not a timezone such as Europe/London.")
    return text


def clean_locale(text: str) -> str:
    """Return a locale as `en_GB`. Raises Invalid when it is unknown or names no country."""
    if text not in locales():
        raise Invalid(f"{text!r} is not a locale such as en_GB.")
    return text


@lru_cache(maxsize=1)
def locales() -> dict[str, str]:
    """Return every locale of a language in a country, with its name in its own language."""
    names = {}
    for identifier in localedata.locale_identifiers():
        try:
            locale = Locale.parse(identifier)
        except (UnknownLocaleError, ValueError):
            continue
        if locale.territory and not locale.variant:
            names[identifier] = locale.english_name or identifier
    return dict(sorted(names.items(), key=lambda item: item[1]))


@lru_cache(maxsize=1)
def timezones() -> list[str]:
    """Return the names of all timezones of regions, and UTC, in order."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")


FIELDS: dict[str, Field] = {
    "name": Field("Name", 120, required=True, help="What customers call you."),
    "legal_name": Field("Legal name", 160, help="Stands on documents when it differs."),
    "email": Field("E-mail", 254, emails.normalise, help="Messages of customers arrive here."),
    "phone": Field("Phone", 40),
    "website": Field("Website", 200, clean_website),
    "tax_id": Field("Tax number", 40, help="VAT or other tax number, as documents must show it."),
    "street1": Field("Street", 120),
    "street2": Field("Street, second line", 120),
    "city": Field("City", 80),
    "state": Field("State or county", 80),
    "postal_code": Field("Postal code", 20),
    "country": Field("Country", 80),
    "account_holder": Field("Account holder", 140, help="The legal name when left empty."),
    "bank_name": Field("Bank", 120),
    "iban": Field("IBAN", 42, bank_accounts.clean_iban),
    "bic": Field("BIC", 15, bank_accounts.clean_bic),
    "sort_code": Field("Sort code", 12, bank_accounts.clean_sort_code),
    "account_number": Field("Account number", 16, bank_accounts.clean_account_number),
    "bank_details": Field(
        "Other ways to pay", 1_000, multiline=True, help="Cheques, other accounts, what to quote."
    ),
    "document_footer": Field(
        "Footer of documents", 500, multiline=True, help="Company number, register, directors."
    ),
    "locale": Field("Dates and amounts are written as in", 40, clean_locale, required=True),
    "timezone": Field("Timezone", 60, clean_timezone, required=True),
    "accent": Field("Accent colour", 7, colours.parse),
}
"""Every field that people may change, in the order of forms; a name here is its column."""


def check_together(values: Mapping[str, str | None]) -> None:
    """Raise InvalidFields when a sort code stands without an account number, or the reverse."""
    for name, other in (("sort_code", "account_number"), ("account_number", "sort_code")):
        if values[name] and not values[other]:
            needed = f"This {FIELDS[name].label.lower()} needs its {FIELDS[other].label.lower()}."
            raise InvalidFields({other: (FIELDS[other].label, needed)})
