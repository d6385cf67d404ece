"""Figures tell exact amounts of one currency, and tell them in words too."""

from datetime import date

import pytest
from plotly.graph_objects import Figure

from components.charts import charts
from portal_data import money
from portal_data.billing.balances import Balance, Month
from portal_data.text import language
from tests.catalogues import Translate

AGING = {"not_due": 100_00, "1_30": 0, "31_60": 250_50, "61_90": 0, "over_90": 9_999_999_99}


@pytest.fixture
def balance() -> Balance:
    """Debts of three ages and two months, one of them in yen's sizes."""
    return Balance(
        "GBP",
        aging=dict(AGING),
        months=[Month(date(2026, 10, 1), 120_00, 0), Month(date(2026, 11, 1), 0, 55_25)],
    )


def test_aging_shows_each_age_with_its_amount(balance: Balance) -> None:
    bar = charts.aging(balance, "en_GB")["data"][0]
    assert bar["y"] == ["Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days"]
    assert bar["text"] == ["£100.00", "£0.00", "£250.50", "£0.00", "£9,999,999.99"]
    assert bar["x"] == [100.0, 0.0, 250.5, 0.0, 9_999_999.99]
    assert len(set(bar["marker"]["color"])) == 5


def test_aging_leaves_room_for_long_amounts(balance: Balance) -> None:
    figure = charts.aging(balance, "en_GB")
    longest = max(map(len, figure["data"][0]["text"]))
    axis = figure["layout"]["xaxis"]["range"][1]
    share = max(figure["data"][0]["x"]) / axis
    assert (1 - share) * 215 >= longest * 6.6


def test_months_hover_with_exact_amounts(balance: Balance) -> None:
    billed, paid = charts.months(balance, "en_GB")["data"]
    assert billed["x"] == ["Oct 2026", "Nov 2026"]
    assert billed["customdata"] == ["£120.00", "£0.00"]
    assert paid["customdata"] == ["£0.00", "£55.25"]


def test_months_are_named_in_the_reader_s_language(balance: Balance, translated: Translate) -> None:
    with language.reading("de"):
        figure = charts.months(balance, "de_DE")
        ages = charts.aging(balance, "de_DE")["data"][0]["y"]
    assert [trace["name"] for trace in figure["data"]] == ["de‹Billed›", "de‹Paid›"]
    assert figure["data"][0]["x"] == ["Okt. 2026", "Nov. 2026"]
    assert set(figure["layout"]["xaxis"]["tickvals"]) <= set(figure["data"][0]["x"])
    assert ages[0] == "de‹Not due›"


def test_figures_have_no_title_and_no_colour_of_one_theme(balance: Balance) -> None:
    for figure in (charts.aging(balance, "en_GB"), charts.months(balance, "en_GB")):
        assert "title" not in figure["layout"]
        assert figure["layout"]["paper_bgcolor"] == "rgba(0,0,0,0)"
        colours = [trace["marker"]["color"] for trace in figure["data"]]
        flat = [c for each in colours for c in (each if isinstance(each, list) else [each])]
        assert all(colour.startswith("#00000") for colour in flat)


def test_words_tell_the_amounts(balance: Balance) -> None:
    assert "Over 90 days £9,999,999.99" in charts.aging_in_words(balance, "en_GB")
    assert "Oct 2026 £120.00 billed, £0.00 paid" in charts.months_in_words(balance, "en_GB")
    assert "nothing" in charts.months_in_words(Balance("GBP"), "en_GB")


@pytest.mark.parametrize("highest", [1, 99, 101, 1_234, 999_999, 5_000_000, 10**12])
@pytest.mark.parametrize("currency", ["GBP", "JPY", "KWD"])
def test_ticks_are_few_round_and_high_enough(highest: int, currency: str) -> None:
    ticks = charts.ticks(highest, money.exponent(currency))
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 7
    assert str(ticks[1]).rstrip("0") in {"1", "2", "5"}


def test_plotly_knows_every_property_of_our_figures(balance: Balance) -> None:
    """Drawing skips this check, so it stands here: Plotly raises at a property it does not know."""
    for figure in (charts.aging(balance, "en_GB"), charts.months(balance, "en_GB")):
        assert len(Figure(figure).data) == len(figure["data"])
