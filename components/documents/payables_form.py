"""The form in which a customer gives its own list of what it owes, and says what stands where."""

from dataclasses import dataclass

import streamlit as st

from components.forms.action import outcome
from components.forms.fields import amount
from components.session import close_form, form
from components.ui import cards
from portal_data.business.organisation import Organisation
from portal_data.payables import reading
from portal_data.payables.comparing import Basis
from portal_data.payables.reading import Columns, Grid, Listed, Unread
from portal_data.text.language import _, _p

_FORM = "payables"


@dataclass(frozen=True, slots=True)
class Given:
    """A list as it is to be compared."""

    listed: list[Listed]
    unread: list[Unread]
    currency: str
    basis: Basis
    tolerance_minor: int


def draw(currencies: list[str], business: Organisation) -> Given | None:
    """Draw the form; return the list, None before there is one that can be read."""
    chosen = st.file_uploader(
        _("Your list of open invoices, as CSV or Excel workbook"),
        type=["csv", "xlsx"],
        max_upload_size=reading.LARGEST // 1024 // 1024,
        key="payables.file",
    )
    limit = _("Up to {megabytes} MB.", megabytes=reading.LARGEST // 1024 // 1024)
    cards.draw(cards.sub(limit))
    if chosen is None:
        close_form(_FORM)
        return None
    key = f"{_FORM}.{chosen.file_id}"
    read = outcome(
        lambda: form(_FORM, lambda: (key, reading.read(chosen.name, chosen.getvalue()))), keep=True
    )
    if read is None:
        return None
    known, grid = read[0].start
    if known != key:  # another file
        close_form(_FORM)
        st.rerun(scope="fragment")
    return _columns(grid, key, currencies, business)


def _columns(grid: Grid, key: str, currencies: list[str], business: Organisation) -> Given:
    """Ask what stands where, beginning with what the header says."""
    guessed = reading.guess(grid)
    places = range(len(grid.header))
    with st.container(key="payables-columns", horizontal=True, vertical_alignment="bottom"):
        number = st.selectbox(
            _("Invoice number"), places, guessed.number, format_func=grid.header.__getitem__,
            key=f"{key}.number",
        )  # fmt: skip
        money = st.selectbox(
            _("Amount"), places, guessed.amount, format_func=grid.header.__getitem__,
            key=f"{key}.amount",
        )  # fmt: skip
        date = st.selectbox(
            _("Date"), [None, *places], 0 if guessed.date is None else guessed.date + 1,
            format_func=lambda at: _p("column", "None") if at is None else grid.header[at],
            key=f"{key}.date",
        )  # fmt: skip
    with st.container(key="payables-choices", horizontal=True, vertical_alignment="bottom"):
        basis = st.selectbox(_("Amounts are"), list(Basis), format_func=_, key=f"{key}.basis")
        currency = st.selectbox(_("Currency"), currencies, key=f"{key}.currency")
        tolerance = amount(_("Let differences be up to"), 0, currency, key=f"{key}.tolerance")
    listed, unread = reading.interpret(
        grid, Columns(number, money, date), currency,
        month_first=business.locale == "en_US",
    )  # fmt: skip
    return Given(listed, unread, currency, basis, tolerance)
