"""Payments over the wire: what providers say, forged and again, and payers on their way."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from portal_data import store
from portal_data.billing import invoices
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.payments import collecting, paying
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import Method, Payer, State
from portal_data.payments.providers import Providers
from portal_data.scope import Scope
from portal_data.web import payments
from portal_data.web.middleware import BODY_LIMIT, Guard
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice
from tests.payments.scripted import SIGNED, Scripted
from tests.people import rows, value
from tests.web.conftest import as_person

ORIGIN = "https://portal.example"


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The provider that payments go through."""
    scripted = Scripted()
    collector = Collector(Providers([scripted]), ORIGIN)
    monkeypatch.setattr(collecting, "current", lambda: collector)
    return scripted


@pytest.fixture
def client(db: store.Store, provider: Scripted) -> Iterator[TestClient]:
    """The routes behind the guard, as the portal has them."""
    guard = Middleware(Guard, content_security_policy="", origin=ORIGIN, proxies=0)
    app = Starlette(routes=payments.ROUTES, middleware=[guard])
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def attempt(cast: Cast, provider: Scripted) -> UUID:
    """A payment of an invoice that Alice began."""
    return begun(cast.alice, provider)


def begun(scope: Scope, provider: Scripted) -> UUID:
    """Begin to pay a whole invoice, which names the provider."""
    invoice = make_invoice(scope, number="INV-1", total_minor=10_000)
    way = (scope.customer_id, invoice, provider.key)
    with store.system_writing() as session:
        session.load("core.invoice_providers", ("customer_id", "invoice_id", "provider"), [way])
    key = new_id()
    order = Order((Part("invoice", "INV-1", 1, 10_000),))
    paying.begin(scope, provider, order, key=key, now=utc_now())
    return key


def said(attempt: UUID, event: str = "evt_1") -> bytes:
    """What the provider says of an attempt."""
    return json.dumps({"id": event, "attempt": str(attempt)}).encode()


def balance(scope: Scope) -> int:
    """What is open of the invoice."""
    return invoices.get(scope, "INV-1", today=TODAY).balance_minor


@pytest.mark.parametrize("signature", [{}, {"signature": ""}, {"signature": "forged"}])
def test_what_is_not_signed_is_refused_and_kept_nowhere(
    client: TestClient, attempt: UUID, signature: dict[str, str]
) -> None:
    answer = client.post("/webhooks/demo", content=said(attempt), headers=signature)
    assert answer.status_code == 400
    assert rows("select id from core.provider_events order by id") == []


def test_the_signature_is_looked_at_before_the_content(client: TestClient, attempt: UUID) -> None:
    for content in (b"", b"{", b"\xff\xfe", b"[" * 10_000, said(attempt)):
        answer = client.post("/webhooks/demo", content=content, headers={"signature": "no"})
        assert (answer.status_code, answer.json()) == (400, {"error": "Not signed."})


def test_an_event_is_kept_once_however_often_it_comes(client: TestClient, attempt: UUID) -> None:
    headers = {"signature": SIGNED}
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(
            lambda _n: client.post("/webhooks/demo", content=said(attempt), headers=headers),
            range(64),
        ))  # fmt: skip
    assert {each.status_code for each in answers} == {200}
    (kept,) = rows("select status, deliveries from core.provider_events order by id")
    assert kept == {"status": "received", "deliveries": 64}
    queued = "select count(*)::bigint as n from core.outbox where kind = 'payment.event' order by n"
    assert value(queued) == 1


def test_there_is_one_exact_address_for_each_provider(client: TestClient, attempt: UUID) -> None:
    headers = {"signature": SIGNED}
    paths = ("/webhooks/stripe", "/webhooks/", "/webhooks", "/webhooks/demo/x", "/webhooks/Demo")
    for path in paths:
        answer = client.post(path, content=said(attempt), headers=headers)
        assert answer.status_code in (403, 404), path
    assert client.get("/webhooks/demo").status_code == 405
    large = client.post("/webhooks/demo", content=b" " * (BODY_LIMIT + 1), headers=headers)
    assert large.status_code == 413
    assert rows("select id from core.provider_events order by id") == []


def test_a_payer_goes_to_the_provider_and_comes_back(
    client: TestClient, cast: Cast, provider: Scripted, attempt: UUID
) -> None:
    as_person(client, cast.alice)
    for _again in range(2):
        answer = client.get(f"/pay/start?attempt={attempt}")
        assert answer.status_code == 303
        assert answer.headers["location"] == f"https://provider.example/{attempt}"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert len(provider.requests) == 1
    result = f"/payment?attempt={attempt}"
    came = client.get(f"/pay/return?attempt={attempt}&status=paid&amount=1")
    assert (came.status_code, came.headers["location"]) == (303, result)
    assert balance(cast.alice) == 10_000, "an address is no payment"
    provider.becomes(f"pay_{attempt}", State.SUCCEEDED)
    assert client.get(f"/pay/return?attempt={attempt}").headers["location"] == result
    assert balance(cast.alice) == 0
    assert client.get(f"/pay/start?attempt={attempt}").status_code == 409


def test_a_silent_provider_leads_back_to_the_portal(
    client: TestClient, cast: Cast, provider: Scripted, attempt: UUID
) -> None:
    as_person(client, cast.alice)
    client.get(f"/pay/start?attempt={attempt}")
    provider.silent = True
    assert client.get(f"/pay/return?attempt={attempt}").status_code == 303


@pytest.mark.parametrize("path", ["/pay/start", "/pay/return"])
def test_nobody_else_follows_a_payment(
    client: TestClient, cast: Cast, attempt: UUID, path: str
) -> None:
    asked = {
        "nobody": (None, 401),
        "Charlie": (cast.charlie, 404),
        "staff": (cast.owner, 404),
    }
    for name, (who, status) in asked.items():
        as_person(client, who)
        assert client.get(f"{path}?attempt={attempt}").status_code == status, name
    as_person(client, cast.alice)
    for wrong in ("", "x", str(new_id()), f"{attempt}'--", "0" * 5_000):
        assert client.get(path, params={"attempt": wrong}).status_code == 404
    as_person(client, cast.bob)
    status = client.get(f"{path}?attempt={attempt}").status_code
    assert status == (403 if path == "/pay/start" else 303), "a viewer may look, and not pay"


def test_a_bank_account_is_verified_at_the_provider(
    client: TestClient, cast: Cast, provider: Scripted, attempt: UUID
) -> None:
    as_person(client, cast.alice)
    client.get("/pay/save")
    page = "https://provider.example/verify"
    waits = Method("pm_1", "bank", "Bank", "1116", verified=None, verify_url=page)
    known = provider.ensure_customer(Payer(cast.alice.customer_id, "", "", None))
    provider.saved_methods = {known: [waits, Method("pm_2", "card", "visa", "4242")]}
    client.get("/pay/saved")
    ids = {
        row["provider_reference"]: row["id"]
        for row in rows("select id, provider_reference from core.saved_methods order by id")
    }
    answer = client.get("/pay/verify", params={"method": str(ids["pm_1"])})
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    for other in (str(ids["pm_2"]), str(new_id()), "", "x"):
        assert client.get("/pay/verify", params={"method": other}).status_code == 404
    for who, status in ((cast.charlie, 404), (cast.bob, 403), (cast.owner, 404), (None, 401)):
        as_person(client, who)
        refused = client.get("/pay/verify", params={"method": str(ids["pm_1"])})
        assert refused.status_code == status


def test_a_card_is_saved_at_the_provider_alone(
    client: TestClient, cast: Cast, provider: Scripted, attempt: UUID
) -> None:
    as_person(client, cast.alice)
    answer = client.get("/pay/save")
    assert answer.headers["location"] == "https://provider.example/saving"
    card = Method("pm_1", "card", "visa", "4242")
    provider.saved_methods = {
        provider.ensure_customer(Payer(who.customer_id, "", "", None)): [method]
        for who, method in ((cast.alice, card), (cast.charlie, Method("pm_2", "card", "x", "1")))
    }
    for _again in range(2):
        assert client.get("/pay/saved").headers["location"] == "/account"
    kept = rows("select customer_id, provider_reference from core.saved_methods order by id")
    assert kept == [{"customer_id": cast.alice.customer_id, "provider_reference": "pm_1"}]
    as_person(client, cast.bob)
    assert client.get("/pay/save").status_code == client.get("/pay/saved").status_code == 403
    with store.system_writing() as session:
        session.load(
            "core.preferences",
            ("key", "value", "updated_at"),
            [("customers_add_payment_methods", "false", NOW)],
        )
    as_person(client, cast.alice)
    assert client.get("/pay/save").status_code == 409
