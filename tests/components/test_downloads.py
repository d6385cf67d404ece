"""The menu of files: every list offers what its route answers, under the filter on screen."""

from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from components.lists.listing import Request, Screen
from components.ui import downloads
from portal_data import lists
from portal_data.output.document_views import AT_ONCE
from portal_data.output.exports import Format
from portal_data.web.lists import FILES

COMPONENTS = Path(downloads.__file__).parents[1]


def screens() -> dict[str, Screen[Any, Any, Any]]:
    """Return every list that components describe and offer as a file, by its address."""
    found: dict[str, Screen[Any, Any, Any]] = {}
    for path in COMPONENTS.rglob("*.py"):
        if "Screen(" in path.read_text(encoding="utf-8"):
            inside = path.relative_to(COMPONENTS.parent).with_suffix("")
            module = import_module(".".join(inside.parts))
            own = [each for each in vars(module).values() if isinstance(each, Screen)]
            found |= {each.path: each for each in own if each.exported}
    return found


SCREENS = screens()


def asked(screen: Screen[Any, Any, Any], **more: Any) -> Request:
    """Return what a bare address asks of a list, but for what is given."""
    bare = lists.parse(screen.list, {})
    return Request(screen, replace(bare, **more))


def test_every_list_can_be_taken_as_a_file() -> None:
    assert SCREENS.keys() == FILES.keys()


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_has_words_for_all_that_its_list_offers(path: str) -> None:
    screen, file = SCREENS[path], FILES[path]
    assert screen.list is file.list
    for shown, offered in (
        (screen.filters, screen.list.filters), (screen.orders, screen.list.orders),
    ):  # fmt: skip
        assert shown.keys() == offered.keys()
        assert next(iter(shown)) is next(iter(offered))
    assert screen.printed is (file.kind is not None)


def test_files_carry_what_the_screen_shows_but_its_page() -> None:
    screen = SCREENS["invoices"]
    by, sort = list(screen.filters)[2], list(screen.orders)[3]
    offered = downloads.files(asked(screen, filter=by, sort=sort, search="a b&c", page=4).file)
    query = f"?status={by}&sort={sort}&q=a+b%26c"
    assert [file.href for file in offered] == [
        f"exports/invoices.{extension}{query}" for extension in ("xlsx", "csv", "json", "parquet")
    ]  # fmt: skip
    assert {f"exports/invoices.{format}{query}" for format in Format} == {
        file.href for file in offered
    }


@pytest.mark.parametrize(
    ("documents", "note"),
    [(0, None), (1, None), (2, "All 2 in a zip"), (AT_ONCE, "All 500 in a zip"),
     (AT_ONCE + 1, "The first 500 in a zip")],
)  # fmt: skip
def test_many_documents_are_offered_as_a_zip(documents: int, note: str | None) -> None:
    offered = downloads.files(asked(SCREENS["invoices"]).file, documents)
    zipped = [file.note for file in offered if file.href == "exports/invoices.zip"]
    assert zipped == ([note] if note else [])


def test_a_statement_is_offered_for_its_days() -> None:
    offered = downloads.of_statement("GBP", date(2026, 1, 1), date(2026, 3, 31))
    assert offered[0].href == (
        "exports/statement.xlsx?currency=GBP&first=2026-01-01&last=2026-03-31"
    )
