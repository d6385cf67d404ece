"""The pencils of Account and their dialogs, and what staff do with a new tax number."""

from collections.abc import Callable

import pytest

from portal_data.business import preferences
from portal_data.customers import change_requests, details, own_details
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.pages.conftest import Open, Screen
from tests.pages.test_dialogs import opened
from tests.pages.test_organisation import fill, press, typed_in
from tests.people import mails

pytestmark = [pytest.mark.only_engine("duckdb"), pytest.mark.usefixtures("db")]
HOSTILE = "<img src=x onerror=alert(1)> [x](javascript:alert(1)) مرحبا"
PENCILS = {"edit.you", "edit.company", "edit.billing", "edit.shipping"}


def person() -> None:
    """Open the dialog of one's own details."""
    from components.account import details_dialogs

    details_dialogs.person()


def company() -> None:
    """Open the dialog of the company."""
    from components.account import details_dialogs

    details_dialogs.company()


def billing() -> None:
    """Open the dialog of the billing address."""
    from components.account import details_dialogs

    details_dialogs.billing_address()


def refuse() -> None:
    """Open the dialog that refuses what waits."""
    from components.staff import detail_changes
    from tests.people import rows

    (asked,) = rows("select id from core.pending_changes where status <> 'withdrawn' order by id")
    detail_changes.refuse(asked["id"], "Tax number", 1)


def pencils(shown: Screen) -> set[str]:
    """Return the pencils on the screen, by key."""
    return {key for key in shown.controls() if key.startswith("edit.")}


def test_who_sees_which_pencil(screen: Open, cast: Cast) -> None:
    assert pencils(screen(cast.alice, "account")) == PENCILS
    assert pencils(screen(cast.bob, "account")) == {"edit.you"}
    preferences.change(cast.owner, now=NOW, customers_edit_details=False)
    assert pencils(screen(cast.alice, "account")) == set()


@pytest.mark.parametrize("dialog", [person, company, billing])
def test_a_dialog_asks_who_is_there(dialog: Callable[[], None], cast: Cast) -> None:
    for who in (None, cast.owner):
        shown = opened(dialog, who)
        assert len(shown.app.text_input) == 0


def test_a_pencil_opens_what_is_stored(screen: Open, alice: Scope) -> None:
    shown = screen(alice, "account")
    shown.app.button(key="edit.you").click()
    shown = shown.rerun()
    assert typed_in(shown, "First name") == "Alice"
    assert shown.app.text_input[0].disabled
    assert shown.app.text_input[0].value == alice.email


def test_details_are_changed_and_shown_as_they_are(screen: Open, alice: Scope) -> None:
    shown = fill(opened(person, alice), Last_name=HOSTILE, Phone="+44 1632 960001")
    assert not shown.app.error
    raw = "".join(element.proto.body for element in screen(alice, "account").app.get("html"))
    assert "<img" not in raw
    assert "&lt;img" in raw
    assert "+44 1632 960001" in raw


def test_a_refusal_stands_at_its_field_and_words_stay(alice: Scope) -> None:
    shown = fill(opened(company, alice), Website="nowhere", Phone="01632 1")
    assert "Enter a web address" in shown.html
    assert typed_in(shown, "Website") == "nowhere"
    assert details.my_details(alice).phone is None
    shown = fill(shown, Website="alder.example")
    assert not shown.app.error
    assert details.my_details(alice).website == "https://alder.example"


def test_somebody_elses_change_is_not_lost(alice: Scope) -> None:
    shown = opened(billing, alice)
    own_details.change_address(alice, "billing", {"city": "York"}, before=None, now=NOW)
    shown = fill(shown, City="Leeds")
    assert "Somebody else changed this meanwhile" in shown.text
    shown = press(shown, "Load what is stored")
    assert typed_in(shown, "City") == "York"


def test_a_tax_number_goes_to_staff_and_back(screen: Open, alice: Scope, owner: Staff) -> None:
    fill(opened(company, alice), Tax_number=HOSTILE[:30] + "7")
    shown = screen(alice, "account")
    assert "We confirm it before it holds" in shown.html
    (asked,) = change_requests.waiting(alice)
    staff = screen(owner, "staff/customer", id=str(alice.customer_id))
    assert "asks for another tax number" in staff.html
    assert "<img" not in "".join(each.proto.body for each in staff.app.get("html"))
    press(staff, "Confirm")
    assert details.my_details(alice).tax_id == asked.new_value
    again = screen(owner, "staff/customer", id=str(alice.customer_id))
    assert "Confirmed" in again.html
    assert "Confirm" not in again.controls().values()
    assert len(mails("mail.tax_number_answered")) == 1


def test_it_is_taken_back_or_refused_with_a_reason(
    screen: Open, alice: Scope, owner: Staff
) -> None:
    for number in ("GB 1", "GB 2"):
        before = details.my_details(alice)
        own_details.change_company(alice, {"tax_id": number}, before=before, now=NOW)
        if number == "GB 1":
            press(screen(alice, "account"), "Take back")
            assert change_requests.waiting(alice) == []
    shown = opened(refuse, owner)
    shown.app.text_area[0].set_value("Not in the register")
    press(shown, "Refuse")
    shown = screen(owner, "staff/customer", id=str(alice.customer_id))
    assert "Not in the register" in shown.html
    assert "Refused" in shown.html
    assert details.my_details(alice).tax_id is None
