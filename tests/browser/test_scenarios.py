"""Whatever can become of a payment, in real browsers: what banks answer late comes by itself.

The demo gateway's banks take a minute, so what takes long is begun first, and looked at last.
"""

import re
from collections.abc import Callable
from time import monotonic, sleep

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.browser.screens import CUSTOMER, STAFF
from tests.browser.test_paying import choose, come_back, go_to_gateway, open_invoices, pay
from tools.browser import Portal, settle

pytestmark = pytest.mark.own_portal

LATEST = 150
"""Seconds after which a debit has come back, and polling has found what no event told."""


def for_experts(page: Page, label: str) -> None:
    """Choose how the gateway's events travel, or that refunds fail."""
    if not page.get_by_label(label).is_visible():
        page.get_by_text("For experts").click()
    page.get_by_label(label).check()


def paid_by(page: Page, portal: Portal, number: str, scenario: str, *wishes: str) -> None:
    """Pay an invoice on the gateway's page, and be back."""
    pay(page, portal, number)
    go_to_gateway(page)
    for wish in wishes:
        for_experts(page, wish)
    choose(page, scenario)
    come_back(page)


def becomes(page: Page, portal: Portal, number: str, *, paid: bool) -> None:
    """Expect an invoice to be paid, or to be payable; it is opened again until it is."""
    is_paid = page.get_by_text("Paid", exact=True)
    can_be_paid = page.get_by_role("button", name=re.compile("^Pay £"))
    ends = monotonic() + LATEST
    while True:
        page.goto(f"{portal.url}/invoice?number={number}")
        settle(page)
        wanted = (is_paid if paid else can_be_paid).first
        if wanted.is_visible() or monotonic() > ends:
            expect(wanted).to_be_visible()
            return
        sleep(5)


def receipt(page: Page) -> str:
    """Return the number of the receipt that the screen leads to."""
    link = page.get_by_role("link", name="Show receipt")
    found = re.search(r"number=([\w-]+)", link.get_attribute("href") or "")
    assert found
    return found[1]


def test_whatever_becomes_of_a_payment(window: Callable[..., Window], portal: Portal) -> None:
    page = window().open_as(CUSTOMER)
    staff = window().open_as(STAFF)
    (returned, refused, arrives, lost, refunded, secure, saved, again) = open_invoices(
        page, portal
    )[:8]
    paid_by(page, portal, returned, "The debit comes back later")
    expect(page.get_by_text("On its way").first).to_be_visible()
    paid_by(page, portal, refused, "The bank refuses the debit")
    paid_by(page, portal, arrives, "The debit arrives", "Send the event twice")

    # the event is lost, and the payer never comes back: nothing but polling can find it out
    pay(page, portal, lost)
    go_to_gateway(page)
    step = page.locator("input[name=step]").input_value()
    form = {"step": step, "scenario": "card", "events": "lost"}
    own = {"Origin": portal.url, "Sec-Fetch-Site": "same-origin"}
    sent = page.request.post(page.url, form=form, headers=own, max_redirects=0)
    assert sent.status == 303

    paid_by(page, portal, refunded, "Pay by card", "Refunds of this payment will fail")
    number = receipt(page)
    staff.goto(f"{portal.url}/payment?number={number}")
    settle(staff)
    staff.get_by_role("button", name="Refund").click()
    dialog = staff.get_by_role("dialog")
    dialog.get_by_label("Why").fill("Paid for twice")
    dialog.get_by_role("button", name="Refund", exact=True).click()
    expect(staff.get_by_text("The refund is on its way.")).to_be_visible()

    pay(page, portal, secure)
    go_to_gateway(page)
    choose(page, "The card’s bank asks you to confirm")
    page.get_by_role("button", name="Refuse").click()
    come_back(page)
    expect(page.get_by_text("Not accepted")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    page.wait_for_url("**/pay?invoices=*")
    settle(page)
    go_to_gateway(page)
    choose(page, "The card’s bank asks you to confirm")
    page.get_by_role("button", name="Confirm").click()
    come_back(page)
    expect(page.get_by_text("Payment received")).to_be_visible()

    # a card that is saved while paying pays the next invoice without a page of its own
    pay(page, portal, saved)
    page.get_by_text("New card or bank account").click()
    settle(page)
    page.get_by_text("Save it for next time").click()
    settle(page)
    page.get_by_role("button", name=re.compile("^Pay .*[0-9]$")).click()
    page.wait_for_url("**/demo-gateway/**")
    choose(page, "Pay by card")
    come_back(page)
    pay(page, portal, again)
    page.get_by_text("4242").first.click()
    settle(page)
    page.get_by_role("button", name=re.compile("^Pay .*[0-9]$")).click()
    come_back(page)
    expect(page.get_by_text("Payment received")).to_be_visible()

    # nobody else's word counts
    forged = page.request.post(
        f"{portal.url}/webhooks/demo",
        data={"id": "demo_evt_1", "kind": "payment.succeeded", "reference": "demo_pi_1"},
        headers={"Portal-Demo-Signature": "t=1,v1=00"},
    )
    assert forged.status == 400

    for each in (arrives, lost, secure, saved, again):
        becomes(page, portal, each, paid=True)
    for each in (refused, returned):
        becomes(page, portal, each, paid=False)
    staff.goto(f"{portal.url}/payment?number={number}")
    settle(staff)
    expect(staff.get_by_text(re.compile("failed", re.IGNORECASE)).first).to_be_visible()
    staff.goto(f"{portal.url}/online_payments?status=failed")
    settle(staff)
    expect(staff.get_by_text(refused).first).to_be_visible()
