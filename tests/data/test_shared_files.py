"""Shared documents: who shares and reads which, how many, and what withdrawing leaves."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from portal_data import store
from portal_data.customers import files
from portal_data.errors import Conflict, Invalid, NotFound, Unavailable
from portal_data.ids import new_id
from portal_data.messaging import activity
from portal_data.messaging.chain import verify
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.people import at_once, events, rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where files are kept."""
    return tmp_path / "files"


def share(
    who: Scope | Staff,
    folder: Path,
    name: str = "a.txt",
    *,
    customer: UUID | None = None,
    key: UUID | None = None,
    now: datetime = NOW,
) -> UUID:
    """Share a small text as one click does, and return its id."""
    given = {"key": key or new_id(), "folder": folder, "now": now}
    if isinstance(who, Scope):
        files.share(who, name, b"hello", **given)  # type: ignore[arg-type]
    else:
        assert customer is not None
        files.share_with(who, customer, name, b"hello", **given)  # type: ignore[arg-type]
    return given["key"]  # type: ignore[return-value]


def test_both_sides_share_and_each_hears_of_the_other(cast: Cast, folder: Path) -> None:
    alice = cast.alice
    mine = share(alice, folder, "<b>Ours</b>.txt")
    theirs = share(cast.owner, folder, "Yours.txt", customer=alice.customer_id)
    for who in (alice, cast.bob):
        shared = files.shared(who)
        assert {(each.id, each.name, each.uploaded_by_name) for each in shared} == {
            (mine, "b Ours b.txt", "Alice Test"), (theirs, "Yours.txt", "Olive"),
        }  # fmt: skip
        for each in shared:
            assert files.content(who, each.id, folder) == (each.name, b"hello")
    assert files.of_customer(cast.owner, alice.customer_id) == files.shared(alice)
    assert events() == ["file.added"] * 2
    assert len(rows("select id from core.outbox where kind = 'notify' order by id")) == 2
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}
    with store.system_reading() as session:
        assert verify(session) == []


def test_a_stranger_finds_none_of_it(cast: Cast, folder: Path) -> None:
    mine = share(cast.alice, folder)
    assert files.shared(cast.charlie) == []
    for unknown in (mine, new_id()):
        with pytest.raises(NotFound, match="There is no such document"):
            files.content(cast.charlie, unknown, folder)
    with pytest.raises(NotFound):
        share(cast.owner, folder, customer=new_id())
    assert len(list(folder.iterdir())) == 1


def test_sixteen_clicks_of_one_form_share_once(cast: Cast, folder: Path) -> None:
    key = new_id()
    done, refused = at_once(lambda _: share(cast.alice, folder, key=key))
    assert (len(done), refused) == (16, [])
    assert len(files.shared(cast.alice)) == len(list(folder.iterdir())) == 1
    assert events() == ["file.added"]


def test_so_many_at_a_time_and_a_day(
    cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = cast.alice.customer_id
    done, refused = at_once(
        lambda n: share(cast.owner, folder, f"{n}.txt", customer=customer), times=12
    )
    assert (len(done), [type(each) for each in refused]) == (files.STAFF_LIMIT, [Conflict] * 2)
    assert len(list(folder.iterdir())) == files.STAFF_LIMIT
    share(cast.owner, folder, customer=cast.charlie.customer_id)
    files.withdraw(cast.owner, done[0], NOW)
    share(cast.owner, folder, customer=customer)
    monkeypatch.setattr(files, "DAY_LIMIT", 1)
    share(cast.alice, folder)
    with pytest.raises(Conflict, match="within a day"):
        share(cast.alice, folder)
    later = NOW + timedelta(hours=24, minutes=1)
    monkeypatch.setattr(files, "CUSTOMER_LIMIT", 2)
    share(cast.alice, folder, now=later)
    with pytest.raises(Conflict, match="There are 2"):
        share(cast.alice, folder, now=later + timedelta(days=2))


def test_what_is_refused_leaves_nothing(cast: Cast, folder: Path) -> None:
    with pytest.raises(Invalid):
        files.share(cast.alice, "a.html", b"<b>", key=new_id(), folder=folder, now=NOW)
    assert not folder.exists()
    assert files.shared(cast.alice) == []


def test_what_is_withdrawn_stays_in_sight_and_opens_no_more(cast: Cast, folder: Path) -> None:
    file = share(cast.owner, folder, "Wrong.txt", customer=cast.alice.customer_id)
    done, refused = at_once(lambda _: files.withdraw(cast.owner, file, NOW))
    assert (len(done), {type(each) for each in refused}) == (1, {Conflict})
    (seen,) = files.shared(cast.alice)
    assert (seen.name, seen.removed_at) == ("Wrong.txt", NOW)
    with pytest.raises(NotFound):
        files.content(cast.alice, file, folder)
    assert files.content_for_staff(cast.owner, file, folder) == ("Wrong.txt", b"hello")
    told = [each.sentence for each in activity.recent(cast.alice, 5)]
    assert told == ["Olive withdrew document Wrong.txt", "Olive shared document Wrong.txt"]
    with pytest.raises(NotFound):
        files.withdraw(cast.owner, new_id(), NOW)


def test_a_changed_file_is_not_handed_out(cast: Cast, folder: Path) -> None:
    file = share(cast.alice, folder)
    next(folder.iterdir()).write_bytes(b"other")
    with pytest.raises(Unavailable):
        files.content(cast.alice, file, folder)
