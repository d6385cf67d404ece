"""What people read: amounts, days, counts, marks, and text that no markdown reader changes."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ui import format as say
from portal_data.text import language
from tests.catalogues import Translate
from tests.components.payloads import PAYLOADS

JOINER = "\N{WORD JOINER}"
TODAY = date(2026, 11, 22)


def read(escaped: str) -> str:
    """Return what a markdown reader shows of escaped text."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escaped).replace(JOINER, "")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_escaped_text_is_inert(payload: str) -> None:
    escaped = say.escape_markdown(payload)
    # every ASCII punctuation mark is behind a backslash, so nothing can begin a construct
    assert re.search(r"[!-/:-@\[-`{-~]", re.sub(r"\\[!-/:-@\[-`{-~]", "", escaped)) is None
    # names between colons, addresses and www. are found in the text without its backslashes
    bare = escaped.replace("\\", "")
    assert not re.search(r":[a-z/_-]+[:\[]|://|\w@\w|www", bare, re.IGNORECASE)
    assert "\n" not in escaped


@given(st.text(alphabet=st.characters(exclude_characters=JOINER, exclude_categories=["C"])))
def test_escaped_text_reads_as_written(text: str) -> None:
    assert read(say.escape_markdown(text)) == " ".join(re.split(r"\s+", text)).strip()


def test_nothing_is_empty() -> None:
    assert say.escape_markdown(None) == ""


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "shown"),
    [
        (1235, "GBP", "en_GB", "£12.35"),
        (-5, "GBP", "en_GB", "-£0.05"),
        (123456789, "KWD", "en_GB", "KWD\xa0123,456.789"),
        (1234, "JPY", "ja_JP", "￥1,234"),
        (9_999_999_999_99, "EUR", "de_DE", "9.999.999.999,99\xa0€"),
    ],
)
def test_money(minor: int, currency: str, locale: str, shown: str) -> None:
    assert say.money(minor, currency, locale) == shown


def test_axis_is_short() -> None:
    assert say.short_money(1_234_500, "GBP") == "£12.3K"
    assert say.short_money(10_000_000, "GBP", "de_DE") == "100.000\N{NO-BREAK SPACE}£"
    assert (
        say.short_money(250_000_000, "GBP", "de_DE")
        == "2,5\N{NO-BREAK SPACE}Mio.\N{NO-BREAK SPACE}£"
    )


def test_prices_keep_their_decimals() -> None:
    assert say.price(Decimal("12.500000"), "GBP") == "£12.50"
    assert say.price(Decimal("0.001234"), "GBP") == "£0.001234"
    assert say.price(Decimal("1500"), "JPY") == "JP¥1,500"
    assert say.quantity(Decimal("1.500000")) == "1.5"
    assert say.quantity(Decimal("1E+3")) == "1,000"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (TODAY, "today"),
        (date(2026, 11, 21), "yesterday"),
        (date(2026, 11, 23), "tomorrow"),
        (date(2026, 11, 12), "10 days ago"),
        (date(2026, 12, 4), "in 12 days"),
        (date(2026, 9, 1), "2 months ago"),
        (date(2025, 11, 1), "1 year ago"),
        (date(2029, 11, 1), "in 2 years"),
    ],
)
def test_ago(day: date, words: str) -> None:
    assert say.ago(day, TODAY) == words


def test_days_follow_the_locale() -> None:
    assert say.day(date(2026, 11, 5)) == "5 Nov 2026"
    assert say.day(date(2026, 11, 5), "de_DE") == "05.11.2026"


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("Alice Test", "AT"),
        ("o’brien & sons ltd", "OL"),
        ("Madonna", "M"),
        ("株式会社 山田", "株"),
        ("مريم حسن", "م"),
        ("🎉", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, mark: str) -> None:
    assert say.initials(name) == mark


def test_codes_become_words() -> None:
    assert say.code("uk_vat") == "UK VAT"
    assert say.code("visa") == "Visa"
    assert say.code("VAT registered") == "VAT registered"
    assert say.code(None) == ""


def test_counts_and_sizes() -> None:
    assert (say.count(1, "invoice"), say.count(1234, "invoice")) == ("1 invoice", "1,234 invoices")
    assert (say.size(10), say.size(834_000), say.size(2_340_000)) == ("1 KB", "834 KB", "2.3 MB")


@pytest.mark.parametrize(
    ("minutes", "locale", "shown"),
    [
        (0, "en_GB", "0:00\xa0h"),
        (5, "en_GB", "0:05\xa0h"),
        (75, "en_GB", "1:15\xa0h"),
        (71_700, "en_GB", "1,195:00\xa0h"),
        (71_700, "de_DE", "1.195:00\xa0h"),
    ],
)
def test_hours(minutes: int, locale: str, shown: str) -> None:
    assert say.hours(minutes, locale) == shown


@pytest.mark.parametrize(
    ("rate", "currency", "shown"),
    [
        ("84.000000", "GBP", "£84.00"),
        ("84.125000", "GBP", "£84.125"),
        ("1200.000000", "JPY", "JP¥1,200"),
        ("32.500000", "KWD", "KWD\xa032.500"),
    ],
)
def test_prices_show_their_currency_and_the_decimals_they_have(
    rate: str, currency: str, shown: str
) -> None:
    assert say.price(Decimal(rate), currency) == shown


def test_a_period_tells_its_year_once() -> None:
    assert re.sub(r"\s", " ", say.days(date(2026, 6, 26), date(2026, 7, 25))) == (
        "26 Jun – 25 Jul 2026"
    )
    assert say.days(TODAY, TODAY) == say.day(TODAY)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        (" one\n\n two ", "one two"),
        ("x" * 180, "x" * 180),
        ("x" * 179 + " yy", "x" * 179 + " …"),
    ],
)
def test_an_excerpt_is_one_line_and_says_that_there_is_more(text: str | None, shown: str) -> None:
    assert say.excerpt(text) == shown


def test_words_around_numbers_follow_the_reader(translated: Translate) -> None:
    with language.reading("de"):
        assert say.size(2_340_000) == "de‹2,3 MB›"
        assert say.ago(date(2024, 11, 20), TODAY) == "de‹2 years ago›"
        assert say.ago(TODAY, TODAY) == "de‹today›"
    assert say.size(2_340_000) == "2.3 MB"


def test_the_beginning_of_a_line_is_a_capital_and_nothing_else_changes() -> None:
    assert say.beginning("vor 3 Tagen") == "Vor 3 Tagen"
    assert say.beginning("") == ""


def test_percentages_keep_their_decimals_and_are_written_as_their_reader_does() -> None:
    assert say.percent(1234) == "1,234%"
    assert say.percent(Decimal("12.500")) == "12.5%"
    with language.reading("de"):
        assert say.percent(Decimal("12.5")) == "12,5\N{NO-BREAK SPACE}%"
    assert say.percent(Decimal("7.25"), "fr_FR") == "7,25\N{NO-BREAK SPACE}%"
