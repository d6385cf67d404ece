"""What is disputed: the published numbers are the portal's own after every step of a dispute."""

import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from pypdf import PdfReader

from portal_data import store
from portal_data.analysts.published import Published
from portal_data.billing import balances, dispute_decisions, invoices, statements
from portal_data.billing.dispute_claims import Claim, open_dispute, withdraw
from portal_data.billing.disputes import Reason
from portal_data.billing.periods import EARLIEST
from portal_data.business import organisation
from portal_data.ids import new_id
from portal_data.money import to_decimal
from portal_data.ops.publisher import LOOK_EVERY, Publisher
from portal_data.output.document_pdfs import statement_pdf
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, insert, make_invoice, make_payment, make_series
from tests.ops.conftest import Query

pytestmark = pytest.mark.usefixtures("db")
_BUCKETS = {"not_due": "not due", "1_30": "1-30", "31_60": "31-60", "61_90": "61-90",
            "over_90": "over 90"}  # fmt: skip
_DAY = timedelta(days=1)
_RATE = Decimal("0.8")


class _Books:
    """The portal and what is published of it, hour by hour, where business days are not UTC's."""

    def __init__(self, cast: Cast, folder: Path, ask: Query) -> None:
        with store.system_writing() as session:
            session.change("update core.organisation set timezone = 'Pacific/Auckland'")
        self.scope, self._ask, self._folder = cast.alice, ask, folder
        self.now = NOW
        self._publisher = Publisher(folder, timedelta(0), clock=lambda: NOW)
        self._numbers: list[tuple[str, str]] = []
        self.days: set[date] = set()

    def bill(self, number: str, currency: str = "GBP", *, late: int = 0) -> UUID:
        """Bill 100.00, due so many days ago."""
        self._numbers.append((number, currency))
        day = TODAY - timedelta(days=late + 1)
        rate = Decimal(1) if currency == "GBP" else _RATE
        return make_invoice(
            self.scope, number=number, currency_code=currency, day=day, due=day + _DAY,
            exchange_rate=rate,
        )  # fmt: skip

    def step(self, act: Callable[[datetime], object]) -> Published:
        """Do something, see that it is published because of it, and compare all numbers."""
        self.now += timedelta(hours=7)
        act(self.now)
        self.now += LOOK_EVERY
        done = self._publisher.tick(self.now)
        assert done is not None, "nobody noticed"
        self.now += LOOK_EVERY
        assert self._publisher.tick(self.now) is None, "nothing has changed since"
        self._compare()
        return done

    def get(self, number: str) -> invoices.Invoice:
        return invoices.get(self.scope, number, today=self.today)

    @property
    def today(self) -> date:
        return organisation.get(self.scope).today(self.now)

    def _compare(self) -> None:
        self.days |= {self.today, self.today - _DAY}
        sql = "select number, disputed, disputed_base from invoices"
        shown = {row["number"]: row for row in self._ask(self._folder, sql)}
        for number, currency in self._numbers:
            disputed = to_decimal(self.get(number).disputed_minor, currency)
            assert shown[number]["disputed"] == disputed, number
            rate = Decimal(1) if currency == "GBP" else _RATE
            assert shown[number]["disputed_base"] == disputed * rate, number
        # Home counts an invoice that is in question as that, disputed or not
        sql = (
            "select currency_code, sum(disputed) as disputed from invoices"
            " where status <> 'In question' group by currency_code"
        )
        of_home = {
            each.currency_code: to_decimal(each.disputed_minor, each.currency_code)
            for each in balances.account(self.scope, today=self.today).balances
        }
        assert {
            row["currency_code"]: row["disputed"] for row in self._ask(self._folder, sql)
        } == of_home
        aged = self._ages("aging")
        for day in sorted(self.days):
            found = self._ages("aging_as_of($day)", day=day)
            for currency in ("GBP", "USD"):
                own = statements.statement(self.scope, currency, EARLIEST, day).disputed
                for age, bucket in _BUCKETS.items():
                    expected = to_decimal(own[age], currency)
                    assert found[currency, bucket] == expected, (day, currency, bucket)
                    if day == self.today:
                        assert aged[currency, bucket] == expected, (currency, bucket)
        self._compare_pdf()

    def _ages(self, source: str, **given: date) -> dict[tuple[str, str], Decimal]:
        sql = f"select currency_code, bucket, disputed, open_amount from {source}"
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for row in self._ask(self._folder, sql, **given):
            assert 0 <= row["disputed"] <= row["open_amount"]
            sums[row["currency_code"], row["bucket"]] += row["disputed"]
        return sums

    def _compare_pdf(self) -> None:
        """Each disputed amount of a bucket stands on the printed statement, and no other does."""
        sums = self._ages("aging")
        for currency in ("GBP", "USD"):
            _name, pdf = statement_pdf(self.scope, currency, EARLIEST, self.today, now=self.now)
            pages = PdfReader(io.BytesIO(pdf)).pages
            text = " ".join(page.extract_text() for page in pages).replace("\n", " ")
            disputed = [amount for (code, _), amount in sums.items() if code == currency and amount]
            for amount in disputed:
                assert f"{amount:,.2f} of it in dispute" in text, text
            assert text.count("of it in dispute") == len(disputed)


def _opened(scope: Scope, books: _Books, number: str, minor: int) -> UUID:
    key, seen = new_id(), books.get(number).version
    claim = Claim(None, Reason.QUALITY, minor, "Split.")
    books.step(lambda now: open_dispute(scope, number, claim, seen=seen, key=key, now=now))
    return key


def test_every_step_of_a_dispute_is_published(cast: Cast, tmp_path: Path, ask: Query) -> None:
    make_series("credit_note", "CN-", 1)
    books, alice, owner = _Books(cast, tmp_path, ask), cast.alice, cast.owner
    books.bill("late", late=40)
    paid = books.bill("paid")
    books.bill("dollars", "USD", late=100)
    books.step(lambda now: None)
    first = _opened(alice, books, "late", 4_000)
    second = _opened(alice, books, "paid", 7_000)
    third = _opened(alice, books, "dollars", 1_250)
    books.step(lambda now: dispute_decisions.review(owner, first, seen=1, now=now))
    assert books.get("paid").disputed_minor == 7_000
    books.step(lambda now: make_payment(alice, {paid: 5_000}, day=books.today))
    assert books.get("paid").disputed_minor == 5_000, "never more than is open"
    books.step(lambda now: withdraw(alice, second, seen=1, now=now))
    books.step(lambda now: dispute_decisions.reject(owner, third, "No.", seen=1, now=now))
    books.step(lambda now: dispute_decisions.accept(owner, first, 2_500, "Yes.", seen=2, now=now))
    assert [books.get(number).disputed_minor for number in ("late", "paid", "dollars")] == [0] * 3
    _opened(alice, books, "late", 7_500)
    assert books.get("late").disputed_minor == books.get("late").balance_minor == 7_500
    assert len(books.days) > 3, "the past was compared, too"


def test_what_holds_nothing_back(cast: Cast, tmp_path: Path, ask: Query) -> None:
    """A card company's claim holds back nothing of an invoice, nor does one of what is settled."""
    books = _Books(cast, tmp_path, ask)
    charged = books.bill("charged")
    books.bill("in question")
    settled = books.bill("settled")
    for invoice, kind in ((charged, "provider"), (settled, "customer")):
        insert(
            "disputes", customer_id=cast.alice.customer_id, kind=kind, invoice_id=invoice,
            reason="other", currency_code="GBP", amount_minor=4_000, status="opened",
            opened_at=NOW - _DAY,
        )  # fmt: skip
    _opened(cast.alice, books, "in question", 3_000)
    books.step(lambda now: make_payment(cast.alice, {settled: 10_000}, day=books.today))
    books.step(lambda now: _question("in question", 2_000, now))
    held = {number: books.get(number).disputed_minor for number in ("charged", "in question")}
    assert held == {"charged": 0, "in question": 3_000}


def _question(number: str, minor: int, now: datetime) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.invoices set version = version + 1, in_question_minor = $minor,"
            " updated_at = $now where number = $number",
            number=number, minor=minor, now=now,
        )  # fmt: skip
