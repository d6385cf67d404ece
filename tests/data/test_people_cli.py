"""`python -m portal_data invite` and `staff create`, as an operator types them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from portal_data import settings, store
from portal_data.__main__ import app
from portal_data.auth import identity, invitations, resets
from portal_data.clock import utc_now
from portal_data.scope import Role, Scope, Staff
from tests.conftest import Cast
from tests.people import BROWSER, mails, make_contact, rows, sign_in_enrolling, token_of

GOOD = "three otters juggling"
Run = Callable[..., Result]


@pytest.fixture
def run(
    db: store.Store, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Run a command on the store under test; afterwards that store is the current one again."""
    monkeypatch.setenv("PORTAL_DATABASE", store_url)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    settings.load.cache_clear()

    def typed(*words: str, given: str | None = None) -> Result:
        result = CliRunner().invoke(app, words, input=given)
        store.install(db)
        return result

    yield typed
    settings.load.cache_clear()


def _link(output: str) -> str:
    return next(word for word in output.split() if "?token=" in word)


def test_a_customer_is_named_by_number_name_or_id(cast: Cast, run: Run) -> None:
    contact_id = make_contact(cast.alice, "dora@alder.example")
    for reference in ("C-1", "alder ltd", str(cast.alice.customer_id)):
        result = run("invite", reference, "--contact", "Dora@Alder.example")
        assert result.exit_code == 0, result.output
        assert "Invited dora@alder.example." in result.output
    accepted = invitations.accept(token_of(_link(result.output)), GOOD, BROWSER, utc_now())
    who = identity.scope_of(accepted, utc_now())
    assert isinstance(who, Scope)
    assert who.contact_id == contact_id
    assert len(mails("mail.invitation")) == 3


def test_everybody_without_access_is_invited(cast: Cast, run: Run) -> None:
    make_contact(cast.alice, "dora@alder.example")
    make_contact(cast.alice, "emil@alder.example", portal_status="invited")
    make_contact(cast.alice, None)
    make_contact(cast.charlie, "fay@birch.example")
    assert run("invite", "C-1", "--all").exit_code == 0
    assert {mail["to"] for mail in mails("mail.invitation")} == {
        "dora@alder.example",
        "emil@alder.example",
    }


def test_with_a_mail_server_no_link_is_printed(
    cast: Cast, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_SMTP_HOST", "mail.example")
    settings.load.cache_clear()
    make_contact(cast.alice, "dora@alder.example")
    result = run("invite", "C-1", "--all")
    assert result.exit_code == 0
    assert "token=" not in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("C-9",), "no customer"),
        (("C-1", "--contact", "nobody@alder.example"), "no contact"),
        (("C-1", "--contact", "bob@alder.example"), "has access already"),
        (("C-1",), "has access already"),
        (("C-1", "--all"), "None of their contacts"),
        (("C-1", "--all", "--contact", "x@y.example"), "either"),
    ],
)
def test_what_cannot_be_done_is_said(
    cast: Cast, run: Run, words: tuple[str, ...], told: str
) -> None:
    result = run("invite", *words)
    assert result.exit_code != 0
    assert told in str(result.exception)
    assert mails("mail.invitation") == []


def test_two_customers_of_one_name_are_told_apart(cast: Cast, run: Run, db: store.Store) -> None:
    with db.system_writing() as session:
        session.change("update core.customers set display_name = 'Twin'")
    result = run("invite", "Twin", "--all")
    assert "C-1" in str(result.exception)
    assert "C-2" in str(result.exception)


def test_a_member_of_staff_sets_a_password_by_the_printed_link(run: Run) -> None:
    result = run("staff", "create", "Sam@Fern.example", "--name", "Sam Staff", "--owner")
    assert result.exit_code == 0, result.output
    resets.reset(token_of(_link(result.output)), GOOD, utc_now())
    started = sign_in_enrolling("sam@fern.example", GOOD, utc_now())
    who = identity.scope_of(started, utc_now())
    assert isinstance(who, Staff)
    assert (who.name, who.role) == ("Sam Staff", Role.OWNER)


def test_a_password_may_be_typed_instead(run: Run) -> None:
    words = ("staff", "create", "sam@fern.example", "--name", "Sam", "--ask-password")
    refused = run(*words, given="password1234\n")
    assert "cannot be used" in str(refused.exception)
    assert rows("select id from core.staff order by id") == []
    result = run(*words, given=f"{GOOD}\n")
    assert result.exit_code == 0, result.output
    assert GOOD not in result.output
    started = sign_in_enrolling("sam@fern.example", GOOD, utc_now())
    who = identity.scope_of(started, utc_now())
    assert isinstance(who, Staff)
    assert who.role is Role.STAFF
    again = run(*words, given=f"{GOOD}\n")
    assert "signs in already" in str(again.exception)


def test_a_lost_second_factor_is_taken_away(run: Run) -> None:
    run("staff", "create", "sam@fern.example", "--name", "Sam", "--ask-password", given=f"{GOOD}\n")
    reset = ("staff", "reset-second-factor", "sam@fern.example")
    assert "no second factor" in str(run(*reset).exception)
    started = sign_in_enrolling("sam@fern.example", GOOD, utc_now())
    result = run(*reset)
    assert result.exit_code == 0, result.output
    assert identity.scope_of(started, utc_now()) is None
    assert len(mails("mail.second_factor")) == 2
    sign_in_enrolling("sam@fern.example", GOOD, utc_now())
