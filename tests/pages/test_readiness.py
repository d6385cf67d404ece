"""Getting ready: each step is open until it is seen to, and leads to where that is done."""

import json
from collections.abc import Iterator

import pytest

from portal_data import settings, store
from portal_data.auth import access
from portal_data.business import organisation, preferences, readiness
from portal_data.business.readiness import Step
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, Cast
from tests.data.test_organisation import picture
from tests.factories import insert, make_invoice, make_project
from tests.pages.conftest import Open
from tests.people import make_contact

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Read the settings anew, before and after."""
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def open_steps(staff: Staff) -> set[str]:
    """Return the titles of what is not done."""
    return {step.title for step in readiness.steps(staff) if not step.done}


def the(staff: Staff, title: str) -> Step:
    """Return one step."""
    return next(step for step in readiness.steps(staff) if step.title == title)


def test_the_organisation_is_seen_to_field_by_field(owner: Staff) -> None:
    def change(**changes: str) -> None:
        organisation.change(owner, changes, before=organisation.get(owner), now=NOW)

    change(name=readiness.UNNAMED, email="", bank_details="")
    wanted = {
        "The business has its name",
        "Address",
        "E-mail",
        "Bank account",
        "Tax number",
        "Logo",
    }
    assert wanted <= open_steps(owner)
    for title, changes in {
        "The business has its name": {"name": "Fern"},
        "Address": {"street1": "2 Fern Row", "city": "Ely"},
        "E-mail": {"email": "office@fern.example"},
        "Bank account": {"iban": "GB33BUKB20201555555555"},
        "Tax number": {"tax_id": "GB 1"},
    }.items():
        (place,) = the(owner, title).places
        assert place.screen == "organisation"
        change(**changes)
        assert title not in open_steps(owner)
    organisation.set_logo(owner, picture(), before=organisation.get(owner), now=NOW)
    assert not wanted & open_steps(owner)


def test_the_server_is_seen_to_in_its_settings(
    owner: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_BASE_URL", "http://localhost:8501")
    settings.load.cache_clear()
    assert {"Mail server", "Address with https"} <= open_steps(owner)
    monkeypatch.setenv("PORTAL_SMTP_HOST", "mail.example")
    monkeypatch.setenv("PORTAL_BASE_URL", "https://portal.example")
    settings.load.cache_clear()
    assert not {"Mail server", "Address with https"} & open_steps(owner)


def test_the_demo_is_not_ones_own_books(owner: Staff) -> None:
    assert "These are your own books" not in open_steps(owner)
    with store.system_writing() as session:
        session.change("update core.organisation set is_demo = true")
    assert "These are your own books" in open_steps(owner)


def test_documents_in_question_are_named(owner: Staff, alice: Scope) -> None:
    for number in range(12):
        make_invoice(alice, number=f"INV-{number:02}", in_question_minor=100)
    step = the(owner, "No document is in question")
    assert not step.done
    assert ": 12." in step.text
    assert len(step.places) == readiness.NAMED_AT_MOST
    assert step.places[0].parameters == (("number", "INV-00"),)


def test_what_an_import_set_aside_is_told(screen: Open, owner: Staff) -> None:
    left = {"kind": "credit_note", "subject": "CN-1", "reason": "The <b>date</b> is unreadable."}
    insert(
        "imports", source="zoho", name="backup.zip", sha256="0" * 64, started_at=NOW,
        finished_at=NOW, report=json.dumps({"set_aside": [left]}),
    )  # fmt: skip
    step = the(owner, "The import left nothing out")
    assert step.details == ("credit note CN-1: The <b>date</b> is unreadable.",)
    shown = screen(owner, "staff/readiness")
    bodies = "".join(each.proto.body for each in shown.app.get("html"))
    assert "The &lt;b&gt;date&lt;/b&gt; is unreadable." in bodies


def test_customers_nobody_can_invite_are_named(owner: Staff, cast: Cast) -> None:
    moments = {"created_at": NOW, "updated_at": NOW}
    mute = insert("customers", display_name="Mute", currency_code="GBP", **moments)
    insert("customers", display_name="Old", currency_code="GBP", status="inactive", **moments)
    insert("contacts", customer_id=mute, first_name="M", **moments)
    step = the(owner, "Every customer has somebody with an e-mail")
    (place,) = step.places
    assert (place.label, place.parameters) == ("Mute", (("id", str(mute)),))
    insert("contacts", customer_id=mute, email="m@mute.example", **moments)
    assert the(owner, "Every customer has somebody with an e-mail").done


def test_projects_wait_for_their_preference(owner: Staff, alice: Scope) -> None:
    assert "Projects are shown" not in open_steps(owner)
    make_project(alice)
    assert "Projects are shown" in open_steps(owner)
    preferences.change(owner, now=NOW, projects_and_timesheets=True)
    assert "Projects are shown" not in open_steps(owner)


def test_customers_wait_for_invitations(owner: Staff, cast: Cast) -> None:
    assert "Customers are invited" not in open_steps(owner)
    with store.system_writing() as session:
        session.change("update core.contacts set portal_status = 'not_invited'")
    assert "Customers are invited" in open_steps(owner)
    make_contact(cast.alice, "dora@alder.example", portal_status="invited")
    assert "Customers are invited" not in open_steps(owner)


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF])
def test_staff_are_led_from_their_first_screen(
    role: Role, screen: Open, owner: Staff, sam: Staff
) -> None:
    who = owner if role is Role.OWNER else sam
    first = screen(who, "staff/customers").html
    assert "before you invite customers" in first
    assert 'href="readiness"' in first
    shown = screen(who, "staff/readiness").html
    assert 'href="organisation"' in shown
    assert "PORTAL_SMTP_HOST" in shown


@pytest.mark.parametrize("person", ["alice", "nobody"])
def test_nobody_else_sees_it(person: str, screen: Open, alice: Scope) -> None:
    shown = screen(alice if person == "alice" else None, "staff/readiness")
    assert "Getting ready" not in shown.html


def test_a_closed_portal_changes_nothing_here(owner: Staff, cast: Cast) -> None:
    access.disable_customer(owner, cast.charlie.customer_id, NOW)
    assert "Customers are invited" not in open_steps(owner)
