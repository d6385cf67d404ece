"""What is paid: which of some documents, and how much of each, to the minor unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import streamlit as st

from components.forms.fields import amount
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, said, tag
from portal_data.payments import offers
from portal_data.payments.offers import Payable
from portal_data.text import bidi
from portal_data.text.language import N_, _

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_EACH = 20
"""Documents that have a field each; of more, one amount is split."""


class How(StrEnum):
    """How much is paid of what was chosen."""

    ALL = N_("All of it")
    SPLIT = N_("An amount, the oldest first")
    EACH = N_("An amount for each")


@dataclass(frozen=True, slots=True)
class Chosen:
    """How much is paid of which documents, by their numbers, and what was wanted beyond that."""

    parts: dict[str, int]
    left_over: int = 0

    @property
    def total(self) -> int:
        """The sum, which is what is paid."""
        return sum(self.parts.values())


def draw(found: Sequence[Payable], key: str, locale: str, suggested: int = 0) -> Chosen:
    """Draw the choice among documents of one currency that can be paid.

    It begins with the amount that is `suggested`, where that is one and less than everything.
    """
    if not 0 < suggested < sum(each.payable_minor for each in found):
        suggested = 0
    several = len(found) > 1
    how, above = How.ALL, st.container(gap="small", key="pay-how")
    ticked, places = [], {}
    for at, each in enumerate(found):
        with st.container(key=f"pay-row-{at}", horizontal=True, vertical_alignment="center",
                          horizontal_alignment="distribute"):  # fmt: skip
            if several:
                if st.checkbox(_label(each, locale), value=True, key=f"{key}.{at}"):
                    ticked.append(each)
            else:
                cards.draw(tag("div", said(each.number, "b"), cards.sub(_about(each, locale))))
                ticked.append(each)
            places[each.number] = st.container(width="content", key=f"pay-amount-{at}")
    with above:
        if any(each.least_minor < each.payable_minor for each in ticked):
            how = _how(several, len(found), key, split=suggested > 0)
        if how is How.SPLIT:
            chosen = _split(ticked, key, locale, suggested)
        else:
            chosen = _each(ticked, how, places, key, 0 if several else suggested)
    for each in ticked:
        if how is not How.EACH or each.least_minor == each.payable_minor:
            with places[each.number]:
                cards.draw(_money(chosen.parts.get(each.number, 0), each.currency_code, locale))
    return chosen


def notes(each: Payable, locale: str) -> list[str]:
    """Return what is said of a document of which not everything can be paid now."""

    def amount_of(minor: int) -> str:
        return say.money(minor, each.currency_code, locale)

    words = []
    if each.pending_minor:
        words.append(_("{amount} is on its way.", amount=amount_of(each.pending_minor)))
    if each.disputed_minor:
        words.append(_("{amount} is in dispute.", amount=amount_of(each.disputed_minor)))
    return words


def left_out(found: Sequence[Payable], locale: str) -> Markup:
    """Return the documents that are not paid here, each with the reason."""
    return cards.rows(
        cards.row(
            each.number,
            " ".join(notes(each, locale))
            or (_("Nothing is to be paid.") if each.online else _("Cannot be paid online.")),
            after=_money(each.open_minor, each.currency_code, locale),
        )
        for each in found
    )


def _how(several: bool, count: int, key: str, *, split: bool) -> How:
    """Ask how much is paid. One document has its field at once."""
    if not several:
        return How.EACH
    offered = [How.ALL, How.SPLIT, *([How.EACH] if count <= _EACH else ())]
    return st.radio(
        _("How much?"), offered, index=int(split), format_func=_, key=f"{key}.how", horizontal=True
    )  # fmt: skip


def _split(ticked: Sequence[Payable], key: str, locale: str, suggested: int) -> Chosen:
    """Ask for one amount, and pay the documents with it, the one due first first."""
    if not ticked:
        return Chosen({})
    whole, currency = sum(each.payable_minor for each in ticked), ticked[0].currency_code
    begins = min(suggested, whole) or whole
    wanted = amount(_("I want to pay"), begins, currency, key=f"{key}.total.{whole}")
    parts = offers.split(ticked, wanted)
    over = wanted - sum(parts.values())
    if over:
        words = _("{amount} of it cannot be paid towards these documents.",
                  amount=say.money(over, currency, locale))  # fmt: skip
        cards.draw(tag("p", words, class_="pt-wrong", role="status"))
    return Chosen(parts, over)


def _each(
    ticked: Sequence[Payable],
    how: How,
    places: dict[str, "DeltaGenerator"],
    key: str,
    suggested: int,
) -> Chosen:
    """Pay everything that can be paid of each, or ask for an amount where a part may be paid."""
    parts = {}
    for each in ticked:
        parts[each.number] = each.payable_minor
        if how is How.EACH and each.least_minor < each.payable_minor:
            with places[each.number]:
                parts[each.number] = amount(
                    _("Amount"), suggested or each.payable_minor, each.currency_code,
                    key=f"{key}.amount.{each.number}",
                )  # fmt: skip
    return Chosen({number: part for number, part in parts.items() if part > 0})


def _label(each: Payable, locale: str) -> str:
    return say.escape_markdown(f"{each.number} · {_about(each, locale)}")


def _about(each: Payable, locale: str) -> str:
    """Return what a document is for, when it is due, and what of it cannot be paid now."""
    words = [
        bidi.isolated(each.subject) if each.subject else "",
        _("Due {day}", day=say.day(each.due_date, locale)) if each.due_date else "",
        *notes(each, locale),
    ]
    return " · ".join(word for word in words if word)


def _money(minor: int, currency: str, locale: str) -> Markup:
    return tag("span", say.money(minor, currency, locale), class_="pt-num")
