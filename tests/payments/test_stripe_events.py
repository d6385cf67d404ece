"""Stripe's messages: only what it signed, just now, says which payment to look at again."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import stripe

from portal_data.clock import utc_now
from portal_data.errors import Invalid
from portal_data.payments.provider import BadSignature, Notice
from portal_data.payments.providers.stripe import Stripe
from portal_data.payments.providers.stripe_events import EVENTS, TOLERANCE_SECONDS
from tests.payments import localstripe
from tests.payments.answers import checked, dispute, intent, refund, session
from tests.payments.conftest import SECRET, Account, wanted

NOW = datetime(2026, 11, 28, 10, 0)
_AT = int(NOW.replace(tzinfo=UTC).timestamp())
_NEW_SECRET = "whsec_that_takes_its_place"
_ATTEMPT = UUID(int=7)
_BEARS = {"attempt_id": str(_ATTEMPT)}


def _event(kind: str, about: dict[str, Any]) -> bytes:
    event = {
        "id": "evt_1",
        "object": "event",
        "type": kind,
        "created": _AT,
        "data": {"object": about},
    }
    return json.dumps(event).encode()


BODY = _event("payment_intent.succeeded", intent(metadata=_BEARS))


def signed(body: bytes = BODY, secret: str = SECRET, at: int = _AT) -> str:
    """Return the header with which Stripe's own library signs a message."""
    return stripe.WebhookSignature.generate_signature_header(body.decode(), secret, at)


def _notices(
    body: bytes = BODY,
    header: str | None = None,
    *,
    secrets: tuple[str, ...] = (SECRET,),
    name: str = "Stripe-Signature",
) -> list[Notice]:
    provider = Stripe("sk_test_1", secrets)
    return provider.verify(body, {name: signed(body) if header is None else header}, NOW)


@pytest.mark.parametrize("name", ["Stripe-Signature", "stripe-signature", "STRIPE-SIGNATURE"])
def test_a_signed_message_says_which_payment_to_look_at(name: str) -> None:
    assert _notices(name=name) == [Notice("evt_1", "payment_intent.succeeded", "pi_1", _ATTEMPT)]


_SIGNATURE = signed().partition("v1=")[2]


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "t=",
        "v1=",
        f"v1={_SIGNATURE}",
        f"t={_AT}",
        f"t=now,v1={_SIGNATURE}",
        f"t={_AT},v0={_SIGNATURE}",
        f"t={_AT},v1=",
        f"t={_AT},v1={_SIGNATURE[:-1]}",
        f"t={_AT},v1={'0' * 64}",
        f"t={_AT},v1=é",
        f"t={_AT + 1},v1={_SIGNATURE}",
        f"t={_AT + 1},t={_AT},v1={_SIGNATURE}",
        signed(secret="whsec_of_somebody_else"),
        signed(BODY + b" "),
    ],
)
def test_a_forged_message_says_nothing(header: str) -> None:
    with pytest.raises(BadSignature):
        _notices(header=header)


def test_a_message_without_a_signature_says_nothing() -> None:
    with pytest.raises(BadSignature):
        Stripe("sk_test_1", [SECRET]).verify(BODY, {"Content-Type": "application/json"}, NOW)


@pytest.mark.parametrize("body", [BODY.replace(b"1235", b"9999"), BODY + b"\n", b"", b"\xff\xfe"])
def test_a_changed_message_says_nothing(body: bytes) -> None:
    with pytest.raises(BadSignature):
        _notices(body, signed())


@pytest.mark.parametrize("secrets", [(), ("",), (" ",)])
def test_without_a_secret_nobody_is_believed(secrets: tuple[str, ...]) -> None:
    for secret in ("", " ", SECRET):
        with pytest.raises(BadSignature):
            _notices(header=signed(secret=secret), secrets=secrets)


@pytest.fixture
def _far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own clock shows another time than UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_from_greenwich")
def test_the_clock_of_the_machine_may_show_any_timezone() -> None:
    assert _notices()


@pytest.mark.parametrize("seconds", [TOLERANCE_SECONDS, -TOLERANCE_SECONDS])
def test_an_old_message_and_one_from_the_future_are_refused(seconds: int) -> None:
    beyond = seconds + (1 if seconds > 0 else -1)
    assert _notices(header=signed(at=_AT + seconds))
    with pytest.raises(BadSignature):
        _notices(header=signed(at=_AT + beyond))


def test_one_of_several_signatures_is_enough() -> None:
    old = signed(secret="whsec_that_is_over").partition("v1=")[2]
    assert _notices(header=f"t={_AT},v1={old},v1={_SIGNATURE},v0=anything")


def test_while_a_secret_changes_both_count() -> None:
    secrets = (SECRET, _NEW_SECRET)
    assert _notices(header=signed(secret=SECRET), secrets=secrets)
    assert _notices(header=signed(secret=_NEW_SECRET), secrets=secrets)
    with pytest.raises(BadSignature):
        _notices(header=signed(secret=_NEW_SECRET))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"object": "event", "id": "evt_1", "type": "payment_intent.succeeded"}',
        b'{"object": "event", "id": "evt_1", "type": "x", "data": {"object": "pi_1"}}',
        b'{"object": "event", "id": 1, "type": "x", "data": {"object": {}}}',
        b'{"object": "event", "id": "evt_1", "type": null, "data": {"object": {}}}',
        b'{"object": "v2.core.event", "id": "evt_1", "type": "x", "data": {"object": {}}}',
    ],
)
def test_what_is_signed_and_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        _notices(body)


# Which payment --------------------------------------------------------------------------


def _about(kind: str) -> dict[str, Any]:
    """Return what an event of a kind is about, which bears our attempt where it can."""
    charged = {"id": "ch_1", "object": "charge", "payment_intent": "pi_1", "metadata": _BEARS}
    setup = {"id": "seti_1", "object": "setup_intent", "customer": "cus_1", "metadata": {}}
    method = {"id": "pm_1", "object": "payment_method", "type": "card"}
    about = {
        "payment_intent": intent(metadata=_BEARS),
        "checkout": session(metadata=_BEARS),
        "refund": refund(metadata={**_BEARS, "key": "1"}),
        "charge": charged,
        "setup_intent": setup,
        "payment_method": method,
        "mandate": {"id": "mandate_1", "object": "mandate", "payment_method": "pm_1"},
    }
    if kind.startswith("charge.dispute"):
        return checked(dispute("lost"))
    return about[kind.partition(".")[0]]


@pytest.mark.parametrize("kind", EVENTS)
def test_each_event_leads_to_its_payment(kind: str) -> None:
    (notice,) = _notices(_event(kind, _about(kind)))
    assert (notice.external_id, notice.kind) == ("evt_1", kind)
    expected = {
        "checkout": ("cs_1", _ATTEMPT),
        "setup_intent": ("cus_1", None),
        "payment_method": ("pm_1", None),
        "mandate": ("pm_1", None),
    }.get(kind.partition(".")[0], ("pi_1", _ATTEMPT))
    if kind.startswith("charge.dispute"):
        expected = ("pi_1", None)
    assert (notice.reference, notice.attempt_id) == expected


@pytest.mark.parametrize(
    ("kind", "about", "expected"),
    [
        ("refund.created", refund(), ("pi_1", None)),
        ("refund.created", refund(payment_intent=intent()), ("pi_1", None)),
        ("refund.created", refund(payment_intent=None, metadata=_BEARS), (None, None)),
        ("payment_intent.succeeded", intent(), ("pi_1", None)),
        ("payment_intent.succeeded", intent(metadata={"attempt_id": "7"}), ("pi_1", None)),
        ("checkout.session.completed", session(mode="setup", metadata=_BEARS), (None, None)),
    ],
)
def test_what_bears_no_attempt_has_the_reference_alone(
    kind: str, about: dict[str, Any], expected: tuple[str | None, None]
) -> None:
    (notice,) = _notices(_event(kind, about))
    assert (notice.reference, notice.attempt_id) == expected


def test_an_event_that_nobody_asked_for_is_nothing() -> None:
    assert _notices(_event("invoice.created", {"id": "in_1", "object": "invoice"})) == []


def test_readme_says_what_the_endpoint_is_to_send() -> None:
    """Events of another version of the API may be of other shapes than the library reads."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = text.partition("### Taking cards and bank accounts")[2].partition("\n#")[0]
    named, place = set(), ""
    for word in re.findall(r"`([a-z_.]+)`", section):
        place = place if word.startswith(".") else word.rpartition(".")[0]
        named.add(place + word if word.startswith(".") else word)
    assert named == set(EVENTS)
    assert f"`{stripe.api_version}`" in section


def test_stripe_has_every_event_that_it_is_to_send() -> None:
    described = Path(stripe.Event.construct_from.__globals__["__file__"]).parent / "_event.py"
    text = described.read_text(encoding="utf-8")
    assert [kind for kind in EVENTS if f'"{kind}"' not in text] == []
    assert len(set(EVENTS)) == len(EVENTS)


# Over the wire --------------------------------------------------------------------------


def test_what_is_delivered_is_believed_and_nothing_that_was_changed(
    stand_in: Account, address: str
) -> None:
    """Two payments, one declined: localstripe signs and delivers an event of each."""
    with localstripe.endpoint() as (url, received):
        localstripe.send_events_to(address, url, SECRET)
        payer = stand_in.payer()
        requests = [
            wanted(payer, method=stand_in.card(payer, kind)) for kind in ("pays", "declines")
        ]
        references = [stand_in.provider.charge(request).reference for request in requests]
        attempts = {request.attempt_id for request in requests}
        found = {}
        while attempts - set(found):  # events of earlier tests may still be on their way
            headers, body = received.get(timeout=30)
            now = utc_now()
            for notice in stand_in.provider.verify(body, headers, now):
                found[notice.attempt_id] = (notice.kind, notice.reference)
            for changed in (body[:-1], body + b" ", body.replace(b"1235", b"1234")):
                if changed != body:
                    with pytest.raises(BadSignature):
                        stand_in.provider.verify(changed, headers, now)
            with pytest.raises(BadSignature):
                stand_in.provider.verify(body, headers, now + timedelta(minutes=6))
    assert [found[request.attempt_id] for request in requests] == [
        ("payment_intent.succeeded", references[0]),
        ("payment_intent.payment_failed", references[1]),
    ]
