"""Disputes: opened and withdrawn by customers, decided by staff, once, and what they hold back."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from portal_data import lists, store
from portal_data.billing import balances, credit_notes, dispute_decisions, disputes, invoices
from portal_data.billing.dispute_claims import Claim, open_dispute, withdraw
from portal_data.billing.disputes import Dispute, Reason, State
from portal_data.billing.invoices import Filter
from portal_data.customers import dispute_files, files
from portal_data.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity
from portal_data.ops import notifier
from portal_data.scope import Role, Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice, make_payment, make_series
from tests.people import at_once, mails, rows


@pytest.fixture
def invoice(cast: Cast) -> UUID:
    """An invoice of 100.00 of Alice's customer, and the series of its credit notes."""
    make_series("credit_note", "CN-", 7)
    return make_invoice(cast.alice, number="INV-1")


def _claim(amount_minor: int = 4_000, **more: Any) -> Claim:
    return replace(Claim(None, Reason.QUALITY, amount_minor, "Two boards are split."), **more)


def _open(scope: Scope, claim: Claim | None = None, number: str = "INV-1") -> UUID:
    key = new_id()
    open_dispute(scope, number, claim or _claim(), seen=_seen(scope, number), key=key, now=NOW)
    return key


def _seen(scope: Scope, number: str = "INV-1") -> int:
    return _get(scope, number).version


def _get(scope: Scope, number: str = "INV-1") -> invoices.Invoice:
    return invoices.get(scope, number, today=TODAY)


def _only(scope: Scope) -> Dispute:
    (found,) = _get(scope).disputes
    return found


def test_a_dispute_holds_its_amount_back(cast: Cast, invoice: UUID) -> None:
    other = make_invoice(cast.alice, number="INV-2", total_minor=500)
    assert _get(cast.alice).payable_minor == 10_000
    _open(cast.alice)
    for who in (cast.alice, cast.bob):
        seen = _get(who)
        assert (seen.disputed_minor, seen.payable_minor, seen.balance_minor) == (
            4_000,
            6_000,
            10_000,
        )
    assert _only(cast.bob) == Dispute(
        id=_only(cast.bob).id, version=1, state=State.OPENED, reason="Goods or work have defects",
        body="Two boards are split.", amount_minor=4_000, currency_code="GBP", line=None,
        contact="Alice Test", opened_at=NOW, decided_at=None, resolution=None, credit_note=None,
    )  # fmt: skip
    page = lists.page(cast.alice, invoices.LIST, today=TODAY, filter=Filter.DISPUTED)
    assert [(each.id, each.disputed_minor) for each in page.rows] == [(invoice, 4_000)]
    assert (page.counts[Filter.DISPUTED], page.counts[Filter.ALL]) == (1, 2)
    (balance,) = balances.account(cast.alice, today=TODAY).balances
    assert (balance.outstanding_minor, balance.disputed_minor) == (10_500, 4_000)
    assert balance.payable_minor == 6_500
    assert other != invoice
    (happened,) = activity.of_document(cast.bob, invoice)
    assert happened.sentence == "Alice Test disputed INV-1"


def test_what_is_paid_meanwhile_is_disputed_no_more(cast: Cast, invoice: UUID) -> None:
    _open(cast.alice)
    make_payment(cast.alice, {invoice: 9_000})
    assert (_get(cast.alice).disputed_minor, _get(cast.alice).payable_minor) == (1_000, 0)
    (balance,) = balances.account(cast.alice, today=TODAY).balances
    assert (balance.outstanding_minor, balance.disputed_minor, balance.payable_minor) == (
        1_000, 1_000, 0,
    )  # fmt: skip


def test_staff_hear_of_it_and_answer(cast: Cast, invoice: UUID) -> None:
    _open(cast.alice, _claim(body="<b>Split</b> boards"))
    _notify()
    (mail,) = mails("mail.activity")
    assert mail["subject"] == "Alice Test disputed INV-1 (Alder Ltd)"
    assert mail["quote"] == "Goods or work have defects: <b>Split</b> boards"
    ((waiting,), count) = disputes.waiting(cast.owner, 5)
    assert (waiting.invoice_number, waiting.customer, count) == ("INV-1", "Alder Ltd", 1)
    assert (waiting.amount_minor, waiting.state) == (4_000, State.OPENED)
    dispute_decisions.review(cast.owner, _only(cast.alice).id, seen=1, now=NOW)
    assert _only(cast.alice).state is State.IN_REVIEW
    with pytest.raises(Conflict):
        dispute_decisions.review(cast.owner, _only(cast.alice).id, seen=2, now=NOW)
    dispute_decisions.reject(cast.owner, _only(cast.alice).id, "They were whole.", seen=2, now=NOW)
    decided = _only(cast.alice)
    assert (decided.state, decided.resolution) == (State.REJECTED, "They were whole.")
    assert _get(cast.alice).payable_minor == 10_000
    assert disputes.waiting(cast.owner, 5) == ([], 0)
    words = [each.event for each in activity.of_document(cast.alice, invoice)]
    assert words == ["dispute.opened", "dispute.reviewed", "dispute.rejected"]


def _notify() -> None:
    waiting = rows("select payload from core.outbox where kind = 'notify' order by id")
    with store.system_writing() as session:
        for row in waiting:
            notifier.notify(session, UUID(json.loads(row["payload"])["activity_id"]), NOW)


def test_an_accepted_one_becomes_a_credit_note(cast: Cast, invoice: UUID) -> None:
    _open(cast.alice)
    number = dispute_decisions.accept(
        cast.owner, _only(cast.alice).id, 3_000, "Sorry.", seen=1, now=NOW
    )
    assert number == "CN-7"
    seen = _get(cast.alice)
    assert (seen.balance_minor, seen.disputed_minor, seen.payable_minor) == (7_000, 0, 7_000)
    assert (_only(cast.alice).credit_note, _only(cast.alice).state) == ("CN-7", State.ACCEPTED)
    assert [(s.kind, s.number, s.amount_minor) for s in seen.settlements] == [
        ("credit", "CN-7", 3_000)
    ]
    note = credit_notes.get(cast.alice, "CN-7")
    assert (note.total_minor, note.balance_minor, note.subject) == (3_000, 0, "Dispute of INV-1")
    assert [(line.name, line.total_minor) for line in note.lines] == [("Consulting", 3_000)]
    assert store.current().check_integrity() == []


def test_credit_for_what_is_paid_is_left_to_be_used(cast: Cast, invoice: UUID) -> None:
    make_payment(cast.alice, {invoice: 9_000})
    _open(cast.alice)
    dispute_decisions.accept(cast.owner, _only(cast.alice).id, 4_000, "Yes", seen=1, now=NOW)
    assert _get(cast.alice).balance_minor == 0
    note = credit_notes.get(cast.alice, "CN-7")
    assert (note.total_minor, note.balance_minor) == (4_000, 3_000)
    assert store.current().check_integrity() == []


def test_a_line_is_credited_with_its_tax(cast: Cast, invoice: UUID) -> None:
    taxed = make_invoice(cast.alice, number="INV-2", total_minor=36_000)
    (line,) = rows("select id from core.invoice_lines where invoice_id = $id", id=taxed)
    with store.system_writing() as session:
        session.change("delete from core.invoice_lines where id = $id", id=line["id"])
        session.change(
            "update core.invoices set subtotal_minor = 30000, tax_minor = 6000 where id = $id",
            id=taxed,
        )
    lines = [
        insert("invoice_lines", customer_id=cast.alice.customer_id, invoice_id=taxed, position=n,
               name=f"Fence {n}", quantity=Decimal(1), unit_price=Decimal(price) / 100,
               tax_name="VAT", tax_percent=Decimal(20), tax_minor=price // 5, total_minor=price)
        for n, price in enumerate((10_000, 20_000), 1)
    ]  # fmt: skip
    for wrong in (12_001, 0, -1, 10**18):
        with pytest.raises(Invalid):
            _open(cast.alice, _claim(wrong, line_id=lines[0]), "INV-2")
    opened = _open(cast.alice, _claim(12_000, line_id=lines[0]), "INV-2")
    with pytest.raises(Invalid):
        _open(cast.alice, _claim(1, line_id=lines[0]), "INV-2")
    dispute_decisions.accept(cast.owner, opened, 12_000, "Yes", seen=1, now=NOW)
    note = credit_notes.get(cast.alice, "CN-7")
    assert [(each.name, each.total_minor, each.tax_minor) for each in note.lines] == [
        ("Fence 1", 12_000, 2_000)
    ]
    assert (note.tax_inclusive, note.tax_minor, note.total_minor) == (True, 2_000, 12_000)
    # the whole invoice's rest is split over both lines, to the minor unit
    opened = _open(cast.alice, _claim(24_000), "INV-2")
    dispute_decisions.accept(cast.owner, opened, 10_001, "Yes", seen=1, now=NOW)
    note = credit_notes.get(cast.alice, "CN-8")
    assert [each.total_minor for each in note.lines] == [3_334, 6_667]
    assert store.current().check_integrity() == []


@pytest.mark.parametrize("compound", [False, True])
def test_several_taxes_of_a_line_are_credited_each(
    cast: Cast, invoice: UUID, compound: bool
) -> None:
    """A compound tax is told by what it was reckoned on, and stays one: 10 %, and 7 % of 110."""
    (line,) = rows("select id from core.invoice_lines where invoice_id = $id", id=invoice)
    with store.system_writing() as session:
        session.change(
            "update core.invoice_lines set tax_minor = 1500, tax_name = 'Sales taxes', "
            "tax_percent = 17.647059, total_minor = 8500 where id = $id", id=line["id"],
        )  # fmt: skip
    for place, (name, percent, minor) in enumerate((("State", 10, 850), ("City", 7, 650)), 1):
        insert("line_taxes", customer_id=cast.alice.customer_id, document_kind="invoice",
               line_id=line["id"], position=place, name=name, percent=Decimal(percent),
               base_minor=8_500 + 850 * (place - 1) * compound, amount_minor=minor)  # fmt: skip
    whole = 1_177 if compound else 1_170
    _open(cast.alice, _claim(whole))
    dispute_decisions.accept(cast.owner, _only(cast.alice).id, whole, "Yes", seen=1, now=NOW)
    credited = rows(
        "select name, base_minor, amount_minor from core.line_taxes"
        " where document_kind = 'credit_note' order by position"
    )
    assert [tuple(each.values()) for each in credited] == [
        ("State", 1_000, 100),
        ("City", 1_100, 77) if compound else ("City", 1_000, 70),
    ]
    assert store.current().check_integrity() == []


def test_what_cannot_be_disputed_says_why(cast: Cast, invoice: UUID) -> None:
    for amount in (10_001, 0, -5):
        with pytest.raises(Invalid, match=r"£100\.00"):
            _open(cast.alice, _claim(amount))
    for body in ("", "x" * 2_001, "x" * 1_000_000, "a\0b"):
        with pytest.raises(InvalidFields):
            _open(cast.alice, _claim(body=body))
    with pytest.raises(NotFound):
        _open(cast.alice, _claim(line_id=new_id()))
    with pytest.raises(Conflict):
        open_dispute(cast.alice, "INV-1", _claim(), seen=0, key=new_id(), now=NOW)
    for number, status in (("INV-8", "void"), ("INV-9", "written_off")):
        make_invoice(cast.alice, number=number, status=status)
        with pytest.raises(Conflict):
            _open(cast.alice, number=number)
    make_invoice(cast.alice, number="INV-7", in_question_minor=5)
    with pytest.raises(Conflict):
        _open(cast.alice, number="INV-7")
    assert _get(cast.alice).disputes == []


def test_only_who_may_disputes_and_only_ones_own(cast: Cast, invoice: UUID) -> None:
    make_invoice(cast.alice, number="INV-D", status="draft")
    assert cast.bob.role is Role.VIEWER
    with pytest.raises(NotAllowed):
        open_dispute(cast.bob, "INV-1", _claim(), seen=1, key=new_id(), now=NOW)
    for who, number in ((cast.charlie, "INV-1"), (cast.alice, "INV-D"), (cast.alice, "INV-0")):
        with pytest.raises(NotFound):
            open_dispute(who, number, _claim(), seen=1, key=new_id(), now=NOW)
    foreign = make_invoice(cast.charlie, number="INV-C")
    (line,) = rows("select id from core.invoice_lines where invoice_id = $id", id=foreign)
    with pytest.raises(NotFound):
        _open(cast.alice, _claim(line_id=line["id"]))
    mine = _open(cast.alice)
    for who, error in ((cast.charlie, NotFound), (cast.bob, NotAllowed)):
        with pytest.raises(error):
            withdraw(who, mine, seen=1, now=NOW)
    assert _only(cast.alice).state is State.OPENED


def test_a_withdrawn_one_is_owed_again(cast: Cast, invoice: UUID) -> None:
    _open(cast.alice)
    with pytest.raises(Conflict):
        withdraw(cast.alice, _only(cast.alice).id, seen=0, now=NOW)
    withdraw(cast.alice, _only(cast.alice).id, seen=1, now=NOW + timedelta(hours=1))
    assert _only(cast.alice).state is State.WITHDRAWN
    assert _get(cast.alice).payable_minor == 10_000
    for decide in (
        lambda: withdraw(cast.alice, _only(cast.alice).id, seen=2, now=NOW),
        lambda: dispute_decisions.accept(
            cast.owner, _only(cast.alice).id, 1, "Yes", seen=2, now=NOW
        ),
        lambda: dispute_decisions.reject(cast.owner, _only(cast.alice).id, "No", seen=2, now=NOW),
    ):
        with pytest.raises(Conflict, match="withdrawn already"):
            decide()


def test_no_number_no_credit_note_and_nothing_half_done(cast: Cast) -> None:
    make_invoice(cast.alice, number="INV-1")
    _open(cast.alice)
    for amount, error in ((4_001, Invalid), (0, Invalid), (4_000, Invalid)):
        with pytest.raises(error):
            dispute_decisions.accept(
                cast.owner, _only(cast.alice).id, amount, "Yes", seen=1, now=NOW
            )
    assert (_only(cast.alice).state, _get(cast.alice).balance_minor) == (State.OPENED, 10_000)
    assert rows("select id from core.credit_notes order by id") == []


def test_a_second_click_and_sixteen_at_once_are_one(cast: Cast, invoice: UUID) -> None:
    key, whole = new_id(), _claim(10_000)
    done, refused = at_once(
        lambda _: open_dispute(cast.alice, "INV-1", whole, seen=1, key=key, now=NOW)
    )
    assert (len(done), refused) == (16, [])
    opened = _only(cast.alice)

    def decide(number: int) -> None:
        if number % 3 == 0:
            dispute_decisions.accept(cast.owner, opened.id, 10_000, "Yes", seen=1, now=NOW)
        elif number % 3 == 1:
            dispute_decisions.reject(cast.owner, opened.id, "No", seen=1, now=NOW)
        else:
            withdraw(cast.alice, opened.id, seen=1, now=NOW)

    done, refused = at_once(decide)
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    credited = _only(cast.alice).state is State.ACCEPTED
    assert len(rows("select id from core.credit_notes order by id")) == int(credited)
    assert _get(cast.alice).balance_minor == 10_000 * (not credited)
    assert len(activity.of_document(cast.alice, invoice)) == 2


def test_no_more_is_disputed_at_once_than_there_is(cast: Cast, invoice: UUID) -> None:
    done, refused = at_once(
        lambda _: open_dispute(cast.alice, "INV-1", _claim(), seen=1, key=new_id(), now=NOW)
    )
    assert len(done) == 2  # of 40.00 each
    assert {type(each) for each in refused} == {Invalid}


def test_whatever_happens_the_sums_agree(cast: Cast) -> None:
    """Random disputes, decisions and payments against a model of a few numbers."""
    make_series("credit_note", "CN-", 1)

    class Machine(RuleBasedStateMachine):
        @initialize(total=st.integers(100, 500))
        def billed(self, total: int) -> None:
            self.number = f"INV-{new_id()}"
            self.invoice = make_invoice(cast.alice, number=self.number, total_minor=total)
            self.total = self.balance = total
            self.credited = 0
            self.open: dict[UUID, int] = {}

        @rule(amount=st.integers(1, 600))
        def disputed(self, amount: int) -> None:
            if amount > self.total - self.credited - sum(self.open.values()):
                with pytest.raises(Invalid):
                    _open(cast.alice, _claim(amount), self.number)
                return
            self.open[_open(cast.alice, _claim(amount), self.number)] = amount

        @precondition(lambda self: self.open)
        @rule(data=st.data(), how=st.sampled_from(["accept", "reject", "withdraw"]))
        def ended(self, data: st.DataObject, how: str) -> None:
            which = data.draw(st.sampled_from(sorted(self.open)))
            amount = self.open.pop(which)
            if how == "accept":
                part = data.draw(st.integers(1, amount))
                dispute_decisions.accept(cast.owner, which, part, "Yes", seen=1, now=NOW)
                applied = min(part, self.balance)
                self.balance -= applied
                self.credited += part
            elif how == "reject":
                dispute_decisions.reject(cast.owner, which, "No", seen=1, now=NOW)
            else:
                withdraw(cast.alice, which, seen=1, now=NOW)

        @precondition(lambda self: self.balance)
        @rule(data=st.data())
        def paid(self, data: st.DataObject) -> None:
            part = data.draw(st.integers(1, self.balance))
            make_payment(cast.alice, {self.invoice: part})
            self.balance -= part

        @invariant()
        def agrees(self) -> None:
            if hasattr(self, "number"):
                seen = _get(cast.alice, self.number)
                held = min(sum(self.open.values()), self.balance)
                assert (seen.balance_minor, seen.disputed_minor) == (self.balance, held)
                assert seen.payable_minor == self.balance - held

    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    run(
        Machine,
        settings=settings(
            max_examples=10, stateful_step_count=8, deadline=None, suppress_health_check=checks
        ),
    )
    assert store.current().check_integrity() == []


def test_files_belong_to_a_dispute_on_both_sides(cast: Cast, invoice: UUID, tmp_path: Path) -> None:
    key, folder = new_id(), tmp_path / "files"
    given = [("Board.txt", b"split"), ("Order.txt", b"oak")]
    for _ in range(2):  # a second click brings the same
        dispute_files.open_dispute(
            cast.alice, "INV-1", _claim(), given, seen=1, key=key, folder=folder, now=NOW
        )
    attached = _only(cast.bob).files
    assert [each.name for each in attached] == ["Board.txt", "Order.txt"]
    assert files.content(cast.bob, attached[0].id, folder) == ("Board.txt", b"split")
    assert files.content_for_staff(cast.owner, attached[1].id, folder) == ("Order.txt", b"oak")
    with pytest.raises(NotFound):
        files.content(cast.charlie, attached[0].id, folder)
    assert len(list(folder.iterdir())) == 2
    assert files.shared(cast.alice) == []
    with store.system_reading() as session:
        told = session.value("select details from core.activity where event = 'dispute.opened'")
    assert str(told).endswith("Attached: Board.txt, Order.txt")


def test_a_refused_dispute_keeps_no_file(cast: Cast, invoice: UUID, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    for claim, given in (
        (_claim(99_999), [("a.txt", b"a")]),
        (_claim(), [("a.exe", b"MZ")]),
        (_claim(), [(f"{n}.txt", b"a") for n in range(4)]),
    ):
        with pytest.raises(Invalid):
            dispute_files.open_dispute(
                cast.alice, "INV-1", claim, given, seen=1, key=new_id(), folder=folder, now=NOW
            )
    assert _get(cast.alice).disputes == []
    assert not folder.exists() or list(folder.iterdir()) == []
