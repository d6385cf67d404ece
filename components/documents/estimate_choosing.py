"""What a customer chooses of an estimate before answering: lines to tick, quantities, the total."""

from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from components.forms import fields
from components.session import form
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, tag
from portal_data import labels
from portal_data.billing import estimate_choices
from portal_data.billing.estimate_choices import PLACES, Choices, Choosable
from portal_data.billing.estimates import Estimate
from portal_data.errors import PortalError
from portal_data.text import bidi
from portal_data.text.language import _


@dataclass(frozen=True, slots=True)
class Picked:
    """An estimate as it is chosen, and the choices."""

    estimate: Estimate
    choices: Choices


def draw(estimate: Estimate, locale: str) -> Picked | None:
    """Draw the lines of which something can be chosen, and return what is.

    None where that has no price, which is said.
    """
    opened = form(f"estimate.{estimate.number}.{estimate.version}.choices", lambda: None)
    with st.container(border=True, key="card-choices", gap="small"):
        cards.draw(cards.title(_("Choose what you order")))
        choices = tuple(
            (each.line.position, _chosen(each, estimate.currency_code, locale, opened.key))
            for each in estimate_choices.choosable(estimate.lines)
        )
        try:
            chosen = estimate_choices.chosen(estimate, choices)
        except PortalError as refusal:
            fields.refused(refusal)
            return None
        cards.draw(_total(estimate, chosen, locale))
    return Picked(chosen, choices)


def _chosen(offer: Choosable, currency: str, locale: str, key: str) -> Decimal:
    """Draw one line, and return the quantity that is wanted of it; none leaves it out."""
    line = offer.line
    name = bidi.isolated(line.name or line.description or "")
    price = say.price(line.unit_price, currency, locale)
    unit = labels.unit(line.unit, Decimal(1))
    each = f"{price} / {unit}" if unit else price
    own = f"{key}.{line.position}"
    with st.container(key=f"choice-{line.position}", gap="xsmall"):
        wanted = True
        if line.optional:
            cost = _amount(offer, currency, locale) if offer.fixed else each
            words = say.escape_markdown(f"{name} · {cost}")
            wanted = st.checkbox(words, line.selected, key=f"{own}.wanted")
        if offer.fixed:
            return line.quantity if wanted else Decimal(0)
        limits = _(
            "from {least} to {most}",
            least=say.quantity(offer.minimum, locale),
            most=say.quantity(offer.maximum, locale),
        )
        label = f"{name} · {limits}" if line.optional else f"{name} · {each} · {limits}"
        quantity = _quantity(offer, label, own, wanted)
    return quantity if wanted else Decimal(0)


def _amount(offer: Choosable, currency: str, locale: str) -> str:
    """Say what a line of one quantity costs before tax, and how much of it that is."""
    line = offer.line
    total = say.money(line.total_minor, currency, locale)
    if line.quantity == 1:
        return total
    unit = labels.unit(line.unit, line.quantity)
    return f"{say.quantity(line.quantity, locale)} {unit}".strip() + f" · {total}"


def _quantity(offer: Choosable, label: str, key: str, wanted: bool) -> Decimal:
    """Draw the field of a quantity between its limits, and return it exactly as it was typed."""
    kind = int if offer.whole else float
    least, most, start = (
        kind(each) for each in (offer.minimum, offer.maximum, offer.line.quantity)
    )
    typed = st.number_input(
        say.escape_markdown(label),
        min_value=least,
        max_value=most,
        value=start,
        step=1 if offer.whole else 10**-PLACES,
        disabled=not wanted,
        key=f"{key}.quantity",
    )
    return Decimal(str(typed))


def _total(offered: Estimate, chosen: Estimate, locale: str) -> Markup:
    """Return what is chosen in money, and what was offered."""
    total, before = (
        say.money(each.total_minor, each.currency_code, locale) for each in (chosen, offered)
    )
    offer = f" · {_('Offered: {amount}', amount=before)}" if total != before else None
    return tag("p", f"{labels.TOTAL} ", tag("b", total), offer, class_="pt-text", role="status")
