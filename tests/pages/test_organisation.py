"""The page Organisation: owners fill it in, other staff read it, customers see what it says."""

import pytest
from streamlit import config

from portal_data.business import brand, organisation
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, Cast
from tests.data.test_organisation import IBAN, picture
from tests.factories import make_invoice
from tests.pages.conftest import Open, Screen
from tests.pages.test_dialogs import opened, pay
from tests.people import rows

pytestmark = pytest.mark.usefixtures("db")


def fill(shown: Screen, **typed: str) -> Screen:
    """Type into the fields with these labels, and save."""
    for label, text in typed.items():
        named = label.replace("_", " ")
        (field,) = [
            each
            for each in [*shown.app.text_input, *shown.app.text_area]
            if each.label.rstrip(" *") == named
        ]
        field.set_value(text)
    return press(shown, "Save")


def press(shown: Screen, label: str) -> Screen:
    """Press the button with this label."""
    (button,) = [each for each in shown.app.button if each.label == label]
    button.click()
    return shown.rerun()


def typed_in(shown: Screen, label: str) -> str:
    """Return what stands in the field with this label."""
    fields = [*shown.app.text_input, *shown.app.text_area]
    return next(str(each.value) for each in fields if each.label.rstrip(" *") == label)


def test_an_owner_fills_it_and_a_customer_reads_it(screen: Open, cast: Cast) -> None:
    shown = screen(cast.owner, "staff/organisation")
    assert typed_in(shown, "Name") == "Fern & Bloom Ltd"
    shown = fill(shown, Phone="+44 1", Street="2 Fern Row", IBAN="gb33bukb20201555555555")
    assert not shown.app.error
    assert typed_in(shown, "IBAN") == IBAN
    make_invoice(cast.alice)
    home = screen(cast.alice).html
    assert "2 Fern Row" in home
    assert "+44 1" in home
    assert IBAN in [each.value for each in opened(pay, cast.alice).app.code]


def test_what_cannot_be_used_is_kept_and_named_at_its_field(screen: Open, owner: Staff) -> None:
    shown = fill(screen(owner, "staff/organisation"), IBAN="GB33 1", Phone="+44 2")
    assert "check digits" in shown.html
    assert "Nothing is saved yet" in shown.text
    assert "IBAN" in shown.text
    assert typed_in(shown, "IBAN") == "GB33 1"
    assert typed_in(shown, "Phone") == "+44 2"
    assert organisation.get(owner).phone is None
    assert not fill(shown, IBAN="").app.error
    assert organisation.get(owner).phone == "+44 2"


def test_somebody_elses_change_is_not_overwritten(screen: Open, owner: Staff) -> None:
    shown = screen(owner, "staff/organisation")
    organisation.change(owner, {"phone": "theirs"}, before=organisation.get(owner), now=NOW)
    shown = fill(shown, Phone="mine")
    assert "Somebody else changed this meanwhile" in shown.text
    assert typed_in(shown, "Phone") == "mine"
    assert organisation.get(owner).phone == "theirs"
    shown = press(shown, "Load what is stored")
    assert typed_in(shown, "Phone") == "theirs"
    fill(shown, Phone="ours")
    assert organisation.get(owner).phone == "ours"


def test_a_form_left_open_begins_anew_when_one_comes_back(screen: Open, owner: Staff) -> None:
    shown = screen(owner, "staff/organisation")
    shown.app.switch_page("../pages/staff/customers.py").run()
    organisation.change(owner, {"phone": "theirs"}, before=organisation.get(owner), now=NOW)
    shown = Screen(shown.app.switch_page("../pages/staff/organisation.py").run())
    assert typed_in(shown, "Phone") == "theirs"


def test_the_logo_is_removed(screen: Open, owner: Staff) -> None:
    organisation.set_logo(owner, picture(), before=organisation.get(owner), now=NOW)
    shown = screen(owner, "staff/organisation")
    logo = brand.current().logo
    assert logo is not None
    assert f"app/static/brand/{logo.sha256}.png" in shown.html
    shown = press(shown, "Remove logo")
    assert "your initials stand in" in shown.html
    assert brand.current().logo is None


def test_without_a_file_there_is_nothing_to_use(screen: Open, owner: Staff) -> None:
    assert "Choose a file first" in press(screen(owner, "staff/organisation"), "Use this logo").text


def test_ordinary_staff_read_it(screen: Open, sam: Staff) -> None:
    shown = screen(sam, "staff/organisation")
    assert "Only an owner may change it" in shown.html
    assert "office@fern.example" in shown.html
    assert not shown.app.text_input
    assert not shown.app.button


@pytest.mark.parametrize("person", ["alice", "nobody"])
def test_nobody_else_sees_it(person: str, screen: Open, alice: Scope) -> None:
    shown = screen(alice if person == "alice" else None, "staff/organisation")
    assert "Organisation</h1>" not in shown.html
    assert rows("select event from core.activity order by event") == []


def test_the_accent_and_the_logo_are_on_every_screen(screen: Open, cast: Cast) -> None:
    before = organisation.get(cast.owner)
    organisation.change(cast.owner, {"accent": "#FFD400"}, before=before, now=NOW)
    organisation.set_logo(cast.owner, picture(), before=before, now=NOW)
    for who in (None, cast.alice, cast.owner):
        styles = [each.proto.body for each in screen(who).app.get("html")]
        assert any("--brand-fill: light-dark(#8A7200" in style for style in styles), who
    assert "app/static/brand/" in screen(None).html
    # the names of Streamlit's by which its own elements get the colour
    assert config.get_option("theme.light.primaryColor") == "#8A7200"
    organisation.change(cast.owner, {"accent": ""}, before=organisation.get(cast.owner), now=NOW)
    screen(None)
    assert config.get_option("theme.light.primaryColor") == "#3B5BDB"
