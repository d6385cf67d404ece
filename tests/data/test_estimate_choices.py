"""What customers choose of an estimate: reckoned from our rows alone, signed, billed, undone."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pypdf import PdfReader

from portal_data import store
from portal_data.billing import (
    estimate_answers,
    estimate_choices,
    estimate_links,
    estimate_offers,
    estimate_pricing,
    estimate_revisions,
    estimate_taxes,
    estimates,
    invoices,
)
from portal_data.billing.estimate_choices import Choices
from portal_data.billing.estimates import Estimate, Status
from portal_data.billing.lines import Line, LineTax, taxes
from portal_data.business import preferences
from portal_data.business.preferences import AfterAcceptance
from portal_data.errors import Conflict, Invalid
from portal_data.ids import new_id
from portal_data.kinds import ESTIMATE
from portal_data.messaging import chain
from portal_data.output import acceptance, document_pdfs, public_estimates
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.data.choosing import make_choice, make_taxes, plain, plain_taxes
from tests.data.test_estimate_offers import _work, series  # noqa: F401 - a fixture
from tests.factories import TODAY
from tests.people import at_once, rows, token_of, value

DAY = timedelta(days=1)
OFFERED = ((2, Decimal(4)), (3, Decimal(1)), (4, Decimal(0)))
CHOSEN = ((2, Decimal(3)), (3, Decimal(0)), (4, Decimal("2.25")))


def _told(who: Scope, number: str = "E-1") -> Estimate:
    return estimates.get(who, number, today=TODAY)


def _stored(number: str = "E-1") -> dict[str, Any]:
    (row,) = rows("select * from core.estimates where number = $number", number=number)
    return row


def _lines() -> list[tuple[Any, ...]]:
    found = rows("select quantity, selected, discount_minor, tax_minor, total_minor"
                 " from core.estimate_lines order by position")  # fmt: skip
    return [tuple(row.values()) for row in found]


def _words(pdf: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.fixture
def accept(tmp_path: Path) -> Callable[..., int]:
    """Accept E-1 with choices as it stands now; return the total that was signed."""

    def accepted(who: Scope, choices: Choices = CHOSEN) -> int:
        seen = _told(who).version
        offer = acceptance.offer(who, "E-1", seen=seen, now=NOW, choices=choices)
        folder = tmp_path / "files"
        acceptance.accept(who, offer, "Alice Test", address=None, folder=folder, now=NOW)
        return offer.estimate.total_minor

    return accepted


def test_what_can_be_chosen_is_what_staff_allowed(cast: Cast) -> None:
    make_choice(cast.alice)
    told = _told(cast.alice)
    assert told.choosable
    assert estimate_choices.offered(told.lines) == OFFERED
    tree, pond, fountain = estimate_choices.choosable(told.lines)
    assert (tree.minimum, tree.maximum, tree.whole, tree.fixed) == (2, 6, True, False)
    assert (pond.fixed, fountain.whole) == (True, False)
    assert estimate_choices.chosen(told, ()) == told
    assert estimate_choices.chosen(told, OFFERED) == told
    chosen = estimate_choices.chosen(told, CHOSEN)
    # 100 + 76.50 + 171 = 347.50; less 34.75; 20 % of what is left of 76.50 and 171
    assert (chosen.subtotal_minor, chosen.discount_minor) == (34_750, 3_475)
    assert (chosen.tax_minor, chosen.total_minor) == (4_455, 35_730)
    assert [line.counts for line in chosen.lines] == [True, True, False, True]
    assert [(tax.name, tax.amount_minor) for tax in chosen.taxes] == [("VAT", 4_455)]


def test_an_acceptance_is_of_what_was_chosen_and_the_offer_is_kept(
    db: store.Store, cast: Cast, accept: Callable[..., int], tmp_path: Path
) -> None:
    make_choice(cast.alice)
    offered = _told(cast.alice)
    assert accept(cast.alice) == 35_730
    row = _stored()
    assert (row["status"], row["version"]) == ("accepted", 2)
    assert (row["subtotal_minor"], row["discount_minor"]) == (34_750, 3_475)
    assert (row["tax_minor"], row["total_minor"]) == (4_455, 35_730)
    assert [each[:2] for each in _lines()] == [
        (1, True),
        (3, True),
        (1, False),
        (Decimal("2.25"), True),
    ]
    told = _told(cast.bob)
    assert (told.total_minor, told.offered_total_minor) == (35_730, offered.total_minor)
    assert not told.choosable
    (kept,) = told.revisions
    assert (kept.revision, kept.total_minor) == (1, offered.total_minor)
    assert [line.quantity for line in kept.lines] == [line.quantity for line in offered.lines]
    files = rows("select storage_key from core.document_copies order by document_version")
    shown, signed = ((tmp_path / "files" / each["storage_key"]).read_bytes() for each in files)
    for pdf in (shown, signed):
        words = _words(pdf)
        assert "£357.30" in words
        assert "Optional, not included in the total" in words
        assert "2.25" in words
    (done,) = rows("select * from core.activity where event = 'estimate.accepted'")
    assert done["amount_minor"] == 35_730
    for part in ("3 × ", "without ", "2.25 × "):
        assert part in done["details"]
    assert db.check_integrity() == []
    with db.system_reading() as session:
        assert chain.verify(session) == []


def test_without_a_choice_all_is_as_it_was(cast: Cast, accept: Callable[..., int]) -> None:
    make_choice(cast.alice)
    before, total = _lines(), _told(cast.alice).total_minor
    _, plain = document_pdfs.document_pdf(cast.alice, ESTIMATE, "E-1", now=NOW)
    assert acceptance.chosen_pdf(cast.alice, "E-1", OFFERED, now=NOW)[1] == plain
    assert accept(cast.alice, OFFERED) == total
    assert _lines() == before
    told = _told(cast.alice)
    assert (told.offered_total_minor, told.revisions) == (None, [])


@pytest.mark.parametrize(
    "choices",
    [
        ((2, Decimal(1)),), ((2, Decimal(7)),), ((2, Decimal("3.5")),), ((2, Decimal(0)),),
        ((2, Decimal(-3)),), ((3, Decimal(2)),), ((4, Decimal("0.4")),), ((4, Decimal("1.123")),),
        ((1, Decimal(1)),), ((9, Decimal(1)),), ((2, Decimal(3)), (2, Decimal(4))),
    ],
)  # fmt: skip
def test_what_is_not_offered_is_refused_on_screen_and_at_the_end(
    cast: Cast, tmp_path: Path, choices: Choices
) -> None:
    make_choice(cast.alice)
    before = _lines()
    with pytest.raises(Invalid):
        acceptance.offer(cast.alice, "E-1", seen=1, now=NOW, choices=choices)
    honest = acceptance.offer(cast.alice, "E-1", seen=1, now=NOW)
    for act in (
        lambda: acceptance.accept(
            cast.alice,
            replace(honest, choices=choices),
            "A",
            address=None,
            folder=tmp_path,
            now=NOW,
        ),
        lambda: _sign(cast.alice, tmp_path, choices),
    ):
        with pytest.raises(Invalid):
            act()
    assert _lines() == before
    assert _stored()["status"] == "sent"
    assert value("select count(*) from core.estimate_revisions") == 0


def _sign(who: Scope, folder: Path, choices: Choices) -> None:
    """Accept by the action alone, as nobody's screen does."""
    signed = estimate_answers.signature(who, "A", shown=b"shown", address=None, now=NOW)
    estimate_answers.accept(
        who, "E-1", signed, seen=1, shown=b"shown", signed_copy=b"signed", folder=folder,
        choices=choices,
    )  # fmt: skip


def test_other_choices_than_were_shown_are_another_document(cast: Cast, tmp_path: Path) -> None:
    make_choice(cast.alice)
    offer = acceptance.offer(cast.alice, "E-1", seen=1, now=NOW, choices=CHOSEN)
    cheaper = replace(offer, choices=((2, Decimal(2)), (3, Decimal(0)), (4, Decimal(0))))
    with pytest.raises(Conflict, match="changed"):
        acceptance.accept(cast.alice, cheaper, "A", address=None, folder=tmp_path, now=NOW)
    assert _stored()["status"] == "sent"


@pytest.mark.parametrize("why", ["amounts", "one of several taxes", "a base that tells nothing"])
def test_what_other_books_reckon_otherwise_is_taken_whole(
    cast: Cast, tmp_path: Path, why: str
) -> None:
    made = make_choice(cast.alice)
    if why == "amounts":
        with store.system_writing() as session:
            session.change("update core.estimates set total_minor = total_minor + 1")
    else:
        make_taxes(cast.alice, 2, [("GST", "5", False), ("PST", "7", False)])
        assert _told(cast.alice).choosable
        change = "base_minor = base_minor + position * 3"
        if why == "one of several taxes":
            change = "amount_minor = amount_minor + position * 2 - 3"
        with store.system_writing() as session:
            session.change(f"update core.line_taxes set {change}")
    assert not _told(cast.alice).choosable
    with pytest.raises(Conflict, match="Nothing can be chosen"):
        acceptance.offer(cast.alice, "E-1", seen=1, now=NOW, choices=CHOSEN)
    with pytest.raises(Conflict, match="Nothing can be chosen"):
        _sign(cast.alice, tmp_path, CHOSEN)
    _sign(cast.alice, tmp_path, ())
    assert _stored()["status"] == "accepted"
    assert made


@pytest.mark.usefixtures("series")
def test_an_invoice_has_what_was_chosen_and_undoing_brings_the_offer_back(
    db: store.Store, cast: Cast, sam: Staff, accept: Callable[..., int]
) -> None:
    preferences.change(cast.owner, now=NOW, invoice_on_acceptance=AfterAcceptance.SENT)
    make_choice(cast.alice)
    offered, before = _told(cast.alice), _lines()
    accept(cast.alice)
    _work()
    made = invoices.get(cast.alice, "INV-007", today=TODAY)
    assert (made.total_minor, made.balance_minor, made.tax_minor) == (35_730, 35_730, 4_455)
    assert [(line.name, line.quantity) for line in made.lines] == [
        ("Planting plan", 1), ("Tree", 3), ("Fountain", Decimal("2.25")),
    ]  # fmt: skip
    told = _told(cast.alice)
    estimate_offers.undo_acceptance(sam, "E-1", seen=told.version, now=NOW)
    again = _told(cast.alice)
    assert _lines() == before
    assert (again.lines, again.taxes) == (offered.lines, offered.taxes)
    for name in estimate_pricing.AMOUNTS:
        assert getattr(again, name, None) == getattr(offered, name, None), name
    assert (again.status, again.choosable, again.offered_total_minor) == (Status.OPEN, True, None)
    other = ((2, Decimal(6)), (3, Decimal(1)), (4, Decimal("0.5")))
    assert accept(cast.alice, other) == _stored()["total_minor"]
    _work()
    assert _told(cast.alice).invoices[-1].total_minor == _stored()["total_minor"]
    assert db.check_integrity() == []
    with db.system_reading() as session:
        assert chain.verify(session) == []


def _line_taxes(kind: str = "estimate") -> list[tuple[Any, ...]]:
    found = rows(
        "select t.name, t.base_minor, t.amount_minor from core.line_taxes t where document_kind = "
        "$kind order by line_id, position",
        kind=kind,
    )
    return [tuple(row.values()) for row in found]


@pytest.mark.parametrize("inclusive", [False, True])
def test_lines_with_several_taxes_are_revised(
    db: store.Store, cast: Cast, sam: Staff, accept: Callable[..., int], inclusive: bool
) -> None:
    """A changed price is taxed anew, a new line takes the taxes of another, one loses its own."""
    make_choice(cast.alice, tax_inclusive=inclusive)
    make_taxes(cast.alice, 2, [("GST", "5", False), ("QST", "9.975", True)])
    draft = estimate_revisions.draft(sam, "E-1")
    tree = draft.lines[1]
    assert tree.tax == "GST (5%) + QST (9.975%)"
    dearer = replace(tree, unit_price=Decimal(100), quantity=Decimal(2))
    added = replace(tree, id=None, name="Hedge", minimum_quantity=None, maximum_quantity=None)
    plain = replace(draft.lines[2], several=(), tax_name=None, tax_percent=None)
    estimate_revisions.send_again(
        sam, "E-1", [draft.lines[0], dearer, plain, added], expiry_date=draft.expiry_date,
        reason="", seen=draft.version, now=NOW,
    )  # fmt: skip
    told = _told(cast.alice)
    assert [[tax.name for tax in line.several] for line in told.lines] == [
        [], ["GST", "QST"], [], ["GST", "QST"],
    ]  # fmt: skip
    gst, qst = told.lines[1].several
    net = 18_000 - gst.amount_minor - qst.amount_minor if inclusive else 18_000
    assert (gst.base_minor, qst.base_minor) == (net, net + gst.amount_minor)
    assert qst.compound
    assert all(line.tax_minor == sum(tax.amount_minor for tax in line.several)
               for line in told.lines if line.several)  # fmt: skip
    assert told.choosable
    assert db.check_integrity() == []
    again = estimate_revisions.draft(sam, "E-1")
    assert [line.tax for line in again.lines] == ["", tree.tax, "", tree.tax]
    before = _line_taxes()
    accept(cast.alice, ((2, Decimal(3)),))
    assert _line_taxes() != before
    estimate_offers.undo_acceptance(sam, "E-1", seen=_told(cast.alice).version, now=NOW)
    assert _line_taxes() == before


@pytest.mark.usefixtures("series")
@pytest.mark.parametrize("inclusive", [False, True])
def test_several_taxes_of_a_line_follow_what_is_chosen(
    db: store.Store, cast: Cast, sam: Staff, accept: Callable[..., int], inclusive: bool
) -> None:
    """Three trees at 25.50 less a tenth are 68.85, with 5 % GST and 9.975 % compound QST."""
    preferences.change(cast.owner, now=NOW, invoice_on_acceptance=AfterAcceptance.SENT)
    make_choice(cast.alice, tax_inclusive=inclusive)
    make_taxes(cast.alice, 2, [("GST", "5", False), ("QST", "9.975", True)])
    offered, lines, before = _told(cast.alice), _lines(), _line_taxes()
    assert offered.choosable
    assert {tax.name for tax in offered.taxes} == {"GST", "QST", "VAT"}
    # 68.85 / 1.1547375 = 59.62…, which holds 9.23: 5 : 10.47375
    amounts = (298, 625) if inclusive else (344, 721)
    net = 6_885 - sum(amounts) if inclusive else 6_885
    chosen = estimate_choices.chosen(offered, CHOSEN)
    assert [(tax.name, tax.base_minor, tax.amount_minor) for tax in chosen.lines[1].several] == [
        ("GST", net, amounts[0]), ("QST", net + amounts[0], amounts[1]),
    ]  # fmt: skip
    assert accept(cast.alice) == chosen.total_minor
    assert _told(cast.bob).taxes == chosen.taxes
    assert _told(cast.bob).tax_minor == sum(tax.amount_minor for tax in chosen.taxes)
    assert db.check_integrity() == []
    _work()
    assert _line_taxes("invoice") == _line_taxes() != before
    assert invoices.get(cast.alice, "INV-007", today=TODAY).tax_minor == chosen.tax_minor
    estimate_offers.undo_acceptance(sam, "E-1", seen=_told(cast.alice).version, now=NOW)
    assert (_lines(), _line_taxes()) == (lines, before)
    again = _told(cast.alice)
    assert (again.lines, again.taxes, again.total_minor) == (
        offered.lines, offered.taxes, offered.total_minor,
    )  # fmt: skip
    assert again.choosable
    assert db.check_integrity() == []


def test_a_revision_of_what_was_chosen_keeps_the_offer_before_it(
    db: store.Store, cast: Cast, sam: Staff, accept: Callable[..., int]
) -> None:
    preferences.change(cast.owner, now=NOW, lock_accepted_estimates=False)
    make_choice(cast.alice)
    offered = _told(cast.alice).total_minor
    accept(cast.alice)
    draft = estimate_revisions.draft(sam, "E-1")
    assert [line.quantity for line in draft.lines] == [1, 3, 1, Decimal("2.25")]
    assert (draft.lines[1].minimum_quantity, draft.lines[1].maximum_quantity) == (2, 6)
    estimate_revisions.send_again(
        sam, "E-1", draft.lines, expiry_date=TODAY + DAY, reason="", seen=draft.version, now=NOW
    )
    told = _told(cast.alice)
    assert [each.total_minor for each in told.revisions] == [offered, 35_730]
    assert (told.status, told.total_minor, told.choosable) == (Status.OPEN, 35_730, True)
    assert db.check_integrity() == []


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((5, 6), "Line 2"),
        ((1, 3), "Line 2"),
        ((0, 6), None),
        ((-1, 6), "Line 2"),
        ((2, 10**9), "2"),
    ],
)
def test_staff_set_limits_around_the_quantity(
    cast: Cast, sam: Staff, limits: tuple[int, int], words: str | None
) -> None:
    make_choice(cast.alice)
    draft = estimate_revisions.draft(sam, "E-1")
    least, most = (Decimal(each) or None for each in limits)
    lines = [
        draft.lines[0],
        replace(draft.lines[1], minimum_quantity=least, maximum_quantity=most),
        *draft.lines[2:],
    ]
    send = lambda: estimate_revisions.send_again(  # noqa: E731
        sam, "E-1", lines, expiry_date=TODAY + DAY, reason="", seen=1, now=NOW
    )
    if words:
        with pytest.raises(Invalid, match=words):
            send()
    else:
        send()
        tree = estimate_choices.choosable(_told(cast.alice).lines)[0]
        assert (tree.minimum, tree.maximum) == (4, 6)


def test_a_discount_that_the_least_cannot_bear_is_refused_before_it_is_offered(
    cast: Cast, sam: Staff
) -> None:
    make_choice(cast.alice)
    draft = estimate_revisions.draft(sam, "E-1")
    lines = [replace(draft.lines[1], discount_minor=9_000), *draft.lines[2:]]
    with pytest.raises(Invalid, match="more than it is taken from"):
        estimate_revisions.send_again(
            sam, "E-1", lines, expiry_date=TODAY + DAY, reason="", seen=1, now=NOW
        )


def test_one_of_many_choices_at_once_is_taken(
    db: store.Store, cast: Cast, tmp_path: Path, sam: Staff
) -> None:
    preferences.change(cast.owner, now=NOW, answer_estimates_by_link=True)
    make_choice(cast.alice)
    until = TODAY + DAY
    token = token_of(estimate_links.create(sam, "E-1", until, key=new_id(), now=NOW))
    choices = [((2, Decimal(n % 5 + 2)), (3, Decimal(n % 2)), (4, Decimal(1))) for n in range(16)]
    mine = [acceptance.offer(cast.alice, "E-1", seen=1, now=NOW, choices=each) for each in choices]

    def answer(n: int) -> int:
        if n % 2:
            public_estimates.accept(
                token, mine[n], "Jo", "jo@alder.example", address=None, folder=tmp_path, now=NOW
            )
        else:
            acceptance.accept(cast.alice, mine[n], "A", address=None, folder=tmp_path, now=NOW)
        return n

    (won,), refused = at_once(answer)
    assert len(refused) == 15
    told = _told(cast.alice)
    assert told.total_minor == mine[won].estimate.total_minor
    assert estimate_choices.offered(told.lines) == choices[won]
    assert len(told.revisions) == 1
    assert db.check_integrity() == []


def test_by_link_the_same_is_chosen(cast: Cast, sam: Staff, tmp_path: Path) -> None:
    preferences.change(cast.owner, now=NOW, answer_estimates_by_link=True)
    make_choice(cast.alice)
    token = token_of(estimate_links.create(sam, "E-1", TODAY, key=new_id(), now=NOW))
    at = {"address": None, "now": NOW}
    shown = public_estimates.opened(token, **at)
    chosen = public_estimates.chosen(token, shown, CHOSEN, **at)
    assert chosen.paper.total_minor == chosen.estimate.total_minor == 35_730
    _, pdf = public_estimates.pdf(token, folder=tmp_path, choices=CHOSEN, **at)
    assert pdf == acceptance.chosen_pdf(cast.alice, "E-1", CHOSEN, now=NOW)[1]
    offer = public_estimates.offer(token, seen=1, choices=CHOSEN, **at)
    public_estimates.accept(token, offer, "Jo", "jo@alder.example", folder=tmp_path, **at)
    assert _stored()["total_minor"] == 35_730


def test_choices_are_read_as_they_are_written() -> None:
    for choices in ((), OFFERED, CHOSEN, ((3, Decimal(-2)),)):
        assert estimate_choices.read(estimate_choices.written(choices)) == choices
    assert estimate_choices.written(CHOSEN) == "2:3,3:0,4:2.25"


@pytest.mark.parametrize(
    "text", ["2", "2:", ":3", "2:x", "2:1e9", "2:1;3:1", "2:1,", "2:1.1234567", "x" * 10_000,
             "2:9999999999", "2:NaN", "2:٣", ",".join(["2:1"] * 201)],
)  # fmt: skip
def test_what_are_no_choices_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        estimate_choices.read(text)


_taxes = st.builds(
    LineTax,
    id=st.builds(new_id),
    name=st.sampled_from(["GST", "PST", "Levy"]),
    percent=st.decimals(0, 40, places=3),
    compound=st.booleans(),
    base_minor=st.just(0),
    amount_minor=st.just(0),
)


@st.composite
def _estimates(draw: st.DrawFn) -> tuple[Estimate, Choices]:
    """An open estimate whose amounts are its lines' sum, and something chosen of it."""
    lines, choices = [], []
    for position in range(1, draw(st.integers(1, 6)) + 1):
        places = draw(st.sampled_from([0, 2]))
        optional = draw(st.booleans())
        numbers = st.decimals(1, 500, places=places)
        least, quantity, most = sorted(draw(st.tuples(numbers, numbers, numbers)))
        limited = draw(st.booleans())
        taxed = draw(st.booleans())
        several = (
            draw(st.lists(_taxes, min_size=2, max_size=3)) if taxed and draw(st.booleans()) else []
        )
        lines.append(
            Line(
                position, f"Line {position}", None, None, quantity, None,
                draw(st.decimals(0, 10_000, places=draw(st.sampled_from([0, 2, 6])))),
                draw(st.none() | st.decimals(0, 100, places=3)), 0,
                "VAT" if taxed else None,
                draw(st.decimals(0, 40, places=3)) if taxed else None, 0, 0, optional,
                draw(st.booleans()) or not optional, least if limited else None,
                most if limited else None, tuple(several),
            )
        )  # fmt: skip
        if optional or limited:
            whole = all(each == int(each) for each in (least, quantity, most)) or not limited
            within = (
                st.decimals(least, most, places=0 if whole else 2) if limited else st.just(quantity)
            )
            taken = draw(within) if draw(st.booleans()) or not optional else Decimal(0)
            choices.append((position, min(max(taken, least), most) if taken and limited else taken))
    head: dict[str, Any] = {
        "currency_code": draw(st.sampled_from(["JPY", "GBP", "KWD"])),
        "tax_inclusive": draw(st.booleans()),
        "discount_percent": draw(st.none() | st.decimals(0, 100, places=3)),
        "discount_after_tax": draw(st.booleans()),
        "discount_minor": 0,
        "shipping_minor": draw(st.integers(0, 5_000)),
        "adjustment_minor": draw(st.integers(-500, 500)),
        "round_off_minor": draw(st.sampled_from([0, 1])),
    }
    try:
        priced = estimate_pricing.priced(head, lines)
    except Invalid:
        assume(False)
        raise
    amounts = {name: getattr(priced, name) for name in estimate_pricing.AMOUNTS}
    assume(bool(amounts["round_off_minor"]) == bool(head["round_off_minor"]))
    nothing = dict.fromkeys(Estimate.__dataclass_fields__)
    inclusive = head["tax_inclusive"]
    lines = [
        replace(
            line,
            tax_minor=cost.tax_minor,
            total_minor=cost.total_minor,
            several=estimate_taxes.costing(line.several, cost, tax_inclusive=inclusive),
        )
        for line, cost in zip(lines, priced.lines, strict=True)
    ]
    counted = taxes(line for line in lines if line.counts)
    own = {"lines": lines, "taxes": counted, "choosable": True, "status": Status.OPEN}
    return Estimate(**{**nothing, **head, **amounts, **own}), tuple(choices)


@given(_estimates())
def test_choices_cost_what_a_document_of_the_chosen_lines_costs(
    drawn: tuple[Estimate, Choices],
) -> None:
    estimate, choices = drawn
    expected = plain(estimate, choices)
    try:
        chosen = estimate_choices.chosen(estimate, choices)
    except Invalid:
        assert expected["total_minor"] < 0
        return
    assert {name: getattr(chosen, name) for name in estimate_pricing.AMOUNTS} == expected
    assert sum(tax.amount_minor for tax in chosen.taxes) == expected["tax_minor"]
    for line in chosen.lines:
        if line.several:
            assert sum(tax.amount_minor for tax in line.several) == line.tax_minor
            base = line.several[0].base_minor
            rates = [(tax.percent, bool(tax.compound)) for tax in line.several]
            left = base + line.tax_minor if estimate.tax_inclusive else base
            found = [tax.amount_minor for tax in line.several]
            assert found == plain_taxes(left, rates, inclusive=estimate.tax_inclusive)
    assert {
        each.line.position: each.line.counts for each in estimate_choices.choosable(chosen.lines)
    } == {position: bool(quantity) for position, quantity in choices}
