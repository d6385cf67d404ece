"""Bank statements on screen: what is proposed is looked at, ticked and recorded."""

import pytest

from portal_data.billing import invoices
from portal_data.payments import bank
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice
from tests.pages.conftest import Open, Screen
from tests.pages.test_dialogs import opened
from tests.pages.test_recorded_payments import HOSTILE, press, raw
from tests.payments.test_bank import read
from tests.payments.test_collecting import integrity

FILE = (
    "Date,Amount,Name,Details\n"
    f"{TODAY},40.00,Whoever,INV-0001\n"
    f'{TODAY},12.00,"{HOSTILE}","{HOSTILE}"\n'
    f"{TODAY},100.00,{HOSTILE},Thank you\n"
    f"{TODAY},-9.00,Rent,\n"
)


def lines() -> None:
    import streamlit as st

    from components.session import require_staff
    from components.staff import bank_lines
    from portal_data.business import organisation
    from tests.pages.test_bank import FILE
    from tests.payments.test_bank import read

    staff = require_staff()
    if "statement" not in st.session_state:
        st.session_state["statement"] = read(FILE)
    bank_lines.draw(staff, st.session_state["statement"], organisation.get(staff))


def form() -> None:
    import streamlit as st

    from components.session import require_staff
    from components.staff import bank_form
    from portal_data.business import organisation
    from portal_data.payments import bank_statements

    rows = b"Date,Amount,Details\n03/04/2026,5.00,A\n05/06/2026,6.00,B\n"
    grid = bank_statements.read("bank.csv", rows)
    found = bank_form._said(grid, "k", ["GBP"], organisation.get(require_staff()))
    st.text(", ".join(str(each.date) for each in found.lines) if found else "none")


@pytest.fixture(autouse=True)
def _books(cast: Cast) -> None:
    make_invoice(cast.alice, number="INV-0001", total_minor=4_000)
    make_invoice(cast.alice, number="INV-0002", total_minor=10_000)
    make_invoice(cast.charlie, number="INV-0003", total_minor=10_000)


def show(shown: Screen, group: str) -> Screen:
    """Show lines of a group."""
    shown.app.segmented_control[0].set_value(group).run()
    return shown


def test_what_is_certain_is_ticked_and_recorded(cast: Cast) -> None:
    shown = opened(lines, cast.owner)
    assert [each.value for each in shown.app.checkbox] == [True]
    for words in ("£152.00", "£40.00", "£112.00", "Number and amount agree"):
        assert words in shown.html
    assert next(e for e in shown.app.button if e.key == "bank.record").label == "Record 1 payment"
    press(shown, "bank.record")
    assert invoices.get(cast.alice, "INV-0001", today=TODAY).balance_minor == 0
    assert len(bank.left(cast.owner)) == 2
    assert integrity() == []


def test_somebody_chooses_where_several_fit(cast: Cast) -> None:
    shown = show(opened(lines, cast.owner), "Look at these")
    assert "Several fit" in shown.html
    assert shown.app.selectbox[0].value is None
    shown.app.selectbox[0].set_value(1)
    shown.app.checkbox[0].set_value(True)
    shown.app.run()
    assert next(e for e in shown.app.button if e.key == "bank.record").label == "Record 2 payments"
    press(shown, "bank.record")
    assert invoices.get(cast.charlie, "INV-0003", today=TODAY).balance_minor == 0
    assert invoices.get(cast.alice, "INV-0002", today=TODAY).balance_minor == 10_000
    assert integrity() == []


def test_nothing_of_what_a_payer_wrote_is_markup(cast: Cast) -> None:
    for group in ("Nothing fits", "Look at these"):
        shown = show(opened(lines, cast.owner), group)
        assert "<img src=x" not in raw(shown)
        assert "[x](javascript" not in "".join(each.label for each in shown.app.checkbox)


def test_what_is_left_waits_with_the_way_to_record_it(cast: Cast, screen: Open) -> None:
    statement = read(FILE)
    found = bank.compare(cast.owner, statement).proposed[0].match
    bank.record(cast.owner, statement, [bank.Chosen(found.line, found.proposals[0])], now=NOW)
    shown = screen(cast.owner, "staff/bank")
    assert "<img src=x" not in raw(shown)
    waits = bank.left(cast.owner)
    assert all(f"record_payment?line={each.id}" in shown.html for each in waits)
    asked = screen(cast.owner, "staff/record_payment", line=str(waits[0].id))
    assert "Whose payment is it?" in asked.html
    asked.app.text_input[0].set_value("Alice")
    asked.app.run()
    customer = str(cast.alice.customer_id)
    form = screen(cast.owner, "staff/record_payment", line=str(waits[0].id), customer=customer)
    press(form, "record.yes")
    assert len(bank.left(cast.owner)) == 1
    press(shown, f"bank.dismiss.{waits[1].id}")
    assert bank.left(cast.owner) == []
    assert integrity() == []


def test_days_that_may_be_two_are_said_by_somebody(cast: Cast) -> None:
    shown = opened(form, cast.owner)
    next(each for each in shown.app.text_input if each.label == "Account").set_value("GB 12")
    shown.app.run()
    days = next(each for each in shown.app.selectbox if each.label == "How days are written")
    assert days.options == ["03/04/2026 is 3 Apr 2026", "03/04/2026 is 4 Mar 2026"]
    assert shown.app.text[0].value == "2026-04-03, 2026-06-05"
    days.set_value(True)
    shown.app.run()
    assert shown.app.text[0].value == "2026-03-04, 2026-05-06"


def test_nobody_else_sees_it(cast: Cast, screen: Open) -> None:
    for who in (cast.alice, cast.bob):
        shown = screen(who, "staff/bank")
        assert "Bank statements" not in shown.html
