"""What is being paid: payments that were begun, wait for somebody, or are on their way."""

from collections.abc import Iterable

import streamlit as st

from components.payments import going_on
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, filled, tag
from portal_data.business.organisation import Organisation
from portal_data.kinds import Kind
from portal_data.payments import attempts
from portal_data.payments.attempts import Attempt, Status
from portal_data.scope import Scope
from portal_data.text.language import _

MOST = 4
"""Payments that a screen shows above its own matter."""


def of_all(scope: Scope, business: Organisation) -> None:
    """Draw what somebody can go on with, whatever it pays."""
    draw(scope, business, (each for each in attempts.in_flight(scope) if each.status.unfinished))


def of_document(scope: Scope, business: Organisation, kind: Kind, number: str) -> None:
    """Draw what is being paid of one document."""
    draw(scope, business, concerning(scope, kind, [number], ""))


def concerning(scope: Scope, kind: Kind, numbers: Iterable[str], currency: str) -> list[Attempt]:
    """Return what is being paid of some documents; of all of a currency where none is named."""
    wanted = {(kind.key, number) for number in numbers}
    return [
        each for each in attempts.in_flight(scope)
        if (wanted & {(item.kind.key, item.number) for item in each.items})
        or (not wanted and each.currency_code == currency)
    ]  # fmt: skip


def draw(scope: Scope, business: Organisation, found: Iterable[Attempt]) -> None:
    """Draw payments that are being made, each with what somebody may do with it."""
    for each in list(found)[:MOST]:
        with st.container(border=True, key=f"card-flying-{each.id}", horizontal=True,
                          horizontal_alignment="distribute",
                          vertical_alignment="center"):  # fmt: skip
            cards.draw(tag("div", words(each, business), class_="pt-text"))
            going_on.buttons(scope, each)


def words(attempt: Attempt, business: Organisation) -> Markup:
    """Return what a payment is and what it waits for, in a sentence that opens its screen."""
    amount = tag("b", say.money(attempt.amount_minor, attempt.currency_code, business.locale))
    numbers = cards.link(attempt.numbers, going_on.address(attempt.id))
    if attempt.status is Status.AWAITING_APPROVAL:
        text = _("{amount} for {numbers} waits for a colleague's agreement.")
    elif attempt.status is Status.PENDING:
        text = _("{amount} for {numbers} is on its way.")
    elif attempt.status is Status.HELD:
        text = _("{amount} for {numbers}: we are looking at this payment.")
    else:
        text = _("{amount} for {numbers} is not paid yet.")
    return filled(text, amount=amount, numbers=numbers)
