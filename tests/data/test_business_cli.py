"""`organisation`, `preferences` and `staff …` as an operator types them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from portal_data import settings, store
from portal_data.__main__ import app
from portal_data.auth import identity
from portal_data.business import brand, organisation, preferences
from portal_data.business.preferences import AfterAcceptance
from portal_data.scope import Role, Staff
from tests.conftest import NOW, Cast
from tests.data.test_organisation import IBAN, picture
from tests.people import events, rows

Run = Callable[..., Result]


@pytest.fixture
def run(
    db: store.Store, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command on the store under test; afterwards that store is the current one again."""
    monkeypatch.setenv("PORTAL_DATABASE", store_url)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()

    def typed(*words: str) -> Result:
        result = CliRunner().invoke(app, words)
        store.install(db)
        return result

    yield typed
    settings.load.cache_clear()


def test_the_organisation_is_set_and_shown(run: Run, cast: Cast) -> None:
    done = run("organisation", "set", "name=Fern Ltd", "iban=GB33BUKB20201555555555", "phone=")
    assert done.exit_code == 0, done.output
    assert done.output == "Changed: name, iban.\n"
    assert organisation.get(cast.alice).iban == IBAN
    shown = json.loads(run("organisation", "show", "--json").output)
    assert (shown["name"], shown["iban"], shown["phone"]) == ("Fern Ltd", IBAN, None)
    assert f"iban             {IBAN}\n" in run("organisation", "show").output
    assert run("organisation", "set", "name=Fern Ltd").output.startswith("Nothing to change")
    (entry,) = rows("select actor_kind, details from core.activity order by id")
    assert entry["actor_kind"] == "system"


def test_the_logo_is_set_and_removed(run: Run, cast: Cast, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(picture())
    assert run("organisation", "set", "--logo", str(tmp_path / "logo.png")).exit_code == 0
    assert brand.current().logo is not None
    assert run("organisation", "set", "--remove-logo").output == "Changed: logo.\n"
    assert brand.current().logo is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["city=Ely", "iban=GB33 1"], "IBAN: The check digits"),
        (["city=Ely", "slug=x"], "There is no field slug"),
        (["city=Ely", "sort_code=123456"], "Account number"),
        (["city"], "no name=value"),
        (["city=Ely", "city=York"], "is there twice"),
        (["city=Ely", "--logo", "nowhere.png"], "nowhere.png cannot be read"),
        (["city=Ely", "--logo", __file__], "no picture that can be read"),
        (["--logo", "a.png", "--remove-logo"], "either --logo or --remove-logo"),
        ([], "at least one field=value"),
    ],
)
def test_what_cannot_be_used_changes_nothing(
    run: Run, cast: Cast, words: list[str], says: str
) -> None:
    refused = run("organisation", "set", *words)
    assert refused.exit_code == 1
    assert says in str(refused.exception)
    assert organisation.get(cast.owner).city is None
    assert events() == []


def test_preferences_are_set_and_shown(run: Run, cast: Cast) -> None:
    done = run("preferences", "set", "projects_and_timesheets=on", "banner_message=We moved.")
    assert done.output == "projects_and_timesheets: on\nbanner_message: We moved.\n"
    assert preferences.of(cast.alice).projects_and_timesheets
    shown = json.loads(run("preferences", "show", "--json").output)
    assert shown["banner_message"] == "We moved."
    assert "Customers see their projects" in run("preferences", "show").output
    assert events() == ["preferences.changed"]
    done = run("preferences", "set", "invoice_on_acceptance=Draft")
    assert done.output == "invoice_on_acceptance: draft\n"
    shown = json.loads(run("preferences", "show", "--json").output)
    assert shown["invoice_on_acceptance"] == AfterAcceptance.DRAFT


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("invoice_on_acceptance=on", "is one of nothing, draft, sent"),
        ("projects_and_timesheets=perhaps", "is on or off"),
        ("subscriptions=on", "There is no preference subscriptions"),
        ("banner_message=" + "x" * 1_001, "under 1,000"),
    ],
)
def test_preferences_that_cannot_be_used_change_nothing(
    run: Run, cast: Cast, word: str, says: str
) -> None:
    refused = run("preferences", "set", "notify_staff_of_activity=off", word)
    assert says in str(refused.exception)
    assert preferences.of(cast.alice).notify_staff_of_activity


def test_staff_are_listed_disabled_enabled_and_promoted(run: Run, owner: Staff, sam: Staff) -> None:
    assert "sam@fern.example    staff  active  Sam\n" in run("staff", "list").output
    assert run("staff", "disable", "Sam@fern.example").output == "Sam has no access any more.\n"
    assert identity.scope_of(sam.sign_in_id, NOW) is None
    assert run("staff", "enable", "sam@fern.example").output == "Sam has access again.\n"
    assert run("staff", "role", "sam@fern.example", "owner").output == "Sam is an owner now.\n"
    assert run("staff", "role", owner.email, "staff").exit_code == 0
    assert rows("select email, role from core.staff order by email") == [
        {"email": "olive@fern.example", "role": Role.STAFF},
        {"email": "sam@fern.example", "role": Role.OWNER},
    ]
    assert events() == [
        "staff.disabled", "staff.enabled", "staff.role_changed", "staff.role_changed"
    ]  # fmt: skip


def test_the_last_owner_and_strangers_stay_as_they_are(run: Run, owner: Staff) -> None:
    for words in (["disable", owner.email], ["role", owner.email, "staff"]):
        assert "There must be an owner" in str(run("staff", *words).exception)
    assert "Nobody on the staff" in str(run("staff", "disable", "x@fern.example").exception)
    assert run("staff", "role", owner.email, "king").exit_code == 2
    assert events() == []
