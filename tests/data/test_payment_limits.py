"""Limits of payments: of a customer's people, set by staff, and of staff, set by owners."""

import pytest

from portal_data import store
from portal_data.auth import access
from portal_data.auth import staff as team
from portal_data.errors import Conflict, Invalid, NotAllowed
from portal_data.scope import Role, Staff
from tests.conftest import NOW, Cast
from tests.people import at_once, events, rows


@pytest.fixture
def member(cast: Cast) -> team.Member:
    """Ordinary staff."""
    with store.system_writing() as session:
        team.add(session, None, "max@fern.example", "Max", Role.STAFF, NOW)
        return team.find(session, "max@fern.example")


def test_staff_set_what_a_contact_pays_alone(cast: Cast) -> None:
    contact = cast.alice.contact_id
    access.set_limit(cast.owner, contact, 5_000, before=None, now=NOW)
    found = rows(
        "select payment_limit_minor as minor, payment_limit_currency as code from core.contacts"
        " where id = $id",
        id=contact,
    )
    assert found == [{"minor": 5_000, "code": "GBP"}]
    assert "contact.limit_changed" in events()
    with pytest.raises(Conflict):
        access.set_limit(cast.owner, contact, 1, before=None, now=NOW)
    for wrong in (0, -1, access.MOST_LIMIT + 1):
        with pytest.raises(Invalid):
            access.set_limit(cast.owner, contact, wrong, before=5_000, now=NOW)
    access.set_limit(cast.owner, contact, None, before=5_000, now=NOW)
    assert store.current().check_integrity() == []


def test_owners_set_what_staff_move_alone(cast: Cast, member: team.Member) -> None:
    team.set_limit(cast.owner, member.id, 5_000, before=None, now=NOW)
    with store.system_reading() as session:
        told = team.find(session, "max@fern.example")
    assert (told.limit_minor, told.limit_currency) == (5_000, "GBP")
    assert "staff.limit_changed" in events()
    with pytest.raises(Conflict, match="meanwhile"):
        team.set_limit(cast.owner, member.id, 7, before=None, now=NOW)
    with pytest.raises(Invalid):
        team.set_limit(cast.owner, member.id, 0, before=5_000, now=NOW)
    clerk = Staff(member.id, cast.owner.sign_in_id, Role.STAFF, "Max", "max@fern.example")
    with pytest.raises(NotAllowed):
        team.set_limit(clerk, member.id, None, before=5_000, now=NOW)
    with pytest.raises(Conflict, match="own access"):
        team.set_limit(cast.owner, cast.owner.staff_id, 5, before=None, now=NOW)
    team.change_role(cast.owner, member.id, Role.OWNER, before=Role.STAFF, now=NOW)
    with pytest.raises(Conflict, match="no limit"):
        team.set_limit(cast.owner, member.id, 5, before=5_000, now=NOW)


def test_of_sixteen_who_set_a_limit_at_once_one_does(cast: Cast, member: team.Member) -> None:
    done, refused = at_once(
        lambda n: team.set_limit(cast.owner, member.id, 100 + n, before=None, now=NOW)
    )
    assert (len(done), len(refused)) == (1, 15)
    done, refused = at_once(
        lambda n: access.set_limit(cast.owner, cast.alice.contact_id, 100 + n, before=None, now=NOW)
    )
    assert (len(done), len(refused)) == (1, 15)
