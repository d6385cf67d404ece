"""Inviting contacts, and accepting: single use, expiring, never somebody else's."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.auth import access, identity, invitations, staff, switching, tokens
from portal_data.auth.invitations import LIFETIME
from portal_data.auth.throttle import TooManyAttempts
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.scope import Role, Scope
from tests.conftest import NOW, PASSWORD, Cast
from tests.people import BROWSER, at_once, events, mails, make_contact, rows, token_of, value

GOOD = "three otters juggling"


def test_an_invited_contact_sets_a_password_and_is_signed_in(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "dora@alder.example", role="payer")
    link = invitations.invite(cast.owner, contact_id, NOW)
    assert link.startswith("https://portal.example/accept?token=")
    (mail,) = mails("mail.invitation")
    assert (mail["to"], mail["link"]) == ("dora@alder.example", link)
    opened = invitations.opened(token_of(link), NOW)
    assert (opened.email, opened.name, opened.customer_name, opened.has_password) == (
        "dora@alder.example", "Dora New", "Alder Ltd", False,
    )  # fmt: skip
    who = identity.scope_of(invitations.accept(token_of(link), GOOD, BROWSER, NOW), NOW)
    assert isinstance(who, Scope)
    assert (who.contact_id, who.customer_id, who.role) == (
        contact_id, cast.alice.customer_id, Role.PAYER,
    )  # fmt: skip
    identity.sign_in("dora@alder.example", GOOD, BROWSER, NOW)
    assert events() == ["contact.invited", "contact.accepted_invitation", "contact.signed_in"]
    methods = rows("select method from core.sign_ins where method is not null order by id")
    assert [row["method"] for row in methods] == ["invitation", "password"]
    assert rows("select created_by_kind from core.invitations order by id") == [
        {"created_by_kind": "staff"}
    ]
    assert value("select count(*)::bigint as n from core.outbox where kind = 'notify' order by n")


def test_only_a_digest_of_the_token_is_stored(cast: Cast) -> None:
    link = invitations.invite(cast.owner, make_contact(cast.alice, "d@alder.example"), NOW)
    (stored,) = rows("select token_hash from core.invitations order by id")
    assert stored["token_hash"] == tokens.digest(f"{token_of(link)} d@alder.example")


def test_a_link_works_once(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "d@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    invitations.accept(token, GOOD, BROWSER, NOW)
    for again in (token, token[:32], "made up", ""):
        with pytest.raises(NotFound):
            invitations.opened(again, NOW)
        with pytest.raises(NotFound):
            invitations.accept(again, GOOD, BROWSER, NOW)


def test_accepted_by_many_at_once_one_wins(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "d@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    done, refused = at_once(
        lambda n: invitations.accept(token, f"{GOOD} {n}", BROWSER, NOW), times=8
    )
    assert len(done) == 1
    assert [error for error in refused if not isinstance(error, Conflict | NotFound)] == []
    assert events().count("contact.accepted_invitation") == 1


def test_a_link_expires(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "d@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    assert invitations.opened(token, NOW + LIFETIME - timedelta(seconds=1))
    with pytest.raises(NotFound):
        invitations.accept(token, GOOD, BROWSER, NOW + LIFETIME)


def test_inviting_again_stops_the_older_link(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "d@alder.example")
    older = token_of(invitations.invite(cast.owner, contact_id, NOW))
    newer = token_of(invitations.invite(cast.owner, contact_id, NOW + timedelta(minutes=1)))
    with pytest.raises(NotFound):
        invitations.accept(older, GOOD, BROWSER, NOW)
    invitations.accept(newer, GOOD, BROWSER, NOW)


def test_who_cannot_be_invited(cast: Cast) -> None:
    with pytest.raises(NotFound):
        invitations.invite(cast.owner, new_id(), NOW)
    with pytest.raises(Invalid, match="no e-mail address"):
        invitations.invite(cast.owner, make_contact(cast.alice, None), NOW)
    with pytest.raises(Invalid, match="Enter an e-mail"):
        invitations.invite(cast.owner, make_contact(cast.alice, "not an address"), NOW)
    with pytest.raises(Conflict, match="has access already"):
        invitations.invite(cast.owner, cast.bob.contact_id, NOW)
    with pytest.raises(Conflict, match="signs in as staff"):
        invitations.invite(cast.owner, make_contact(cast.alice, cast.owner.email), NOW)
    assert events() == []
    assert mails("mail.invitation") == []


def test_two_contacts_of_one_customer_cannot_share_an_email(cast: Cast) -> None:
    with pytest.raises(Conflict):
        make_contact(cast.alice, cast.bob.email)


def test_a_bad_password_accepts_nothing(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "dora@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    for bad in ("short", "passwordpassword", "dora@alder.example"):
        with pytest.raises(Invalid):
            invitations.accept(token, bad, BROWSER, NOW)
    invitations.accept(token, GOOD, BROWSER, NOW)


def test_a_person_known_elsewhere_must_prove_the_password(cast: Cast) -> None:
    """Charlie's customer invites Alice's e-mail: whoever reads the mail is not yet Alice."""
    contact_id = make_contact(cast.charlie, cast.alice.email)
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    assert invitations.opened(token, NOW).has_password
    with pytest.raises(Invalid, match="password is wrong"):
        invitations.accept(token, GOOD, BROWSER, NOW)
    identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)  # and nothing was changed
    who = identity.scope_of(invitations.accept(token, PASSWORD, BROWSER, NOW), NOW)
    assert isinstance(who, Scope)
    assert who.customer_id == cast.charlie.customer_id
    names = [choice.customer_name for choice in switching.choices(who)]
    assert names == ["Alder Ltd", "Birch GmbH"]


def test_guesses_at_that_password_are_counted(cast: Cast) -> None:
    contact_id = make_contact(cast.charlie, cast.alice.email)
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    for _ in range(5):
        with pytest.raises(Invalid):
            invitations.accept(token, "wrong horse battery", BROWSER, NOW)
    with pytest.raises(TooManyAttempts):
        invitations.accept(token, PASSWORD, BROWSER, NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)


def test_an_email_changed_after_inviting_stops_the_link(cast: Cast, db: store.Store) -> None:
    contact_id = make_contact(cast.alice, "d@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    opened = invitations.opened(token, NOW)
    with db.system_writing() as session:
        session.change(
            "update core.contacts set email = 'e@alder.example' where id = $id", id=contact_id
        )
    assert opened.email == "d@alder.example"
    with pytest.raises(NotFound):
        invitations.accept(token, GOOD, BROWSER, NOW)


def test_disabling_stops_the_link_and_inviting_begins_anew(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "d@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    access.disable_contact(cast.owner, contact_id, NOW)
    with pytest.raises(NotFound):
        invitations.accept(token, GOOD, BROWSER, NOW)
    again = token_of(invitations.invite(cast.owner, contact_id, NOW))
    invitations.accept(again, GOOD, BROWSER, NOW)


def test_inviting_opens_the_customers_portal(cast: Cast) -> None:
    access.disable_customer(cast.owner, cast.alice.customer_id, NOW)
    contact_id = make_contact(cast.alice, "d@alder.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    assert invitations.accept(token, GOOD, BROWSER, NOW)


def test_an_email_that_became_staff_cannot_accept(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "sam@fern.example")
    token = token_of(invitations.invite(cast.owner, contact_id, NOW))
    staff.create(cast.owner, "sam@fern.example", "Sam", Role.STAFF, NOW)
    with pytest.raises(NotFound):
        invitations.accept(token, GOOD, BROWSER, NOW)
