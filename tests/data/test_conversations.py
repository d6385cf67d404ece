"""Conversations: who writes what to whom, who is told, what is new, and what nobody may see."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from portal_data import lists, store
from portal_data.business import preferences
from portal_data.customers import conversations, files, inbox
from portal_data.customers.inbox import Filter, Sort
from portal_data.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound
from portal_data.ids import BUSINESS, new_id
from portal_data.messaging import activity, comments
from portal_data.ops import notifier
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import (
    insert,
    make_approval,
    make_estimate,
    make_invoice,
    make_project,
    show_projects,
)
from tests.people import at_once, mails, make_contact, rows, value
from tests.uploads import PDF, picture

MINUTE = timedelta(minutes=1)


def test_comments_of_one_document_for_its_customer(
    alice: Scope, bob: Scope, charlie: Scope, owner: Staff
) -> None:
    invoice, other = make_invoice(alice, number="A-1"), make_invoice(alice, number="A-2")
    for place, (body, visible) in enumerate((("Second", True), ("Internal", False))):
        insert(
            "comments", customer_id=alice.customer_id, subject_kind="invoice", subject_id=invoice,
            author_kind="staff", author_id=new_id(), author_name="Olive Test", body=body,
            visible=visible, created_at=NOW + place * MINUTE,
        )  # fmt: skip
    for reader in (alice, bob):
        told = comments.of_subject(reader, invoice)
        assert [(each.author, each.body) for each in told] == [("Olive Test", "Second")]
    seen_by_staff = comments.for_staff(owner, alice.customer_id, invoice)
    assert [(each.body, each.internal) for each in seen_by_staff] == [
        ("Second", False), ("Internal", True),
    ]  # fmt: skip
    assert comments.of_subject(alice, other) == ()
    assert comments.of_subject(charlie, invoice) == ()
    assert comments.for_staff(owner, charlie.customer_id, invoice) == ()


def _write(
    who: Scope | Staff,
    subject_id: UUID,
    body: str,
    kind: str = "invoice",
    *,
    internal: bool = False,
    now: datetime = NOW,
) -> None:
    """Write one comment, as one click does."""
    if isinstance(who, Scope):
        conversations.write(who, kind, subject_id, body, key=new_id(), now=now)
    else:
        conversations.reply(
            who, kind, subject_id, body, internal=internal, key=new_id(), now=now
        )  # fmt: skip


def _tell() -> list[tuple[str, str]]:
    """Let the worker tell who is to be told; return who gets a mail, and what it quotes."""
    waiting = rows(
        "select payload from core.outbox where kind = 'notify' and status = 'queued' order by id"
    )
    with store.system_writing() as session:
        for row in waiting:
            notifier.notify(session, UUID(json.loads(row["payload"])["activity_id"]), NOW)
    return [(each["to"], each["quote"]) for each in mails("mail.activity")]


def _inbox(staff: Staff, by: Filter) -> list[str]:
    page = lists.page(
        staff, inbox.LIST, filter=by, sort=Sort.LONGEST, reader=staff.staff_id, everybody=BUSINESS
    )
    assert page.total == page.counts[by] == len(page.rows)
    return [f"{row.customer}: {row.name}: {row.body}" for row in page.rows]


def test_a_customers_comment_is_kept_heard_by_staff_and_mailed_to_them(
    cast: Cast, sam: Staff
) -> None:
    invoice = make_invoice(cast.alice, number="A-1")
    _write(cast.bob, invoice, "  Why <b>so</b> much?\n\n[x](javascript:alert(1)) ")
    (told,) = comments.of_subject(cast.alice, invoice)
    text = "Why <b>so</b> much?\n\n[x](javascript:alert(1))"
    assert (told.author, told.body, told.author_kind) == ("Bob Test", text, "contact")
    (happened,) = activity.of_document(cast.alice, invoice)
    assert happened.sentence == "Bob Test commented on A-1"
    assert _tell() == [("olive@fern.example", text), ("sam@fern.example", text)]
    mail = mails("mail.activity")[0]
    assert mail["subject"] == "Bob Test commented on A-1 (Alder Ltd)"
    assert mail["link"] == "https://portal.example/invoice?number=A-1"
    bells = rows("select recipient_kind from core.notifications order by id")
    assert [row["recipient_kind"] for row in bells] == ["staff", "staff"]


def test_a_visible_answer_is_mailed_to_those_who_use_the_portal(cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="A-1")
    make_contact(cast.alice, "dora@alder.example")  # has no access
    _write(cast.owner, invoice, "Because.")
    assert _tell() == [("alice@alder.example", "Because."), ("bob@alder.example", "Because.")]
    mail = mails("mail.activity")[0]
    assert mail["subject"] == "Olive commented on A-1"
    bells = rows("select recipient_kind from core.notifications order by id")
    assert [row["recipient_kind"] for row in bells] == ["contact", "contact"]


def test_nobody_is_mailed_while_the_preference_is_off(cast: Cast) -> None:
    invoice = make_invoice(cast.alice)
    with store.system_writing() as session:
        for key in ("notify_staff_of_activity", "notify_contacts_of_comments"):
            session.change(
                "insert into core.preferences (key, value, updated_at)"
                " values ($key, 'false', $now)", key=key, now=NOW,
            )  # fmt: skip
    _write(cast.alice, invoice, "Hello?")
    _write(cast.owner, invoice, "Yes?")
    assert _tell() == []
    assert len(rows("select id from core.notifications order by id")) == 3


def test_nothing_is_mailed_to_a_customer_whose_portal_is_closed(cast: Cast) -> None:
    with store.system_writing() as session:
        session.change("update core.customers set version = version + 1, portal_enabled = false")
    _write(cast.owner, make_invoice(cast.alice), "Anybody?")
    assert _tell() == []


def test_an_internal_note_never_leaves_the_staff(cast: Cast) -> None:
    invoice = make_invoice(cast.alice, number="A-1")
    _write(cast.owner, invoice, "SECRET", internal=True)
    assert comments.of_subject(cast.alice, invoice) == ()
    assert activity.of_document(cast.alice, invoice) == []
    assert activity.recent(cast.alice, 10) == []
    assert conversations.news(cast.alice, NOW.date(), 9) == []
    assert _tell() == []
    assert "SECRET" not in repr(rows("select payload from core.outbox order by id"))
    assert _inbox(cast.owner, Filter.ALL) == []
    (note,) = comments.for_staff(cast.owner, cast.alice.customer_id, invoice)
    assert (note.body, note.internal) == ("SECRET", True)


def test_a_second_click_writes_nothing_more(cast: Cast) -> None:
    invoice, key = make_invoice(cast.alice), new_id()
    for body in ("Once", "Once", "  Twice "):
        conversations.write(cast.alice, "invoice", invoice, body, key=key, now=NOW)
    assert [each.body for each in comments.of_subject(cast.bob, invoice)] == ["Once"]
    assert len(activity.of_document(cast.alice, invoice)) == 1


@pytest.mark.parametrize(
    "body",
    ["", " \n ", "x" * 4_001, "x" * 1_000_000, "null\0", "\N{RIGHT-TO-LEFT OVERRIDE}"],
    ids=["empty", "blank", "long", "1 MB", "control character", "nothing but direction"],
)
def test_what_is_no_comment_is_refused(cast: Cast, body: str) -> None:
    invoice = make_invoice(cast.alice)
    for who in (cast.alice, cast.owner):
        with pytest.raises(InvalidFields):
            _write(who, invoice, body)
    assert value("select count(*) from core.comments") == 0


def test_nothing_in_a_comment_turns_what_stands_beside_it(cast: Cast) -> None:
    invoice = make_invoice(cast.alice)
    forged = "Pay to \N{RIGHT-TO-LEFT OVERRIDE}4321\N{POP DIRECTIONAL FORMATTING} now"
    _write(cast.alice, invoice, forged)
    _write(cast.alice, invoice, "سيتم التحويل", now=NOW + MINUTE)
    _write(cast.alice, invoice, "e" + "\u0301" * 3_000, now=NOW + 2 * MINUTE)
    told = [each.body for each in comments.of_subject(cast.alice, invoice)]
    assert told[:2] == ["Pay to 4321 now", "سيتم التحويل"]
    assert "\u034f" in told[2]  # marks without end are broken


def test_one_person_writes_so_much_a_day(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "DAY_LIMIT", 5)
    invoice = make_invoice(cast.alice)
    done, refused = at_once(lambda n: _write(cast.alice, invoice, f"Hello {n}"), times=8)
    assert (len(done), [type(each) for each in refused]) == (5, [Conflict] * 3)
    _write(cast.bob, invoice, "I wrote none yet")
    for n in range(5):
        _write(cast.owner, invoice, f"{n}")
    with pytest.raises(Conflict):
        _write(cast.owner, invoice, "One more")
    _write(cast.alice, invoice, "Hello", now=NOW + timedelta(hours=24, minutes=1))


def test_a_foreign_unknown_or_hidden_subject_is_not_there(cast: Cast) -> None:
    foreign, draft = make_invoice(cast.charlie), make_estimate(cast.alice, status="draft")
    project = make_project(cast.alice)
    for kind, subject in (("invoice", foreign), ("invoice", new_id()), ("estimate", foreign),
                          ("estimate", draft), ("project", project)):  # fmt: skip
        with pytest.raises(NotFound):
            _write(cast.alice, subject, "Hello", kind)
    for kind, subject in (("estimate", draft), ("invoice", new_id())):
        with pytest.raises(NotFound):
            _write(cast.owner, subject, "Hello", kind)
    assert value("select count(*) from core.comments") == 0


def test_projects_and_timesheets_are_talked_about_while_they_are_shown(cast: Cast) -> None:
    show_projects()
    project, sheet = make_project(cast.alice), make_approval(cast.alice, {})
    _write(cast.alice, project, "When?", "project")
    _write(cast.alice, sheet, "What?", "approval")
    assert [mail["link"] for mail in (_tell(), mails("mail.activity"))[1]] == [
        f"https://portal.example/project?id={project}",
        f"https://portal.example/timesheet?id={sheet}",
    ]
    assert _inbox(cast.owner, Filter.ALL) == ["Alder Ltd: Courtyard: When?",
                                              "Alder Ltd: November: What?"]  # fmt: skip


def test_the_inbox_holds_what_waits_for_an_answer(cast: Cast, sam: Staff) -> None:
    first, second = make_invoice(cast.alice, number="A-1"), make_invoice(cast.charlie, number="B-1")
    _write(cast.alice, first, "One")
    _write(cast.charlie, second, "Two", now=NOW + MINUTE)
    both = ["Alder Ltd: A-1: One", "Birch GmbH: B-1: Two"]
    assert _inbox(sam, Filter.UNANSWERED) == _inbox(sam, Filter.UNREAD) == both
    conversations.mark_read_by_staff(sam, cast.alice.customer_id, first, NOW)
    assert _inbox(sam, Filter.UNREAD) == both[1:]
    assert _inbox(cast.owner, Filter.UNREAD) == _inbox(sam, Filter.UNANSWERED) == both
    _write(sam, first, "Note", internal=True, now=NOW + 2 * MINUTE)  # answers nothing
    assert _inbox(sam, Filter.UNANSWERED) == both
    _write(sam, first, "Answered", now=NOW + 3 * MINUTE)
    assert _inbox(sam, Filter.UNANSWERED) == both[1:]
    conversations.settle(sam, "invoice", second, NOW, seen=NOW + MINUTE)
    assert _inbox(sam, Filter.UNANSWERED) == []
    assert len(_inbox(sam, Filter.ALL)) == 2
    with pytest.raises(Conflict):
        conversations.settle(sam, "invoice", first, NOW, seen=NOW)
    with pytest.raises(NotFound):
        conversations.settle(sam, "invoice", make_invoice(cast.alice), NOW, seen=NOW)
    _write(cast.charlie, second, "Three", now=NOW + 4 * MINUTE)
    assert _inbox(sam, Filter.UNANSWERED) == ["Birch GmbH: B-1: Three"]
    found = lists.page(
        sam, inbox.LIST, search="three", reader=sam.staff_id, everybody=BUSINESS
    ).rows  # fmt: skip
    assert [row.name for row in found] == ["B-1"]


def test_what_staff_wrote_is_new_until_the_contact_has_read_it(cast: Cast) -> None:
    invoice, today = make_invoice(cast.alice, number="A-1"), NOW.date()
    _write(cast.alice, invoice, "Mine is no news")
    assert conversations.news(cast.alice, today, 9) == []
    _write(cast.owner, invoice, "Hello", now=NOW + MINUTE)
    (new,) = conversations.news(cast.alice, today, 9)
    assert (new.name, new.subject_kind, new.latest) == ("A-1", "invoice", NOW + MINUTE)
    conversations.mark_read(cast.alice, invoice, NOW + MINUTE)
    conversations.mark_read(cast.alice, invoice, NOW)  # another tab, later: nothing is unread again
    assert conversations.read_until(cast.alice, invoice) == NOW + MINUTE
    assert conversations.news(cast.alice, today, 9) == []
    assert len(conversations.news(cast.bob, today, 9)) == 1
    assert conversations.news(cast.charlie, today, 9) == []
    _write(cast.owner, invoice, "More", now=NOW + 2 * MINUTE)
    assert len(conversations.news(cast.alice, today, 9)) == 1
    assert conversations.news(cast.alice, today + timedelta(days=99), 9) == []
    with pytest.raises(NotFound):
        conversations.mark_read(cast.charlie, invoice, NOW)


def _attach(
    who: Scope | Staff,
    subject_id: UUID,
    folder: Path,
    *uploaded: conversations.Uploaded,
    kind: str = "invoice",
    internal: bool = False,
    key: UUID | None = None,
) -> None:
    """Write one comment with files."""
    given = {"key": key or new_id(), "now": NOW, "uploaded": uploaded, "folder": folder}
    if isinstance(who, Scope):
        conversations.write(who, kind, subject_id, "See this", **given)  # type: ignore[arg-type]
    else:
        conversations.reply(
            who, kind, subject_id, "See this", internal=internal, **given,
        )  # type: ignore[arg-type]  # fmt: skip


def test_files_belong_to_a_comment_on_both_sides(cast: Cast, tmp_path: Path) -> None:
    invoice, folder = make_invoice(cast.alice, number="A-1"), tmp_path / "files"
    _attach(cast.alice, invoice, folder, ("Panel.png", picture("PNG")), ("Order <b>.pdf", PDF))
    _attach(cast.owner, invoice, folder, ("Answer.txt", b"yes"))
    mine, answer = comments.of_subject(cast.bob, invoice)
    assert [each.name for each in mine.files] == ["Order b.pdf", "Panel.png"]
    assert files.content(cast.bob, mine.files[0].id, folder) == ("Order b.pdf", PDF)
    assert [each.name for each in answer.files] == ["Answer.txt"]
    by_staff = comments.for_staff(cast.owner, cast.alice.customer_id, invoice)
    assert [each.files for each in by_staff] == [mine.files, answer.files]
    for each in (*mine.files, *answer.files):
        with pytest.raises(NotFound):
            files.content(cast.charlie, each.id, folder)
        assert files.content_for_staff(cast.owner, each.id, folder)[0] == each.name
    assert files.shared(cast.alice) == []
    quoted = "See this\n\nAttached: Panel.png, Order b.pdf"
    assert (cast.owner.email, quoted) in _tell()


def test_what_hangs_on_a_note_never_leaves_the_staff(cast: Cast, tmp_path: Path) -> None:
    invoice, folder = make_invoice(cast.alice), tmp_path / "files"
    _attach(cast.owner, invoice, folder, ("SECRET.txt", b"cost"), internal=True)
    (note,) = comments.for_staff(cast.owner, cast.alice.customer_id, invoice)
    assert files.content_for_staff(cast.owner, note.files[0].id, folder) == ("SECRET.txt", b"cost")
    assert comments.of_subject(cast.alice, invoice) == ()
    with pytest.raises(NotFound):
        files.content(cast.alice, note.files[0].id, folder)
    assert files.shared(cast.alice) == []
    assert _tell() == []


def test_files_of_a_project_are_seen_while_projects_are(cast: Cast, tmp_path: Path) -> None:
    show_projects()
    project, folder = make_project(cast.alice), tmp_path / "files"
    _attach(cast.alice, project, folder, ("a.txt", b"a"), kind="project")
    (comment,) = comments.of_subject(cast.alice, project)
    assert files.content(cast.alice, comment.files[0].id, folder) == ("a.txt", b"a")
    preferences.change(cast.owner, now=NOW, projects_and_timesheets=False)
    with pytest.raises(NotFound):
        files.content(cast.alice, comment.files[0].id, folder)


def test_what_cannot_be_attached_keeps_the_comment_back(cast: Cast, tmp_path: Path) -> None:
    invoice, folder = make_invoice(cast.alice), tmp_path / "files"
    four = [(f"{n}.txt", b"x") for n in range(4)]
    for uploaded in (four, [("a.txt", b"ok"), ("b.html", b"<b>")], [("a.pdf", b"MZ")]):
        with pytest.raises(Invalid):
            _attach(cast.alice, invoice, folder, *uploaded)
    with pytest.raises(NotAllowed):
        _attach(cast.bob, invoice, folder, ("a.txt", b"x"))  # a viewer
    foreign = make_invoice(cast.charlie)
    with pytest.raises(NotFound):
        _attach(cast.alice, foreign, folder, ("a.txt", b"x"))
    assert value("select count(*) from core.comments") == 0
    assert list(tmp_path.glob("files/*")) == []


def test_a_second_click_attaches_nothing_more(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice, folder, key = make_invoice(cast.alice), tmp_path / "files", new_id()
    done, refused = at_once(
        lambda _: _attach(cast.alice, invoice, folder, ("a.txt", b"x"), key=key), times=8
    )
    assert (len(done), refused) == (8, [])
    (comment,) = comments.of_subject(cast.alice, invoice)
    assert len(comment.files) == len(list(folder.iterdir())) == 1
    monkeypatch.setattr(files, "DAY_LIMIT", 1)
    with pytest.raises(Conflict, match="within a day"):
        _attach(cast.alice, invoice, folder, ("b.txt", b"x"))
    assert len(comments.of_subject(cast.alice, invoice)) == 1
