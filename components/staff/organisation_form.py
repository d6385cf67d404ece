"""The form of the business's own details, as owners change and other staff read them."""

import streamlit as st

from components.forms.action import act
from components.forms.fields import Fields
from components.session import form
from components.ui import cards
from components.ui.markup import Markup, join
from portal_data.business import colours, organisation
from portal_data.business.organisation import Organisation
from portal_data.business.organisation_fields import FIELDS, locales, timezones
from portal_data.clock import utc_now
from portal_data.scope import Staff

_FORM = "organisation"
_SECTIONS = (
    ("Name and contact", "Customers see this on Home and on every document.",
     (("name", "legal_name"), ("email", "phone"), ("website", "tax_id"))),
    ("Address", "Stands on documents and in the contact block of Home.",
     (("street1", "street2"), ("city", "state"), ("postal_code", "country"))),
    ("Bank account", "Customers see it on documents and when they choose to pay.",
     (("account_holder", "bank_name"), ("iban", "bic"), ("sort_code", "account_number"),
      ("bank_details",))),
)  # fmt: skip


def draw(staff: Staff) -> None:
    """Draw the form, and save it when it is sent."""
    opened = form(_FORM, lambda: organisation.get(staff))
    before = opened.start
    drawn = Fields(opened.key)
    with st.form("organisation", border=False, enter_to_submit=False):
        for title, text, rows in _SECTIONS:
            with st.container(border=True, key=f"card-{title.split()[0].lower()}"):
                cards.draw(cards.title(title), cards.sub(text))
                _rows(drawn, before, rows)
        with st.container(border=True, key="card-look"):
            cards.draw(cards.title("Documents and look"))
            drawn.text("document_footer", FIELDS["document_footer"], before.document_footer)
            left, right = st.columns(2)
            names = locales()
            with left:
                drawn.choice(
                    "locale", FIELDS["locale"], before.locale, list(names),
                    lambda code: names.get(code, code),
                )  # fmt: skip
            with right:
                drawn.choice("timezone", FIELDS["timezone"], before.timezone, timezones())
            drawn.colour("accent", FIELDS["accent"], before.accent or colours.DEFAULT)
            cards.draw(cards.sub(_about_colour(before.accent or colours.DEFAULT)))
        messages = st.container(key="organisation-messages")
        sent = st.form_submit_button("Save", type="primary", icon=":material/check:")
    if sent:
        with messages:
            _save(staff, before, drawn)


def read_only(business: Organisation) -> Markup:
    """Return the same for staff who may not change it."""
    sections = [
        cards.card(
            title,
            cards.facts(
                (FIELDS[name].label, getattr(business, name)) for row in rows for name in row
            ),
        )
        for title, _, rows in _SECTIONS
    ]
    look = cards.facts(
        [
            (FIELDS["document_footer"].label, business.document_footer),
            (FIELDS["locale"].label, locales().get(business.locale, business.locale)),
            (FIELDS["timezone"].label, business.timezone),
        ]
    )
    return join(*sections, cards.card("Documents and look", look))


def _rows(drawn: Fields, before: Organisation, rows: tuple[tuple[str, ...], ...]) -> None:
    for names in rows:
        for column, name in zip(st.columns(len(names)), names, strict=True):
            with column:
                drawn.text(name, FIELDS[name], getattr(before, name))


def _save(staff: Staff, before: Organisation, drawn: Fields) -> None:
    changes = {
        name: typed
        for name, typed in drawn.typed.items()
        if typed != (getattr(before, name) or _UNSET.get(name, ""))
    }
    act(
        "Saved. Customers see it from now on.",
        lambda: organisation.change(staff, changes, before=before, now=utc_now()),
        drawn=drawn,
        form=_FORM,
    )


_UNSET = {"accent": colours.DEFAULT.lower()}
"""What a widget returns for a field that holds nothing, where that is not the empty text."""


def _about_colour(accent: str) -> str:
    shades = colours.shades(accent)
    ratio = colours.contrast(accent, "#FFFFFF")
    if shades.light_fill == accent:
        return f"White text on it has a contrast of {ratio:.1f} to 1: it can be read."
    return (
        f"White text on {accent} has a contrast of {ratio:.1f} to 1, too little to be read. "
        f"Buttons and links use {shades.light_fill} and {shades.light_text} instead."
    )
