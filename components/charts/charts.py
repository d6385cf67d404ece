"""Plotly figures of one currency each, as plain dicts: two colours of the theme and exact hovers.

`#000001` and its neighbours are places that the browser fills with the theme's chart colours, in
the order that .streamlit/config.toml lists them, so figures fit the light and the dark theme.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from plotly.basedatatypes import BaseFigure

from components.ui import format as say
from portal_data import money
from portal_data.billing.balances import Balance
from portal_data.labels import AGES
from portal_data.text.language import _, _p

_WORDS = {"size": 12.5, "color": "#000009"}
BILLED, PAID = "#000001", "#000002"
_COLOURS = ("#000003", "#000004", "#000005", "#000006", "#000007")
"""The colours of the ages of a debt, which the theme replaces."""

_CLEAR = "rgba(0,0,0,0)"
_CONFIG = {"displayModeBar": False, "responsive": True, "scrollZoom": False, "doubleClick": False}


def aging(balance: Balance, locale: str) -> dict[str, Any]:
    """Return what is outstanding by age: a bar for each bucket, its amount at the end."""
    amounts = [balance.aging[age] for age in AGES]
    values = [value(amount, balance.currency_code) for amount in amounts]
    texts = [say.money(amount, balance.currency_code, locale) for amount in amounts]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": [_(label) for label in AGES.values()],
                "x": values,
                "text": texts,
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": list(_COLOURS), "cornerradius": 4},
                "hovertemplate": "%{y}<br><b>%{text}</b><extra></extra>",
            }
        ],
        "layout": layout(
            bargap=0.45,
            margin={"l": 0, "r": 8, "t": 0, "b": 0},
            xaxis={
                "visible": False,
                "fixedrange": True,
                "range": [0, max(*values, 1) * _room(texts)],
            },
            yaxis={
                "autorange": "reversed",
                "fixedrange": True,
                "ticksuffix": "  ",
                "showgrid": False,
                "automargin": True,
            },
        ),
    }


def planned(
    before: Mapping[str, int], after: Mapping[str, int], currency: str, locale: str
) -> dict[str, Any]:
    """Return what is outstanding by age, before and after a payment: two bars for each bucket."""
    texts = [say.money(minor, currency, locale) for minor in (*before.values(), *after.values())]
    longest = max(value(minor, currency) for minor in (*before.values(), *after.values(), 1))
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": [_(label) for label in AGES.values()],
            "x": [value(ages[age], currency) for age in AGES],
            "text": [say.money(ages[age], currency, locale) for age in AGES],
            "textposition": "outside",
            "cliponaxis": False,
            "marker": {"color": colour, "cornerradius": 4},
            "hovertemplate": "%{y}<br><b>%{text}</b><extra></extra>",
        }
        for name, ages, colour in ((_("Before"), before, BILLED), (_("After"), after, PAID))
    ]
    return {
        "data": bars,
        "layout": layout(
            barmode="group",
            bargap=0.3,
            bargroupgap=0.1,
            margin={"l": 0, "r": 8, "t": 0, "b": 0},
            xaxis={
                "visible": False,
                "fixedrange": True,
                "range": [0, longest * _room(texts)],
            },
            yaxis={
                "autorange": "reversed",
                "fixedrange": True,
                "ticksuffix": "  ",
                "showgrid": False,
                "automargin": True,
            },
        ),
    }


def months(balance: Balance, locale: str) -> dict[str, Any]:
    """Return what was billed and what was paid in each month."""
    # in words, because the browser's library knows the months of no language but English
    names = [say.month(month.first, locale) for month in balance.months]
    billed = [month.billed_minor for month in balance.months]
    paid = [month.paid_minor for month in balance.months]
    steps = ticks(max([*billed, *paid, 1]), money.exponent(balance.currency_code))
    return {
        "data": [
            _bars(_("Billed"), names, billed, balance.currency_code, locale, BILLED),
            _bars(_p("an amount", "Paid"), names, paid, balance.currency_code, locale, PAID),
        ],
        "layout": layout(
            barmode="group",
            bargap=0.4,
            bargroupgap=0.12,
            hovermode="x unified",
            margin={"l": 0, "r": 0, "t": 6, "b": 0},
            xaxis={
                "type": "category",
                # every second month, the newest among them: all twelve would stand on their heads
                "tickvals": names[::-2],
                "ticktext": [say.short_month(each.first, locale) for each in balance.months[::-2]],
                "fixedrange": True,
                "showgrid": False,
            },
            yaxis={
                "tickvals": [value(tick, balance.currency_code) for tick in steps],
                "ticktext": [
                    say.short_money(tick, balance.currency_code, locale) for tick in steps
                ],
                "range": [0, value(steps[-1], balance.currency_code) * 1.04],
                "fixedrange": True,
                "automargin": True,
                "zeroline": False,
            },
        ),
    }


def aging_in_words(balance: Balance, locale: str) -> str:
    """Return the chart of ages as a sentence for those who do not see it."""
    parts = [
        f"{_(label)} {say.money(balance.aging[age], balance.currency_code, locale)}"
        for age, label in AGES.items()
    ]
    return _(
        "Outstanding in {currency} by days past due: {amounts}.",
        currency=balance.currency_code,
        amounts=", ".join(parts),
    )


def planned_in_words(
    before: Mapping[str, int], after: Mapping[str, int], currency: str, locale: str
) -> str:
    """Return the chart of a plan as a sentence for those who do not see it."""
    parts = [
        _(
            "{age} {before} before, {after} after",
            age=_(label),
            before=say.money(before[age], currency, locale),
            after=say.money(after[age], currency, locale),
        )
        for age, label in AGES.items()
    ]
    return _(
        "Outstanding in {currency} by days past due: {amounts}.",
        currency=currency,
        amounts="; ".join(parts),
    )


def months_in_words(balance: Balance, locale: str) -> str:
    """Return the chart of months as a sentence for those who do not see it."""
    parts = [
        _(
            "{month} {billed} billed, {paid} paid",
            month=say.month(month.first, locale),
            billed=say.money(month.billed_minor, balance.currency_code, locale),
            paid=say.money(month.paid_minor, balance.currency_code, locale),
        )
        for month in balance.months
        if month.billed_minor or month.paid_minor
    ]
    if not parts:
        return _(
            "Billed and paid in {currency} by month: nothing in these twelve months.",
            currency=balance.currency_code,
        )
    return _(
        "Billed and paid in {currency} by month: {amounts}.",
        currency=balance.currency_code,
        amounts="; ".join(parts),
    )


class _Ready(BaseFigure):
    """A figure that Plotly takes as it is. Checking every property of one takes longer than all
    else that is done with it, and tests check each kind of ours."""

    def __init__(self, figure: dict[str, Any]) -> None:
        self._ready = figure

    def to_dict(self) -> dict[str, Any]:
        """Return the figure, whole and unchecked."""
        return self._ready


def draw(figure: dict[str, Any], key: str, *, words: str, height: int) -> None:
    """Draw a figure `height` pixels high, described by `words`.

    Its key begins with `chart`, by which the stylesheet knows what has its place before it comes.
    """
    st.plotly_chart(_Ready(figure), key=f"chart.{key}", alt=words, height=height, config=_CONFIG)


def layout(**more: Any) -> dict[str, Any]:
    """Return a figure's layout: nothing but what is drawn, nothing to drag, words to be read."""
    for axis in ("xaxis", "yaxis"):
        if axis in more:
            more[axis] = {"tickfont": _WORDS, **more[axis]}
    return {
        "font": _WORDS,
        "showlegend": False,
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "dragmode": False,
        **more,
    }


def _bars(
    name: str, x: Sequence[str], minor: Sequence[int], currency: str, locale: str, colour: str
) -> dict[str, Any]:
    return {
        "type": "bar",
        "name": name,
        "x": list(x),
        "y": [value(amount, currency) for amount in minor],
        "customdata": [say.money(amount, currency, locale) for amount in minor],
        "hovertemplate": "%{customdata}",
        "marker": {"color": colour, "cornerradius": 3},
    }


def _room(texts: Sequence[str]) -> float:
    """Return how much longer than the longest bar the axis must be, for amounts behind the bars."""
    narrowest, letter = 150, 7.4  # pixels: the axis on a phone, a letter of the chart's font
    taken = max(map(len, texts)) * letter + 8
    return 1 / (1 - min(taken / narrowest, 0.85))


def value(minor: int, currency: str) -> float:
    """Length of a bar: the only place where money may be a float."""
    return float(money.to_decimal(minor, currency))


def ticks(highest: int, decimals: int) -> list[int]:
    """Return three to six round numbers from zero to at least `highest`.

    Both are in units of which ten to the power of `decimals` are the least step.
    """
    step = 10 ** max(len(str(highest)) - 2, decimals)
    while highest / step > 5:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return [step * i for i in range(-(-highest // step) + 1)]
