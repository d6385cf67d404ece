"""Signing in by a link from a mail: the same answer for everybody, one link, once, soon."""

from datetime import UTC, timedelta
from uuid import UUID

import pyotp
import pytest

from portal_data import store
from portal_data.auth import (
    access,
    colleagues,
    identity,
    login_links,
    resets,
    second_factor,
    tokens,
    totp,
)
from portal_data.auth.challenges import CodeNeeded
from portal_data.auth.login_links import KEEP, LIFETIME
from portal_data.auth.sessions import Browser
from portal_data.auth.throttle import TooManyAttempts
from portal_data.business import preferences
from portal_data.business.preferences import SecondFactor
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.ops import worker
from portal_data.scope import Scope
from tests.conftest import NOW, PASSWORD, Cast
from tests.people import BROWSER, at_once, events, mails, make_contact, rows, token_of, value

GOOD = "three otters juggling"


def _token(email: str, now=NOW) -> str:
    """Ask for a link and let the request be answered; return the token of the mailed link."""
    with store.system_writing() as session:
        assert login_links.answer(session, new_id(), email, now)
    return token_of(mails("mail.login_link")[-1]["link"])


def _signed_in(token: str, now=NOW) -> Scope:
    """Sign in with a link."""
    who = identity.scope_of(login_links.sign_in(token, BROWSER, now), now)
    assert isinstance(who, Scope)
    return who


def _refused(token: str, now=NOW) -> None:
    with pytest.raises(NotFound):
        login_links.opened(token, now)
    with pytest.raises(NotFound):
        login_links.sign_in(token, BROWSER, now)


def test_a_link_signs_in_its_owner(cast: Cast) -> None:
    token = _token(cast.alice.email)
    (mail,) = mails("mail.login_link")
    assert mail["to"] == cast.alice.email
    assert mail["link"].startswith("https://portal.example/sign_in_link?token=")
    assert login_links.opened(token, NOW) == cast.alice.email
    who = _signed_in(token)
    assert who.contact_id == cast.alice.contact_id
    assert events() == ["contact.signed_in"]
    methods = rows("select method from core.sign_ins where method is not null order by id")
    assert methods == [{"method": "link"}]


def test_asking_leaves_the_same_behind_for_every_email(cast: Cast) -> None:
    left = []
    for email in (cast.alice.email, cast.owner.email, "nobody@nowhere.example"):
        assert login_links.request(email, BROWSER, NOW) is None
        stored = rows("select kind, status, payload from core.outbox order by id")
        left.append([{**row, "payload": row["payload"].replace(email, "…")} for row in stored][-1])
    assert left[0] == left[1] == left[2]
    assert left[0]["kind"] == login_links.LINK.requested
    assert rows("select id from core.login_links order by id") == []
    assert events() == []


def test_only_contacts_with_access_are_mailed(cast: Cast) -> None:
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    access.disable_customer(cast.owner, cast.charlie.customer_id, NOW)
    make_contact(cast.alice, "invited@alder.example", portal_status="invited")
    with store.system_writing() as session:
        answered = [
            email
            for email in (cast.alice.email, cast.owner.email, cast.bob.email, cast.charlie.email,
                          "invited@alder.example", "nobody@nowhere.example")
            if login_links.answer(session, new_id(), email, NOW)
        ]  # fmt: skip
    assert answered == [cast.alice.email]
    assert [mail["to"] for mail in mails("mail.login_link")] == [cast.alice.email]


def test_a_request_answered_twice_mails_once(cast: Cast) -> None:
    """As when the worker died between the answer and saying so."""
    request_id = new_id()
    for first in (True, False):
        with store.system_writing() as session:
            assert login_links.answer(session, request_id, cast.alice.email, NOW) is first
    assert len(rows("select id from core.login_links order by id")) == 1


def test_only_a_digest_is_stored(cast: Cast) -> None:
    token = _token(cast.alice.email)
    (row,) = rows("select * from core.login_links order by id")
    assert row["token_hash"] == tokens.digest(token)
    assert token not in repr(row)


def test_opening_a_link_uses_nothing_up(cast: Cast) -> None:
    """Mail scanners fetch what is in a mail, some with a whole browser."""
    token = _token(cast.alice.email)
    before = rows("select * from core.login_links order by id")
    for _ in range(5):
        login_links.opened(token, NOW)
    assert rows("select * from core.login_links order by id") == before
    assert rows("select id from core.sign_ins where method = 'link' order by id") == []
    _signed_in(token)


def test_a_link_works_once_and_for_a_quarter_of_an_hour(cast: Cast) -> None:
    token = _token(cast.alice.email)
    _refused(token, NOW + LIFETIME)
    _signed_in(token, NOW + LIFETIME - timedelta(seconds=1))
    for spent in (token, token[:-1], "made up", ""):
        _refused(spent)


def test_used_by_many_at_once_one_wins(cast: Cast) -> None:
    token = _token(cast.alice.email)
    done, refused = at_once(lambda _: login_links.sign_in(token, BROWSER, NOW))
    assert len(done) == 1
    assert all(isinstance(error, Conflict | NotFound) for error in refused)
    assert len(rows("select id from core.sign_ins where method = 'link' order by id")) == 1


def test_of_two_links_used_at_once_one_wins(cast: Cast) -> None:
    both = [_token(cast.alice.email), _token(cast.alice.email)]
    done, refused = at_once(lambda n: login_links.sign_in(both[n % 2], BROWSER, NOW))
    assert len(done) == 1
    assert all(isinstance(error, Conflict | NotFound) for error in refused)


def test_others_end_with_its_use_a_new_password_and_the_end_of_access(cast: Cast) -> None:
    older, newer = _token(cast.alice.email), _token(cast.alice.email)
    bobs = _token(cast.bob.email)
    _signed_in(newer)
    _refused(older)
    assert login_links.opened(bobs, NOW) == cast.bob.email
    who = identity.scope_of(identity.sign_in(cast.bob.email, PASSWORD, BROWSER, NOW), NOW)
    assert isinstance(who, Scope)
    identity.change_password(who, PASSWORD, GOOD, BROWSER, NOW)
    _refused(bobs)
    bobs = _token(cast.bob.email)
    with store.system_writing() as session:
        resets.answer(session, new_id(), cast.bob.email, NOW)
    resets.reset(token_of(mails("mail.password_reset")[0]["link"]), f"{GOOD} 2", NOW)
    _refused(bobs)
    bobs = _token(cast.bob.email)
    colleagues.disable(cast.alice, cast.bob.contact_id, NOW)
    colleagues.enable(cast.alice, cast.bob.contact_id, NOW)
    _refused(bobs)
    charlies = _token(cast.charlie.email)
    access.disable_customer(cast.owner, cast.charlie.customer_id, NOW)
    access.enable_customer(cast.owner, cast.charlie.customer_id, NOW)
    _refused(charlies)


def test_a_link_opens_nothing_without_access_even_if_it_was_not_ended(cast: Cast) -> None:
    token = _token(cast.alice.email)
    with store.system_writing() as session:
        session.change(_SET, id=cast.alice.contact_id, status="disabled")
    _refused(token)
    with store.system_writing() as session:
        session.change(_SET, id=cast.alice.contact_id, status="active")
    _signed_in(token)


_SET = "update core.contacts set version = version + 1, portal_status = $status where id = $id"


def _enrolled(who: Scope) -> str:
    """Set up a second factor and return its secret."""
    given = totp.enrolment(who.email, "Test")
    second_factor.set_up(who, given, PASSWORD, _code(given.secret), BROWSER, NOW)
    return given.secret


def _code(secret: str, step: int = 0) -> str:
    return pyotp.TOTP(secret).at(NOW.replace(tzinfo=UTC) + timedelta(seconds=30 * step))


def test_a_second_factor_is_asked_for_and_the_link_is_spent_by_then(cast: Cast) -> None:
    secret = _enrolled(cast.alice)
    token = _token(cast.alice.email)
    with pytest.raises(CodeNeeded) as needed:
        login_links.sign_in(token, BROWSER, NOW)
    _refused(token)
    assert rows("select id from core.sign_ins where method = 'link' order by id") == []
    challenge = needed.value.challenge
    with pytest.raises(Invalid):
        second_factor.complete(challenge, "000000", BROWSER, NOW)
    started = second_factor.complete(challenge, _code(secret, 1), BROWSER, NOW)
    assert _method(started) == "link"


def test_whoever_must_have_one_sets_it_up_after_the_link(cast: Cast) -> None:
    preferences.change(cast.owner, now=NOW, second_factor=SecondFactor.REQUIRED)
    with pytest.raises(CodeNeeded) as needed:
        login_links.sign_in(_token(cast.alice.email), BROWSER, NOW)
    assert needed.value.challenge.enrols
    given = totp.enrolment(cast.alice.email, "Test")
    started, _ = second_factor.enrol_and_complete(
        needed.value.challenge, given, _code(given.secret), BROWSER, NOW
    )
    assert _method(started) == "link"


def _method(sign_in_id: UUID) -> str:
    return str(value("select method from core.sign_ins where id = $id order by id", id=sign_in_id))


def test_the_business_switches_it_off(cast: Cast) -> None:
    token = _token(cast.alice.email)
    assert login_links.offered()
    preferences.change(cast.owner, now=NOW, login_links=False)
    assert not login_links.offered()
    _refused(token)
    with pytest.raises(NotFound):
        login_links.request(cast.alice.email, BROWSER, NOW)
    with store.system_writing() as session:
        assert not login_links.answer(session, new_id(), cast.alice.email, NOW)
    preferences.change(cast.owner, now=NOW, login_links=True)
    _signed_in(token)


def test_somebody_of_two_customers_begins_where_they_were_last(cast: Cast) -> None:
    login_id = value(
        "select login_id from core.contacts where id = $id order by id", id=cast.alice.contact_id
    )
    at_birch = make_contact(
        cast.charlie, cast.alice.email, portal_status="active", login_id=login_id
    )
    assert _signed_in(_token(cast.alice.email)).contact_id == cast.alice.contact_id
    access.disable_contact(cast.owner, cast.alice.contact_id, NOW)
    assert _signed_in(_token(cast.alice.email)).contact_id == at_birch


def test_asking_is_counted_apart_from_everything_else(cast: Cast) -> None:
    for _ in range(5):
        login_links.request(cast.alice.email, BROWSER, NOW)
    with pytest.raises(TooManyAttempts):
        login_links.request(cast.alice.email, BROWSER, NOW)
    resets.request(cast.alice.email, BROWSER, NOW)
    identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)
    with pytest.raises(Invalid):
        login_links.request("no address", BROWSER, NOW)


def test_nobody_floods_a_mailbox_or_keeps_its_owner_out(cast: Cast) -> None:
    """Whoever asks from ever new networks ends no link that the owner got before."""
    own = _token(cast.alice.email)
    for number in range(30):
        login_links.request(cast.alice.email, Browser(f"198.51.100.{number}"), NOW)
    with store.system_writing() as session:
        answered = [login_links.answer(session, new_id(), cast.alice.email, NOW) for _ in range(30)]
    assert sum(answered) == 4
    _signed_in(own)
    later = NOW + timedelta(hours=1, seconds=1)
    with store.system_writing() as session:
        assert login_links.answer(session, new_id(), cast.alice.email, later)


def test_old_links_are_cleared_away(cast: Cast) -> None:
    _token(cast.alice.email)
    worker.clean(NOW + KEEP)
    assert len(rows("select id from core.login_links order by id")) == 1
    worker.clean(NOW + KEEP + LIFETIME + timedelta(seconds=1))
    assert rows("select id from core.login_links order by id") == []


def test_the_log_says_what_was_asked_and_refused_and_no_token(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "portal.security"):
        login_links.request(cast.alice.email, BROWSER, NOW)
        _refused("a-made-up-token")
    logged = " ".join(str(record.__dict__) for record in caplog.records)
    assert "login_link.requested" in logged
    assert "login_link.refused" in logged
    assert "a-made-up-token" not in logged
    assert cast.alice.email not in logged
