"""The form in which staff give a bank's file, and say what stands where in it."""

import streamlit as st

from components.forms.action import outcome
from components.session import close_form, form
from components.ui import cards
from components.ui import format as say
from portal_data.business.organisation import Organisation
from portal_data.payables import reading
from portal_data.payables.reading import Grid
from portal_data.payments import bank_statements
from portal_data.payments.bank_statements import Columns, Statement

_FORM, _READ = "staff.bank.file", "staff.bank.read"


def draw(currencies: list[str], business: Organisation) -> Statement | None:
    """Draw the form; return the statement, None before there is one that can be read."""
    megabytes = reading.LARGEST // 1024 // 1024
    chosen = st.file_uploader(
        "Statement of your bank, as CSV or Excel workbook",
        type=["csv", "xlsx"],
        max_upload_size=megabytes,
        key="bank.file",
    )
    cards.draw(cards.sub(f"Up to {megabytes} MB and {bank_statements.MOST:,} lines of one account "
                         "and currency."))  # fmt: skip
    if chosen is None:
        close_form(_FORM)
        return None
    key = f"{_FORM}.{chosen.file_id}"
    read = outcome(
        lambda: form(_FORM, lambda: (key, bank_statements.read(chosen.name, chosen.getvalue()))),
        keep=True,
    )
    if read is None:
        return None
    known, grid = read[0].start
    if known != key:  # another file
        close_form(_FORM)
        st.rerun(scope="fragment")
    return _said(grid, key, currencies, business)


def _said(grid: Grid, key: str, currencies: list[str], business: Organisation) -> Statement | None:
    """Ask whose account it is and what stands where, beginning with what the header says."""
    guessed = bank_statements.guess(grid)
    places = range(len(grid.header))

    def column(label: str, start: int | None, *, needed: bool = False) -> int | None:
        offered = list(places) if needed else [None, *places]
        found: int | None = st.selectbox(
            label,
            offered,
            offered.index(start) if start in offered else 0,
            format_func=lambda at: "None" if at is None else grid.header[at],
            key=f"{key}.{label}",
        )
        return found

    with st.container(key="payables-columns", horizontal=True, vertical_alignment="bottom"):
        account = st.text_input(
            "Account",
            business.iban or business.account_number or "",
            max_chars=bank_statements.LONGEST_ACCOUNT,
            help="Its IBAN or number: a line is recorded once for an account.",
            key=f"{key}.account",
        )
        currency = st.selectbox("Currency", currencies, key=f"{key}.currency")
        code = column("Currency of a line", guessed.currency)
    with st.container(key="payables-choices", horizontal=True, vertical_alignment="bottom"):
        date = column("Day", guessed.date, needed=True)
        amount = column("Amount, below zero when it goes out", guessed.amount)
        credit = column("Or money in alone", guessed.credit)
        payer = column("Payer", guessed.payer)
        month_first = _months_first(grid, date or 0, key, business)
    texts = st.multiselect(
        "What the payer wrote", list(places), list(guessed.texts),
        format_func=grid.header.__getitem__, key=f"{key}.texts",
    )  # fmt: skip
    columns = Columns(date or 0, amount, credit, payer, tuple(texts), code)
    said = (key, columns, account, currency, month_first)

    def interpret() -> tuple[object, Statement]:
        return said, bank_statements.interpret(
            grid, columns, account, currency, month_first=month_first
        )

    # read once for each choice of columns, and not again with every tick
    if form(_READ, lambda: (None, None)).start[0] != said:
        close_form(_READ)
    read = outcome(lambda: form(_READ, interpret), keep=True)
    return read[0].start[1] if read else None


def _months_first(grid: Grid, date: int, key: str, business: Organisation) -> bool:
    """Ask how days are written where no row says so; what the business is used to comes first."""
    usual = business.locale == "en_US"
    text = bank_statements.unclear(grid, date)
    if text is None:
        return usual

    def words(month_first: bool) -> str:
        day = reading.day_of(text, month_first=month_first)
        return f"{text} is {say.day(day, business.locale)}" if day else text

    chosen: bool = st.selectbox(
        "How days are written",
        [usual, not usual],
        format_func=words,
        help="No row of this file says whether the day or the month is first.",
        key=f"{key}.{date}.days",
    )
    return chosen
