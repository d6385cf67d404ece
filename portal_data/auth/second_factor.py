"""The second factor: a code from an app, asked for after the password (TOTP, RFC 6238).

The app's secret is stored sealed, recovery codes as digests. A code counts once: the step that it
belongs to is stored, and no step at or before it counts again. Wrong codes are counted and delayed
as wrong passwords are, apart from them.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal_data import security_log, settings, store
from portal_data.auth import (
    challenges,
    identity,
    logins,
    passwords,
    sealing,
    sessions,
    throttle,
    tokens,
    totp,
)
from portal_data.auth.challenges import Challenge
from portal_data.auth.logins import Login
from portal_data.auth.sessions import Browser
from portal_data.auth.totp import Enrolment
from portal_data.business.preferences import SecondFactor
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, events, outbox, templates
from portal_data.messaging.event import Event
from portal_data.scope import Scope, Staff, need_actor
from portal_data.store import OpenSession
from portal_data.text import language
from portal_data.text.language import N_, _

RECOVERY_CODES = 10
_GROUPS, _GROUP = 4, 4  # of a recovery code: 80 random bits
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"

_GET = """
    select totp_secret, totp_confirmed_at from core.logins where id = $id order by id
"""
_SET = """
    update core.logins
    set totp_secret = $secret, totp_confirmed_at = $confirmed_at, totp_last_step = $step
    where id = $id
"""
_SPEND_STEP = """
    update core.logins set totp_last_step = $step
    where id = $id and totp_confirmed_at is not null and coalesce(totp_last_step, -1) < $step
"""
_SPEND_CODE = """
    update core.recovery_codes set used_at = $now
    where login_id = $id and code_hash = $hash and used_at is null
"""
_FORGET_CODES = "delete from core.recovery_codes where login_id = $id"
_ADD_CODE = """
    insert into core.recovery_codes (login_id, code_hash, created_at) values ($id, $hash, $now)
"""
_CODES_LEFT = """
    select count(*)::bigint as n from core.recovery_codes
    where login_id = $id and used_at is null
    order by n
"""
_WITH = """
    select c.id from core.contacts c join core.logins l on l.id = c.login_id
    where c.customer_id = $customer_id and l.totp_confirmed_at is not null
    order by c.id
"""
_STAFF_WITH = """
    select f.id from core.staff f join core.logins l on l.id = f.login_id
    where l.totp_confirmed_at is not null
    order by f.id
"""
_WRONG = N_("This code is not right, or it was used already. Wait for the next one.")


@dataclass(frozen=True, slots=True)
class Status:
    """One's own second factor: since when (naive UTC), codes left, and what the business wants."""

    since: datetime | None
    codes_left: int
    wanted: SecondFactor


def status(who: Scope | Staff) -> Status:
    """Return the person's own second factor. Raises NotFound for whoever is signed out."""
    with store.system_reading() as session:
        login = _login(session, who)
        (row,) = session.rows(_GET, id=login.id)
        wanted = challenges.wanted_of(session, login)
        left = session.value(_CODES_LEFT, id=login.id)
    return Status(row["totp_confirmed_at"], left, wanted)


def of_customer(staff: Staff, customer_id: UUID) -> set[UUID]:
    """Return the contacts of a customer who have a second factor."""
    with store.staff_reading(staff) as session:
        return {row["id"] for row in session.rows(_WITH, customer_id=customer_id)}


def of_team(staff: Staff) -> set[UUID]:
    """Return the members of staff who have a second factor."""
    with store.staff_reading(staff) as session:
        return {row["id"] for row in session.rows(_STAFF_WITH)}


def complete(challenge: Challenge, code: str, browser: Browser, now: datetime) -> UUID:
    """Sign in with the code that a right password asks for, and return the sign-in.

    A recovery code does as well, once. Raises Invalid for a wrong or used code, TooManyAttempts
    after several, Conflict when the challenge is too old or the password was changed since.
    """
    challenge.need(now)
    login = challenge.login
    with store.system_writing() as session:
        counters = identity.attempt(session, login.email, browser, now, "code")
    with store.system_writing() as session:
        logins.hold(session, login)
        by_recovery = _spend(session, login, code, now)
        throttle.succeeded(session, counters)
        started = identity.begin(session, login, browser, now, challenge.proof, challenge.method)
        if by_recovery:
            who = identity.within(session, started, now)
            _changed(session, login, who, events.USED_RECOVERY_CODE, _USED_CODE, now)
    return started


def enrol_and_complete(
    challenge: Challenge, given: Enrolment, code: str, browser: Browser, now: datetime
) -> tuple[UUID, tuple[str, ...]]:
    """Set up a second factor where signing in needs one; return the sign-in and recovery codes.

    Raises as `complete`, and Conflict when one was set up meanwhile.
    """
    challenge.need(now)
    login = challenge.login
    with store.system_writing() as session:
        counters = identity.attempt(session, login.email, browser, now, "code")
    with store.system_writing() as session:
        logins.hold(session, login)
        codes = _set_up(session, login, given, code, now)
        throttle.succeeded(session, counters)
        sessions.revoke_login(session, login.id, "second_factor", now)
        started = identity.begin(session, login, browser, now, challenge.proof, challenge.method)
        who = identity.within(session, started, now)
        _changed(session, login, who, events.SET_UP_SECOND_FACTOR, _SET_UP, now)
    return started, codes


def set_up(
    who: Scope | Staff, given: Enrolment, password: str, code: str, browser: Browser, now: datetime
) -> tuple[str, ...]:
    """Set up one's own second factor with a code from the app; return the recovery codes.

    The person's other sign-ins end. Raises Invalid for a wrong password or code, TooManyAttempts
    after several, Conflict when there is one already, NotAllowed when the business wants none, and
    for staff who look at what a customer sees.
    """
    login, counters = _proved(who, password, browser, now)
    with store.system_writing() as session:
        logins.hold(session, login)
        if challenges.wanted_of(session, login) is SecondFactor.OFF:
            raise NotAllowed(_("This portal asks for no second factor."))
        codes = _set_up(session, login, given, code, now)
        throttle.succeeded(session, counters)
        sessions.revoke_others(session, who.sign_in_id, "second_factor", now)
        _changed(session, login, who, events.SET_UP_SECOND_FACTOR, _SET_UP, now)
    return codes


def renew_codes(
    who: Scope | Staff, password: str, code: str, browser: Browser, now: datetime
) -> tuple[str, ...]:
    """Replace one's own recovery codes and return the new ones; raises as `turn_off`."""
    login, counters = _proved(who, password, browser, now)
    with store.system_writing() as session:
        logins.hold(session, login)
        _spend(session, login, code, now)
        throttle.succeeded(session, counters)
        codes = _new_codes(session, login, now)
        _changed(session, login, who, events.RENEWED_RECOVERY_CODES, _RENEWED, now)
    return codes


def turn_off(who: Scope | Staff, password: str, code: str, browser: Browser, now: datetime) -> None:
    """Turn off one's own second factor with the password and a code.

    Where the business requires one, the next sign-in sets up another: so a new telephone gets in.
    Raises Invalid for a wrong password or code, TooManyAttempts after several, NotAllowed for staff
    who look at what a customer sees.
    """
    login, counters = _proved(who, password, browser, now)
    with store.system_writing() as session:
        logins.hold(session, login)
        _spend(session, login, code, now)
        throttle.succeeded(session, counters)
        _remove(session, login)
        _changed(session, login, who, events.TURNED_OFF_SECOND_FACTOR, _TURNED_OFF, now)


def reset_contact(staff: Staff, contact_id: UUID, now: datetime) -> None:
    """Take away a contact's second factor, as an owner who knows that its telephone is lost.

    All its sign-ins end, and it is mailed. Raises NotAllowed for ordinary staff, NotFound for an
    unknown contact, Conflict when it has none.
    """
    staff.need_owner()
    with store.staff_writing(staff) as session:
        _reset(session, staff, "contact", contact_id, now)


def reset_member(staff: Staff, staff_id: UUID, now: datetime) -> None:
    """Take away a colleague's second factor as an owner; raises as `reset_contact`.

    One's own is turned off with a code, so Conflict for oneself.
    """
    staff.need_owner()
    if staff_id == staff.staff_id:
        raise Conflict("Turn off your own under Security, with a code.")
    with store.staff_writing(staff) as session:
        _reset(session, staff, "staff", staff_id, now)


def reset_within(session: OpenSession, staff_id: UUID, now: datetime) -> None:
    """Take away a member's second factor from the command line; raises as `reset_contact`."""
    _reset(session, None, "staff", staff_id, now)


def _reset(
    session: OpenSession, who: Staff | None, kind: str, person_id: UUID, now: datetime
) -> None:
    row, login = logins.held_of(session, kind, person_id)
    if not login.has_second_factor:
        raise Conflict(f"{row['name']} has no second factor.")
    _remove(session, login)
    sessions.revoke_login(session, login.id, "second_factor_reset", now)
    activity.record(
        session,
        who,
        events.RESET_SECOND_FACTOR[kind],
        now=now,
        customer_id=row["customer_id"],
        subject_kind=kind,
        subject_id=person_id,
        subject_number=row["name"],
    )
    _mail(session, login, _RESET, now)


def _proved(
    who: Scope | Staff, password: str, browser: Browser, now: datetime
) -> tuple[Login, list[throttle.Counter]]:
    """Return the person's login once the password is right, and the counters for its success."""
    need_actor(who)
    with store.system_writing() as session:
        login = _login(session, who)
        counters = identity.attempt(session, login.email, browser, now, "code")
    if not passwords.matches(password, login.password_hash, settings.load().bcrypt_cost):
        security_log.event("second_factor.refused", actor=who)
        raise Invalid(_("The password is wrong."))
    return login, counters


def _login(session: OpenSession, who: Scope | Staff) -> Login:
    login = logins.of_sign_in(session, who.sign_in_id)
    if login is None:
        raise NotFound(_("You are signed out. Sign in again."))
    return login


def _set_up(
    session: OpenSession, login: Login, given: Enrolment, code: str, now: datetime
) -> tuple[str, ...]:
    (row,) = session.locked(_GET, id=login.id)
    if row["totp_confirmed_at"] is not None:
        raise Conflict(_("A second factor is set up already. Turn it off first."))
    step = totp.step_of(given.secret, code, now)
    if step is None:
        raise Invalid(_(_WRONG))
    sealed = sealing.seal(given.secret, login.id)
    session.change(_SET, id=login.id, secret=sealed, confirmed_at=now, step=step)
    return _new_codes(session, login, now)


def _spend(session: OpenSession, login: Login, code: str, now: datetime) -> bool:
    """Use up a code of the app or a recovery code; tell whether it was one of the latter.

    Raises Invalid when it is neither, or was used up.
    """
    typed = "".join(code[: totp.CODE_LIMIT].split()).replace("-", "").lower()
    if len(typed) == _GROUPS * _GROUP:
        hashed = tokens.digest(typed)
        if session.change(_SPEND_CODE, id=login.id, hash=hashed, now=now) == 1:
            return True
    else:
        (row,) = session.locked(_GET, id=login.id)
        if row["totp_secret"] is not None:
            step = totp.step_of(sealing.opened(row["totp_secret"], login.id), typed, now)
            if step is not None and session.change(_SPEND_STEP, id=login.id, step=step) == 1:
                return False
    security_log.event("second_factor.failed", login=login.id)
    raise Invalid(_(_WRONG))


def _new_codes(session: OpenSession, login: Login, now: datetime) -> tuple[str, ...]:
    """Store new recovery codes as digests, in place of all older ones, and return them."""
    session.change(_FORGET_CODES, id=login.id)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP))
             for _ in range(RECOVERY_CODES)]  # fmt: skip
    for code in codes:
        session.change(_ADD_CODE, id=login.id, hash=tokens.digest(code), now=now)
    return tuple(
        "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP)) for code in codes
    )


def _remove(session: OpenSession, login: Login) -> None:
    session.change(_SET, id=login.id, secret=None, confirmed_at=None, step=None)
    session.change(_FORGET_CODES, id=login.id)


def _changed(
    session: OpenSession,
    login: Login,
    who: Scope | Staff | None,
    event: dict[str, Event],
    sentence: str,
    now: datetime,
) -> None:
    """Record what happened to somebody's second factor, and mail them in case it was not them."""
    kind = "contact" if isinstance(who, Scope) else "staff"
    activity.record(session, who, event[kind], now=now)
    _mail(session, login, sentence, now)


def _mail(session: OpenSession, login: Login, sentence: str, now: datetime) -> None:
    with language.reading(logins.language_of(session, login)):
        letter = templates.second_factor(login.email, templates.business_name(session), sentence)
    outbox.enqueue(
        session,
        "mail.second_factor",
        dedup_key=f"second_factor:{new_id()}",
        payload=letter,
        now=now,
    )


_SET_UP = N_("A second factor was set up: signing in asks for a code from an app from now on.")
_TURNED_OFF = N_("The second factor was turned off: signing in asks for the password alone.")
_RENEWED = N_("New recovery codes were made. The ones from before open nothing any more.")
_USED_CODE = N_("Somebody signed in with one of the recovery codes.")
_RESET = N_("The business took away the second factor, and signed you out everywhere.")
