"""The screen on which somebody chooses how to be told."""

import pytest

from portal_data.business import preferences
from portal_data.messaging import delivery
from portal_data.messaging.delivery import Channel, Delivery, Digest
from portal_data.messaging.topics import Topic
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.pages.conftest import Open
from tests.pages.test_organisation import press

pytestmark = pytest.mark.only_engine("duckdb")


@pytest.mark.parametrize("side", ["contact", "staff"])
def test_both_sides_choose(screen: Open, cast: Cast, side: str) -> None:
    who: Scope | Staff = cast.alice if side == "contact" else cast.owner
    page = "notification_settings" if side == "contact" else "staff/notification_settings"
    shown = screen(who, page)
    bell, mail = shown.app.button_group
    assert set(bell.value) == {Topic(each) for each in bell.value}
    mail.set_value([each for each in mail.value if each != Topic.COMMENTS])
    shown.app.radio[0].set_value(Digest.DAILY)
    first, last, zone = shown.app.selectbox
    first.set_value(22 * 60)
    last.set_value(7 * 60)
    zone.set_value("Asia/Tokyo")
    press(shown, "Save")
    assert delivery.get(who) == Delivery(
        Digest.DAILY, 1320, 420, "Asia/Tokyo", frozenset({(Topic.COMMENTS, Channel.MAIL)}), 1
    )
    shown = screen(who, page)
    assert shown.app.radio[0].value == Digest.DAILY
    assert Topic.COMMENTS not in shown.app.button_group[1].value


def test_what_was_chosen_elsewhere_is_not_lost(screen: Open, alice: Scope) -> None:
    shown = screen(alice, "notification_settings")
    delivery.change(alice, Delivery(Digest.WEEKLY), now=NOW)
    shown.app.radio[0].set_value(Digest.NONE)
    shown = press(shown, "Save")
    assert "elsewhere" in shown.text
    assert delivery.get(alice).digest is Digest.WEEKLY


def test_what_the_business_switched_off_cannot_be_chosen(
    screen: Open, cast: Cast, alice: Scope
) -> None:
    delivery.change(alice, Delivery(muted=frozenset({(Topic.COMMENTS, Channel.MAIL)})), now=NOW)
    preferences.change(cast.owner, now=NOW, notify_contacts_of_comments=False)
    shown = screen(alice, "notification_settings")
    assert "No mails are sent of: Comments" in shown.html
    assert Topic.COMMENTS not in shown.app.button_group[1].options
    press(shown, "Save")
    assert (Topic.COMMENTS, Channel.MAIL) in delivery.get(alice).muted, "it stays as it was"
