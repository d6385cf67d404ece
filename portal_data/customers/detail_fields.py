"""The fields of a contact's and a company's details that contacts change themselves."""

from portal_data.business.organisation_fields import clean_website
from portal_data.errors import Invalid
from portal_data.text import bidi
from portal_data.text.form_fields import Field
from portal_data.text.language import N_, _
from portal_data.text.normal_form import nfc


def clean_phone(text: str) -> str:
    """Return a phone number as it was typed. Raises Invalid for what holds too few digits."""
    number = nfc(text)
    if sum(character.isdigit() for character in number) < _FEWEST_DIGITS:
        raise Invalid(_("Enter a phone number such as +44 1632 960001."))
    return number


def said(text: str | None) -> str:
    """Return a value as it may stand in a sentence; one that is empty says so."""
    return bidi.isolated(text) if text else "empty"


def clean_tax_id(text: str) -> str:
    """Return a tax number as it was typed. Raises Invalid for what holds no digit."""
    number = nfc(text)
    if not any(character.isdigit() for character in number):
        raise Invalid(_("Enter the tax number as it stands on your registration."))
    return number


_FEWEST_DIGITS = 3

PERSON: dict[str, Field] = {
    "salutation": Field(N_("Salutation"), 20, nfc),
    "first_name": Field(N_("First name"), 80, nfc),
    "last_name": Field(N_("Last name"), 80, nfc),
    "designation": Field(N_("Job title"), 80, nfc),
    "phone": Field(N_("Phone"), 40, clean_phone),
    "mobile": Field(N_("Mobile"), 40, clean_phone),
}
COMPANY: dict[str, Field] = {
    "company_name": Field(N_("Company"), 160, nfc, help=N_("Stands on documents from now on.")),
    "phone": Field(N_("Phone"), 40, clean_phone),
    "website": Field(N_("Website"), 200, clean_website),
    "tax_id": Field(
        N_("Tax number"), 40, clean_tax_id, help=N_("Holds once we have confirmed it.")
    ),
}
ADDRESS: dict[str, Field] = {
    "attention": Field(N_("Attention"), 120, nfc, help=N_("Who or which department it is for.")),
    "street1": Field(N_("Street"), 250, nfc, multiline=True),
    "street2": Field(N_("Street, second line"), 120, nfc),
    "city": Field(N_("City"), 80, nfc),
    "state": Field(N_("State or county"), 80, nfc),
    "postal_code": Field(N_("Postal code"), 20, nfc),
    "country": Field(N_("Country"), 80, nfc),
    "phone": Field(N_("Phone"), 40, clean_phone),
    "fax": Field(N_("Fax"), 40, clean_phone),
}
"""Names here are columns, in the order of forms."""

LABELS = {
    "contact": {name: field.label for name, field in PERSON.items()},
    "customer": {name: field.label for name, field in COMPANY.items()},
    "address": {name: field.label for name, field in ADDRESS.items()},
}
"""What a change of a field is called, by the kind of what was changed."""

REASON = Field(N_("Reason"), 500, nfc, multiline=True)
"""Why staff refuse a change."""
