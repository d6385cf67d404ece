"""A bank's statement in a browser: given, looked at, recorded; and its customer sees it paid."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.browser.screens import CUSTOMER, STAFF
from tests.browser.test_paying import open_invoices
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal
HOSTILE = "=1+1<img src=x onerror=alert(1)>"


def test_a_statement_is_recorded_and_the_customer_sees_it_paid(
    window: Callable[..., Window], portal: Portal
) -> None:
    customer = window().open_as(CUSTOMER)
    number = open_invoices(customer, portal)[0]
    customer.goto(f"{portal.url}/invoice?number={number}")
    settle(customer)
    button = customer.get_by_role("button", name=re.compile("^Pay £")).inner_text()
    amount = button.split("£")[1].strip()
    staff = window(fresh=True).open_as(STAFF, "/bank")
    listed = (
        "Date,Amount,Name,Details\n"
        f'2026-11-27,"{amount}",Whoever,Payment of {number}\n'
        f'2026-11-27,12.34,"{HOSTILE}",{HOSTILE}\n2026-11-27,-9.00,Rent,\n'
    )
    staff.locator("input[type=file]").set_input_files(
        {"name": "bank.csv", "mimeType": "text/csv", "buffer": listed.encode()}
    )
    staff.get_by_text("Number and amount agree").wait_for()
    settle(staff)
    expect(staff.get_by_role("checkbox", name="Row 2")).to_be_checked()
    staff.get_by_text("Nothing fits (1)").click()
    expect(staff.get_by_text(HOSTILE).first).to_be_visible()
    staff.get_by_role("button", name="Record 1 payment").click()
    staff.get_by_text("Left for you").wait_for()
    settle(staff)
    expect(staff.get_by_role("button", name="Record 0 payments")).to_be_disabled()
    customer.goto(f"{portal.url}/invoice?number={number}")
    settle(customer)
    expect(customer.get_by_text("Paid", exact=True).first).to_be_visible()
    customer.goto(f"{portal.url}/payments")
    settle(customer)
    expect(customer.get_by_text(f"Payment of {number}").first).to_be_visible()
