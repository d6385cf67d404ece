"""Whatever is typed into a field stays text: too much is refused, nothing of it turns or acts."""

import gc
import json
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest

from portal_data import settings, store
from portal_data.errors import Invalid, InvalidFields, PortalError
from portal_data.ids import new_id
from portal_data.messaging.mail.compose import compose
from portal_data.messaging.mail.errors import DeliveryFailed
from portal_data.ops import notifier
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from tests.conftest import NOW, Cast
from tests.factories import show_projects
from tests.hostile_text import ACTING, ENTRIES, SHORT, TURNING, Books, Typed
from tests.people import rows

_TEXT_COLUMNS = """
    select table_name, column_name from information_schema.columns
    where table_schema = 'core' and data_type in ('VARCHAR', 'text')
    order by table_name, ordinal_position
"""
_TEXTS = (
    "a\0b\x1b[31mc",
    f"{ACTING}\nSubject: forged\r\nBcc: x@x.example {TURNING}",
    f"{SHORT}{TURNING[0]}",
)
each_entry = pytest.mark.parametrize("typed", ENTRIES.values(), ids=ENTRIES)


@pytest.fixture
def books(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    """Books into which Alice and Olive type."""
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()
    show_projects()
    return Books(cast.alice, cast.owner, tmp_path / "files", NOW + timedelta(hours=1))


def _texts() -> list[tuple[str, str]]:
    """Return every text that is stored, by its column."""
    columns: dict[str, list[str]] = {}
    for each in rows(_TEXT_COLUMNS):
        columns.setdefault(each["table_name"], []).append(f'"{each["column_name"]}"')
    return [
        (f"{table}.{column}", text)
        for table, names in columns.items()
        for row in rows(f'select {", ".join(names)} from core."{table}" order by 1')
        for column, text in row.items()
        if text is not None
    ]


def _refused(typed: Typed, books: Books, text: str) -> PortalError | None:
    try:
        typed(books, text)
    except PortalError as refusal:
        return refusal
    return None


@each_entry
def test_it_stays_text_or_is_refused(
    typed: Typed, books: Books, request: pytest.FixtureRequest
) -> None:
    refusal = _refused(typed, books, "long " * 200_000)
    if "file" not in request.node.callspec.id:  # whose name is cut, as the browser's own would be
        assert isinstance(refusal, Invalid)
        assert len(str(refusal)) < 500
    refusals = [_refused(typed, books, text) for text in _TEXTS]
    taken = refusals.index(None) if None in refusals else len(refusals)
    assert {type(each) for each in refusals[:taken]} <= {Invalid, InvalidFields}
    for place, held in _texts():  # of which it turns nothing that stands beside it
        assert len(held) < 20_000, place
        assert TURNING[0] not in held, place
        assert "\x1b" not in held, place
    _is_mailed_as_text(books)


class _Page(HTMLParser):
    """Collects what of a mail's HTML acts or leads somewhere."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.acting: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note elements and attributes that no letter of ours has."""
        if tag not in {"html", "head", "body", "div", "p", "a", "blockquote", "meta", "title"}:
            self.acting.append(tag)
        for name, given in attrs:
            if name.startswith("on") or (name == "href" and not (given or "").startswith("http")):
                self.acting.append(f"{tag} {name}={given}")


def _is_mailed_as_text(books: Books) -> None:
    """Each line that was typed is marked, but in a letter that is the typing person's own."""
    with store.system_writing() as session:
        for row in session.rows("select id from core.activity order by happened_at, id"):
            notifier.notify(session, row["id"], books.now)
    sent = rows("select kind, payload from core.outbox where kind like 'mail.%' order by id")
    for row in sent:
        try:
            message = compose(
                json.loads(row["payload"]), sender="office@fern.example", business="Fern & Bloom",
                row_id=new_id(), moment=books.now,
            )  # fmt: skip
        except DeliveryFailed:
            pytest.fail(f"{row['kind']} cannot be written: {row['payload']}")
        mail = message_from_bytes(message.as_bytes(), policy=default)
        _is_inert(mail)
        if row["kind"] != "mail.message":  # which is the person's own letter, in their name
            _is_marked(mail)


def _is_inert(mail: EmailMessage) -> None:
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject") or []) == 1
    page = mail.get_body(("html",))
    assert page is not None
    assert _Page(page.get_content()).acting == []


def _is_marked(mail: EmailMessage) -> None:
    plain = mail.get_body(("plain",))
    assert plain is not None
    lines = plain.get_content().splitlines()
    typed = [line for line in lines if line.startswith(("Subject: forged", "Bcc: x"))]
    assert typed == []


def test_every_field_is_tried(cast: Cast, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: set[int] = set()
    clean = form_fields._clean

    def watched(field: Field, text: str) -> str | None:
        if text.startswith(SHORT):
            tried.add(id(field))
        return clean(field, text)

    monkeypatch.setattr(form_fields, "_clean", watched)
    for typed in ENTRIES.values():
        _refused(typed, books, SHORT)
    fields = {id(each): each.label for each in gc.get_objects() if isinstance(each, Field)}
    assert [label for key, label in fields.items() if key not in tried] == []
