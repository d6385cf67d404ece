"""Every event has its words and says who hears of it; nothing else can be recorded."""

import pytest

from portal_data.business.preferences import Preferences
from portal_data.demo import compose
from portal_data.messaging import activity
from portal_data.messaging import event as events
from portal_data.messaging.event import Audience
from portal_data.messaging.events import EVENTS
from portal_data.text import language
from tests.catalogues import Translate
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("invoice.viewed", "{actor} viewed again"),
        ("Invoice.Viewed", "{actor} x"),
        ("viewed", "{actor} x"),
        ("a.b", "did it"),
    ],
    ids=["taken", "odd", "no noun", "nobody"],
)
def test_what_is_no_event_does_not_come_into_being(key: str, words: str) -> None:
    before = dict(EVENTS)
    with pytest.raises(ValueError, match=r"no key|no words"):
        events.event(key, words, Audience.NOBODY)
    with pytest.raises(ValueError, match="mails for nobody"):
        events.event(
            "made.up", "{actor} made it up", Audience.NOBODY, mailed="notify_staff_of_activity"
        )
    assert before == EVENTS


def test_every_event_says_who_hears_of_it_under_a_preference_there_is() -> None:
    for event in EVENTS.values():
        assert isinstance(event.heard_by, Audience), event.key
        if event.mailed:
            assert isinstance(getattr(Preferences(), event.mailed), bool), event.key


def test_what_says_who_may_do_what_is_of_access() -> None:
    of_access = {key for key, event in EVENTS.items() if event.of_access}
    assert {"contact.invited", "customer.portal_disabled", "staff.role_changed"} <= of_access
    assert "customer.viewed" not in of_access
    assert "invoice.viewed" not in of_access


def test_the_demo_records_nothing_that_the_portal_cannot() -> None:
    recorded = {row["event"] for row in compose(NOW, "no hash").tables["activity"]}
    assert recorded <= set(EVENTS)


def test_a_sentence_is_in_the_readers_language_and_fills_in_names_as_they_are(
    translated: Translate,
) -> None:
    translated("de", "{actor} viewed invoice {subject}", "Rechnung {subject} hat {actor} angesehen")
    translated("de", "The portal", "Das Portal")
    with language.reading("de"):
        told = activity.sentence("Ada {subject} {0}", "invoice.viewed", "INV-{actor}")
        assert told == "Rechnung INV-{actor} hat Ada {subject} {0} angesehen"
        assert activity.sentence("The portal", "invoice.viewed", "INV-1").endswith(
            "hat Das Portal angesehen"
        )
        assert activity.phrase("invoice.viewed") == "viewed invoice"  # as files have it
    assert activity.sentence("Ada", "invoice.viewed", "INV-1") == "Ada viewed invoice INV-1"


def test_every_sentence_reads_with_and_without_a_subject() -> None:
    for key in EVENTS:
        without = activity.sentence("Ada", key, None)
        assert without.startswith("Ada "), key
        assert activity.sentence("Ada", key, "X-1") == f"{without} X-1", key
