"""The chart of a budget: its line, its limit, and the same in words."""

from datetime import date

import pytest
from plotly.graph_objects import Figure

from components.charts import burn_chart
from portal_data.projects.totals import Budget, BudgetKind, Burn

LINE = [
    Burn(date(2026, 9, 30), 0),
    Burn(date(2026, 10, 31), 5_430),
    Burn(date(2026, 11, 30), 7_500),
]
HOURS = Budget(BudgetKind.HOURS, 6_000, 7_500)
COST = Budget(BudgetKind.COST, 6_000, 7_500)
HARD = "\N{NO-BREAK SPACE}"


def test_hours_stand_at_their_height_with_exact_hovers() -> None:
    limit, used = burn_chart.burn(LINE, HOURS, "GBP", "en_GB")["data"]
    assert used["x"] == ["2026-09-30", "2026-10-31", "2026-11-30"]
    assert used["y"] == [0, 90.5, 125]
    assert used["customdata"][1] == f"31 Oct 2026<br><b>90:30{HARD}h</b>"
    assert limit["x"] == ["2026-09-30", "2026-11-30"]
    assert limit["y"] == [100, 100]


def test_money_stands_at_its_height_in_its_currency() -> None:
    for currency, height, told in (("GBP", 75.0, "£75.00"), ("JPY", 7_500.0, "JP¥7,500")):
        used = burn_chart.burn(LINE, COST, currency, "en_GB")["data"][1]
        assert used["y"][-1] == height
        assert told in used["customdata"][-1]


@pytest.mark.parametrize("budget", [HOURS, COST])
@pytest.mark.parametrize("limit", [1, 59, 6_000, 10**6, 10**12])
def test_the_axis_is_as_high_as_the_higher_of_both(budget: Budget, limit: int) -> None:
    given = Budget(budget.kind, limit, 7_500)
    figure = burn_chart.burn(LINE, given, "GBP", "en_GB")
    axis = figure["layout"]["yaxis"]
    highest = max(height for trace in figure["data"] for height in trace["y"])
    assert axis["range"][1] > axis["tickvals"][-1] >= highest
    assert len(axis["tickvals"]) == len(set(axis["ticktext"])) <= 7


def test_plotly_knows_every_property_and_no_colour_is_of_one_theme() -> None:
    for budget in (HOURS, COST):
        figure = burn_chart.burn(LINE, budget, "GBP", "en_GB")
        Figure(figure)
        assert all(trace["line"]["color"].startswith("#00000") for trace in figure["data"])


def test_few_days_are_named_in_the_reader_s_language_the_last_one_among_them() -> None:
    line = [Burn(date(2026, month, 1), month) for month in range(1, 12)]
    axis = burn_chart.burn(line, HOURS, "GBP", "de_DE")["layout"]["xaxis"]
    assert axis["tickvals"] == ["2026-11-01", "2026-08-01", "2026-05-01", "2026-02-01"]
    assert axis["ticktext"] == ["01.11.2026", "01.08.2026", "01.05.2026", "01.02.2026"]


def test_words_tell_every_period_and_the_limit() -> None:
    words = burn_chart.in_words(LINE, HOURS, "GBP", "en_GB")
    assert f"budget of 100:00{HARD}h" in words
    assert f"31 Oct 2026 90:30{HARD}h, 30 Nov 2026 125:00{HARD}h" in words
