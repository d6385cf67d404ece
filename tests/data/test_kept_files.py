"""Files that are kept: byte for byte, for the portal alone, none of a failed transaction."""

import stat
from pathlib import Path

import pytest

from portal_data import kept_files
from portal_data.errors import Unavailable


def test_what_is_kept_is_read_again_and_by_the_portal_alone(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    with kept_files.kept(folder, [b"one", b"two", b"one"]) as files:
        pass
    read = [kept_files.read(folder, each.storage_key, each.sha256) for each in files]
    assert read == [b"one", b"two", b"one"]
    assert len({each.storage_key for each in files}) == 3
    assert [each.size_bytes for each in files] == [3, 3, 3]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_nothing_stays_of_a_transaction_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), kept_files.kept(tmp_path, [b"one", b"two"]):
        assert len(list(tmp_path.iterdir())) == 2
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_changed_or_went_is_not_handed_out(tmp_path: Path) -> None:
    with kept_files.kept(tmp_path, [b"one", b"two"]) as (changed, gone):
        pass
    (tmp_path / changed.storage_key).write_bytes(b"oNe")
    (tmp_path / gone.storage_key).unlink()
    for each in (changed, gone):
        with pytest.raises(Unavailable):
            kept_files.read(tmp_path, each.storage_key, each.sha256)
