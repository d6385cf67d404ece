"""All data as one file: what is in it and what never is, and what happens when things go wrong."""

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from portal_data import store
from portal_data.auth import access, identity
from portal_data.billing import statements
from portal_data.business import preferences
from portal_data.customers import conversations, data_archives, files
from portal_data.customers.data_archives import CONTACT_DAY_LIMIT, CUSTOMER_DAY_LIMIT, KEPT
from portal_data.errors import Conflict, NotAllowed, NotFound, PortalError, Unavailable
from portal_data.ids import new_id
from portal_data.messaging import outbox
from portal_data.ops import archivist, worker
from portal_data.ops.archivist import ORPHANED_AFTER, Archivist
from portal_data.output import data_archive
from portal_data.scope import Role, Scope, Staff
from portal_data.text import language
from tests.conftest import NOW, Cast
from tests.factories import (
    insert,
    make_approval,
    make_credit_note,
    make_entry,
    make_estimate,
    make_invoice,
    make_payment,
    make_person,
    make_project,
    make_retainer,
    show_projects,
)
from tests.people import at_once, events, mails, rows
from tests.uploads import PDF

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where archives lie."""
    return tmp_path / "archives"


@pytest.fixture
def maker(folder: Path, tmp_path: Path) -> Archivist:
    """The archivist, whose clock stands."""
    return Archivist(folder, tmp_path / "files", lambda: LATER)


def _books(scope: Scope, word: str, tmp_path: Path, owner: Staff) -> None:
    """Store one of everything, with a word that stands in all of it."""
    invoice = make_invoice(scope, number=f"{word}-I", subject=word, reference=word)
    make_payment(scope, {invoice: 100}, number=f"{word}-P", reference=word)
    make_credit_note(scope, number=f"{word}-C", subject=word)
    make_retainer(scope, number=f"{word}-R", description=word)
    make_estimate(scope, number=f"{word}-E", subject=word)
    make_invoice(scope, number=f"{word}-DRAFT", status="draft")
    project = make_project(scope, name=f"{word} pond")
    entry = make_entry(scope, project, make_person(scope, project, name=word), 60, notes=word)
    make_approval(scope, {entry: None}, name=f"{word} week", project_id=project)
    say = {"key": new_id(), "now": NOW}
    conversations.write(
        scope, "invoice", invoice, f"{word} asks", uploaded=[(f"{word}.pdf", PDF)],
        folder=tmp_path / "files", **say,
    )  # fmt: skip
    say["key"] = new_id()
    conversations.reply(owner, "invoice", invoice, f"{word}SECRET", internal=True, **say)
    say["key"] = new_id()
    conversations.reply(owner, "invoice", invoice, f"{word} answered", internal=False, **say)
    files.share(
        scope, f"{word}.txt", word.encode(), key=new_id(), folder=tmp_path / "files", now=NOW
    )
    insert(
        "reviews", contact_id=scope.contact_id, customer_id=scope.customer_id, rating=4,
        body=f"{word} review", period="2026-H2", may_publish=False, created_at=NOW, updated_at=NOW,
        version=1,
    )  # fmt: skip


@pytest.fixture
def both(cast: Cast, tmp_path: Path) -> None:
    """Books of both customers, in a portal that shows all of them."""
    show_projects()
    _books(cast.alice, "ALDERWORD", tmp_path, cast.owner)
    _books(cast.charlie, "BIRCHWORD", tmp_path, cast.owner)


def _asked(scope: Scope, now: datetime = NOW) -> data_archives.Archive:
    data_archives.ask(scope, now)
    found = data_archives.latest(scope)
    assert found is not None
    return found


def _made(scope: Scope, maker: Archivist, folder: Path) -> zipfile.ZipFile:
    """Ask for a file, let it be made, and open it as whoever asked."""
    archive = _asked(scope)
    assert maker.work(NOW) == 1
    name, path = data_archives.opened(scope, archive.id, folder, LATER)
    assert name.endswith(".zip")
    found = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    assert found.testzip() is None
    return found


def _texts(found: zipfile.ZipFile) -> str:
    """Return every word in a zip: names, texts, and what its PDFs say."""
    words = []
    for name in found.namelist():
        content = found.read(name)
        words.append(name)
        if content.startswith(b"%PDF") and content != PDF:
            words += [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        elif content != PDF:
            words.append(content.decode("utf-8-sig"))
    return "\n".join(words)


def _csv(found: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(found.read(name).decode("utf-8-sig"))))


@pytest.mark.usefixtures("both")
def test_everything_of_the_customer_is_in_it_and_nothing_of_another(
    cast: Cast, maker: Archivist, folder: Path
) -> None:
    found = _made(cast.alice, maker, folder)
    names = set(found.namelist())
    assert {
        "About this file.txt",
        "Personal details.json",
        "Documents/Estimates/Estimate ALDERWORD-E Alder Ltd.pdf",
        "Documents/Invoices/Invoice ALDERWORD-I Alder Ltd.pdf",
        "Documents/Retainer invoices/Retainer invoice ALDERWORD-R Alder Ltd.pdf",
        "Documents/Credit notes/Credit note ALDERWORD-C Alder Ltd.pdf",
        "Documents/Payments/Receipt ALDERWORD-P Alder Ltd.pdf",
        "Lists/Estimates.csv", "Lists/Invoices.csv", "Lists/Retainer invoices.csv",
        "Lists/Credit notes.csv", "Lists/Payments.csv", "Lists/Projects.csv",
        "Lists/Timesheets.csv", "Lists/Time log ALDERWORD pond.csv",
        "Lists/Timesheet ALDERWORD week.csv", "Lists/Comments.csv", "Lists/Your activity.csv",
        "Lists/Activity of your company.csv", "Statements/Statement GBP.csv",
        "Statements/Statement GBP.pdf",
        "Shared documents/ALDERWORD.txt", "Files of comments/ALDERWORD.pdf",
    } <= names  # fmt: skip
    assert "Not included.txt" not in names
    words = _texts(found)
    for never in ("BIRCHWORD", "Birch", "charlie@", "SECRET", "DRAFT", "token", "$2b$"):
        assert never not in words, never
    assert found.read("Shared documents/ALDERWORD.txt") == b"ALDERWORD"
    assert found.read("Files of comments/ALDERWORD.pdf") == PDF
    assert [row["Invoice"] for row in _csv(found, "Lists/Invoices.csv")] == ["ALDERWORD-I"]
    said = _csv(found, "Lists/Comments.csv")
    assert [row["Comment"] for row in said] == ["ALDERWORD asks", "ALDERWORD answered"]
    assert {row["Number or name"] for row in said} == {"ALDERWORD-I"}
    pdf = found.read("Documents/Invoices/Invoice ALDERWORD-I Alder Ltd.pdf")
    assert "ALDERWORD-I" in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    own: dict[str, Any] = json.loads(found.read("Personal details.json"))
    assert own["person"]["email"] == cast.alice.email
    assert own["reviews"][0]["body"] == "ALDERWORD review"
    assert len(own["sign_ins"]) == 1
    assert own["company"]["display_name"] == "Alder Ltd"
    assert not {"token_hash", "id", "login_id"} & set(own["sign_ins"][0])


@pytest.mark.usefixtures("both")
def test_a_viewer_gets_what_a_viewer_sees(cast: Cast, maker: Archivist, folder: Path) -> None:
    found = _made(cast.bob, maker, folder)
    assert "Lists/Activity of your company.csv" not in found.namelist()
    assert {row["Person"] for row in _csv(found, "Lists/Your activity.csv")} <= {"Bob Test"}
    own = json.loads(found.read("Personal details.json"))
    assert own["person"]["email"] == cast.bob.email
    assert own["reviews"] == []
    preferences.change(cast.owner, now=NOW, projects_and_timesheets=False)
    found = _made(cast.bob, maker, folder)
    assert not [name for name in found.namelist() if "pond" in name or "Project" in name]


def test_it_is_in_the_readers_language_and_holds_no_formula(
    cast: Cast, maker: Archivist, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = make_invoice(cast.alice, number="I-1")
    conversations.write(cast.alice, "invoice", invoice, "=1+1", key=new_id(), now=NOW)
    read: list[str] = []
    written = data_archive.write

    def watched(*given: Any, **more: Any) -> int:
        read.append(language.current())
        return written(*given, **more)

    monkeypatch.setattr(data_archive, "write", watched)
    with store.system_writing() as session:
        session.change(
            "update core.contacts set version = version + 1, language = 'de' where id = $id",
            id=cast.alice.contact_id,
        )
    archive = _asked(cast.alice)
    assert maker.work(NOW) == 1
    assert read == ["de"]
    _, path = data_archives.opened(cast.alice, archive.id, folder, LATER)
    with zipfile.ZipFile(path) as found:
        content = b"".join(found.read(name) for name in found.namelist() if name.endswith(".csv"))
    assert b"'=1+1" in content


def test_what_has_no_room_or_cannot_be_made_is_named(
    cast: Cast, maker: Archivist, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(4):
        make_invoice(cast.alice, number=f"I-{place}")
    for word in ("one", "two"):
        files.share(
            cast.alice, f"{word}.txt", word.encode(), key=new_id(), folder=tmp_path / "files",
            now=NOW,
        )  # fmt: skip
    (damaged,) = rows("select storage_key from core.files where name = 'one.txt' order by id")
    (tmp_path / "files" / damaged["storage_key"]).write_bytes(b"other")
    monkeypatch.setattr(data_archive, "MOST_DOCUMENTS", 3)
    monkeypatch.setattr(data_archive, "MOST_LINES", 2)
    found = _made(cast.alice, maker, folder)
    assert len([name for name in found.namelist() if name.startswith("Documents")]) == 3
    assert len(_csv(found, "Lists/Invoices.csv")) == 4
    missing = found.read("Not included.txt").decode()
    for words in ("1 older documents", "Statement GBP.csv as PDF", "one.txt"):
        assert words in missing, words
    archive = data_archives.latest(cast.alice)
    assert archive is not None
    assert archive.left_out == 3


def test_it_is_asked_for_made_and_told_by_mail(cast: Cast, maker: Archivist, folder: Path) -> None:
    assert data_archives.latest(cast.alice) is None
    archive = _asked(cast.alice)
    assert (archive.status, archive.under_way) == ("asked", True)
    with store.system_reading() as session:
        assert outbox.due(session, NOW) == [] or {row.kind for row in outbox.due(session, NOW)} == {
            "notify"
        }  # the worker of mails leaves it alone
    with pytest.raises(NotFound):
        data_archives.opened(cast.alice, archive.id, folder, NOW)
    maker.work(NOW)
    archive = data_archives.latest(cast.alice)  # type: ignore[assignment]
    assert (archive.status, archive.expires_at) == ("ready", LATER + KEPT)
    (mail,) = mails("mail.data_ready")
    assert mail["to"] == cast.alice.email
    assert mail["link"] == "https://portal.example/account"
    for _ in range(2):
        _, path = data_archives.opened(cast.alice, archive.id, folder, LATER)
    assert path.stat().st_mode & 0o777 == 0o600
    assert events() == ["archive.asked"]
    assert maker.work(LATER) == 0


@pytest.mark.parametrize("who", ["bob", "charlie", "looking"])
def test_nobody_else_has_it(who: str, cast: Cast, maker: Archivist, folder: Path) -> None:
    archive = _asked(cast.alice)
    maker.work(NOW)
    other = (
        identity.view_as_customer(cast.owner, cast.alice.customer_id)
        if who == "looking"
        else getattr(cast, who)
    )
    with pytest.raises((NotFound, NotAllowed)):
        data_archives.opened(other, archive.id, folder, LATER)
    assert data_archives.latest(other) is None
    if who == "looking":
        with pytest.raises(NotAllowed):
            data_archives.ask(other, NOW)


def test_it_is_not_for_another_role_than_it_was_made_for(
    cast: Cast, maker: Archivist, folder: Path
) -> None:
    access.set_role(cast.owner, cast.bob.contact_id, Role.ADMIN, NOW)
    admin = identity.scope_of(cast.bob.sign_in_id, NOW)
    assert isinstance(admin, Scope)
    archive = _asked(admin)
    maker.work(NOW)
    access.set_role(cast.owner, cast.bob.contact_id, Role.VIEWER, NOW)
    viewer = identity.scope_of(cast.bob.sign_in_id, NOW)
    assert isinstance(viewer, Scope)
    with pytest.raises(Conflict, match="role has changed"):
        data_archives.opened(viewer, archive.id, folder, LATER)


@pytest.mark.parametrize("how", ["disabled", "role"])
def test_whoever_lost_access_meanwhile_gets_none(
    how: str, cast: Cast, maker: Archivist, folder: Path
) -> None:
    _asked(cast.bob)
    if how == "disabled":
        access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    else:
        access.set_role(cast.owner, cast.bob.contact_id, Role.ADMIN, NOW)
    assert maker.work(NOW) == 0
    (row,) = rows("select status from core.data_archives order by id")
    assert row["status"] == "failed"
    assert not folder.exists() or list(folder.iterdir()) == []
    assert mails("mail.data_ready") == []


def test_one_at_a_time_and_so_many_a_day(
    cast: Cast, maker: Archivist, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, refused = at_once(lambda _: data_archives.ask(cast.alice, NOW))
    assert len(done) == 1
    assert {str(error) for error in refused} == {"Your file is being made already."}
    for number in range(1, CONTACT_DAY_LIMIT):
        maker.work(NOW + timedelta(minutes=number))
        data_archives.ask(cast.alice, NOW + timedelta(minutes=number))
    maker.work(LATER)
    with pytest.raises(Conflict, match="Go on tomorrow"):
        data_archives.ask(cast.alice, LATER)
    monkeypatch.setattr(data_archives, "CUSTOMER_DAY_LIMIT", CONTACT_DAY_LIMIT)
    with pytest.raises(Conflict, match="Your company"):
        data_archives.ask(cast.bob, LATER)
    data_archives.ask(cast.charlie, LATER)
    data_archives.ask(cast.alice, NOW + timedelta(days=1, minutes=9))
    assert CUSTOMER_DAY_LIMIT > CONTACT_DAY_LIMIT


def test_a_newer_file_ends_the_older(cast: Cast, maker: Archivist, folder: Path) -> None:
    older = _asked(cast.alice)
    maker.work(NOW)
    newer = _asked(cast.alice, LATER)
    maker.work(LATER)
    with pytest.raises(NotFound):
        data_archives.opened(cast.alice, older.id, folder, LATER)
    data_archives.opened(cast.alice, newer.id, folder, LATER)


def _age(folder: Path) -> None:
    """Let what lies in a folder be old."""
    import os
    import time

    then = time.time() - ORPHANED_AFTER.total_seconds() - 60
    for path in folder.iterdir():
        os.utime(path, (then, then))


def test_it_is_deleted_in_time(cast: Cast, maker: Archivist, folder: Path) -> None:
    archive = _asked(cast.alice)
    maker.work(NOW)
    _age(folder)
    over = LATER + KEPT
    maker.clean(over - timedelta(seconds=1))
    assert len(list(folder.iterdir())) == 1
    with pytest.raises(NotFound):
        data_archives.opened(cast.alice, archive.id, folder, over)
    maker.clean(over)
    assert list(folder.iterdir()) == []
    assert data_archives.latest(cast.alice).status == "expired"  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["shorter", "gone"])
def test_half_a_file_is_never_handed_out(
    how: str, cast: Cast, maker: Archivist, folder: Path
) -> None:
    archive = _asked(cast.alice)
    maker.work(NOW)
    (path,) = folder.iterdir()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Unavailable):
        data_archives.opened(cast.alice, archive.id, folder, LATER)


class _Crash(BaseException):
    """The process dies: nothing after it runs."""


def test_what_died_half_way_is_made_anew(
    cast: Cast, maker: Archivist, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the process was killed between two parts: its half file stays, and is nobody's."""
    archive = _asked(cast.alice)
    with monkeypatch.context() as patch:
        patch.setattr(
            Path, "unlink", lambda *given, **more: None
        )  # a killed process removes nothing

        def die(*given: object) -> None:
            raise _Crash

        patch.setattr(data_archive, "_statements", die)
        with pytest.raises(_Crash):
            maker.work(NOW)
    assert [path.suffix for path in folder.iterdir()] == [".part"]
    assert data_archives.latest(cast.alice).status == "making"  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        data_archives.opened(cast.alice, archive.id, folder, LATER)
    assert maker.work(NOW) == 0  # somebody may still be at it
    after = NOW + outbox.ABANDONED_AFTER + timedelta(seconds=1)
    assert maker.work(after) == 1
    _, path = data_archives.opened(cast.alice, archive.id, folder, LATER)
    assert zipfile.ZipFile(path).testzip() is None
    _age(folder)
    maker.clean(after)
    assert list(folder.iterdir()) == [path]


def test_a_file_of_an_attempt_that_was_overtaken_is_nobodys(
    cast: Cast, maker: Archivist, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes make one file: only the later one's counts, whoever ends first."""
    archive = _asked(cast.alice)
    other = Archivist(folder, folder.parent / "files", lambda: LATER)
    overtaken = data_archive.write

    def slow(*given: Any, **more: Any) -> int:
        left_out = overtaken(*given, **more)
        monkeypatch.setattr(data_archive, "write", overtaken)
        later = NOW + outbox.ABANDONED_AFTER + timedelta(seconds=1)
        assert other.work(later) == 1
        return left_out

    monkeypatch.setattr(data_archive, "write", slow)
    assert maker.work(NOW) == 0
    (path,) = folder.iterdir()
    assert path.name.endswith("-2.zip")
    data_archives.opened(cast.alice, archive.id, folder, LATER)
    assert len(mails("mail.data_ready")) == 1


def test_what_fails_is_tried_again_and_given_up_in_the_end(
    cast: Cast, maker: Archivist, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked(cast.alice)

    def broken(*given: object, **more: object) -> int:
        raise OSError("No space left on device")

    monkeypatch.setattr(data_archive, "write", broken)
    now = NOW
    for wait in outbox.LADDER:
        assert maker.work(now) == 0
        assert data_archives.latest(cast.alice).under_way  # type: ignore[union-attr]
        now += wait
    assert maker.work(now) == 0
    assert data_archives.latest(cast.alice).status == "failed"  # type: ignore[union-attr]
    assert list(folder.iterdir()) == []
    monkeypatch.undo()
    data_archives.ask(cast.alice, now)
    assert maker.work(now) == 1


def test_it_stops_between_parts_and_goes_on_after_a_start(
    cast: Cast, maker: Archivist, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked(cast.alice)
    statement = statements.currencies

    def stopping(*given: Any) -> Any:
        maker._stopping.set()
        return statement(*given)

    monkeypatch.setattr(statements, "currencies", stopping)
    assert maker.work(NOW) == 0
    monkeypatch.undo()
    assert list(folder.iterdir()) == []
    again = Archivist(folder, folder.parent / "files", lambda: LATER)
    assert again.work(NOW + outbox.LADDER[0]) == 1


def test_whoever_loses_access_while_it_is_made_gets_none(
    cast: Cast, maker: Archivist, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked(cast.bob)
    monkeypatch.setattr(archivist, "KEEP_EVERY", 0.0)
    statement = statements.currencies

    def meanwhile(*given: Any) -> Any:
        access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
        monkeypatch.setattr(statements, "currencies", statement)
        return statement(*given)

    monkeypatch.setattr(statements, "currencies", meanwhile)
    assert maker.work(NOW) == 0
    assert list(folder.iterdir()) == []
    (row,) = rows("select status from core.data_archives order by id")
    assert row["status"] == "failed"


def test_the_thread_makes_what_is_asked_for_while_it_runs(
    cast: Cast, folder: Path, tmp_path: Path
) -> None:
    """Woken by the commit that asked; mails go on beside it."""
    running = Archivist(folder, tmp_path / "files", lambda: NOW)
    running.start()
    try:
        data_archives.ask(cast.alice, NOW)
        for _ in range(600):
            if not data_archives.latest(cast.alice).under_way:  # type: ignore[union-attr]
                break
            outbox.WAITING.wait(0.05)
        assert data_archives.latest(cast.alice).status == "ready"  # type: ignore[union-attr]
    finally:
        running.stop()
    assert not running.alive
    assert outbox.ARCHIVE not in worker.HANDLERS


def test_errors_of_asking_are_words(cast: Cast) -> None:
    _asked(cast.alice)
    with pytest.raises(PortalError, match="being made"):
        data_archives.ask(cast.alice, NOW)
