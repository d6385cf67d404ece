"""Limits of payments on screens: staff set a contact's, owners a member's."""

from uuid import UUID

import pytest

from portal_data import store
from portal_data.auth import staff as team
from portal_data.scope import Role
from tests.conftest import NOW, Cast
from tests.pages.conftest import Open
from tests.pages.test_dialogs import opened
from tests.pages.test_recorded_payments import press
from tests.people import rows


def of_contact() -> None:
    from components.account import payment_limit
    from components.session import require_staff
    from portal_data import store
    from portal_data.customers import details

    staff = require_staff()
    with store.system_reading() as session:
        found = session.one("select customer_id from core.contacts where email like 'alice%'")
    assert found
    customer = details.for_staff(staff, found["customer_id"])
    alice = next(each for each in customer.contacts if each.email.startswith("alice"))
    payment_limit.of_contact(alice, customer.currency_code)


def of_member() -> None:
    from components.session import require_staff
    from components.staff import team
    from portal_data.auth import staff as members

    staff = require_staff()
    team.limit(next(each for each in members.list_members(staff) if each.name == "Max"))


@pytest.fixture
def member(cast: Cast) -> UUID:
    with store.system_writing() as session:
        team.add(session, None, "max@fern.example", "Max", Role.STAFF, NOW)
        return team.find(session, "max@fern.example").id


def test_staff_set_a_contacts_limit(cast: Cast, screen: Open) -> None:
    key = f"customer.{cast.alice.contact_id}.limit"
    customer = str(cast.alice.customer_id)
    assert key in screen(cast.owner, "staff/customer", id=customer).controls()
    viewer = f"customer.{cast.bob.contact_id}.limit"
    assert viewer not in screen(cast.owner, "staff/customer", id=customer).controls()
    asked = opened(of_contact, cast.owner)
    asked.app.number_input[0].set_value(50.0)
    press(asked, "confirm.yes")
    assert "pays up to £50.00 alone" in screen(cast.owner, "staff/customer", id=customer).html


def test_owners_set_a_members_limit(cast: Cast, screen: Open, member: UUID) -> None:
    assert f"team.{member}.limit" in screen(cast.owner, "staff/team").controls()
    asked = opened(of_member, cast.owner)
    asked.app.number_input[0].set_value(20.0)
    press(asked, "confirm.yes")
    assert "up to £20.00 at once" in screen(cast.owner, "staff/team").html
    assert rows("select limit_currency as code from core.staff where limit_minor is not null") == [
        {"code": "GBP"}
    ]
