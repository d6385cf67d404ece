"""The choices of a statement: currency and period, a preset or two dates, kept in the address."""

from datetime import date, timedelta

import streamlit as st

from components.ui import address, cards
from components.ui import format as say
from components.ui.markup import Markup
from portal_data import choices
from portal_data.billing import periods
from portal_data.billing.periods import Period
from portal_data.text import language
from portal_data.text.language import N_, _, _p

_NAMES = {
    Period.THIS_MONTH: N_("This month"),
    Period.LAST_MONTH: N_("Last month"),
    Period.THIS_QUARTER: N_("This quarter"),
    Period.LAST_QUARTER: N_("Last quarter"),
    Period.THIS_YEAR: N_("This year"),
    Period.LAST_YEAR: N_("Last year"),
    Period.ALL: N_("All time"),
    Period.CUSTOM: N_("Custom"),
}
_SUGGESTED = timedelta(days=90)


def choose(today: date) -> tuple[date, date] | None:
    """Draw the choice and return its first and last day, or None while they run backwards."""
    # bound to the address, Streamlit would write the label there and not the period's own word
    before = address.choice("period", Period.THIS_MONTH)
    period = st.selectbox(
        _("Period"),
        list(_NAMES),
        index=list(_NAMES).index(before),
        format_func=lambda each: _(_NAMES[each]),
        key=f"period.{before}",
        width=200,
    )
    if period is not before:
        st.query_params["period"] = period.value
    if period is not Period.CUSTOM:
        return periods.bounds(period, today)
    first, last = (
        _day(_p("date", "From"), "from", today - _SUGGESTED),
        _day(_p("date", "To"), "to", today),
    )
    return (first, last) if first <= last else None


def backwards() -> Markup:
    """Return what stands where a statement would, while the days of its period run backwards."""
    return cards.empty(_("The period ends before it begins"), _("Choose a later second date."))


def words(first: date, last: date, locale: str) -> str:
    """Return a period in words; one that begins before all books has only an end."""
    if first <= periods.EARLIEST:
        return _("to {day}", day=say.day(last, locale))
    return say.days(first, last, locale)


def wrong(currencies: list[str]) -> Markup | None:
    """Return what is said of choices in the address that there are not; None when all are known."""
    refused = [address.refusal("period", Period.THIS_MONTH)]
    given = address.text("currency")
    if given and given not in currencies:
        refused.append(choices.unknown("currency", given, currencies))
    for name in ("from", "to"):
        day = address.text(name)
        if day and not _is_day(day):
            refused.append(
                _("{name} is a day such as 2026-01-31, and not “{given}”.", name=name, given=day)
            )
    said = [each for each in refused if each]
    return cards.wrong(said) if said else None


def choose_currency(currencies: list[str]) -> str:
    """Draw the choice between currencies when there are several, and return the chosen one."""
    if len(currencies) == 1:
        return currencies[0]
    chosen: str = st.segmented_control(
        _("Currency"),
        currencies,
        default=currencies[0],
        required=True,
        key="currency",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(label: str, name: str, default: date) -> date:
    chosen: date = st.date_input(
        label,
        default,
        min_value=periods.EARLIEST,
        key=name,
        bind="query-params",
        format="DD.MM.YYYY" if language.current() == "de" else "DD/MM/YYYY",
        required=True,
        width=160,
    )
    return chosen
