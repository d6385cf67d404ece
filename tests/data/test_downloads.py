"""Downloads: each is recorded once, by whom and from where, whatever a browser asks again."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.auth import identity
from portal_data.errors import Unavailable
from portal_data.ids import new_id
from portal_data.lists import page
from portal_data.messaging import activity_log, downloads, events
from portal_data.messaging.activity_log import Filter
from portal_data.messaging.chain import verify
from portal_data.messaging.downloads import MOST, WINDOW, Download
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import TODAY
from tests.people import at_once, rows


def took(scope: Scope, name: str = "Invoice.pdf", minutes: float = 0) -> None:
    downloads.note(
        scope, Download(events.DOCUMENT_DOWNLOADED, name), NOW + timedelta(minutes=minutes)
    )


def recorded() -> list[tuple[str, str | None]]:
    downloads.settled()
    found = rows(
        "select actor_name, subject_number from core.activity"
        " where event like 'document.%downloaded' order by happened_at, sequence"
    )
    return [(row["actor_name"], row["subject_number"]) for row in found]


def test_what_is_taken_is_recorded_with_the_address_it_went_to(cast: Cast) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.sign_ins set address = '192.0.2.7' where id = $id",
            id=cast.bob.sign_in_id,
        )
    invoice = new_id()
    taken = Download(events.DOCUMENT_DOWNLOADED, "INV-1", "invoice", invoice)
    downloads.note(cast.bob, taken, NOW)
    downloads.settled()
    shown = page(cast.alice, activity_log.LIST, filter=Filter.DOWNLOADS, today=TODAY)
    (entry,) = shown.rows
    assert (entry.actor_name, entry.subject_number, entry.subject_id, entry.address) == (
        "Bob Test", "INV-1", invoice, "192.0.2.7",
    )  # fmt: skip
    assert page(cast.charlie, activity_log.LIST, filter=Filter.DOWNLOADS, today=TODAY).total == 0
    with store.system_reading() as session:
        assert verify(session) == []


def test_the_same_again_soon_is_the_same_download(cast: Cast) -> None:
    for minutes in (0, 1, 29, 30, 31, 59):
        took(cast.alice, minutes=minutes)
    took(cast.bob)
    took(cast.alice, "Other.pdf")
    assert sorted(recorded()) == [
        ("Alice Test", "Invoice.pdf"),
        ("Alice Test", "Invoice.pdf"),
        ("Alice Test", "Other.pdf"),
        ("Bob Test", "Invoice.pdf"),
    ]


def test_at_once_it_is_one(cast: Cast) -> None:
    at_once(lambda _: took(cast.alice))
    assert recorded() == [("Alice Test", "Invoice.pdf")]


def test_a_burst_ends_in_one_entry_that_says_so(cast: Cast) -> None:
    for number in range(MOST + 40):
        took(cast.alice, f"{number}.pdf")
    took(cast.bob)
    found = recorded()
    assert len(found) == MOST + 2
    assert (found[-2], found[-1]) == (("Alice Test", None), ("Bob Test", "Invoice.pdf"))
    took(cast.alice, "later.pdf", WINDOW.total_seconds() / 60)
    assert ("Alice Test", "later.pdf") in recorded()


def test_staff_who_look_take_nothing(cast: Cast) -> None:
    took(identity.view_as_customer(cast.owner, cast.alice.customer_id))
    assert recorded() == []


def test_what_cannot_be_recorded_stops_no_other(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(scope: Scope) -> None:
        raise Unavailable("no")

    with monkeypatch.context() as patch:
        patch.setattr(store, "writing", broken)
        took(cast.alice)
        downloads.settled()
    took(cast.bob)
    assert recorded() == [("Bob Test", "Invoice.pdf")]
