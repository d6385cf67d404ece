"""Own details: contacts change theirs, administrators the company's; a tax number waits."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from portal_data import store
from portal_data.business import preferences
from portal_data.customers import change_requests, details, own_details
from portal_data.customers.change_requests import Change
from portal_data.customers.details import Address, Contact
from portal_data.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging.chain import verify
from portal_data.ops import notifier
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.factories import insert
from tests.people import at_once, events, mails, rows, value

LATER = NOW + timedelta(hours=1)
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) $x$ مرحبا 山田"


def own(who: Scope) -> Contact:
    return next(each for each in details.my_details(who).contacts if each.id == who.contact_id)


def change_person(who: Scope, changes: Mapping[str, str], before: Contact | None = None) -> Contact:
    own_details.change_person(who, changes, before=before or own(who), now=NOW)
    return own(who)


def change_company(who: Scope, changes: Mapping[str, str]) -> details.MyDetails:
    own_details.change_company(who, changes, before=details.my_details(who), now=NOW)
    return details.my_details(who)


def address_of(who: Scope, kind: own_details.AddressKind, **changes: str) -> Address | None:
    before = details.my_details(who).address(kind)
    own_details.change_address(who, kind, changes, before=before, now=NOW)
    return details.my_details(who).address(kind)


def waiting(who: Scope) -> Change:
    (found,) = change_requests.waiting(who)
    return found


def tell_staff() -> None:
    with store.system_writing() as session:
        for row in session.rows("select id from core.activity order by happened_at, id"):
            notifier.notify(session, row["id"], NOW)


def test_everybody_changes_their_own_person_and_nobody_else(cast: Cast) -> None:
    changed = change_person(
        cast.bob, {"first_name": " Bob  ", "last_name": "O'Test", "phone": "+44 1632 960001"}
    )
    assert (changed.first_name, changed.last_name, changed.phone) == (
        "Bob",
        "O'Test",
        "+44 1632 960001",
    )
    assert changed.email == cast.bob.email
    assert own(cast.alice).last_name == "Test"
    assert events() == ["details.person_changed"]
    kept = rows("select field, old_value, new_value, status from core.pending_changes order by 1")
    assert kept == [
        {"field": "last_name", "old_value": "Test", "new_value": "O'Test", "status": "accepted"},
        {"field": "phone", "old_value": None, "new_value": "+44 1632 960001", "status": "accepted"},
    ]
    with store.system_reading() as session:
        assert verify(session) == []


def test_staff_hear_with_the_old_and_the_new_value(cast: Cast, owner: Staff) -> None:
    change_company(cast.alice, {"phone": "01632 1", "website": "alder.example"})
    tell_staff()
    (mail,) = mails("mail.activity")
    assert mail["to"] == owner.email
    assert mail["quote"] == "Phone: empty → 01632 1\nWebsite: empty → https://alder.example"
    assert mail["link"].endswith(f"/customer?id={cast.alice.customer_id}")
    change_company(cast.alice, {"phone": "01632 2"})
    shown = change_requests.of_customer(owner, cast.alice.customer_id)
    assert [(each.label, each.old_value, each.new_value) for each in shown[:1]] == [
        ("Phone", "01632 1", "01632 2")
    ]
    assert change_requests.of_customer(owner, cast.charlie.customer_id) == []


def test_no_mail_without_the_preference_and_no_word_when_nothing_changed(
    cast: Cast, owner: Staff
) -> None:
    preferences.change(owner, now=NOW, notify_staff_of_activity=False)
    change_person(cast.alice, {"first_name": "Alice"})
    assert "details.person_changed" not in events()
    change_person(cast.alice, {"mobile": "01632 3"})
    tell_staff()
    assert mails("mail.activity") == []


def test_the_company_keeps_its_number_and_gets_another_name(cast: Cast) -> None:
    changed = change_company(cast.alice, {"company_name": "Alder & Sons"})
    assert (changed.company_name, changed.display_name) == ("Alder & Sons", "Alder Ltd")
    assert details.my_details(cast.charlie).company_name == "Birch GmbH"


def test_an_address_is_made_changed_and_emptied(cast: Cast) -> None:
    made = address_of(cast.alice, "billing", street1="9 Elm Road", city="Leeds")
    assert made is not None
    assert made.lines == ["9 Elm Road", "Leeds"]
    first = value("select id from core.addresses where kind = 'billing' order by id")
    moved = address_of(cast.alice, "billing", city="York", country="United Kingdom")
    assert moved is not None
    assert moved.lines == ["9 Elm Road", "York", "United Kingdom"]
    emptied = address_of(cast.alice, "billing", street1="", city="", country="")
    assert emptied is not None
    assert emptied.lines == []
    assert value("select id from core.addresses where kind = 'billing' order by id") == first
    assert details.my_details(cast.alice).address("shipping") is None
    assert details.my_details(cast.charlie).addresses == []
    assert events() == ["details.address_changed"] * 3


def test_no_update_is_lost(cast: Cast) -> None:
    seen = own(cast.alice)
    change_person(cast.alice, {"phone": "01632 1"})
    with pytest.raises(Conflict, match="Phone"):
        change_person(cast.alice, {"phone": "01632 2"}, before=seen)
    assert change_person(cast.alice, {"mobile": "01632 3"}, before=seen).phone == "01632 1"
    company = details.my_details(cast.alice)
    change_company(cast.alice, {"website": "https://a.example"})
    with pytest.raises(Conflict, match="Website"):
        own_details.change_company(
            cast.alice, {"website": "https://b.example"}, before=company, now=NOW
        )


def test_of_sixteen_first_addresses_one_stands(cast: Cast) -> None:
    done, refused = at_once(
        lambda number: own_details.change_address(
            cast.alice, "shipping", {"city": f"Town {number}"}, before=None, now=NOW
        )
    )
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    assert len(rows("select id from core.addresses order by id")) == 1
    assert events() == ["details.address_changed"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": "", "last_name": " "}, "last_name"),
        ({"phone": "call me"}, "phone"),
        ({"first_name": "x" * 81}, "first_name"),
        ({"last_name": "a\x00b"}, "last_name"),
        ({"designation": "x" * 1_000_000}, "designation"),
    ],
)
def test_what_cannot_be_a_person_is_refused_at_its_field(
    cast: Cast, changes: dict[str, str], field: str
) -> None:
    before = own(cast.alice)
    with pytest.raises(InvalidFields) as refused:
        change_person(cast.alice, changes)
    assert list(refused.value.fields) == [field]
    assert own(cast.alice) == before


@pytest.mark.parametrize("website", ["javascript:alert(1)", "data:text/html,x", "no address"])
def test_a_website_is_a_web_address(cast: Cast, website: str) -> None:
    with pytest.raises(InvalidFields):
        change_company(cast.alice, {"website": website})


def test_fields_that_are_not_theirs_are_refused(cast: Cast) -> None:
    for field in ("email", "role", "payment_limit_minor", "portal_status"):
        with pytest.raises(Invalid):
            change_person(cast.alice, {field: "admin"})
    with pytest.raises(Invalid):
        change_company(cast.alice, {"currency_code": "USD"})
    with pytest.raises(Invalid):
        own_details.change_address(cast.alice, "other", {}, before=None, now=NOW)  # type: ignore[arg-type]


def test_names_of_all_scripts_are_kept_without_turning_marks(cast: Cast) -> None:
    changed = change_person(cast.alice, {"first_name": "\u202eليلى\u2069", "last_name": "山田"})
    assert (changed.first_name, changed.last_name) == ("ليلى", "山田")
    assert change_company(cast.alice, {"company_name": HOSTILE}).company_name == HOSTILE


def test_roles_and_the_preference_decide(cast: Cast, owner: Staff) -> None:
    with pytest.raises(NotAllowed):
        change_company(cast.bob, {"phone": "01632 1"})
    with pytest.raises(NotAllowed):
        own_details.change_address(cast.bob, "billing", {"city": "X"}, before=None, now=NOW)
    preferences.change(owner, now=NOW, customers_edit_details=False)
    with pytest.raises(NotAllowed, match="Write to us"):
        change_person(cast.alice, {"phone": "01632 1"})
    with pytest.raises(NotAllowed):
        change_company(cast.alice, {"phone": "01632 1"})
    with pytest.raises(NotAllowed):
        own_details.change_address(cast.alice, "billing", {"city": "X"}, before=None, now=NOW)
    assert events() == ["preferences.changed"]


def test_a_tax_number_waits_and_is_confirmed_once(cast: Cast, owner: Staff) -> None:
    changed = change_company(cast.alice, {"tax_id": "GB 123", "phone": "01632 1"})
    assert (changed.tax_id, changed.phone) == (None, "01632 1")
    asked = waiting(cast.alice)
    assert (asked.new_value, asked.asked_by) == ("GB 123", "Alice Test")
    assert change_requests.waiting(cast.charlie) == []
    done, refused = at_once(
        lambda number: change_requests.confirm(owner, asked.id, seen=1, current=None, now=LATER)
    )
    assert len(done) == 1
    assert {type(each) for each in refused} == {Conflict}
    assert details.my_details(cast.alice).tax_id == "GB 123"
    assert change_requests.waiting(cast.alice) == []
    (mail,) = mails("mail.tax_number_answered")
    assert mail["to"] == cast.alice.email
    assert "GB 123" in mail["body"]
    assert events().count("details.tax_number_confirmed") == 1


def test_a_refusal_says_why(cast: Cast, owner: Staff) -> None:
    change_company(cast.alice, {"tax_id": "GB 1"})
    asked = waiting(cast.alice)
    with pytest.raises(InvalidFields):
        change_requests.refuse(owner, asked.id, "x" * 501, seen=1, now=LATER)
    change_requests.refuse(owner, asked.id, HOSTILE, seen=1, now=LATER)
    assert details.my_details(cast.alice).tax_id is None
    (mail,) = mails("mail.tax_number_answered")
    assert mail["quote"] == HOSTILE
    with pytest.raises(Conflict):
        change_requests.confirm(owner, asked.id, seen=2, current=None, now=LATER)
    with pytest.raises(NotFound):
        change_requests.refuse(owner, new_id(), "", seen=1, now=LATER)


def test_a_later_wish_replaces_an_earlier_one_and_is_taken_back(cast: Cast, owner: Staff) -> None:
    change_company(cast.alice, {"tax_id": "GB 1"})
    first = waiting(cast.alice)
    change_company(cast.alice, {"tax_id": "GB 1"})
    assert waiting(cast.alice) == first
    change_company(cast.alice, {"tax_id": "GB 2"})
    second = waiting(cast.alice)
    assert second.new_value == "GB 2"
    with pytest.raises(Conflict):
        change_requests.confirm(owner, first.id, seen=1, current=None, now=LATER)
    with pytest.raises(NotAllowed):
        change_requests.withdraw(cast.bob, second.id, seen=1, now=LATER)
    with pytest.raises(NotFound):
        change_requests.withdraw(cast.charlie, second.id, seen=1, now=LATER)
    change_requests.withdraw(cast.alice, second.id, seen=1, now=LATER)
    with pytest.raises(Conflict):
        change_requests.confirm(owner, second.id, seen=1, current=None, now=LATER)


def test_staff_confirm_what_they_saw(cast: Cast, owner: Staff) -> None:
    change_company(cast.alice, {"tax_id": "GB 2"})
    set_tax_id(cast.alice.customer_id, "GB 9")
    asked = waiting(cast.alice)
    with pytest.raises(Conflict, match="meanwhile"):
        change_requests.confirm(owner, asked.id, seen=1, current=None, now=LATER)
    change_requests.confirm(owner, asked.id, seen=1, current="GB 9", now=LATER)
    assert details.my_details(cast.alice).tax_id == "GB 2"


def test_a_change_needs_the_contact_and_not_its_access(cast: Cast, owner: Staff) -> None:
    change_company(cast.alice, {"tax_id": "GB 2"})
    with store.system_writing() as session:
        session.change(
            "update core.contacts set portal_status = 'disabled' where id = $id",
            id=cast.alice.contact_id,
        )
    (asked,) = change_requests.of_customer(owner, cast.alice.customer_id)
    change_requests.confirm(owner, asked.id, seen=1, current=None, now=LATER)
    assert mails("mail.tax_number_answered") == []


def set_tax_id(customer_id: UUID, tax_id: str) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.customers set tax_id = $tax_id where id = $id",
            id=customer_id,
            tax_id=tax_id,
        )


def test_a_stranger_with_an_address_of_the_same_kind_is_untouched(cast: Cast) -> None:
    insert("addresses", kind="billing", city="Bonn", updated_at=NOW,
           customer_id=cast.charlie.customer_id)  # fmt: skip
    address_of(cast.alice, "billing", city="Leeds")
    theirs = details.my_details(cast.charlie).address("billing")
    assert theirs is not None
    assert theirs.city == "Bonn"
