"""A customer's list against our books: what matches, what differs, and what only one side has."""

from datetime import date, timedelta

from portal_data.payables.comparing import Basis, Compared, Outcome, compare
from portal_data.payables.reading import Listed
from portal_data.scope import Scope
from tests.factories import TODAY, make_invoice, make_payment

DAY = timedelta(days=1)


def _compare(
    scope: Scope,
    *listed: tuple[str, int, date | None],
    basis: Basis = Basis.OPEN,
    tolerance: int = 0,
) -> list[Compared]:
    rows = [Listed(place, number, day, minor) for place, (number, minor, day) in
            enumerate(listed, 2)]  # fmt: skip
    return compare(scope, rows, "GBP", basis=basis, tolerance_minor=tolerance)


def _told(found: list[Compared]) -> list[tuple[str | None, str | None, str]]:
    return [(each.their_number, each.number, each.outcome.name) for each in found]


def test_every_outcome(alice: Scope, charlie: Scope) -> None:
    paid = make_invoice(alice, number="INV-000001", total_minor=5_000)
    make_payment(alice, {paid: 5_000})
    make_invoice(alice, number="INV-000002", total_minor=7_000)
    make_invoice(alice, number="INV-000003", total_minor=9_000)
    make_invoice(alice, number="INV-000004", total_minor=100, status="void")
    make_invoice(alice, number="INV-000005", total_minor=100, currency_code="EUR")
    make_invoice(alice, number="INV-000006", total_minor=100, status="draft")
    make_invoice(charlie, number="INV-000007", total_minor=1_234)
    found = _compare(
        alice,
        ("inv 2", 7_000, TODAY),
        ("INV-000001", 5_000, TODAY),
        ("INV-000007", 1_234, TODAY),
    )
    assert _told(found) == [
        (None, "INV-000003", "MISSING_THERE"),
        ("inv 2", "INV-000002", "MATCHED"),
        ("INV-000001", "INV-000001", "DIFFERENT"),  # paid here
        ("INV-000007", None, "MISSING_HERE"),  # another customer's
    ]
    assert [each.difference_minor for each in found] == [-9_000, 0, 5_000, 1_234]


def test_rows_of_one_number_are_one_invoice(alice: Scope) -> None:
    make_invoice(alice, number="INV-1", total_minor=300)
    (found,) = _compare(alice, ("INV-1", 100, None), ("INV-0001", 200, None))
    assert (found.outcome, found.rows, found.their_minor) == (Outcome.MATCHED, (2, 3), 300)


def test_last_figures_amounts_and_days_tell_where_numbers_do_not(alice: Scope) -> None:
    make_invoice(alice, number="INV-2026-0815", total_minor=4_711)
    make_invoice(alice, number="INV-2026-0900", total_minor=12_345)
    for n in (1, 2):
        make_invoice(alice, number=f"INV-2026-100{n}", total_minor=777)  # alike: nobody guesses
    found = _compare(
        alice,
        ("0815", 4_711, None),
        ("freight", 12_345, TODAY + 5 * DAY),
        ("twins", 777, TODAY),
    )
    assert _told([each for each in found if each.rows]) == [
        ("0815", "INV-2026-0815", "MATCHED"),
        ("freight", "INV-2026-0900", "MATCHED"),
        ("twins", None, "MISSING_HERE"),
    ]
    (late, *_) = [each for each in _compare(alice, ("freight", 12_345, TODAY + 6 * DAY))
                  if each.rows]  # fmt: skip
    assert late.outcome is Outcome.MISSING_HERE


def test_small_differences_are_let_be_when_wanted(alice: Scope) -> None:
    make_invoice(alice, number="INV-1", total_minor=1_000)
    (found,) = _compare(alice, ("INV-1", 1_001, None))
    assert found.outcome is Outcome.DIFFERENT
    (found,) = _compare(alice, ("INV-1", 1_001, None), tolerance=1)
    assert found.outcome is Outcome.MATCHED


def test_whole_invoices_are_compared_within_their_days(alice: Scope) -> None:
    paid = make_invoice(alice, number="INV-1", total_minor=500, day=TODAY)
    make_payment(alice, {paid: 500})
    make_invoice(alice, number="INV-2", total_minor=600, day=TODAY - 3 * DAY)
    make_invoice(alice, number="INV-3", total_minor=700, day=TODAY - 90 * DAY)
    listed = (("INV-1", 500, TODAY), ("X-9", 1, TODAY - 9 * DAY))
    found = _compare(alice, *listed, basis=Basis.TOTAL)
    assert _told(found) == [
        (None, "INV-2", "MISSING_THERE"),
        ("INV-1", "INV-1", "MATCHED"),
        ("X-9", None, "MISSING_HERE"),
    ]


def test_nothing_against_nothing(alice: Scope) -> None:
    assert _compare(alice) == []
    make_invoice(alice, number="INV-1")
    assert _told(_compare(alice)) == [(None, "INV-1", "MISSING_THERE")]


def test_hostile_numbers_are_texts(alice: Scope) -> None:
    make_invoice(alice, number="INV-1", total_minor=5)
    found = _compare(alice, ("'; drop table ours; --", 5, None), ("=cmd|' /C calc'!A0", 6, None))
    assert [each.outcome.name for each in found if each.rows] == ["MISSING_HERE", "MISSING_HERE"]
