"""Signing in through an OpenID provider: whom a proof opens what for, and who is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest

from portal_data import settings, store
from portal_data.auth import access, identity, linked_accounts, openid, second_factor, totp
from portal_data.auth.challenges import LIFETIME, CodeNeeded
from portal_data.errors import Conflict, NotAllowed
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, PASSWORD, Cast
from tests.people import BROWSER, at_once, events, mails, make_contact, rows, value

ISSUER = "https://id.example"
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Offer a provider, and hash at the lowest cost."""
    for name, given in {
        "BCRYPT_COST": "4",
        "OIDC_ISSUER": ISSUER,
        "OIDC_CLIENT_ID": "portal",
        "OIDC_CLIENT_SECRET": "secret",
    }.items():
        monkeypatch.setenv(f"PORTAL_{name}", given)
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def seconds(moment: datetime) -> int:
    return int(moment.replace(tzinfo=UTC).timestamp())


def claims(email: str, subject: str = "s-1", now: datetime = NOW, **more: Any) -> dict[str, Any]:
    """Return what a provider says of somebody whose e-mail it has verified."""
    return {
        "iss": ISSUER,
        "sub": subject,
        "aud": "portal",
        "iat": seconds(now),
        "exp": seconds(now + timedelta(hours=1)),
        "email": email,
        "email_verified": True,
        **more,
    }


def came(started: UUID, now: datetime = NOW) -> Scope | Staff:
    who = identity.scope_of(started, now)
    assert who is not None
    return who


def linked() -> list[tuple[str, str]]:
    found = rows(
        "select i.subject, l.email from core.login_identities i"
        " join core.logins l on l.id = i.login_id order by i.subject"
    )
    return [(row["subject"], row["email"]) for row in found]


def test_a_verified_email_signs_in_and_links_the_account_once(cast: Cast) -> None:
    given = claims(cast.alice.email.upper())
    who = came(openid.sign_in(given, BROWSER, NOW))
    assert who.person == cast.alice.person
    assert linked() == [("s-1", cast.alice.email)]
    assert events()[-2:] == ["contact.signed_in", "contact.linked_account"]
    openid.sign_in(claims(cast.alice.email, now=LATER), BROWSER, LATER)
    assert events()[-1] == "contact.signed_in"
    (mail,) = mails("mail.account_linked")
    assert mail["to"] == cast.alice.email
    (own,) = linked_accounts.list_own(who)
    assert (own.issuer, own.created_at, own.last_used_at) == (ISSUER, NOW, LATER)
    methods = rows("select method from core.sign_ins where method is not null order by id")
    assert [row["method"] for row in methods] == ["openid", "openid"]


def test_staff_sign_in_as_staff(cast: Cast) -> None:
    who = came(openid.sign_in(claims(cast.owner.email), BROWSER, NOW))
    assert isinstance(who, Staff)
    assert events()[-1] == "staff.linked_account"


def test_an_account_opens_its_own_login_whatever_its_email_became(cast: Cast) -> None:
    openid.sign_in(claims(cast.alice.email), BROWSER, NOW)
    changed = (cast.charlie.email, "nobody@nowhere.example")
    for email in changed:
        again = claims(email, now=LATER, email_verified=False)
        assert came(openid.sign_in(again, BROWSER, LATER), LATER).person == cast.alice.person
    assert linked() == [("s-1", cast.alice.email)]


def test_who_gets_an_email_of_somebody_else_there_opens_nothing(cast: Cast) -> None:
    openid.sign_in(claims(cast.alice.email), BROWSER, NOW)
    with pytest.raises(openid.Refused):
        openid.sign_in(claims(cast.alice.email, "s-2"), BROWSER, NOW)
    assert linked() == [("s-1", cast.alice.email)]
    linked_accounts.unlink_contact(cast.owner, cast.alice.contact_id, NOW)
    openid.sign_in(claims(cast.alice.email, "s-2"), BROWSER, NOW)
    assert linked() == [("s-2", cast.alice.email)]


REFUSED: dict[str, dict[str, Any]] = {
    "an e-mail that is not verified": {"email_verified": False},
    "an e-mail said to be verified in words": {"email_verified": "true"},
    "nothing said of the e-mail": {"email_verified": None},
    "no e-mail": {"email": None},
    "an e-mail that is none": {"email": "alice"},
    "somebody unknown": {"email": "nobody@nowhere.example"},
    "a contact who never joined": {"email": "dora@alder.example"},
    "another issuer": {"iss": "https://id.example.evil.example"},
    "another audience": {"aud": "another portal"},
    "other audiences": {"aud": ["another", "third"]},
    "no audience": {"aud": None},
    "an expired token": {"exp": seconds(NOW - timedelta(minutes=3))},
    "a token without an end": {"exp": None},
    "an old token": {"iat": seconds(NOW - timedelta(minutes=11))},
    "a token of the future": {"iat": seconds(NOW + timedelta(minutes=3))},
    "a time that is none": {"iat": True},
    "a time beyond all": {"iat": 1e300},
    "nobody": {"sub": ""},
    "a number for a person": {"sub": 5},
    "a name too long": {"sub": "s" * 256},
}


@pytest.mark.parametrize("what", REFUSED)
def test_anything_else_is_refused_in_the_same_words(cast: Cast, what: str) -> None:
    make_contact(cast.alice, "dora@alder.example")
    counted = (
        "select (select count(*) from core.logins) + (select count(*) from core.contacts) as n"
    )
    before, sign_ins = value(counted), value("select count(*) as n from core.sign_ins")
    with pytest.raises(openid.Refused) as refusal:
        openid.sign_in({**claims(cast.alice.email), **REFUSED[what]}, BROWSER, NOW)
    assert str(refusal.value) == openid.REFUSED
    assert linked() == []
    assert value(counted) == before
    assert value("select count(*) as n from core.sign_ins") == sign_ins


def test_several_audiences_count_when_the_portal_is_one(cast: Cast) -> None:
    given = claims(cast.alice.email, aud=["another", "portal"])
    assert came(openid.sign_in(given, BROWSER, NOW)).person == cast.alice.person


def test_who_has_no_access_any_more_is_refused(cast: Cast) -> None:
    openid.sign_in(claims(cast.alice.email), BROWSER, NOW)
    access.disable_contact(cast.owner, cast.alice.contact_id, NOW)
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    for given in (claims(cast.alice.email), claims(cast.bob.email, "s-2")):
        with pytest.raises(openid.Refused):
            openid.sign_in(given, BROWSER, NOW)
    assert linked() == [("s-1", cast.alice.email)]


def test_nobody_is_signed_in_where_no_provider_is_set(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(f"PORTAL_OIDC_{name}")
    settings.load.cache_clear()
    with pytest.raises(openid.Refused):
        openid.sign_in(claims(cast.alice.email), BROWSER, NOW)


def test_of_two_accounts_with_one_email_at_once_one_is_linked(cast: Cast) -> None:
    done, refused = at_once(
        lambda n: openid.sign_in(claims(cast.alice.email, f"s-{n % 2}"), BROWSER, NOW)
    )
    assert len(linked()) == 1
    assert len(done) == len(refused) == 8
    assert all(isinstance(each, openid.Refused) for each in refused)


def test_of_two_people_whom_one_account_names_at_once_one_is_linked(cast: Cast) -> None:
    people = (cast.alice, cast.charlie)
    done, _ = at_once(lambda n: openid.sign_in(claims(people[n % 2].email), BROWSER, NOW))
    ((_, email),) = linked()
    assert {came(each).email for each in done} == {email}


# The second factor ----------------------------------------------------------------------


def _set_up(who: Scope) -> str:
    given = totp.enrolment(who.email, "Fern & Bloom")
    code = pyotp.TOTP(given.secret).at(NOW.replace(tzinfo=UTC))
    second_factor.set_up(who, given, PASSWORD, code, BROWSER, NOW)
    return given.secret


def _asked(who: Scope) -> str:
    with pytest.raises(CodeNeeded) as needed:
        openid.sign_in(claims(who.email, now=LATER), BROWSER, LATER)
    return openid.hand_over(needed.value.challenge)


def test_a_second_factor_is_asked_for_and_links_then(cast: Cast) -> None:
    secret = _set_up(cast.alice)
    kept = _asked(cast.alice)
    assert linked() == []
    challenge = openid.taken_over(kept, LATER)
    assert challenge is not None
    code = pyotp.TOTP(secret).at(LATER.replace(tzinfo=UTC))
    started = second_factor.complete(challenge, code, BROWSER, LATER)
    assert came(started, LATER).person == cast.alice.person
    assert linked() == [("s-1", cast.alice.email)]
    assert value("select method from core.sign_ins where id = $id", id=started) == "openid"


def test_what_a_browser_keeps_of_a_challenge_dies(cast: Cast) -> None:
    _set_up(cast.alice)
    kept = _asked(cast.alice)
    bob = value("select login_id from core.contacts where id = $id", id=cast.bob.contact_id)
    _, _, sealed = kept.partition(".")
    assert openid.taken_over(kept, LATER) is not None
    for forged in ("", "x", kept[:-4], kept.replace(".", ""), f"{bob}.{sealed}", f"{bob}."):
        assert openid.taken_over(forged, LATER) is None, forged
    assert openid.taken_over(kept, LATER + LIFETIME + timedelta(seconds=1)) is None
    identity.change_password(cast.alice, PASSWORD, "seven quiet herons", BROWSER, LATER)
    assert openid.taken_over(kept, LATER) is None


# Unlinking ------------------------------------------------------------------------------


def test_a_person_unlinks_their_own(cast: Cast) -> None:
    who = came(openid.sign_in(claims(cast.alice.email), BROWSER, NOW))
    openid.sign_in(claims(cast.bob.email, "s-2"), BROWSER, NOW)
    assert linked_accounts.of_customer(cast.owner, cast.alice.customer_id) == {
        cast.alice.contact_id,
        cast.bob.contact_id,
    }
    linked_accounts.unlink_own(who, NOW)
    assert linked_accounts.list_own(who) == []
    assert linked() == [("s-2", cast.bob.email)]
    assert events()[-1] == "contact.unlinked_account"
    with pytest.raises(Conflict):
        linked_accounts.unlink_own(who, NOW)


def test_an_owner_unlinks_a_colleague(cast: Cast, sam: Staff) -> None:
    openid.sign_in(claims(sam.email), BROWSER, NOW)
    assert linked_accounts.of_team(cast.owner) == {sam.staff_id}
    with pytest.raises(NotAllowed):
        linked_accounts.unlink_member(sam, sam.staff_id, NOW)
    linked_accounts.unlink_member(cast.owner, sam.staff_id, NOW)
    assert linked_accounts.of_team(cast.owner) == set()


def test_staff_who_look_at_a_portal_unlink_nothing(cast: Cast) -> None:
    openid.sign_in(claims(cast.owner.email), BROWSER, NOW)
    looks = identity.view_as_customer(cast.owner, cast.alice.customer_id)
    with pytest.raises(NotAllowed):
        linked_accounts.unlink_own(looks, NOW)
    assert len(linked()) == 1


def test_a_proof_of_another_login_links_nothing(cast: Cast) -> None:
    """What `begin` would do if the account were linked between the proof and the code."""
    openid.sign_in(claims(cast.bob.email), BROWSER, NOW)
    secret = _set_up(cast.alice)
    proof = linked_accounts.Proof(ISSUER, "s-1")
    with pytest.raises(CodeNeeded) as needed:
        identity.sign_in(cast.alice.email, PASSWORD, BROWSER, LATER)
    kept = needed.value.challenge
    challenge = type(kept)(kept.login, kept.enrols, kept.issued_at, proof)
    code = pyotp.TOTP(secret).at(LATER.replace(tzinfo=UTC))
    before = value("select count(*) as n from core.sign_ins")
    with pytest.raises(Conflict):
        second_factor.complete(challenge, code, BROWSER, LATER)
    assert linked() == [("s-1", cast.bob.email)]
    assert value("select count(*) as n from core.sign_ins") == before
    with store.system_reading() as session:
        assert linked_accounts.login_of(session, proof) is not None
