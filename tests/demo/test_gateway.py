"""What the demo's books say was paid is known to the demo gateway, as if it had been paid there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal_data import demo, settings, store
from portal_data.ids import new_id
from portal_data.payments.demo_gateway import opening, pages
from portal_data.payments.demo_gateway.records import Stage
from portal_data.payments.provider import Line, Payer, ProviderError, Request, State
from portal_data.payments.providers.demo import Demo
from tests.conftest import NOW
from tests.payments.paying import BOTH, CANCEL, RETURN, Clock, choose, token
from tests.people import rows, value

TRIED = """
    select a.id, a.provider_reference as reference, a.status, a.amount_minor, a.currency_code,
        a.failure_code, a.redirect_url
    from core.payment_attempts a order by a.id
"""
METHODS = """
    select m.provider_reference as reference, m.customer_id, m.kind, m.last4, m.status,
        p.provider_reference as customer
    from core.saved_methods m join core.provider_customers p on p.customer_id = m.customer_id
    order by m.id
"""


@pytest.fixture
def books(db: store.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store with the demo."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    settings.load.cache_clear()
    demo.load(NOW, tmp_path / "files")
    yield
    settings.load.cache_clear()


@pytest.fixture
def clock() -> Clock:
    """The provider's clock."""
    return Clock()


@pytest.fixture
def provider(books: None, clock: Clock) -> Demo:
    """The provider over the demo's books."""
    return Demo(clock)


def request_of(row: dict[str, Any], **more: Any) -> Request:
    """A payment by a saved method of the books."""
    return Request(
        attempt_id=row["customer_id"],
        payer=Payer(row["customer_id"], "Somebody", "", row["customer"]),
        currency_code="GBP",
        lines=(Line("Invoice", 500),),
        kinds=BOTH,
        save_method=False,
        return_url=RETURN,
        cancel_url=CANCEL,
        expires_at=NOW + timedelta(hours=1),
        method=row["reference"],
        **more,
    )


def test_every_attempt_is_known_as_it_is(provider: Demo) -> None:
    tried = rows(TRIED)
    assert {row["status"] for row in tried} == {each.value for each in State}
    for row in tried:
        status = provider.status(row["reference"])
        assert (status.state, status.attempt_id) == (row["status"], row["id"])
        assert (status.currency_code, status.failure_code) == (
            row["currency_code"], row["failure_code"]
        )  # fmt: skip
        received = row["amount_minor"] if row["status"] == "succeeded" else 0
        assert status.received_minor == received
    with store.system_writing() as session:
        assert opening.adopt(session, NOW) == 0


def test_what_is_under_way_settles_in_some_days(provider: Demo, clock: Clock) -> None:
    under_way = [row["reference"] for row in rows(TRIED) if row["status"] == "pending"]
    for days, state in ((1, State.PENDING), (1, State.PENDING), (4, State.SUCCEEDED)):
        clock.pass_(days=days)
        assert {provider.status(each).state for each in under_way} == {state}


def test_what_somebody_has_begun_leads_to_its_page(provider: Demo) -> None:
    for row in rows(TRIED):
        waits = {"created": Stage.CHOOSE, "requires_action": Stage.CONFIRM}.get(row["status"])
        assert (row["redirect_url"] is not None) == (waits is not None)
        if waits is not None:
            shown = pages.opened(token(row["redirect_url"]), NOW)
            assert (shown.stage, shown.amount_minor) == (waits, row["amount_minor"])
            assert sum(amount for _words, amount in shown.lines) == row["amount_minor"]
            form = {"scenario": "card"} if waits is Stage.CHOOSE else {"confirmed": "yes"}
            choose(row["redirect_url"], NOW, **form)
            assert provider.status(row["reference"]).state is State.SUCCEEDED


def test_what_was_paid_is_sent_back(provider: Demo) -> None:
    row = next(row for row in rows(TRIED) if row["status"] == "succeeded")
    assert provider.refund(row["reference"], row["amount_minor"], "k", None).state == "succeeded"
    with pytest.raises(ProviderError):
        provider.refund(row["reference"], 1, "other", None)


def test_saved_methods_are_charged_where_they_are_verified(provider: Demo) -> None:
    for row in rows(METHODS):
        request = replace(request_of(row), attempt_id=new_id())
        if row["status"] == "verified":
            expected = State.SUCCEEDED if row["kind"] == "card" else State.PENDING
            assert provider.status(provider.charge(request).reference).state is expected
        else:
            with pytest.raises(ProviderError):
                provider.charge(request)
    listed = {each.reference for row in rows(METHODS) for each in provider.methods(row["customer"])}
    kept = {row["reference"] for row in rows(METHODS) if row["status"] != "removed"}
    assert listed == kept


def test_an_account_that_waits_is_verified_on_its_page(provider: Demo) -> None:
    (row,) = [row for row in rows(METHODS) if row["status"] == "pending_verification"]
    (method,) = [
        each for each in provider.methods(row["customer"]) if each.reference == row["reference"]
    ]
    shown = pages.opened(token(method.verify_url), NOW)
    assert shown.amounts is not None
    assert shown.tries_left == 9
    first, second = (str(each) for each in shown.amounts)
    choose(method.verify_url, NOW, first=first, second=second)
    assert provider.status(provider.charge(request_of(row)).reference).state is State.PENDING


def test_books_from_before_the_gateway_are_known_when_they_are_needed(provider: Demo) -> None:
    with store.system_writing() as session:
        session.change("delete from core.demo_gateway")
    paid = next(row for row in rows(TRIED) if row["status"] == "succeeded")
    assert provider.status(paid["reference"]).state is State.SUCCEEDED
    visa = next(row for row in rows(METHODS) if row["last4"] == "4242")
    assert provider.status(provider.charge(request_of(visa)).reference).state is State.SUCCEEDED
    assert value("select count(*) from core.demo_gateway") == 4
