"""The choices of a statement: currency and period, a preset or two dates, kept in the address."""

from datetime import date, timedelta

import streamlit as st

from components import cards
from portal_data import statements
from portal_data.statements import Period

WRONG = cards.empty("The period ends before it begins", "Choose a later second date.")

_NAMES = {
    Period.THIS_MONTH: "This month",
    Period.LAST_MONTH: "Last month",
    Period.THIS_QUARTER: "This quarter",
    Period.LAST_QUARTER: "Last quarter",
    Period.THIS_YEAR: "This year",
    Period.LAST_YEAR: "Last year",
    Period.ALL: "All time",
    Period.CUSTOM: "Custom",
}
_SUGGESTED = timedelta(days=90)


def choose(today: date) -> tuple[date, date] | None:
    """Draw the choice and return its first and last day, or None while they run backwards."""
    period = st.selectbox(
        "Period",
        list(_NAMES),
        format_func=lambda each: _NAMES[each],
        key="period",
        bind="query-params",
        width=200,
    )
    if period is not Period.CUSTOM:
        return statements.bounds(period, today)
    first, last = _day("From", today - _SUGGESTED), _day("To", today)
    return (first, last) if first <= last else None


def choose_currency(currencies: list[str]) -> str:
    """Draw the choice between currencies when there are several, and return the chosen one."""
    if len(currencies) == 1:
        return currencies[0]
    chosen: str = st.segmented_control(
        "Currency",
        currencies,
        default=currencies[0],
        required=True,
        key="currency",
        bind="query-params",
        label_visibility="collapsed",
    )
    return chosen


def _day(label: str, default: date) -> date:
    chosen: date = st.date_input(
        label,
        default,
        min_value=statements.EARLIEST,
        key=label.lower(),
        bind="query-params",
        format="DD/MM/YYYY",
        required=True,
        width=160,
    )
    return chosen
