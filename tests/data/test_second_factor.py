"""The second factor: set up with a code, asked for after the password, counted once, taken away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
import pytest

from portal_data import settings, store
from portal_data.auth import identity, invitations, resets, sealing, second_factor, sessions, totp
from portal_data.auth.challenges import Challenge, CodeNeeded
from portal_data.auth.sessions import Browser
from portal_data.auth.throttle import TooManyAttempts
from portal_data.business import preferences
from portal_data.business.preferences import Preferences, SecondFactor
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from portal_data.ids import new_id
from portal_data.messaging.chain import verify
from portal_data.scope import Scope, Staff
from tests.conftest import NOW, PASSWORD, Cast
from tests.people import BROWSER, at_once, events, mails, make_contact, rows, token_of, value

GOOD = "three otters juggling"
STEP = timedelta(seconds=30)
Who = Scope | Staff


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash at the lowest cost."""
    monkeypatch.setenv("PORTAL_BCRYPT_COST", "4")
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def code_of(secret: str, now: datetime) -> str:
    """Return what an app shows at a moment; worked out by the library alone."""
    return pyotp.TOTP(secret).at(now.replace(tzinfo=UTC))


def set_up(who: Who, now: datetime = NOW) -> tuple[str, tuple[str, ...]]:
    """Give somebody a second factor; return its secret and the recovery codes."""
    given = totp.enrolment(who.email, "Fern & Bloom")
    code = code_of(given.secret, now)
    return given.secret, second_factor.set_up(who, given, PASSWORD, code, BROWSER, now)


def asked(who: Who, now: datetime = NOW, browser: Browser = BROWSER) -> Challenge:
    """Sign in with the right password, and return what is asked for besides."""
    with pytest.raises(CodeNeeded) as needed:
        identity.sign_in(who.email, PASSWORD, browser, now)
    return needed.value.challenge


def live(who: Who) -> list[UUID]:
    """Return the person's sign-ins that hold."""
    found = rows(
        "select s.id from core.sign_ins s join core.logins l on l.id = s.login_id"
        " where l.email = $email and s.revoked_at is null order by s.id",
        email=who.email,
    )
    return [row["id"] for row in found]


def stored(who: Who) -> dict[str, Any]:
    (row,) = rows(
        "select totp_secret, totp_confirmed_at, totp_last_step from core.logins"
        " where email = $email order by id",
        email=who.email,
    )
    return row


def test_a_password_alone_signs_in_until_one_is_set_up(cast: Cast) -> None:
    identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)
    secret, codes = set_up(cast.alice)
    assert live(cast.alice) == [cast.alice.sign_in_id]
    later = NOW + STEP
    challenge = asked(cast.alice, later)
    assert live(cast.alice) == [cast.alice.sign_in_id]
    started = second_factor.complete(challenge, code_of(secret, later), BROWSER, later)
    assert identity.scope_of(started, later) is not None
    assert len(codes) == len(set(codes)) == 10
    assert "contact.set_up_second_factor" in events()
    with store.system_reading() as session:
        assert verify(session) == []


def test_nothing_that_is_stored_opens_anything(cast: Cast) -> None:
    secret, codes = set_up(cast.alice)
    text = str(rows("select * from core.logins order by id"))
    text += str(rows("select * from core.recovery_codes order by code_hash"))
    text += str(rows("select * from core.activity order by id"))
    text += str(rows("select * from core.outbox order by id"))
    assert secret not in text
    for code in codes:
        assert code not in text
        assert code.replace("-", "") not in text
    challenge = asked(cast.alice)
    given = totp.enrolment("a@b.example", "Fern")
    for shown in (repr(challenge), repr(given)):
        assert "$2b$" not in shown
        assert given.secret not in shown


def test_a_sealed_secret_opens_for_its_owner_with_its_key(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, codes = set_up(cast.alice)
    sealed, login = stored(cast.alice)["totp_secret"], new_id()
    with pytest.raises(Unavailable):
        sealing.opened(sealed, login)
    assert sealing.opened(sealing.seal("x", login), login) == "x"
    assert sealing.seal("x", login) != sealing.seal("x", login)
    monkeypatch.setenv("PORTAL_SECRET_KEY", "another key of at least 32 characters")
    settings.load.cache_clear()
    challenge = asked(cast.alice)
    with pytest.raises(Unavailable, match="recovery code"):
        second_factor.complete(challenge, code_of(secret, NOW), BROWSER, NOW)
    second_factor.complete(challenge, codes[0], BROWSER, NOW)


def test_the_key_is_made_once_and_for_the_portal_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTAL_SECRET_KEY")
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path / "data"))
    settings.load.cache_clear()
    owner = new_id()
    sealed, refused = at_once(lambda number: sealing.seal(str(number), owner))
    assert refused == []
    assert [sealing.opened(each, owner) for each in sealed] == [str(n) for n in range(16)]
    (file,) = (tmp_path / "data").iterdir()
    assert file.name == sealing.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"short")
    with pytest.raises(Unavailable, match="damaged"):
        sealing.seal("x", owner)


def test_a_code_counts_once_and_near_its_time_only(cast: Cast) -> None:
    secret, _ = set_up(cast.alice)
    challenge = asked(cast.alice)
    for moment in (NOW, NOW - STEP, NOW - 2 * STEP, NOW + 2 * STEP):
        with pytest.raises(Invalid, match="not right"):
            second_factor.complete(challenge, code_of(secret, moment), BROWSER, NOW)
    early = code_of(secret, NOW + STEP)
    second_factor.complete(challenge, f" {early[:3]} {early[3:]} ", BROWSER, NOW)
    with pytest.raises(Invalid):
        second_factor.complete(asked(cast.alice), early, BROWSER, NOW + STEP)


@pytest.mark.parametrize(
    "typed", ["", "000000", "abcdef", "٠١٢٣٤٥", "1" * 1_000_000, "\x00", "aaaa-aaaa-aaaa-aaaa"]
)
def test_what_is_no_code_is_refused(cast: Cast, typed: str) -> None:
    set_up(cast.alice)
    challenge = asked(cast.alice)
    with pytest.raises(Invalid):
        second_factor.complete(challenge, typed, BROWSER, NOW)


def test_of_sixteen_with_one_code_one_gets_in(cast: Cast) -> None:
    secret, codes = set_up(cast.alice)
    later = NOW + STEP
    challenge = asked(cast.alice, later)
    for code in (code_of(secret, later), codes[0]):
        done, refused = at_once(
            lambda number, code=code: second_factor.complete(  # type: ignore[misc]
                challenge, code, Browser(f"198.51.{number}.1"), later
            )
        )
        assert len(done) == 1
        assert {type(each) for each in refused} == {Invalid}


def test_a_recovery_code_counts_once_and_is_mailed_about(cast: Cast) -> None:
    _, codes = set_up(cast.alice)
    second_factor.complete(asked(cast.alice), codes[3].upper(), BROWSER, NOW)
    with pytest.raises(Invalid):
        second_factor.complete(asked(cast.alice), codes[3], BROWSER, NOW)
    assert second_factor.status(cast.alice).codes_left == 9
    assert "contact.used_recovery_code" in events()
    assert any("recovery codes" in each["body"] for each in mails("mail.second_factor"))
    assert all(each["to"] == cast.alice.email for each in mails("mail.second_factor"))


def test_somebody_elses_codes_open_nothing(cast: Cast) -> None:
    secret, codes = set_up(cast.alice)
    set_up(cast.bob)
    for code in (code_of(secret, NOW + STEP), codes[0]):
        with pytest.raises(Invalid):
            second_factor.complete(asked(cast.bob), code, BROWSER, NOW)
    assert second_factor.status(cast.alice).codes_left == 10


def test_guesses_are_delayed_as_passwords_are(cast: Cast) -> None:
    secret, _ = set_up(cast.alice)
    challenge = asked(cast.alice)
    for _ in range(5):
        with pytest.raises(Invalid):
            second_factor.complete(challenge, "000000", BROWSER, NOW)
    with pytest.raises(TooManyAttempts):
        second_factor.complete(challenge, code_of(secret, NOW + STEP), BROWSER, NOW)
    with pytest.raises(TooManyAttempts):
        second_factor.turn_off(cast.alice, PASSWORD, "000000", BROWSER, NOW)
    asked(cast.alice)  # the right password is still heard
    elsewhere = Browser("203.0.113.200")
    second_factor.complete(asked(cast.alice), code_of(secret, NOW + STEP), elsewhere, NOW)


def test_a_challenge_grows_old_and_dies_with_its_password(cast: Cast) -> None:
    secret, _ = set_up(cast.alice)
    challenge = asked(cast.alice)
    late = NOW + timedelta(minutes=11)
    with pytest.raises(Conflict, match="too long"):
        second_factor.complete(challenge, code_of(secret, late), BROWSER, late)
    with store.system_writing() as session:
        link = resets.issue(session, challenge.login, NOW)
    resets.reset(token_of(link), GOOD, NOW)
    with pytest.raises(Conflict, match="changed"):
        second_factor.complete(challenge, code_of(secret, NOW + STEP), BROWSER, NOW)


def test_a_new_password_by_mail_does_not_get_around_it(cast: Cast) -> None:
    set_up(cast.alice)
    challenge = asked(cast.alice)
    with store.system_writing() as session:
        link = resets.issue(session, challenge.login, NOW)
    resets.reset(token_of(link), GOOD, NOW)
    with pytest.raises(CodeNeeded) as needed:
        identity.sign_in(cast.alice.email, GOOD, BROWSER, NOW)
    assert not needed.value.challenge.enrols
    assert live(cast.alice) == []


def test_an_invitation_does_not_get_around_it(cast: Cast, owner: Staff) -> None:
    secret, _ = set_up(cast.alice)
    contact = make_contact(cast.charlie, cast.alice.email)
    with store.system_writing() as session:
        link = invitations.issue(session, owner, contact, NOW)
    with pytest.raises(CodeNeeded) as needed:
        invitations.accept(token_of(link), PASSWORD, BROWSER, NOW + timedelta(seconds=1))
    assert live(cast.alice) == [cast.alice.sign_in_id]
    assert "contact.accepted_invitation" in events()
    later = NOW + STEP
    code = code_of(secret, later)
    started = second_factor.complete(needed.value.challenge, code, BROWSER, later)
    who = identity.scope_of(started, later)
    assert isinstance(who, Scope)
    assert who.customer_id == cast.charlie.customer_id


def test_staff_set_one_up_at_their_next_sign_in_by_default(cast: Cast, owner: Staff) -> None:
    assert Preferences().staff_second_factor is SecondFactor.REQUIRED
    preferences.change(owner, now=NOW, staff_second_factor=SecondFactor.REQUIRED)
    assert identity.scope_of(owner.sign_in_id, NOW) == owner  # whoever is in stays in
    challenge = asked(owner)
    assert challenge.enrols
    given = totp.enrolment(owner.email, "Fern")
    with pytest.raises(Invalid):
        second_factor.enrol_and_complete(challenge, given, "000000", BROWSER, NOW)
    code = code_of(given.secret, NOW)
    done, refused = at_once(
        lambda number: second_factor.enrol_and_complete(
            challenge, given, code, Browser(f"198.51.{number}.1"), NOW
        )
    )
    ((started, codes),) = done
    assert {type(each) for each in refused} == {Conflict}
    assert live(owner) == [started]
    assert len(codes) == 10
    assert not asked(owner).enrols


def test_contacts_are_asked_as_the_preference_says(cast: Cast, owner: Staff) -> None:
    identity.sign_in(cast.bob.email, PASSWORD, BROWSER, NOW)
    preferences.change(owner, now=NOW, second_factor=SecondFactor.REQUIRED)
    assert asked(cast.bob).enrols
    preferences.change(owner, now=NOW, second_factor=SecondFactor.OFF)
    identity.sign_in(cast.bob.email, PASSWORD, BROWSER, NOW)
    with pytest.raises(NotAllowed):
        set_up(cast.bob)
    preferences.change(owner, now=NOW, second_factor=SecondFactor.OPTIONAL)
    set_up(cast.bob)
    preferences.change(owner, now=NOW, second_factor=SecondFactor.OFF)
    assert not asked(cast.bob).enrols  # switching it off opens no account


def test_a_new_contact_sets_one_up_where_all_must(cast: Cast, owner: Staff) -> None:
    preferences.change(owner, now=NOW, second_factor=SecondFactor.REQUIRED)
    link = invitations.invite(owner, make_contact(cast.alice, "dora@alder.example"), NOW)
    with pytest.raises(CodeNeeded) as needed:
        invitations.accept(token_of(link), GOOD, BROWSER, NOW)
    given = totp.enrolment("dora@alder.example", "Fern")
    started, _ = second_factor.enrol_and_complete(
        needed.value.challenge, given, code_of(given.secret, NOW), BROWSER, NOW
    )
    assert identity.scope_of(started, NOW) is not None


def test_turning_off_takes_the_password_and_a_code(cast: Cast) -> None:
    secret, _ = set_up(cast.alice)
    later = NOW + STEP
    code = code_of(secret, later)
    with pytest.raises(Invalid, match="password"):
        second_factor.turn_off(cast.alice, "wrong", code, BROWSER, later)
    with pytest.raises(Invalid, match="code"):
        second_factor.turn_off(cast.alice, PASSWORD, "000000", BROWSER, later)
    second_factor.turn_off(cast.alice, PASSWORD, code, BROWSER, later)
    assert stored(cast.alice) == dict.fromkeys(stored(cast.alice))
    assert value("select count(*)::bigint from core.recovery_codes") == 0
    identity.sign_in(cast.alice.email, PASSWORD, BROWSER, later)
    assert "contact.turned_off_second_factor" in events()


def test_another_cannot_be_set_up_beside_it(cast: Cast) -> None:
    set_up(cast.alice)
    with pytest.raises(Conflict, match="already"):
        set_up(cast.alice, NOW + STEP)
    given = totp.enrolment(cast.bob.email, "Fern")
    with pytest.raises(Invalid, match="password"):
        code = code_of(given.secret, NOW)
        second_factor.set_up(cast.bob, given, "wrong", code, BROWSER, NOW)


def test_new_recovery_codes_end_the_old_ones(cast: Cast) -> None:
    _, codes = set_up(cast.alice)
    renewed = second_factor.renew_codes(cast.alice, PASSWORD, codes[0], BROWSER, NOW)
    assert set(renewed).isdisjoint(codes)
    with pytest.raises(Invalid):
        second_factor.complete(asked(cast.alice), codes[1], BROWSER, NOW)
    second_factor.complete(asked(cast.alice), renewed[0], BROWSER, NOW)


def test_an_owner_resets_it_visibly_and_signs_the_person_out(
    cast: Cast, owner: Staff, sam: Staff
) -> None:
    set_up(cast.alice)
    assert second_factor.of_customer(sam, cast.alice.customer_id) == {cast.alice.contact_id}
    with pytest.raises(NotAllowed):
        second_factor.reset_contact(sam, cast.alice.contact_id, NOW)
    with pytest.raises(Conflict, match="no second factor"):
        second_factor.reset_contact(owner, cast.bob.contact_id, NOW)
    with pytest.raises(NotFound):
        second_factor.reset_contact(owner, new_id(), NOW)
    second_factor.reset_contact(owner, cast.alice.contact_id, NOW)
    assert live(cast.alice) == []
    assert second_factor.of_customer(owner, cast.alice.customer_id) == set()
    identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)
    assert "contact.reset_second_factor" in events()
    assert "took away" in mails("mail.second_factor")[-1]["body"]


def test_a_colleague_s_is_reset_and_never_one_s_own(cast: Cast, owner: Staff, sam: Staff) -> None:
    set_up(sam)
    set_up(owner)
    with pytest.raises(Conflict):
        second_factor.reset_member(owner, owner.staff_id, NOW)
    with pytest.raises(NotAllowed):
        second_factor.reset_member(sam, owner.staff_id, NOW)
    second_factor.reset_member(owner, sam.staff_id, NOW)
    assert second_factor.of_team(owner) == {owner.staff_id}
    assert live(sam) == []
    assert sessions.list_own(owner, NOW) != []


def test_whoever_looks_as_a_customer_changes_nothing(cast: Cast, owner: Staff) -> None:
    looking = identity.view_as_customer(owner, cast.alice.customer_id)
    with pytest.raises(NotAllowed):
        set_up(looking)
