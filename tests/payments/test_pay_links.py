"""Public links to pay an invoice: what they open, pay and give away, and attacks on them."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader

from portal_data import store
from portal_data.auth import throttle
from portal_data.billing import estimate_links, invoices, pay_links
from portal_data.billing.invoices import Status as InvoiceStatus
from portal_data.business import preferences
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound, PortalError
from portal_data.ids import new_id
from portal_data.kinds import INVOICE
from portal_data.messaging import activity
from portal_data.ops import notifier
from portal_data.output import document_pdfs, public_invoices
from portal_data.payments import attempts, collecting, paying, payments
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.paying import Order, Part
from portal_data.payments.provider import State
from portal_data.payments.providers import Providers
from portal_data.scope import Permission, Role, Scope, Staff, roles_that_may
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_estimate, make_invoice
from tests.payments.scripted import Scripted
from tests.people import at_once, events, mails, rows, token_of, value

DAY = timedelta(days=1)
LATER = NOW + timedelta(minutes=3)
ADDRESS = "203.0.113.9"
WHO = "Somebody (by public link)"


@pytest.fixture
def on(cast: Cast) -> Cast:
    """The cast, with invoices paid by link; two are Alice's and one is Charlie's."""
    preferences.change(cast.owner, now=NOW, public_pay_links=True, pay_online=True)
    make_invoice(cast.alice, number="INV-1", total_minor=10_000, subject="Hedges")
    make_invoice(cast.alice, number="INV-2", total_minor=7_000)
    make_invoice(cast.charlie, number="INV-9", total_minor=5_000)
    return cast


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """What takes the payments."""
    made = Scripted()
    collector = Collector(Providers([made]), "https://portal.example")
    monkeypatch.setattr(collecting, "current", lambda: collector)
    return made


def _link(staff: Staff, number: str = "INV-1", days: int = 9) -> str:
    """Make a link and return its token."""
    until = TODAY + days * DAY
    return token_of(pay_links.create(staff, number, until, key=new_id(), now=NOW))


def _open(token: str, **more: Any) -> public_invoices.Shown:
    return public_invoices.opened(token, **{"address": ADDRESS, "now": LATER, **more})


def _begin(token: str, amount: int = 10_000, seen: int | None = None) -> UUID:
    key = new_id()
    version = _open(token).payable.version if seen is None else seen
    public_invoices.begin(token, amount, seen=version, key=key, address=ADDRESS, now=LATER)
    return key


def _go(token: str, attempt: UUID) -> str | None:
    return public_invoices.hand_over(token, attempt, address=ADDRESS, now=LATER)


def _look(token: str, attempt: UUID) -> Status:
    return public_invoices.look(token, attempt, address=ADDRESS, now=LATER)


def _stored(number: str = "INV-1") -> tuple[int, int]:
    (row,) = rows("select * from core.invoices where number = $number", number=number)
    return row["balance_minor"], row["pending_minor"]


def _paid(provider: Scripted, attempt: UUID, **more: Any) -> None:
    provider.becomes(f"pay_{attempt}", State.SUCCEEDED, mode="Card", **more)


def _dead(call: Callable[[], object]) -> None:
    with pytest.raises(NotFound) as refused:
        call()
    assert str(refused.value) == pay_links.OVER


def test_a_link_shows_its_invoice_and_the_store_cannot_make_it(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    address = pay_links.create(sam, "INV-1", TODAY + 9 * DAY, key=new_id(), now=NOW)
    assert "/pay_link?token=" in address
    token = token_of(address)
    assert len(token) == 43  # 256 bits
    (row,) = rows("select * from core.document_links")
    assert token not in str(row.values())
    assert (row["purpose"], row["expires_at"].date()) == ("pay", TODAY + 10 * DAY)
    shown = _open(token)
    assert (shown.invoice.number, shown.customer_name) == ("INV-1", "Alder Ltd")
    assert (shown.payable.payable_minor, shown.payable.online) == (10_000, True)
    assert (shown.invoice.history, shown.invoice.settlements, shown.begun) == ([], [], ())
    name, pdf = public_invoices.pdf(token, address=ADDRESS, now=LATER)
    assert (name, pdf) == document_pdfs.document_pdf(on.alice, INVOICE, "INV-1", now=LATER)
    (link,) = pay_links.of_invoice(sam, "INV-1")
    assert (link.created_by, link.last_used_at, link.holds(LATER)) == ("Sam", LATER, True)
    assert pay_links.of_invoice(sam, "INV-2") == []
    history = [each.sentence for each in invoices.get(on.bob, "INV-1", today=TODAY).history]
    assert history[-2:] == ["Public link made by Sam", f"Opened by {WHO}"]


def test_nothing_of_the_customers_people_is_handed_out(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    invoice = value("select id from core.invoices where number = 'INV-1' order by id")
    insert(
        "disputes", customer_id=on.alice.customer_id, kind="customer", invoice_id=invoice,
        contact_id=on.alice.contact_id, reason="SECRET", body="SECRET", currency_code="GBP",
        amount_minor=1_000, status="opened", opened_at=NOW,
    )  # fmt: skip
    paying.begin(
        on.alice, provider, Order((Part("invoice", "INV-1", 1, 9_000),)), key=new_id(), now=NOW
    )
    shown = _open(_link(sam))
    assert (shown.payable.payable_minor, shown.payable.pending_minor) == (0, 9_000)
    assert shown.invoice.disputed_minor == 1_000
    for words in ("SECRET", on.alice.name, on.alice.email, on.bob.email, "INV-2"):
        assert words not in repr(shown), words


def test_it_is_paid_by_whoever_holds_it(
    db: store.Store, on: Cast, sam: Staff, provider: Scripted
) -> None:
    token = _link(sam)
    attempt = _begin(token)
    assert _stored() == (10_000, 10_000)
    url = _go(token, attempt)
    assert url == f"https://provider.example/{attempt}"
    (request,) = provider.requests
    assert request.return_url == f"https://portal.example/pay_link/return?attempt={attempt}"
    assert token not in repr(request)
    # the provider fills in nothing of the customer's people, and shows nothing saved
    assert (request.stranger, request.payer.reference, request.payer.email) == (True, None, "")
    assert (request.save_method, request.method) == (False, None)
    _paid(provider, attempt)
    assert _look(token, attempt) is Status.SUCCEEDED
    assert _stored() == (0, 0)
    shown = _open(token)
    assert [(each.id, each.status) for each in shown.begun] == [(attempt, Status.SUCCEEDED)]
    assert shown.invoice.status is InvoiceStatus.PAID
    (stored,) = rows("select contact_id, link_id from core.payment_attempts")
    (link,) = rows("select id from core.document_links")
    assert (stored["contact_id"], stored["link_id"]) == (None, link["id"])
    receipt = payments.get(on.bob, "PAY-000001")
    assert [(each.number, each.amount_minor) for each in receipt.allocations] == [("INV-1", 10_000)]
    happened = [each.sentence for each in activity.recent(on.alice, 9)]
    assert happened[:2] == [f"{WHO} paid PAY-000001", f"{WHO} began to pay INV-1"]
    with store.system_writing() as session:
        for row in session.rows(
            "select id from core.activity where event = 'payment.received' order by id"
        ):
            notifier.notify(session, row["id"], LATER)
    told = {mail["to"] for mail in mails("mail.activity")}
    assert {on.alice.email, on.bob.email, on.owner.email} <= told
    assert store.current().check_integrity() == []
    written = "".join(str(row) for row in rows("select * from core.activity"))
    assert token not in written + str(mails("mail.activity"))


def test_the_link_of_a_payment_pays_no_other_and_reads_no_other(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    mine, beside, foreign = _link(sam), _link(sam, "INV-2"), _link(sam, "INV-9")
    own = new_id()
    paying.begin(on.alice, provider, Order((Part("invoice", "INV-2", 1, 7_000),)), key=own, now=NOW)
    attempt = _begin(mine)
    for token, other in ((beside, attempt), (foreign, attempt), (mine, own), (mine, new_id())):
        for call in (_go, _look):
            with pytest.raises(NotFound):
                call(token, other)
        with pytest.raises(NotFound):
            public_invoices.cancel(token, other, address=ADDRESS, now=LATER)
    for token, other, minor in ((beside, attempt, 7_000), (mine, own, 10_000)):
        version = _open(token).payable.version
        with pytest.raises((NotFound, Conflict)):
            public_invoices.begin(token, minor, seen=version, key=other, address=ADDRESS, now=LATER)
    assert provider.requests == []
    assert _open(beside).begun == ()
    assert [each.id for each in _open(mine).begun] == [attempt]
    assert attempts.get(on.alice, attempt).link_id is not None


def _scope(token: str) -> Scope:
    return pay_links.opened(token, address=ADDRESS, now=LATER).scope


def test_its_scope_pays_one_invoice_with_nothing_saved(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    scope = _scope(_link(sam))
    assert {each for each in Permission if scope.may(each)} == {Permission.INVOICE_PAY_LINKED}
    assert roles_that_may(Permission.INVOICE_PAY_LINKED) == set()
    method = insert(
        "saved_methods", customer_id=on.alice.customer_id, contact_id=on.alice.contact_id,
        provider="demo", provider_reference="pm_1", kind="card", status="verified",
        is_default=True, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    one, two = Part("invoice", "INV-1", 1, 10_000), Part("invoice", "INV-2", 1, 7_000)
    for order in (
        Order((two,)),
        Order((one, two)),
        Order((replace(one, number="INV-9"),)),
        Order((replace(one, record="retainer_invoice"),)),
        Order((one,), method_id=method),
        Order((one,), save_method=True),
    ):
        with pytest.raises((NotFound, NotAllowed)):
            paying.begin(scope, provider, order, key=new_id(), now=LATER)
    collector = collecting.current()
    for call in (
        lambda: collector.start_saving(scope, LATER),
        lambda: collector.sync_methods(scope, LATER),
        lambda: collector.verify_page(scope, method),
        lambda: paying.approve(scope, new_id(), seen=1, now=LATER),
        lambda: paying.leave(scope, new_id(), seen=1, now=LATER),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert rows("select id from core.payment_attempts") == []


def test_a_link_that_answers_does_not_pay_and_the_other_way_round(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    preferences.change(on.owner, now=NOW, answer_estimates_by_link=True)
    make_estimate(on.alice, number="E-1")
    answering = token_of(estimate_links.create(sam, "E-1", TODAY, key=new_id(), now=NOW))
    _dead(lambda: _open(answering))
    _dead(lambda: estimate_links.opened(_link(sam), address=ADDRESS, now=LATER))
    scope = estimate_links.opened(answering, address=ADDRESS, now=LATER).scope
    assert scope.role is Role.LINK
    with pytest.raises(NotAllowed):
        paying.begin(
            scope, provider, Order((Part("invoice", "INV-1", 1, 1),)), key=new_id(), now=LATER
        )


def test_dead_links_say_one_thing(on: Cast, sam: Staff, provider: Scripted) -> None:
    ended, revoked, off = _link(sam, days=0), _link(sam), _link(sam)
    (link,) = [each for each in pay_links.of_invoice(sam, "INV-1") if each.expires_at > NOW + DAY][
        1:
    ]
    tokens = {revoked, off}
    pay_links.revoke(sam, link.id, now=NOW)
    dead = [each for each in tokens if not _opens(each)]
    assert len(dead) == 1
    (alive,) = tokens - set(dead)
    far = NOW + 2 * DAY
    calls: list[Callable[[str], object]] = [
        _open,
        lambda token: public_invoices.pdf(token, address=ADDRESS, now=LATER),
        lambda token: public_invoices.begin(
            token, 1, seen=1, key=new_id(), address=ADDRESS, now=LATER
        ),
        lambda token: _go(token, new_id()),
        lambda token: _look(token, new_id()),
    ]
    _dead(lambda: _open(ended, now=far))
    for token in (dead[0], "made up", "", alive[:-1] + ("A" if alive[-1] != "A" else "B")):
        for call in calls:
            _forget_guesses()
            _dead(lambda call=call, token=token: call(token))
    preferences.change(on.owner, now=LATER, public_pay_links=False)
    for call in calls:
        _forget_guesses()
        _dead(lambda call=call: call(alive))
    with pytest.raises(NotFound):
        _link(sam)
    with pytest.raises(Conflict):
        pay_links.revoke(sam, link.id, now=NOW)
    with pytest.raises(NotFound):
        pay_links.revoke(sam, new_id(), now=NOW)


def _opens(token: str) -> bool:
    _forget_guesses()
    try:
        return bool(_open(token))
    except NotFound:
        return False


def _forget_guesses() -> None:
    with store.system_writing() as session:
        session.change("delete from core.sign_in_failures")


def test_a_network_that_guesses_waits(on: Cast, sam: Staff, provider: Scripted) -> None:
    token = _link(sam)
    with pytest.raises(throttle.TooManyAttempts):
        for tried in range(60):
            with pytest.raises(NotFound):
                _open(f"{tried}".rjust(43, "x"))
    with pytest.raises(throttle.TooManyAttempts):
        _open(token)
    assert _open(token, address="198.51.100.20").invoice.number == "INV-1"


def test_sixteen_pay_by_one_link_and_one_does(on: Cast, sam: Staff, provider: Scripted) -> None:
    token = _link(sam)
    seen = _open(token).payable.version

    def pay(_each: int) -> UUID:
        return _begin(token, seen=seen)

    done, refused = at_once(pay)
    assert (len(done), len(refused)) == (1, 15)
    assert all(isinstance(each, Conflict) for each in refused)
    assert _stored() == (10_000, 10_000)
    assert store.current().check_integrity() == []


def test_the_same_click_twice_is_one_payment(on: Cast, sam: Staff, provider: Scripted) -> None:
    token, key = _link(sam), new_id()
    seen = _open(token).payable.version

    def pay(_each: int) -> None:
        public_invoices.begin(token, 10_000, seen=seen, key=key, address=ADDRESS, now=LATER)

    _done, _refused = at_once(pay)
    assert value("select count(*) from core.payment_attempts") == 1
    assert {_go(token, key) for _again in range(3)} == {f"https://provider.example/{key}"}
    assert len(provider.requests) == 1


def test_revoking_while_somebody_pays_loses_no_money(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    token = _link(sam)
    attempt = _begin(token)
    _go(token, attempt)
    (link,) = pay_links.of_invoice(sam, "INV-1")
    pay_links.revoke(sam, link.id, now=LATER)
    _dead(lambda: _look(token, attempt))
    _dead(lambda: _go(token, attempt))
    _paid(provider, attempt)
    assert collecting.current().look(attempt, LATER) is Status.SUCCEEDED
    assert _stored() == (0, 0)
    assert payments.get(on.alice, "PAY-000001").amount_minor == 10_000
    assert store.current().check_integrity() == []


def test_a_revocation_and_a_payment_at_once_leave_one_order(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    token = _link(sam)
    seen = _open(token).payable.version
    (link,) = pay_links.of_invoice(sam, "INV-1")

    def act(each: int) -> object:
        if each == 0:
            return pay_links.revoke(sam, link.id, now=LATER)
        return _begin(token, seen=seen)

    at_once(act)
    pending = _stored()[1]
    assert pending == (10_000 if rows("select id from core.payment_attempts") else 0)
    _forget_guesses()
    _dead(lambda: _open(token))
    assert store.current().check_integrity() == []


@pytest.mark.parametrize("amount", [0, -1, 1, 9_999, 10_001, 10**15])
def test_amounts_come_from_our_rows(on: Cast, sam: Staff, provider: Scripted, amount: int) -> None:
    token = _link(sam)
    with pytest.raises(Invalid):
        _begin(token, amount)
    assert _stored() == (10_000, 0)


def test_parts_follow_the_invoice(on: Cast, sam: Staff, provider: Scripted) -> None:
    make_invoice(
        on.alice, number="INV-3", total_minor=9_000, partial_payments=True,
        minimum_payment_minor=2_000,
    )  # fmt: skip
    token = _link(sam, "INV-3")
    assert _open(token).payable.least_minor == 2_000
    with pytest.raises(Invalid):
        _begin(token, 1_999)
    attempt = _begin(token, 2_000)
    assert public_invoices.cancel(token, attempt, address=ADDRESS, now=LATER) is Status.CANCELLED
    first, second = _begin(token, 2_000), _begin(token, 7_000)
    assert _stored("INV-3") == (9_000, 9_000)
    assert {first, second} < {each.id for each in _open(token).begun}


def test_links_of_mails_do_not_count_against_those_of_staff(on: Cast, sam: Staff) -> None:
    (invoice,) = rows("select id, customer_id, number from core.invoices where number = 'INV-1'")
    with store.system_writing() as session:
        for _each in range(pay_links.MOST + 1):
            pay_links.issue(session, invoice, "Europe/London", now=NOW)
    for _each in range(pay_links.MOST):
        _link(sam)
    with pytest.raises(Conflict, match="links already"):
        _link(sam)
    assert len(pay_links.of_invoice(sam, "INV-1")) == 2 * pay_links.MOST + 1


def test_who_is_signed_in_leaves_what_was_begun_by_link_and_pays(
    on: Cast, sam: Staff, provider: Scripted
) -> None:
    token = _link(sam)
    for handed in (False, True):
        begun = _begin(token)
        if handed:
            _go(token, begun)
        assert attempts.in_flight(on.alice)[0].id == begun
        for who in (on.bob, on.charlie):
            with pytest.raises((NotAllowed, NotFound)):
                collecting.current().cancel(who, begun, LATER)
        assert collecting.current().cancel(on.alice, begun, LATER) is Status.CANCELLED
    version = invoices.get(on.alice, "INV-1", today=TODAY).version
    own = Order((Part("invoice", "INV-1", version, 10_000),))
    assert paying.begin(on.alice, provider, own, key=new_id(), now=LATER) is Status.CREATED
    assert store.current().check_integrity() == []


def test_no_contacts_limit_applies(on: Cast, sam: Staff, provider: Scripted) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.contacts set payment_limit_minor = 1, payment_limit_currency = 'GBP',"
            " version = version + 1"
        )
    assert attempts.get(on.alice, _begin(_link(sam))).status is Status.CREATED


@pytest.mark.parametrize(
    "change", ["status = 'void'", "balance_minor = 0", "in_question_minor = 1"]
)
def test_what_is_not_to_be_paid_is_shown_and_not_paid(
    on: Cast, sam: Staff, provider: Scripted, change: str
) -> None:
    token = _link(sam)
    with store.system_writing() as session:
        session.change(
            f"update core.invoices set version = version + 1, {change} where number = 'INV-1'"
        )
    assert _open(token).payable.payable_minor == 0
    with pytest.raises((Conflict, Invalid)):
        _begin(token)
    with pytest.raises(Conflict):
        _link(sam)


def test_a_changed_invoice_is_looked_at_again(on: Cast, sam: Staff, provider: Scripted) -> None:
    with pytest.raises(Conflict, match="changed meanwhile"):
        _begin(_link(sam), seen=0)


def test_who_makes_links(on: Cast, sam: Staff) -> None:
    for who in (on.alice, on.bob, on.charlie):
        calls: list[Callable[[Any], object]] = [
            lambda who: pay_links.create(who, "INV-1", TODAY, key=new_id(), now=NOW),
            lambda who: pay_links.of_invoice(who, "INV-1"),
            lambda who: pay_links.revoke(who, new_id(), now=NOW),
        ]
        for call in calls:
            with pytest.raises((PortalError, AttributeError, TypeError)):
                call(who)
    assert rows("select id from core.document_links") == []
    make_invoice(on.alice, number="INV-D", status="draft")
    for number in ("INV-D", "INV-404"):
        with pytest.raises((NotFound, Conflict)):
            _link(sam, number)
    for days in (-1, 400):
        with pytest.raises(Invalid):
            _link(sam, days=days)
    key = new_id()
    made, refused = at_once(lambda _each: pay_links.create(sam, "INV-1", TODAY, key=key, now=NOW))
    assert (len(made), len(refused)) == (1, 15)
    assert events().count("invoice.link_created") == 1


def test_the_pdf_is_of_that_invoice_alone(on: Cast, sam: Staff, provider: Scripted) -> None:
    _name, pdf = public_invoices.pdf(_link(sam), address=ADDRESS, now=LATER)
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert "INV-1" in words
    assert "INV-2" not in words
