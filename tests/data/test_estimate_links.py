"""Public links of estimates: what they open and for how long, and attacks on them."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from portal_data import settings, store
from portal_data.auth import throttle
from portal_data.billing import (
    estimate_answers,
    estimate_links,
    estimate_offers,
    estimate_revisions,
    estimates,
)
from portal_data.billing.estimates import Status
from portal_data.business import preferences
from portal_data.errors import Conflict, Invalid, InvalidFields, NotFound
from portal_data.ids import new_id
from portal_data.kinds import ESTIMATE
from portal_data.messaging import chain, comments, outbox
from portal_data.ops.notifier import notify
from portal_data.ops.worker import HANDLERS
from portal_data.output import acceptance, document_pdfs, public_estimates
from portal_data.scope import Permission, Role, Scope, Staff, roles_that_may
from tests.conftest import NOW, Cast
from tests.factories import TODAY, make_estimate
from tests.people import at_once, events, mails, rows, token_of, value

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
ADDRESS = "203.0.113.9"
JO, MAIL = "Jo van der Berg", "jo@alder.example"
OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"
HOSTILE = f"<img src=x onerror=alert(1)> **b** [x](javascript:alert(1)) {OVERRIDE}gpj.exe"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where signed copies are kept."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    return tmp_path / "files"


@pytest.fixture
def on(cast: Cast) -> Cast:
    """The cast, with estimates answered by link, and two estimates of Alice's, one of Charlie's."""
    preferences.change(cast.owner, now=NOW, answer_estimates_by_link=True)
    make_estimate(cast.alice, number="E-1")
    make_estimate(cast.alice, number="E-2")
    make_estimate(cast.charlie, number="E-9")
    return cast


def _link(staff: Staff, number: str = "E-1", days: int = 9) -> str:
    """Make a link and return its token."""
    until = TODAY + days * DAY
    return token_of(estimate_links.create(staff, number, until, key=new_id(), now=NOW))


def _open(token: str, **more: Any) -> public_estimates.Shown:
    return public_estimates.opened(token, **{"address": ADDRESS, "now": LATER, **more})


def _accept(token: str, folder: Path, name: str = JO, email: str = MAIL, seen: int = 1) -> None:
    offer = public_estimates.offer(token, seen=seen, address=ADDRESS, now=LATER)
    public_estimates.accept(token, offer, name, email, address=ADDRESS, folder=folder, now=LATER)


def _decline(token: str, reason: str = "Too dear", name: str = JO, seen: int = 1) -> None:
    public_estimates.decline(token, reason, name, MAIL, seen=seen, address=ADDRESS, now=LATER)


def _stored(number: str = "E-1") -> dict[str, Any]:
    (row,) = rows("select * from core.estimates where number = $number", number=number)
    return row


def _words(pdf: bytes) -> str:
    return " ".join(" ".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_link_shows_its_estimate_and_the_store_cannot_make_it(
    on: Cast, sam: Staff, folder: Path
) -> None:
    address = estimate_links.create(sam, "E-1", TODAY + 9 * DAY, key=new_id(), now=NOW)
    assert address.startswith("https://portal.example/offer?token=")
    token = token_of(address)
    assert len(token) == 43  # 256 bits
    (row,) = rows("select * from core.document_links")
    assert token not in str(row.values())
    assert row["expires_at"].date() == TODAY + 10 * DAY
    shown = _open(token)
    assert (shown.estimate.number, shown.customer_name) == ("E-1", "Alder Ltd")
    assert shown.paper.number == "E-1"
    assert (shown.estimate.history, shown.estimate.invoices, shown.estimate.revisions) == ([],) * 3
    name, pdf = public_estimates.pdf(token, address=ADDRESS, now=LATER, folder=folder)
    assert (name, pdf) == document_pdfs.document_pdf(on.alice, ESTIMATE, "E-1", now=NOW)
    (link,) = estimate_links.of_estimate(sam, "E-1")
    assert (link.created_by, link.last_used_at, link.holds(LATER)) == ("Sam", LATER, True)
    assert estimate_links.of_estimate(sam, "E-2") == []
    assert "estimate.link_created" in events()


def test_looking_is_kept_once_in_a_while_and_staff_hear_of_the_first(
    db: store.Store, on: Cast, sam: Staff
) -> None:
    token = _link(sam)
    for minutes in (0, 1, 4, 6):
        _open(token, now=LATER + timedelta(minutes=minutes))
    (link,) = estimate_links.of_estimate(sam, "E-1")
    assert link.last_used_at == LATER + timedelta(minutes=6)
    assert events().count("estimate.link_opened") == 1
    (seen,) = rows("select * from core.activity where event = 'estimate.link_opened'")
    assert (seen["actor_id"], seen["actor_name"]) == (None, "Somebody (by public link)")
    assert seen["address"] == ADDRESS
    with db.system_writing() as session:
        assert notify(session, seen["id"], LATER) == 2  # Olive and Sam
    assert value("select count(*) from core.document_views") == 0


def test_an_acceptance_by_link_keeps_who_says_what_when_and_whence(
    db: store.Store, on: Cast, sam: Staff, folder: Path
) -> None:
    token = _link(sam)
    _, before = public_estimates.pdf(token, address=ADDRESS, now=LATER, folder=folder)
    _accept(token, folder)
    row = _stored()
    assert (row["status"], row["accepted_name"], row["accepted_by"]) == ("accepted", JO, None)
    assert (row["answered_email"], row["accepted_address"]) == (MAIL, ADDRESS)
    (link,) = rows("select id from core.document_links")
    assert row["answered_link_id"] == link["id"]
    told = estimates.get(on.bob, "E-1", today=TODAY)
    assert (told.status, told.answered_by) == (Status.ACCEPTED, JO)
    assert f"Accepted by {JO} through a public link" in [each.sentence for each in told.history]
    _, signed = document_pdfs.document_pdf(on.alice, ESTIMATE, "E-1", now=LATER)
    words = _words(signed)
    for each in (JO, "By public link", MAIL, ADDRESS, "SHA-256", "ACCEPTED"):
        assert each in words, each
    assert public_estimates.pdf(token, address=ADDRESS, now=LATER, folder=folder)[1] == signed
    kept = sorted(path.read_bytes() for path in folder.iterdir())
    assert kept == sorted([before, signed])
    (done,) = rows("select * from core.activity where event = 'estimate.accepted'")
    assert (done["actor_kind"], done["actor_id"]) == ("contact", None)
    assert (done["actor_name"], done["address"]) == (f"{JO} (by public link)", ADDRESS)
    with db.system_writing() as session:
        assert notify(session, done["id"], LATER) == 2
        assert chain.verify(session) == []
    assert f"{JO} (by public link) accepted estimate E-1" in mails("mail.activity")[0]["subject"]
    assert db.check_integrity() == []
    assert _open(token).estimate.answered_by == JO


def test_declining_by_link_is_told_with_its_reason(on: Cast, sam: Staff) -> None:
    token = _link(sam)
    _decline(token, "Too\ndear")
    row = _stored()
    assert (row["status"], row["declined_name"], row["declined_by"]) == ("declined", JO, None)
    told = estimates.get(on.alice, "E-1", today=TODAY)
    assert (told.answered_by, told.decline_reason) == (JO, "Too\ndear")
    (remark,) = comments.of_subject(on.alice, told.id)
    assert (remark.author, remark.author_id) == (f"{JO} (by public link)", None)
    assert _open(token).estimate.decline_reason == "Too\ndear"


def test_what_somebody_else_answered_is_not_told_to_who_holds_a_link(
    on: Cast, sam: Staff, folder: Path
) -> None:
    token, other = _link(sam), _link(sam)
    offer = acceptance.offer(on.alice, "E-1", seen=1, now=LATER)
    acceptance.accept(on.alice, offer, "Alice B", address="192.0.2.1", folder=folder, now=LATER)
    for each in (token, other):
        shown = _open(each)
        assert shown.estimate.status is Status.ACCEPTED
        assert shown.estimate.answered_by is None
        assert shown.paper.signature is None
        _, pdf = public_estimates.pdf(each, address=ADDRESS, now=LATER, folder=folder)
        for secret in ("Alice", "192.0.2.1"):
            assert secret not in _words(pdf)
    with pytest.raises(Conflict, match="already been accepted"):
        _accept(token, folder, seen=2)


Step = Callable[[str, Path], object]
STEPS: dict[str, Step] = {
    "open": lambda token, folder: _open(token),
    "pdf": lambda token, folder: public_estimates.pdf(
        token, address=ADDRESS, now=LATER, folder=folder
    ),
    "accept": lambda token, folder: _accept(token, folder),
    "decline": lambda token, folder: _decline(token),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    "why", ["guessed", "empty", "cut off", "its digest", "expired", "revoked", "switched off"]
)
def test_whatever_is_wrong_with_a_link_nothing_opens_and_the_same_is_said(
    on: Cast, sam: Staff, folder: Path, step: str, why: str
) -> None:
    token = _link(sam, days=0 if why == "expired" else 9)
    if why == "expired":
        with store.system_writing() as session:
            session.change("update core.document_links set expires_at = $now", now=LATER)
    elif why == "revoked":
        estimate_links.revoke(sam, estimate_links.of_estimate(sam, "E-1")[0].id, now=NOW)
    elif why == "switched off":
        preferences.change(on.owner, now=NOW, answer_estimates_by_link=False)
    else:
        given = {"guessed": "A" * 43, "empty": "", "cut off": token[:-1],
                 "its digest": value("select token_hash from core.document_links")}  # fmt: skip
        token = given[why]
    with pytest.raises(NotFound) as refused:
        STEPS[step](token, folder)
    assert str(refused.value) == estimate_links.OVER
    assert _stored()["status"] == "sent"
    assert not folder.exists() or not list(folder.iterdir())


def test_revoked_between_looking_and_signing(on: Cast, sam: Staff, folder: Path) -> None:
    token = _link(sam)
    offer = public_estimates.offer(token, seen=1, address=ADDRESS, now=LATER)
    (link,) = estimate_links.of_estimate(sam, "E-1")
    # a tab that has passed the look-up already when staff revoke
    opened = estimate_links.opened(token, address=ADDRESS, now=LATER, name=JO, email=MAIL)
    estimate_links.revoke(sam, link.id, now=LATER)
    for act in (
        lambda: public_estimates.accept(
            token, offer, JO, MAIL, address=ADDRESS, folder=folder, now=LATER
        ),
        lambda: acceptance.accept(
            opened.scope, offer, JO, address=ADDRESS, folder=folder, now=LATER
        ),
        lambda: estimate_answers.decline(opened.scope, "E-1", "", seen=1, now=LATER),
        lambda: estimate_links.note_use(opened.scope, "E-1", offer.estimate.id, now=LATER),
    ):
        with pytest.raises(NotFound, match="not valid"):
            act()
    assert _stored()["status"] == "sent"
    with pytest.raises(Conflict, match="revoked already"):
        estimate_links.revoke(sam, link.id, now=LATER)


def test_a_link_answers_no_other_estimate(on: Cast, sam: Staff, folder: Path) -> None:
    token, other, foreign = _link(sam), _link(sam, "E-2"), _link(sam, "E-9")
    offer = public_estimates.offer(token, seen=1, address=ADDRESS, now=LATER)
    for wrong in (other, foreign):
        with pytest.raises(NotFound):
            public_estimates.accept(
                wrong, offer, JO, MAIL, address=ADDRESS, folder=folder, now=LATER
            )
    opened = estimate_links.opened(other, address=ADDRESS, now=LATER, name=JO, email=MAIL)
    for number in ("E-1", "E-9", "E-0"):
        with pytest.raises(NotFound):
            estimate_answers.decline(opened.scope, number, "", seen=1, now=LATER)
    assert {_stored(number)["status"] for number in ("E-1", "E-2", "E-9")} == {"sent"}
    assert not folder.exists() or not list(folder.iterdir())


def test_what_a_link_makes_may_nothing_else(on: Cast, sam: Staff) -> None:
    opened = estimate_links.opened(_link(sam), address=ADDRESS, now=LATER)
    assert {each for each in Permission if opened.scope.may(each)} == {Permission.ESTIMATE_ANSWER}
    assert all(Role.LINK not in roles_that_may(each) for each in Permission)


def test_a_network_that_tries_links_waits_and_says_so(on: Cast, sam: Staff) -> None:
    token = _link(sam)
    for _ in range(30):
        with pytest.raises(NotFound):
            _open("x" * 43)
    for tried in ("x" * 43, token):
        with pytest.raises(throttle.TooManyAttempts):
            _open(tried)
    assert _open(token, address="198.51.100.4").estimate.number == "E-1"
    assert _open(token, now=LATER + timedelta(hours=1)).estimate.number == "E-1"
    # signing in from there is counted apart
    with store.system_writing() as session:
        throttle.refuse(session, [throttle.of_address(ADDRESS)], LATER)


def test_an_answer_is_given_once_whoever_is_at_it(on: Cast, sam: Staff, folder: Path) -> None:
    tokens = [_link(sam), _link(sam)]
    mine = acceptance.offer(on.alice, "E-1", seen=1, now=LATER)
    offers = [public_estimates.offer(each, seen=1, address=ADDRESS, now=LATER) for each in tokens]

    def answer(n: int) -> str:
        if n % 4 == 0:
            acceptance.accept(on.alice, mine, "Alice", address=None, folder=folder, now=LATER)
            return "accepted"
        if n % 4 == 1:
            _decline(tokens[n % 2])
            return "declined"
        public_estimates.accept(
            tokens[n % 2], offers[n % 2], JO, MAIL, address=ADDRESS, folder=folder, now=LATER
        )
        return "accepted"

    (won,), refused = at_once(answer)
    assert len(refused) == 15
    assert {str(each) for each in refused} == {f"This estimate has already been {won}."}
    assert _stored()["status"] == won
    assert _stored()["version"] == 2
    assert len(list(folder.iterdir())) == (2 if won == "accepted" else 0)
    assert [each for each in events() if each in ("estimate.accepted", "estimate.declined")] == [
        f"estimate.{won}"
    ]


def test_revoking_races_with_answering(on: Cast, sam: Staff, folder: Path) -> None:
    token = _link(sam)
    offer = public_estimates.offer(token, seen=1, address=ADDRESS, now=LATER)
    (link,) = estimate_links.of_estimate(sam, "E-1")

    def act(n: int) -> str:
        if n == 7:
            estimate_links.revoke(sam, link.id, now=LATER)
            return "revoked"
        public_estimates.accept(token, offer, JO, MAIL, address=ADDRESS, folder=folder, now=LATER)
        return "accepted"

    done, _ = at_once(act)
    assert "revoked" in done
    assert (_stored()["status"] == "accepted") == ("accepted" in done)
    assert len(done) <= 2


@pytest.mark.parametrize("changed", ["changed", "expired", "declined"])
def test_what_is_not_as_it_was_read_is_refused(
    on: Cast, sam: Staff, folder: Path, changed: str
) -> None:
    token = _link(sam)
    offer = public_estimates.offer(token, seen=1, address=ADDRESS, now=LATER)
    if changed == "declined":
        estimate_answers.decline(on.alice, "E-1", "", seen=1, now=LATER)
    else:
        with store.system_writing() as session:
            session.change(
                "update core.estimates set version = 2, expiry_date = $day where number = 'E-1'",
                day=TODAY - DAY if changed == "expired" else TODAY,
            )
    with pytest.raises(Conflict, match=changed):
        public_estimates.accept(token, offer, JO, MAIL, address=ADDRESS, folder=folder, now=LATER)
    with pytest.raises(Conflict, match=changed):
        _decline(token)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("field", "name", "email"),
    [
        ("name", "", MAIL), ("name", "\u202e", MAIL), ("name", "x" * 121, MAIL),
        ("name", "A\x00", MAIL), ("email", JO, ""), ("email", JO, "a@b"),
        ("email", JO, f"<{MAIL}>"), ("email", JO, f"{MAIL}\r\nBcc: x@y.example"),
    ],
)  # fmt: skip
def test_who_answers_has_a_name_and_an_email(
    on: Cast, sam: Staff, folder: Path, field: str, name: str, email: str
) -> None:
    token = _link(sam)
    with pytest.raises(InvalidFields) as refused:
        _accept(token, folder, name, email)
    assert list(refused.value.fields) == [field]
    assert _stored()["status"] == "sent"


def test_what_is_typed_by_link_stays_text(
    db: store.Store, on: Cast, sam: Staff, folder: Path
) -> None:
    _accept(_link(sam), folder, HOSTILE)
    _decline(_link(sam, "E-2"), HOSTILE, HOSTILE)
    plain = HOSTILE.replace(OVERRIDE, "")
    assert estimates.get(on.alice, "E-1", today=TODAY).answered_by == plain
    assert estimates.get(on.alice, "E-2", today=TODAY).answered_by == plain
    _, signed = document_pdfs.document_pdf(on.alice, ESTIMATE, "E-1", now=LATER)
    assert b"/URI" not in signed
    with db.system_writing() as session:
        for row in session.rows("select id from core.activity order by id"):
            notify(session, row["id"], LATER)
    for mail in mails("mail.activity"):
        assert OVERRIDE not in mail["body"] + mail["subject"] + (mail["quote"] or "")


def test_staff_make_links_of_open_estimates_within_bounds(on: Cast, sam: Staff) -> None:
    key = new_id()
    first, refused = at_once(lambda _: estimate_links.create(sam, "E-1", TODAY, key=key, now=NOW))
    assert len(first) == 1
    assert {type(each) for each in refused} == {Conflict}
    assert len(rows("select id from core.document_links")) == 1
    for until in (TODAY - DAY, TODAY + 367 * DAY):
        with pytest.raises(Invalid):
            estimate_links.create(sam, "E-1", until, key=new_id(), now=NOW)
    estimate_answers.decline(on.alice, "E-2", "", seen=1, now=NOW)
    with pytest.raises(Conflict, match="waits for an answer"):
        _link(sam, "E-2")
    with pytest.raises(NotFound):
        _link(sam, "E-0")
    for _ in range(estimate_links.MOST - 1):
        _link(sam)
    with pytest.raises(Conflict, match="Revoke one first"):
        _link(sam)
    with pytest.raises(NotFound):
        estimate_links.revoke(sam, new_id(), now=NOW)


def test_no_link_is_made_while_it_would_open_nothing(on: Cast, sam: Staff) -> None:
    preferences.change(on.owner, now=NOW, answer_estimates_by_link=False)
    with pytest.raises(NotFound):
        _link(sam)
    _send_again(sam)
    assert rows("select id from core.document_links") == []


def _send_again(staff: Staff) -> None:
    draft = estimate_revisions.draft(staff, "E-1")
    estimate_revisions.send_again(
        staff, "E-1", draft.lines, expiry_date=TODAY + 9 * DAY, reason="Anew", seen=draft.version,
        now=NOW,
    )  # fmt: skip


def test_the_mail_of_an_estimate_that_is_sent_again_brings_a_link_to_who_may_answer(
    db: store.Store, on: Cast, sam: Staff, folder: Path
) -> None:
    with store.system_writing() as session:
        session.change("update core.estimate_lines set unit_price = 100")
    _send_again(sam)
    with db.system_reading() as session:
        (row,) = [each for each in outbox.due(session, LATER) if "link" in each.payload]
    with db.system_writing() as session:
        HANDLERS["notify"](session, row, LATER)
    (mine,), (bobs,) = mails("mail.estimate"), mails("mail.activity")
    assert (mine["to"], bobs["to"]) == (on.alice.email, on.bob.email)
    assert bobs["link"].endswith("/estimate?number=E-1")
    token = token_of(mine["link"])
    assert token not in str(bobs)
    assert mine["quote"] == "Anew"
    assert "do not pass it on" in mine["body"]
    _accept(token, folder, seen=2)
    assert _stored()["status"] == "accepted"


def test_contacts_and_staff_who_look_hold_no_links(on: Cast) -> None:
    """The functions of staff refuse a contact; nothing of a link is in a customer's view."""
    with pytest.raises(TypeError):
        estimate_links.of_estimate(on.alice, "E-1")  # type: ignore[arg-type]
    with store.reading(on.alice) as session, pytest.raises(Exception, match="document_links"):
        session.rows("select id from document_links")


def test_undoing_and_revising_forget_who_answered(on: Cast, sam: Staff, folder: Path) -> None:
    token = _link(sam)
    _accept(token, folder)
    estimate_offers.undo_acceptance(sam, "E-1", seen=2, now=LATER)
    row = _stored()
    assert (row["answered_email"], row["answered_link_id"], row["status"]) == (None, None, "sent")
    _decline(token, seen=3)  # the link lasts as long as it was made for
    with store.system_writing() as session:
        session.change("update core.estimate_lines set unit_price = 100")
    _send_again(sam)
    row = _stored()
    assert (row["declined_name"], row["answered_link_id"]) == (None, None)
    assert _open(token).estimate.revision == 2


def test_the_scope_of_a_link_is_of_its_customer(on: Cast, sam: Staff) -> None:
    opened = estimate_links.opened(_link(sam, "E-9"), address=ADDRESS, now=LATER)
    assert isinstance(opened.scope, Scope)
    assert opened.scope.customer_id == on.charlie.customer_id
    assert opened.scope.person.startswith("link:")
