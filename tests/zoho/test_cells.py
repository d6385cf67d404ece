"""One cell: what is believed, what is refused."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_data.zoho import cells
from portal_data.zoho.dates import DateOrder, Dates
from portal_data.zoho.defects import CellError, FileError


@pytest.mark.parametrize(
    ("text", "number"),
    [("6.00", "6"), (" 0.5 ", "0.5"), ("-3", "-3"), ("+1.25", "1.25"), ("0007", "7")],
)
def test_plain_decimals_are_read(text: str, number: str) -> None:
    assert cells.decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "NaN", "Infinity", "-inf", "1e309", "1E5", "1,000.00", "1.000,00", "12 000", "1_000",
     "0x1F", "１２", "٣", ".5", "5.", "--1", "£5", "1" * 13, "0." + "1" * 13],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    with pytest.raises(CellError):
        cells.decimal(text)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=6))
def test_every_decimal_of_the_books_survives(number: Decimal) -> None:
    assert cells.quantity(f"{number:f}") == number


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("495.620", "GBP", 49_562), ("12", "JPY", 12), ("12.00", "JPY", 12), ("1.2340", "KWD", 1_234)],
)
def test_amounts_become_minor_units(text: str, currency: str, minor: int) -> None:
    assert cells.minor_units(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"), [("1000.20", "JPY"), ("0.005", "GBP"), ("1.2345", "KWD"), ("-0.1", "JPY")]
)
def test_amounts_finer_than_their_currency_are_refused(text: str, currency: str) -> None:
    with pytest.raises(CellError, match=f"more decimals than {currency}"):
        cells.minor_units(text, currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("0.005", "GBP", 1), ("-0.005", "GBP", -1), ("1.2345", "KWD", 1_235), ("1.500", "JPY", 2)],
)
def test_discounts_are_rounded(text: str, currency: str, minor: int) -> None:
    assert cells.rounded_units(text, currency) == minor


@pytest.mark.parametrize("text", ["4.0E+18", "1.23E+18", "1e5", "4,6E+17"])
def test_scientific_ids_are_no_ids(text: str) -> None:
    with pytest.raises(CellError, match="scientific"):
        cells.identifier(text)


@pytest.mark.parametrize("text", ["9" * 31, "A-1", "12.0", "-1"])
def test_odd_ids_are_refused(text: str) -> None:
    with pytest.raises(CellError):
        cells.identifier(text)


def test_ids_stay_text() -> None:
    assert cells.identifier(" 2520018000000073144 ") == "2520018000000073144"
    assert cells.identifier("") == ""


@pytest.mark.parametrize(
    ("text", "phone"),
    [("'+44 1632 960123", "+44 1632 960123"), ("01632 960123", "01632 960123"), (" ", None),
     ("o'clock", "o'clock")],
)  # fmt: skip
def test_phone_loses_its_guard(text: str, phone: str | None) -> None:
    assert cells.phone(text) == phone


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("01:30", 90), ("24:00", 1_440), ("1.5", 90), ("00:45:59", 45), ("400:00", 24_000)],
)
def test_hours_become_minutes(text: str, minutes: int) -> None:
    assert cells.minutes(text) == minutes


@pytest.mark.parametrize("text", ["1:60", "an hour", "-1:00", "", "1h"])
def test_odd_times_are_refused(text: str) -> None:
    with pytest.raises(CellError):
        cells.minutes(text)


@pytest.mark.parametrize(
    ("text", "priced"),
    [("INR 250.00", ("INR", 250)), ("250.00", (None, 250)), ("25.5 EUR", ("EUR", Decimal("25.5")))],
)
def test_price_may_name_its_currency(text: str, priced: tuple[str | None, Decimal]) -> None:
    assert cells.priced(text) == priced


@pytest.mark.parametrize("text", ["true", "YES", "1", "Y"])
def test_true_in_all_spellings(text: str) -> None:
    assert cells.flag(text) is True


@pytest.mark.parametrize("text", ["false", "No", "0", "", "FALSE"])
def test_false_in_all_spellings(text: str) -> None:
    assert cells.flag(text) is False


def test_other_words_are_no_boolean() -> None:
    with pytest.raises(CellError):
        cells.flag("perhaps")


@pytest.mark.parametrize("text", ["a@b.example", "A.B+c@x-y.example", "o'dell@boats.example"])
def test_plain_addresses_are_kept_in_lower_case(text: str) -> None:
    assert cells.email(f" {text} ") == text.lower()


@given(st.text(alphabet='a@.,;<>" \r\n%0dD:', max_size=20))
def test_no_address_carries_a_second_one(text: str) -> None:
    try:
        address = cells.email(text)
    except CellError:
        return
    assert address is None or (
        address.count("@") == 1 and not set(address) & set(' \r\n<>",;:') and "%0" not in address
    )


def test_iso_dates_need_no_order() -> None:
    dates = Dates(None)
    assert dates.date("2011-12-31") == date(2011, 12, 31)
    assert dates.moment("2011-12-31 23:30:15") == datetime(2011, 12, 31, 23, 30, 15)
    assert dates.date("  ") is None


def test_local_times_become_utc_also_in_summer() -> None:
    dates = Dates(None)
    assert dates.moment("2024-01-01 12:00:00", "Europe/Paris") == datetime(2024, 1, 1, 11)
    assert dates.moment("2024-07-01 12:00:00", "Europe/Paris") == datetime(2024, 7, 1, 10)


@pytest.mark.parametrize(
    ("order", "day"), [(DateOrder.DMY, date(2011, 8, 4)), (DateOrder.MDY, date(2011, 4, 8))]
)
def test_slash_dates_follow_the_order_given(order: DateOrder, day: date) -> None:
    assert Dates(order).date("04/08/2011") == day
    assert Dates(order).date("2011-08-04") == date(2011, 8, 4)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["04/08/2011", "31/08/2011"], "look like DD/MM/YYYY"),
        (["04/08/2011", "08/31/2011"], "look like MM/DD/YYYY"),
        (["04/08/2011", "05/09/2011"], "cannot be told apart"),
    ],
)
def test_column_without_iso_dates_is_asked_about(values: list[str], told: str) -> None:
    dates = Dates(None)
    for row, value in enumerate(values, 2):
        dates.see("Date", value, row)
    with pytest.raises(FileError, match=told) as asked:
        dates.check()
    assert "--date-order" in asked.value.remedy
    assert (asked.value.row, asked.value.column) == (2, "Date")


def test_single_odd_date_among_iso_ones_is_its_own_defect() -> None:
    dates = Dates(None)
    for row, value in enumerate(["2011-08-01", "2011-08-02", "04/08/2011"], 2):
        dates.see("Date", value, row)
    dates.check()
    with pytest.raises(CellError):
        dates.date("04/08/2011")


@pytest.mark.parametrize("text", ["2011-02-30", "yesterday", "2011-13-01", "0001-01-01", "1e9"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        Dates(DateOrder.DMY).date(text)
