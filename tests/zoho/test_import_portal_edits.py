"""An import neither undoes what contacts changed in the portal nor is undone by it, unseen."""

from typing import Any
from uuid import UUID

import pytest

from portal_data import store
from portal_data.customers import own_details
from portal_data.customers.details import MyDetails, my_details
from portal_data.ids import new_id
from portal_data.scope import Role, Scope
from tests.conftest import NOW
from tests.zoho.backup import KITE, WREN, Backup
from tests.zoho.conftest import Import

IMPORTED = "+44 1632 960123"


@pytest.fixture
def wren(run: Import, backup: Backup, db: store.Store) -> Scope:
    """An administrator of an imported customer."""
    run(backup)
    with db.system_reading() as session:
        row = session.one(
            "select c.id, c.customer_id from core.contacts c"
            " join core.customers u on u.id = c.customer_id"
            " where u.display_name = 'Wren & Co' and c.is_primary order by c.id"
        )
    assert row is not None
    who: tuple[UUID, UUID] = (row["customer_id"], row["id"])
    return Scope(*who, new_id(), Role.ADMIN, "Ada", "ada@wren.example", "Wren & Co")


def _details(who: Scope) -> MyDetails:
    return my_details(who)


def _phone(who: Scope, number: str) -> None:
    own_details.change_company(who, {"phone": number}, before=_details(who), now=NOW)


def _reasons(report: Any) -> list[str]:
    return [each.reason for each in report.warnings if "changed in the portal" in each.reason]


def test_a_file_that_has_not_heard_of_a_change_keeps_it(
    run: Import, backup: Backup, wren: Scope
) -> None:
    assert _details(wren).phone == IMPORTED
    for number in ("+44 1632 960001", "+44 1632 960002"):
        _phone(wren, number)
    backup.change("Contacts.csv", "Payment Terms Label", "Net 31", Contact_ID=WREN)
    report = run(backup)
    assert _details(wren).phone == "+44 1632 960002"
    assert _details(wren).payment_terms_label == "Net 31"
    assert _reasons(report) == []
    assert run(backup).verdict == "unchanged"
    assert _details(wren).phone == "+44 1632 960002"


def test_what_the_books_say_since_is_taken_and_said(
    run: Import, backup: Backup, wren: Scope
) -> None:
    _phone(wren, "+44 1632 960001")
    backup.change("Contacts.csv", "Phone", "+44 1632 960999", Contact_ID=WREN)
    dry = run(backup, dry_run=True)
    assert _details(wren).phone == "+44 1632 960001"
    (reason,) = _reasons(run(backup))
    assert _reasons(dry) == [reason]
    assert "Phone of Wren & Co" in reason
    assert "+44 1632 960001" in reason
    assert "+44 1632 960999" in reason
    assert _details(wren).phone == "+44 1632 960999"
    backup.change("Contacts.csv", "Phone", IMPORTED, Contact_ID=WREN)
    assert _reasons(run(backup)) == []
    assert _details(wren).phone == IMPORTED


def test_books_that_caught_up_rule_again(run: Import, backup: Backup, wren: Scope) -> None:
    _phone(wren, "+44 1632 960001")
    backup.change("Contacts.csv", "Phone", "+44 1632 960001", Contact_ID=WREN)
    assert _reasons(run(backup)) == []
    backup.change("Contacts.csv", "Phone", IMPORTED, Contact_ID=WREN)
    assert _reasons(run(backup)) == []
    assert _details(wren).phone == IMPORTED


def test_an_address_made_in_the_portal_meets_the_one_of_a_file(
    run: Import, backup: Backup, wren: Scope
) -> None:
    own_details.change_address(wren, "shipping", {"city": "Leeds"}, before=None, now=NOW)
    backup.change("Contacts.csv", "Payment Terms Label", "Net 31", Contact_ID=WREN)
    run(backup)
    made = _details(wren).address("shipping")
    assert made is not None
    assert made.city == "Leeds"
    backup.change("Contacts.csv", "Shipping City", "York", Contact_ID=WREN)
    backup.change("Contacts.csv", "Shipping Country", "Elsewhere", Contact_ID=WREN)
    (reason,) = _reasons(run(backup))
    assert "City" in reason
    given = _details(wren).address("shipping")
    assert given is not None
    assert (given.city, given.country) == ("York", "Elsewhere")
    assert run(backup).verdict == "unchanged"


def test_a_person_and_an_old_address_keep_what_is_newer(
    run: Import, backup: Backup, wren: Scope
) -> None:
    before = _details(wren)
    own = next(each for each in before.contacts if each.id == wren.contact_id)
    own_details.change_person(wren, {"last_name": "Newname"}, before=own, now=NOW)
    own_details.change_address(
        wren, "billing", {"city": "Leeds"}, before=before.address("billing"), now=NOW
    )
    for file, column in (("Contacts.csv", "Billing Code"), ("Contact_Persons.csv", "Designation")):
        if file in backup.files:
            backup.files[file] = [dict(row) for row in backup.files[file]]
            for row in backup.files[file]:
                row[column] = "ZZ9"
    run(backup)
    after = _details(wren)
    address = after.address("billing")
    assert address is not None
    assert (address.city, address.postal_code) == ("Leeds", "ZZ9")
    assert next(c for c in after.contacts if c.id == wren.contact_id).last_name == "Newname"


def test_another_customers_rows_are_not_weighed(run: Import, backup: Backup, wren: Scope) -> None:
    _phone(wren, "+44 1632 960001")
    backup.change("Contacts.csv", "Phone", "+44 1632 960777", Contact_ID=KITE)
    assert _reasons(run(backup)) == []
    assert _details(wren).phone == "+44 1632 960001"
