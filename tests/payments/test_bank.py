"""Bank statements: what is proposed, what is recorded once, and what hostile files do."""

import io
import random
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import date
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from portal_data.billing import invoices
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.payments import bank, bank_matching, bank_statements, offline, payments
from portal_data.payments.bank import Chosen, Compared
from portal_data.payments.bank_matching import Basis, Customer, Owed, Proposal
from portal_data.payments.bank_statements import Columns, Line, Statement
from portal_data.payments.receiving import Received
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_invoice
from tests.payments.test_collecting import integrity
from tests.people import at_once, rows

DAY = TODAY.isoformat()
HEAD = "Date,Amount,Name,Details\n"


def read(text: str, encoding: str = "utf-8", currency: str = "GBP") -> Statement:
    """Read a bank's file with the columns that it seems to have."""
    grid = bank_statements.read("bank.csv", text.encode(encoding))
    return bank_statements.interpret(
        grid, bank_statements.guess(grid), "GB 12", currency, month_first=False
    )


def ticked(found: Compared) -> list[Chosen]:
    """Choose what is certain."""
    return [
        Chosen(each.match.line, each.match.proposals[0])
        for each in found.proposed
        if each.match.basis in bank_matching.CERTAIN and not each.twins
    ]


def record(cast: Cast, statement: Statement) -> bank.Done:
    """Record what is certain of a statement."""
    chosen = ticked(bank.compare(cast.owner, statement))
    return bank.record(cast.owner, statement, chosen, now=NOW)


def suppressed(act: Callable[[], object]) -> None:
    """Do something that may be refused."""
    with suppress(Conflict):
        act()


def left(scope: Scope, number: str) -> int:
    return invoices.get(scope, number, today=TODAY).balance_minor


# What files say


def test_german_banks_write_a_preamble_and_decimal_commas() -> None:
    found = read(
        "Kontonummer:;DE12 3456\nVon:;01.11.2026\n\n"
        "Buchungstag;Valuta;Auftraggeber / Zahlungspflichtiger;Verwendungszweck;Betrag;Währung\n"
        "27.11.2026;28.11.2026;Müller & Söhne GmbH;RE INV-000123;1.234,50;EUR\n"
        "28.11.2026;28.11.2026;Miete;November;-900,00;EUR\n"
        "28.11.2026;28.11.2026;Fremd;Dollar;5,00;USD\n",
        "cp1252",
        "EUR",
    )
    (line,) = found.lines
    assert (line.row, line.date, line.amount_minor) == (5, date(2026, 11, 27), 123_450)
    assert (line.payer, line.text) == ("Müller & Söhne GmbH", "RE INV-000123")
    assert (found.outgoing, [each.text for each in found.unread]) == (1, ["USD"])


def test_money_in_has_a_column_of_its_own() -> None:
    found = read(
        "Date,Description,Paid out,Paid in,Balance\n"
        '28/11/2026,FERN LTD INV-1,,"1,040.00",5\n28/11/2026,RENT,900.00,,4\n'
    )
    assert [(each.amount_minor, each.text) for each in found.lines] == [(104_000, "FERN LTD INV-1")]
    assert found.outgoing == 1


def test_a_workbook_is_read() -> None:
    book = Workbook()
    for row in (("Date", "Amount", "Reference"), (date(2026, 11, 27), 40.5, "INV-1")):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    grid = bank_statements.read("bank.xlsx", file.getvalue())
    found = bank_statements.interpret(
        grid, bank_statements.guess(grid), "A", "GBP", month_first=False
    )
    assert [(each.date, each.amount_minor) for each in found.lines] == [(date(2026, 11, 27), 4_050)]


@pytest.mark.parametrize(
    "amount", ["=1+1", "1E3", "1e-9", "NaN", "", "--5", "9" * 30, "0x10", "+cmd|' /C calc'!A0"]
)
def test_what_is_no_amount_is_named_and_never_money(amount: str) -> None:
    found = read(f'{HEAD}{DAY},"{amount}",X,INV-1\n{DAY},1.00,Y,Z\n')
    assert [each.amount_minor for each in found.lines] == [100]


def test_amounts_with_more_decimals_than_the_currency_has_are_named() -> None:
    found = read(f'{HEAD}{DAY},0.500,X,A\n{DAY},"1.234,567",Y,B\n{DAY},"1,234.50",Z,C\n')
    assert [each.amount_minor for each in found.lines] == [123_450]
    assert [(each.row, each.text) for each in found.unread] == [(2, "0.500"), (3, "1.234,567")]


def test_marks_that_turn_text_are_left_out_and_formulas_stay_text() -> None:
    found = read(f"{HEAD}{DAY},5.00,\u202eevil\u202c,=HYPERLINK(1)\n")
    assert (found.lines[0].payer, found.lines[0].text) == ("evil", "=HYPERLINK(1)")


def test_files_that_are_none_are_refused() -> None:
    for text in ("", "a\nb\nc\n", "Date,Amount\n"):
        with pytest.raises(Invalid):
            read(text)
    many = HEAD + "".join(f"{DAY},1.00,X,{n}\n" for n in range(bank_statements.MOST + 30))
    with pytest.raises(Invalid, match="more than"):
        read(many)


def test_a_header_that_comes_twice_names_two_columns() -> None:
    grid = bank_statements.read("b.csv", b"Date,Amount,Amount,Details\n2026-11-28,1.00,2.00,X\n")
    assert bank_statements.guess(grid).amount == 1
    other = Columns(0, 2, None, None, (3,))
    found = bank_statements.interpret(grid, other, "A", "GBP", month_first=False)
    assert found.total_minor == 200


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (["03/04/2026", "05/06/2026"], "03/04/2026"),
        (["04/04/2026", "5.6.26"], "5.6.26"),
        (["03/04/2026", "28/04/2026"], None),
        (["03/04/2026", "04/28/2026"], None),
        (["2026-04-03", "2026-05-06"], None),
        (["04/04/2026", "soon"], None),
    ],
)
def test_somebody_says_how_days_are_written_where_no_row_does(
    days: list[str], text: str | None
) -> None:
    file = HEAD + "".join(f"{day},5.00,X,A\n" for day in days)
    grid = bank_statements.read("bank.csv", file.encode())
    columns = bank_statements.guess(grid)
    assert bank_statements.unclear(grid, columns.date) == text
    found = [
        bank_statements.interpret(grid, columns, "A", "GBP", month_first=way).lines
        for way in (True, False)
    ]
    assert (found[0] == found[1]) == (text is None)  # the same lines, whatever one is used to


def test_lines_of_one_day_that_are_alike_are_two_whatever_their_order() -> None:
    lines = [f"{DAY},5.00,X,A\n", f"{DAY},5.00,X,A\n", f"{DAY},5.00,X,B\n"]
    marks = {each.fingerprint for each in read(HEAD + "".join(lines)).lines}
    assert len(marks) == 3
    assert marks == {each.fingerprint for each in read(HEAD + "".join(lines[::-1])).lines}
    spaced = [line.replace("X,A", "x , a") for line in lines]  # another export of the same
    assert marks == {each.fingerprint for each in read(HEAD + "".join(spaced)).lines}


# What is proposed


@pytest.fixture
def _books(cast: Cast) -> None:
    make_invoice(cast.alice, number="INV-0001", total_minor=4_000)
    make_invoice(cast.alice, number="INV-0002", total_minor=10_000)
    make_invoice(cast.charlie, number="INV-0009", total_minor=7_000)


@pytest.mark.usefixtures("_books")
@pytest.mark.parametrize(
    ("line", "basis", "paid"),
    [
        ("40.00,Whoever,Payment of INV-0001", Basis.NUMBER_AND_AMOUNT, [("INV-0001", 4_000)]),
        ("40.00,Whoever,inv 00 01 thanks", Basis.NUMBER_AND_AMOUNT, [("INV-0001", 4_000)]),
        ("140.00,Whoever,INV-0001/INV-0002", Basis.NUMBER_AND_AMOUNT,
         [("INV-0001", 4_000), ("INV-0002", 10_000)]),
        ("30.00,Whoever,INV-0001", Basis.NUMBER, [("INV-0001", 3_000)]),
        ("50.00,Whoever,INV-0001", Basis.NUMBER, [("INV-0001", 4_000)]),
        ("40.00,Whoever,INV-0001 INV-0009", Basis.SEVERAL, [("INV-0001", 4_000)]),
        ("70.00,Whoever,Thank you", Basis.AMOUNT, [("INV-0009", 7_000)]),
        ("71.00,Whoever,Thank you", Basis.NOTHING, []),
    ],
)  # fmt: skip
def test_what_speaks_for_a_proposal(
    cast: Cast, line: str, basis: Basis, paid: list[tuple[str, int]]
) -> None:
    (found,) = bank.compare(cast.owner, read(f"{HEAD}{DAY},{line}\n")).proposed
    first = found.match.proposals[0].parts if found.match.proposals else ()
    assert found.match.basis is basis
    assert [(each.number, each.amount_minor) for each in first] == paid


def _line(minor: int, payer: str = "", text: str = "", row: int = 2) -> Line:
    return Line(row, TODAY, minor, payer, text, f"{row}:{minor}:{payer}:{text}")


def _owed(number: str, customer: str, minor: int, day: int = 1) -> Owed:
    return Owed(number, customer, date(2026, 11, day), minor)


PEOPLE = [
    Customer("a", "Müller & Söhne GmbH", None, "C-1001"),
    Customer("b", "Fern Ltd", "Fern Gardens Limited", None),
    Customer("c", "Fern", None, None),
]


@pytest.mark.parametrize(
    ("line", "basis", "paid"),
    [
        (_line(300, "MUELLER", "nothing"), Basis.SEVERAL, 1),  # three invoices have that amount
        (_line(300, "Muller und Sohne"), Basis.NAME_AND_AMOUNT, 300),
        (_line(500, "MULLER & SOHNE GMBH"), Basis.NAME_AND_SUM, 500),
        (_line(450, "x", "Müller & Söhne"), Basis.NAME, 450),
        (_line(999, "x", "C-1001"), Basis.NAME, 700),
        (_line(300, "Fern Gardens Ltd"), Basis.NAME_AND_AMOUNT, 300),
        (_line(300, "FERN"), Basis.SEVERAL, 300),
    ],
)
def test_names_are_folded(line: Line, basis: Basis, paid: int) -> None:
    owed = [_owed("X-1", "a", 200), _owed("X-2", "a", 300, 2), _owed("X-3", "a", 200, 3),
            _owed("Y-1", "b", 300), _owed("Z-1", "c", 300)]  # fmt: skip
    (found,) = bank_matching.match([line], owed, PEOPLE)
    assert found.basis is basis
    if paid > 1:
        assert sum(part.amount_minor for part in found.proposals[0].parts) == paid


def test_a_year_is_no_invoice() -> None:
    owed = [_owed("2026", "a", 500), _owed("7", "b", 100)]
    (found,) = bank_matching.match([_line(90, "", "Room 7, autumn 2026")], owed, PEOPLE)
    assert found.basis is Basis.NOTHING
    (found,) = bank_matching.match([_line(500, "", "autumn 2026")], owed, PEOPLE)
    assert found.basis is Basis.NUMBER_AND_AMOUNT


_AMOUNTS = st.sampled_from([100, 200, 300, 400, 500])
_OWED = st.lists(st.tuples(st.sampled_from("abc"), _AMOUNTS), max_size=8)
_LINES = st.lists(
    st.tuples(
        _AMOUNTS,
        st.sampled_from(["Müller & Söhne", "Fern Gardens", "fern", "", "x"]),
        st.sampled_from(["", "INV-1001", "INV-1002 INV-1003", "inv 10 04", "1005", "C-1001"]),
    ),
    max_size=10,
)


@settings(deadline=None)
@given(owed=_OWED, given_lines=_LINES, seed=st.integers(0, 99))
def test_never_more_than_is_open_and_whatever_the_order(
    owed: list[tuple[str, int]], given_lines: list[tuple[int, str, str]], seed: int
) -> None:
    books = [_owed(f"INV-{1000 + n}", whose, minor, 1 + n) for n, (whose, minor) in enumerate(owed)]
    lines = [_line(*each, row=n) for n, each in enumerate(given_lines)]
    found = bank_matching.match(lines, books, PEOPLE)
    assert [each.line for each in found] == lines
    taken: dict[str, int] = {}
    customer_of = {each.number: each.customer for each in books}
    for each in found:
        assert (each.basis is Basis.NOTHING) == (not each.proposals)
        for proposal in each.proposals:
            assert all(customer_of[part.number] == proposal.customer for part in proposal.parts)
            assert sum(part.amount_minor for part in proposal.parts) <= each.line.amount_minor
        if each.basis is not Basis.SEVERAL:
            for part in (part for proposal in each.proposals for part in proposal.parts):
                taken[part.number] = taken.get(part.number, 0) + part.amount_minor
    assert all(taken.get(each.number, 0) <= each.open_minor for each in books)
    shuffled = list(lines)
    random.Random(seed).shuffle(shuffled)  # noqa: S311
    again = {each.line.fingerprint: each for each in bank_matching.match(shuffled, books, PEOPLE)}
    assert again == {each.line.fingerprint: each for each in found}


# What is recorded

FILE = (
    f"{HEAD}{DAY},40.00,Whoever,INV-0001\n{DAY},12.00,Somebody,No idea\n{DAY},-9.00,Rent,\n"
    f"{DAY},70.00,Whoever,INV 0009\n"
)


@pytest.mark.usefixtures("_books")
def test_lines_are_recorded_once_and_the_rest_is_left_by_name(cast: Cast) -> None:
    statement = read(FILE)
    done = record(cast, statement)
    assert (done.recorded, done.recorded_minor) == (2, 11_000)
    assert (done.left, done.left_minor) == (1, 1_200)
    assert statement.total_minor == done.recorded_minor + done.before_minor + done.left_minor
    assert (left(cast.alice, "INV-0001"), left(cast.charlie, "INV-0009")) == (0, 0)
    receipt = payments.get(cast.alice, "PAY-000001")
    assert (receipt.mode, receipt.reference) == ("Bank transfer", "INV-0001")
    assert integrity() == []
    (waits,) = bank.left(cast.owner)
    assert (waits.payer, waits.amount_minor) == ("Somebody", 1_200)
    # the same file, and one that overlaps with it
    again = bank.compare(cast.owner, read(FILE))
    assert [each.match.line.payer for each in again.proposed] == ["Somebody"]
    assert sorted(map(str, again.recorded.values())) == ["PAY-000001", "PAY-000002"]
    overlapping = read(FILE + f"{DAY},100.00,Whoever,INV-0002\n")
    done = record(cast, overlapping)
    assert (done.recorded, done.before, done.left) == (1, 2, 1)
    assert overlapping.total_minor == done.recorded_minor + done.before_minor + done.left_minor
    assert rows("select count(*)::bigint as n from core.bank_lines") == [{"n": 4}]
    assert integrity() == []


@pytest.mark.usefixtures("_books")
def test_the_same_click_sixteen_times_is_one(cast: Cast) -> None:
    statement = read(FILE)
    chosen = ticked(bank.compare(cast.owner, statement))
    done, refused = at_once(lambda _n: bank.record(cast.owner, statement, chosen, now=NOW))
    assert refused == []
    assert sorted(each.recorded for each in done) == [0] * 15 + [2]
    assert rows("select count(*)::bigint as n from core.payments") == [{"n": 2}]
    assert integrity() == []


@pytest.mark.usefixtures("_books")
def test_all_or_nothing_and_the_row_is_named(cast: Cast) -> None:
    statement = read(FILE)
    chosen = ticked(bank.compare(cast.owner, statement))
    received = Received(TODAY, "GBP", 6_000, "Cash")
    offline.record(cast.owner, cast.charlie.customer_id, received,
                   offline.spread(offline.account(cast.owner, cast.charlie.customer_id).invoices,
                                  6_000), key=new_id(), again=False, now=NOW)  # fmt: skip
    with pytest.raises(Conflict, match=r"Row 5: £10\.00 of INV-0009 is open\. Nothing is recorded"):
        bank.record(cast.owner, statement, chosen, now=NOW)
    assert left(cast.alice, "INV-0001") == 4_000
    assert bank.left(cast.owner) == []
    assert integrity() == []


@pytest.mark.usefixtures("_books")
def test_what_was_recorded_by_hand_is_no_second_payment(cast: Cast) -> None:
    received = Received(TODAY, "GBP", 4_000, "Bank transfer")
    offline.record(cast.owner, cast.alice.customer_id, received, [], key=new_id(), again=False,
                   now=NOW)  # fmt: skip
    found = bank.compare(cast.owner, read(FILE))
    twins = {each.match.line.text: each.twins for each in found.proposed}
    assert twins == {"INV-0001": ("PAY-000001",), "No idea": (), "INV 0009": ()}
    assert [each.line.text for each in ticked(found)] == ["INV 0009"]


@pytest.mark.usefixtures("_books")
def test_what_is_recorded_by_hand_meanwhile_is_shown_before_it_is_another_one(cast: Cast) -> None:
    statement = read(FILE)
    seen = ticked(bank.compare(cast.owner, statement))
    received = Received(TODAY, "GBP", 4_000, "Bank transfer")
    for again in (False, True):
        offline.record(cast.owner, cast.alice.customer_id, received, [], key=new_id(), again=again,
                       now=NOW)  # fmt: skip
        with pytest.raises(
            Conflict, match=r"Row 2: PAY-\d+ is of the same customer, day and amount"
        ):
            bank.record(cast.owner, statement, seen, now=NOW)
        assert bank.left(cast.owner) == []
        (line,) = (each for each in bank.compare(cast.owner, statement).proposed if each.twins)
        seen = [Chosen(line.match.line, line.match.proposals[0], line.twins)]
    assert line.twins == ("PAY-000001", "PAY-000002")
    assert bank.record(cast.owner, statement, seen, now=NOW).recorded == 1
    assert integrity() == []


@pytest.mark.usefixtures("_books")
def test_lines_alike_of_one_file_are_recorded_together(cast: Cast) -> None:
    statement = read(f"{HEAD}{DAY},5.00,X,A\n{DAY},5.00,X,A\n")
    both = [Chosen(each, Proposal(str(cast.alice.customer_id), ())) for each in statement.lines]
    assert bank.record(cast.owner, statement, both, now=NOW).recorded == 2
    assert integrity() == []


@pytest.mark.usefixtures("_books")
def test_a_line_that_waits_is_recorded_by_a_person_and_waits_again_when_voided(cast: Cast) -> None:
    record(cast, read(FILE))
    (waits,) = bank.left(cast.owner)
    received = Received(TODAY, "GBP", 1_200, "Bank transfer")
    own = {"again": False, "line_id": waits.id, "now": NOW}
    number = offline.record(cast.owner, cast.alice.customer_id, received, [], key=new_id(), **own)  # type: ignore[arg-type]
    assert bank.left(cast.owner) == []
    with pytest.raises(NotFound):
        bank.line(cast.owner, waits.id)
    with pytest.raises(Conflict, match="does not wait"):
        offline.record(cast.owner, cast.charlie.customer_id, received, [], key=new_id(), **own)  # type: ignore[arg-type]
    offline.void(cast.owner, number, "Not theirs", seen=1, now=NOW)
    (again,) = bank.left(cast.owner)
    assert again.id == waits.id
    bank.dismiss(cast.owner, again.id, seen=again.version, now=NOW)
    assert bank.left(cast.owner) == []
    with pytest.raises(Conflict):
        bank.dismiss(cast.owner, again.id, seen=again.version, now=NOW)
    assert bank.compare(cast.owner, read(FILE)).proposed == ()
    assert integrity() == []


@pytest.mark.usefixtures("_books")
def test_a_line_is_one_payment_from_its_file_and_by_hand_at_once(cast: Cast) -> None:
    record(cast, read(FILE))
    (waits,) = bank.left(cast.owner)
    statement = read(FILE)
    (line,) = (each for each in statement.lines if each.amount_minor == 1_200)
    chosen = [Chosen(line, Proposal(str(cast.alice.customer_id), ()))]
    received = Received(TODAY, "GBP", 1_200, "Bank transfer")

    def act(place: int) -> object:
        if place % 2:
            return bank.record(cast.owner, statement, chosen, now=NOW)
        return offline.record(cast.owner, cast.charlie.customer_id, received, [], key=new_id(),
                              again=True, line_id=waits.id, now=NOW)  # fmt: skip

    _done, refused = at_once(act)
    assert all(isinstance(each, Conflict) for each in refused)
    assert rows("select amount_minor from core.payments where amount_minor = 1200") == [
        {"amount_minor": 1_200}
    ]
    assert integrity() == []


@pytest.mark.usefixtures("_books")
def test_a_line_that_is_recorded_by_hand_meanwhile_is_no_second_payment(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(cast, read(FILE))
    (waits,) = bank.left(cast.owner)
    statement = read(FILE)
    (line,) = (each for each in statement.lines if each.amount_minor == 1_200)
    received = Received(TODAY, "GBP", 1_200, "Bank transfer")
    keep, by_hand = bank._keep, Thread(
        target=lambda: suppressed(
            lambda: offline.record(cast.owner, cast.charlie.customer_id, received, [],
                                   key=new_id(), again=False, line_id=waits.id, now=NOW)
        )
    )  # fmt: skip

    def kept(*given: Any) -> None:
        keep(*given)
        by_hand.start()
        by_hand.join(1)  # it waits for the line, and goes on when this ends

    monkeypatch.setattr(bank, "_keep", kept)
    bank.record(
        cast.owner, statement, [Chosen(line, Proposal(str(cast.alice.customer_id), ()))], now=NOW
    )
    by_hand.join()
    assert len(rows("select id from core.payments where amount_minor = 1200")) == 1
    assert integrity() == []


@pytest.mark.usefixtures("_books")
@pytest.mark.parametrize(
    ("received", "said"),
    [
        (Received(TODAY, "USD", 1_200, "Cash"), "£12.00 came"),
        (Received(TODAY, "GBP", 1, "Cash"), "£12.00 came"),
        (Received(TODAY, "GBP", 1_350, "Cash"), "£12.00 came"),
        (Received(TODAY, "GBP", 1_350, "Bank transfer", charges_minor=150), None),
        (Received(TODAY, "GBP", 1_200, "Bank transfer", charges_minor=150), None),
    ],
)
def test_a_line_is_recorded_by_what_it_says(
    cast: Cast, received: Received, said: str | None
) -> None:
    record(cast, read(FILE))
    (waits,) = bank.left(cast.owner)
    with pytest.raises(Invalid, match=said) if said else nullcontext():
        offline.record(cast.owner, cast.alice.customer_id, received, [], key=new_id(),
                       again=False, line_id=waits.id, now=NOW)  # fmt: skip
    assert len(bank.left(cast.owner)) == (1 if said else 0)
    assert integrity() == []


@pytest.mark.usefixtures("_books")
@pytest.mark.parametrize("by_hand", [True, False])
def test_what_another_payer_wrote_leaves_a_receipt_that_is_void(cast: Cast, by_hand: bool) -> None:
    record(cast, read(FILE))
    (waits,) = bank.left(cast.owner)
    if by_hand:
        received = Received(TODAY, "GBP", 1_200, "Bank transfer", waits.details)
        number = offline.record(cast.owner, cast.alice.customer_id, received, [], key=new_id(),
                                again=False, line_id=waits.id, now=NOW)  # fmt: skip
    else:
        (line,) = (each for each in read(FILE).lines if each.amount_minor == 1_200)
        chosen = [Chosen(line, Proposal(str(cast.alice.customer_id), ()))]
        bank.record(cast.owner, read(FILE), chosen, now=NOW)
        number = "PAY-000003"
    assert payments.get(cast.alice, number).reference == "No idea"
    offline.void(cast.owner, number, "Not theirs", seen=1, now=NOW)
    assert payments.get(cast.alice, number).reference is None
    (again,) = bank.left(cast.owner)
    assert again.details == "No idea"


@pytest.mark.usefixtures("_books")
def test_what_a_bank_says_is_cleaned_for_the_receipt(cast: Cast) -> None:
    line = read(f"{HEAD}{DAY},5.00,X,y\n").lines[0]
    said = replace(line, text="a\x07b  \u202ee\u0301 " + "x" * 200)
    statement = Statement("A", "GBP", (said,), 0, ())
    bank.record(
        cast.owner, statement, [Chosen(said, Proposal(str(cast.alice.customer_id), ()))], now=NOW
    )
    reference = payments.get(cast.alice, "PAY-000001").reference
    assert reference is not None
    assert reference.startswith("a b \u00e9 xxx")
    assert len(reference) <= 100


@pytest.mark.usefixtures("_books")
def test_lines_of_another_statement_and_too_many_are_refused(cast: Cast) -> None:
    statement = read(FILE)
    other = ticked(
        bank.compare(
            cast.owner, read(FILE.replace("40.00", "40.00").replace("INV-0001", "INV-0001 x"))
        )
    )
    for chosen in ([], other, other * 300):
        with pytest.raises(Invalid):
            bank.record(cast.owner, statement, chosen, now=NOW)
    assert isinstance(statement.lines[0].fingerprint, str)
    with pytest.raises(NotFound):
        bank.dismiss(cast.owner, UUID(int=7), seen=1, now=NOW)
    with pytest.raises(TypeError):
        bank.compare(cast.alice, statement)  # type: ignore[arg-type]
