"""Ticked invoices: what of each counts, why the others do not, and how a browser writes the sum."""

from dataclasses import replace

import pytest

from components.payments import pay_several
from portal_data import money, store
from portal_data.billing.invoices import InvoiceRow, Status
from portal_data.business import preferences
from portal_data.payments import collecting, offers
from portal_data.payments.collecting import Collector
from portal_data.payments.providers import Providers
from portal_data.payments.providers.demo import Demo
from portal_data.scope import Scope
from tests.components.test_record_list import row
from tests.conftest import NOW, Cast
from tests.factories import make_invoice
from tests.people import rows


@pytest.mark.parametrize("locale", ["en_GB", "de_DE", "fr_FR", "es_ES", "en_IN", "de_CH"])
@pytest.mark.parametrize("currency", ["GBP", "EUR", "JPY", "KWD", "INR", "USD", "CHF"])
def test_a_browser_writes_amounts_as_the_portal_does(locale: str, currency: str) -> None:
    shapes = money.around(currency, locale=locale)
    for minor in (1, 10, 999, 1_000, 123_456, 1_234_567, 123_456_789, 10**14):
        fewest = len(shapes[0]) - 1
        figures = str(minor).zfill(fewest)
        before, *between = shapes[len(figures) - fewest]
        written = before + "".join(f + gap for f, gap in zip(figures, between, strict=True))
        assert written == money.format(minor, currency, locale=locale)


@pytest.mark.parametrize(
    ("changed", "minor", "why"),
    [
        ({}, 4_000, ""),
        ({"disputed_minor": 1_000, "pending_minor": 1_000}, 2_000, ""),
        ({"disputed_minor": 9_000}, 0, "in dispute"),
        ({"pending_minor": 4_000}, 0, "on its way"),
        ({"status": Status.PAID, "balance_minor": 0}, 0, "paid"),
        ({"status": Status.VOID}, 0, "nothing to pay"),
        ({"status": Status.WRITTEN_OFF}, 0, "nothing to pay"),
        ({"in_question_minor": 1, "status": Status.IN_QUESTION}, 0, "nothing to pay"),
    ],
)
def test_what_of_an_invoice_counts(changed: dict[str, object], minor: int, why: str) -> None:
    each: InvoiceRow = replace(row(), **changed)  # type: ignore[arg-type]
    assert pay_several._payable(each) == minor
    assert pay_several._why_not(each, True) == why
    if not why:
        assert pay_several._why_not(each, False) == "not payable online"


@pytest.fixture
def online(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The cast, where what names no way of paying is paid through the demo gateway."""
    collector = Collector(Providers([Demo()]), "https://portal.example")
    monkeypatch.setattr(collecting, "current", lambda: collector)
    preferences.change(cast.owner, now=NOW, pay_online=True)
    return cast


def _listed(scope: Scope, *numbers: str) -> list[InvoiceRow]:
    found = rows("select id, number from core.invoices where number = any($n)", n=list(numbers))
    ids = {each["number"]: each["id"] for each in found}
    return [replace(row(), id=ids[number], number=number) for number in numbers]


def test_only_who_pays_online_ticks_and_nothing_where_nothing_is_payable(
    online: Cast, db: store.Store
) -> None:
    make_invoice(online.alice, number="INV-1")
    listed = _listed(online.alice, "INV-1")
    made = pay_several.picking(online.alice, listed, "en_GB")
    assert made is not None
    assert [(each.number, each.minor, each.why) for each in made.picks] == [("INV-1", 4_000, "")]
    assert (made.most, made.parameter, list(made.shapes)) == (100, "invoices", ["GBP"])
    assert pay_several.picking(online.bob, listed, "en_GB") is None
    none = [replace(listed[0], status=Status.PAID, balance_minor=0)]
    paid = pay_several.picking(online.alice, none, "en_GB")
    assert paid is not None
    assert not paid.picks
    preferences.change(online.owner, now=NOW, pay_online=False)
    off = pay_several.picking(online.alice, listed, "en_GB")
    assert off is not None
    assert not off.picks


def test_of_another_customers_invoices_nothing_is_reached(cast: Cast, db: store.Store) -> None:
    invoice_id, online = make_invoice(cast.alice, number="INV-1"), cast
    way = (cast.alice.customer_id, invoice_id, "demo")
    with db.system_writing() as session:
        session.load("core.invoice_providers", ("customer_id", "invoice_id", "provider"), [way])
    ids = (invoice_id,)
    assert offers.reached(online.alice, "demo", "invoice", ids) == set(ids)
    assert offers.reached(online.charlie, "demo", "invoice", ids) == frozenset()
