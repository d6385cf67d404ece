"""Answers to estimates: signed and kept, or declined with a reason; once, and of what was read."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from portal_data import kept_files, lists, settings, store
from portal_data.billing import balances, copies, estimate_answers, estimates
from portal_data.billing.estimates import Filter, Status
from portal_data.business import organisation
from portal_data.clock import local_date
from portal_data.errors import Conflict, InvalidFields, NotAllowed, NotFound
from portal_data.kinds import ESTIMATE
from portal_data.messaging import chain, comments
from portal_data.ops.notifier import notify
from portal_data.output import acceptance, document_pdfs
from portal_data.scope import Scope, Staff
from portal_data.text import language
from tests.catalogues import Translate
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_estimate
from tests.people import at_once, events, mails, rows, value

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
HOSTILE = f"<b>Ada</b> **bold** [x](javascript:alert(1)) {OVERRIDE}gpj.exe"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where signed copies are kept."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    return tmp_path / "files"


@pytest.fixture
def accept(folder: Path) -> Callable[..., None]:
    """Accept an estimate as it is on somebody's screen."""

    def accepted(
        who: Scope, number: str = "E-1", name: str = "Alice B. Test", seen: int = 1
    ) -> None:
        offer = acceptance.offer(who, number, seen=seen, now=LATER)
        acceptance.accept(who, offer, name, address="203.0.113.7", folder=folder, now=LATER)

    return accepted


def _told(who: Scope, number: str = "E-1") -> estimates.Estimate:
    return estimates.get(who, number, today=TODAY)


def _stored(number: str = "E-1") -> dict[str, Any]:
    (row,) = rows("select * from core.estimates where number = $number", number=number)
    return row


def _words(pdf: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages).split())


def test_an_acceptance_keeps_who_when_whence_and_what(
    cast: Cast, accept: Callable[..., None], folder: Path
) -> None:
    alice = cast.alice
    estimate = make_estimate(alice, number="E-1", revision=3)
    _, before = document_pdfs.document_pdf(alice, ESTIMATE, "E-1", now=NOW)
    accept(alice)
    row = _stored()
    assert row["status"] == "accepted"
    assert row["version"] == 2
    assert (row["accepted_at"], row["accepted_by"]) == (LATER, alice.contact_id)
    assert (row["accepted_name"], row["accepted_address"]) == ("Alice B. Test", "203.0.113.7")
    assert row["accepted_revision"] == 3
    shown, signed = rows("select * from core.document_copies order by document_version")
    assert [each["document_version"] for each in (shown, signed)] == [1, 2]
    assert {each["document_id"] for each in (shown, signed)} == {estimate}
    assert row["accepted_copy_id"] == signed["id"]
    # what anybody saved before is what was accepted, to the byte
    assert kept_files.read(folder, shown["storage_key"], shown["sha256"]) == before
    name, after = document_pdfs.document_pdf(alice, ESTIMATE, "E-1", now=NOW + 90 * DAY)
    assert after == kept_files.read(folder, signed["storage_key"], signed["sha256"])
    assert "E-1" in name
    words = _words(after)
    for each in ("Accepted and signed by", "Alice B. Test", alice.email, "203.0.113.7", "ACCEPTED"):
        assert each in words, each
    assert shown["sha256"] in words
    assert "20 Nov 2026, 10:30:00" in words


def test_everybody_sees_it_at_once(cast: Cast, accept: Callable[..., None]) -> None:
    alice = cast.alice
    make_estimate(alice, number="E-1")
    make_estimate(alice, number="E-2")
    assert balances.home(alice, today=TODAY).pending.estimates == 2
    accept(alice)
    told = _told(cast.bob)
    assert (told.status, told.answered_by) == (Status.ACCEPTED, "Alice B. Test")
    assert told.history[-1].sentence == "Accepted by Alice B. Test"
    assert balances.home(alice, today=TODAY).pending.estimates == 1
    page = lists.page(alice, estimates.LIST, today=TODAY, filter=Filter.ACCEPTED)
    assert [row.number for row in page.rows] == ["E-1"]


def test_staff_hear_of_answers_at_the_bell_and_by_mail(
    db: store.Store, cast: Cast, accept: Callable[..., None]
) -> None:
    make_estimate(cast.alice, number="E-1")
    make_estimate(cast.alice, number="E-2")
    accept(cast.alice)
    estimate_answers.decline(cast.alice, "E-2", "Too\ndear", seen=1, now=LATER + DAY)
    assert events() == ["estimate.accepted", "estimate.declined"]
    with db.system_writing() as session:
        for row in session.rows("select id from core.activity order by happened_at"):
            assert notify(session, row["id"], LATER) == 1
        assert chain.verify(session) == []
    accepted, declined = mails("mail.activity")
    assert accepted["subject"] == "Alice Test accepted estimate E-1 (Alder Ltd)"
    assert accepted["link"].endswith("/estimate?number=E-1")
    assert "Signed as Alice B. Test" in accepted["quote"]
    assert declined["body"] == "Alice Test declined estimate E-2 (Alder Ltd):"
    assert declined["quote"] == "Too\ndear"
    assert value("select count(*) from core.notifications") == 2
    details = "select count(*) from core.activity where visible and amount_minor = 10000"
    assert value(details) == 2


def test_a_reason_is_a_comment_and_none_is_none(cast: Cast) -> None:
    alice = cast.alice
    first = make_estimate(alice, number="E-1")
    second = make_estimate(alice, number="E-2")
    estimate_answers.decline(alice, "E-1", "  Too   dear.\n\nNext year? ", seen=1, now=LATER)
    estimate_answers.decline(alice, "E-2", " \n ", seen=1, now=LATER)
    told = _told(cast.bob)
    assert (told.status, told.decline_reason) == (Status.DECLINED, "Too dear.\n\nNext year?")
    (remark,) = comments.of_subject(cast.bob, first)
    assert (remark.author, remark.body) == ("Alice Test", "Too dear.\n\nNext year?")
    assert _told(alice, "E-2").decline_reason is None
    assert comments.of_subject(alice, second) == ()


def test_an_approver_answers_and_neither_viewers_nor_payers_do(
    cast: Cast, accept: Callable[..., None]
) -> None:
    make_estimate(cast.alice, number="E-1")
    for act in (lambda: accept(cast.bob), lambda: estimate_answers.decline(
        cast.bob, "E-1", "", seen=1, now=LATER)):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()
    assert _stored()["status"] == "sent"
    assert events() == []


@pytest.mark.parametrize("state", ["accepted", "declined", "invoiced", "expired", "draft"])
def test_what_is_not_open_is_refused_in_its_own_words(
    cast: Cast, accept: Callable[..., None], folder: Path, state: str
) -> None:
    expiry = TODAY - DAY if state == "expired" else None
    status = "sent" if state == "expired" else state
    make_estimate(cast.alice, number="E-1", status=status, expiry=expiry)
    kind, words = (NotFound, "no such") if state == "draft" else (Conflict, state)
    with pytest.raises(kind, match=words):
        accept(cast.alice)
    with pytest.raises(kind, match=words):
        estimate_answers.decline(cast.alice, "E-1", "No", seen=1, now=LATER)
    assert events() == []
    assert _stored()["version"] == 1
    assert not folder.exists() or not list(folder.iterdir())


def test_it_stands_through_its_last_day_where_the_business_is(
    cast: Cast, accept: Callable[..., None]
) -> None:
    with store.system_writing() as session:
        session.change("update core.organisation set timezone = 'Pacific/Kiritimati'")
    day = local_date(LATER, "Pacific/Kiritimati")
    make_estimate(cast.alice, number="E-1", expiry=day)
    make_estimate(cast.alice, number="E-2", expiry=day - DAY)
    with pytest.raises(Conflict, match="expired"):
        accept(cast.alice, "E-2")
    accept(cast.alice)
    assert _stored()["status"] == "accepted"


def test_a_change_since_it_was_read_is_refused(
    cast: Cast, accept: Callable[..., None], folder: Path
) -> None:
    alice = cast.alice
    make_estimate(alice, number="E-1")
    offer = acceptance.offer(alice, "E-1", seen=1, now=LATER)
    with store.system_writing() as session:
        session.change("update core.estimates set version = 2, total_minor = 99 where version = 1")
    refused = [
        lambda: acceptance.accept(alice, offer, "A", address=None, folder=folder, now=LATER),
        lambda: estimate_answers.decline(alice, "E-1", "", seen=1, now=LATER),
        lambda: accept(alice),
    ]
    for act in refused:
        with pytest.raises(Conflict, match="changed"):
            act()
    assert list(folder.iterdir()) == []
    assert rows("select id from core.document_copies") == []
    accept(alice, seen=2)
    assert _stored()["status"] == "accepted"


def test_another_letter_paper_is_another_document(cast: Cast, owner: Staff, folder: Path) -> None:
    make_estimate(cast.alice, number="E-1")
    offer = acceptance.offer(cast.alice, "E-1", seen=1, now=LATER)
    before = organisation.get(owner)
    organisation.change(owner, {"street1": "1 Elsewhere"}, before=before, now=LATER)
    with pytest.raises(Conflict, match="changed"):
        acceptance.accept(cast.alice, offer, "A", address=None, folder=folder, now=LATER)
    assert _stored()["status"] == "sent"


def test_one_of_many_at_once_wins(cast: Cast, folder: Path) -> None:
    alice = cast.alice
    make_estimate(alice, number="E-1")
    offer = acceptance.offer(alice, "E-1", seen=1, now=LATER)

    def answer(n: int) -> str:
        if n % 2:
            estimate_answers.decline(alice, "E-1", f"Reason {n}", seen=1, now=LATER)
            return "declined"
        acceptance.accept(alice, offer, f"Name {n}", address=None, folder=folder, now=LATER)
        return "accepted"

    (won,), refused = at_once(answer)
    assert len(refused) == 15
    assert {str(each) for each in refused} == {f"This estimate has already been {won}."}
    assert _stored()["status"] == won
    assert _stored()["version"] == 2
    assert events() == [f"estimate.{won}"]
    kept = 2 if won == "accepted" else 0
    assert len(list(folder.iterdir())) == len(rows("select id from core.document_copies")) == kept
    assert value("select count(*) from core.comments") == (won == "declined")
    assert value("select count(*) from core.outbox where kind = 'notify'") == 1


@pytest.mark.parametrize(
    "name", ["", " \n\t ", "x" * 121, "Ada\x00Test", "\x1b[31mAda", "\u202e", "\u200b \u2060", "-"]
)
def test_a_name_has_to_be_one(cast: Cast, accept: Callable[..., None], name: str) -> None:
    make_estimate(cast.alice, number="E-1")
    with pytest.raises(InvalidFields) as refused:
        accept(cast.alice, name=name)
    assert list(refused.value.fields) == ["name"]
    assert _stored()["status"] == "sent"


def test_what_people_type_stays_text(
    db: store.Store, cast: Cast, accept: Callable[..., None]
) -> None:
    make_estimate(cast.alice, number="E-1")
    make_estimate(cast.alice, number="E-2")
    accept(cast.alice, name=HOSTILE)
    estimate_answers.decline(cast.alice, "E-2", HOSTILE, seen=1, now=LATER)
    assert _told(cast.alice).answered_by == HOSTILE.replace(OVERRIDE, "")
    _, signed = document_pdfs.document_pdf(cast.alice, ESTIMATE, "E-1", now=LATER)
    assert "<b>Ada</b> **bold** [x](javascript:alert(1))" in _words(signed)
    assert b"/URI" not in signed
    assert b"/JavaScript" not in signed
    with db.system_writing() as session:
        for row in session.rows("select id from core.activity order by id"):
            notify(session, row["id"], LATER)
    for mail in mails("mail.activity"):
        assert OVERRIDE not in mail["body"] + mail["subject"] + mail["quote"]


def test_too_long_a_reason_is_refused(cast: Cast) -> None:
    make_estimate(cast.alice, number="E-1")
    with pytest.raises(InvalidFields, match="2,000"):
        estimate_answers.decline(cast.alice, "E-1", "x" * 1_000_000, seen=1, now=LATER)
    assert _stored()["status"] == "sent"


def test_a_stranger_reaches_neither_estimate_nor_copy(
    cast: Cast, accept: Callable[..., None]
) -> None:
    make_estimate(cast.alice, number="E-1")
    accept(cast.alice)
    for act in (
        lambda: accept(cast.charlie, seen=2),
        lambda: estimate_answers.decline(cast.charlie, "E-1", "", seen=2, now=LATER),
        lambda: document_pdfs.document_pdf(cast.charlie, ESTIMATE, "E-1", now=LATER),
    ):
        with pytest.raises(NotFound):
            act()


def test_what_is_signed_is_in_the_language_of_who_signs(
    cast: Cast, folder: Path, translated: Translate
) -> None:
    make_estimate(cast.alice, number="E-1")
    translated("de", "Estimate", "Angebot")
    german, english = replace(cast.alice, language="de"), cast.alice
    with language.reading("de"):
        offer = acceptance.offer(german, "E-1", seen=1, now=LATER)
    assert offer.sha256 != acceptance.offer(english, "E-1", seen=1, now=LATER).sha256
    with language.reading("de"):
        name, _shown = document_pdfs.document_pdf(german, ESTIMATE, "E-1", now=LATER)
        acceptance.accept(german, offer, "A. Test", address=None, folder=folder, now=LATER)
    assert name == "Angebot E-1 Alder Ltd.pdf"
    told = _told(english)
    assert told.signed_copy_id is not None
    signed = copies.content(english, told.signed_copy_id, folder)
    text = PdfReader(io.BytesIO(signed)).pages[0].extract_text()
    assert "Angebot" in text
    assert "de\u2039Accepted and signed by\u203a" in text
