"""How a project used its budget over time: a line of what was used, and one of the limit.

See `charts` for the colours, which the browser fills in.
"""

from collections.abc import Sequence
from typing import Any

from babel.numbers import format_decimal

from components.charts import charts
from components.charts.charts import ticks
from components.lists import project_list
from components.ui import format as say
from portal_data import money
from portal_data.projects.totals import HOUR, Budget, BudgetKind, Burn
from portal_data.text.language import _

_MOST_DAYS = 4
"""Days that are named below the chart: more would not fit beside each other on a phone."""
USED, LIMIT = "#000001", "#000009"


def burn(line: Sequence[Burn], budget: Budget, currency_code: str, locale: str) -> dict[str, Any]:
    """Return the budget's use by the end of each week or month, below its limit."""

    def height(used: int) -> float:
        if budget.kind is BudgetKind.COST:
            return charts.value(used, currency_code)
        return used / HOUR

    steps = _steps(max(budget.limit, *(each.used for each in line)), budget, currency_code)
    days = [each.day.isoformat() for each in line]
    # named here, because the browser's library knows the months of no language but English
    every = -(-len(days) // _MOST_DAYS)
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "name": _("Budget"),
                "x": [days[0], days[-1]],
                "y": [height(budget.limit)] * 2,
                "line": {"color": LIMIT, "width": 1.5, "dash": "dash"},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": _("Used"),
                "x": days,
                "y": [height(each.used) for each in line],
                "customdata": [
                    f"{say.day(each.day, locale)}<br><b>"
                    f"{project_list.amount(each.used, budget, currency_code, locale)}</b>"
                    for each in line
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
                "line": {"color": USED, "width": 2.5},
                "marker": {"color": USED, "size": 5},
            },
        ],
        "layout": charts.layout(
            hovermode="closest",
            margin={"l": 0, "r": 8, "t": 8, "b": 0},
            xaxis={
                "type": "date",
                "tickvals": days[::-every],
                "ticktext": [say.day(each.day, locale) for each in line[::-every]],
                "fixedrange": True,
                "showgrid": False,
            },
            yaxis={
                "tickvals": [height(step) for step in steps],
                "ticktext": [_tick(step, budget, currency_code, locale) for step in steps],
                "range": [0, height(steps[-1]) * 1.04],
                "fixedrange": True,
                "automargin": True,
                "zeroline": False,
            },
        ),
    }


def in_words(line: Sequence[Burn], budget: Budget, currency_code: str, locale: str) -> str:
    """Return the chart as a sentence for those who do not see it."""

    def told(used: int) -> str:
        return project_list.amount(used, budget, currency_code, locale)

    parts = [f"{say.day(each.day, locale)} {told(each.used)}" for each in line[1:]]
    return _(
        "Used of the budget of {limit} by the end of: {amounts}.",
        limit=told(budget.limit),
        amounts=", ".join(parts),
    )


def _steps(highest: int, budget: Budget, currency_code: str) -> list[int]:
    """Return the heights of the axis's marks in the budget's own unit."""
    if budget.kind is BudgetKind.COST:
        return ticks(highest, money.exponent(currency_code))
    return [step * HOUR for step in ticks(-(-highest // HOUR), 0)]


def _tick(step: int, budget: Budget, currency_code: str, locale: str) -> str:
    if budget.kind is BudgetKind.COST:
        return say.short_money(step, currency_code, locale)
    return f"{format_decimal(step // HOUR, format='#,##0', locale=locale)} h"
