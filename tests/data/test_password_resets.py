"""Forgotten passwords: the same answer for everybody, one link, one hour."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.auth import access, identity, logins, resets
from portal_data.auth.resets import LIFETIME
from portal_data.auth.sessions import Browser
from portal_data.auth.throttle import TooManyAttempts
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.messaging import outbox
from portal_data.scope import Staff
from tests.conftest import NOW, PASSWORD, Cast
from tests.people import BROWSER, at_once, events, mails, rows, token_of

GOOD = "three otters juggling"


def _link(email: str, now=NOW) -> str:
    """Ask for a link and let the request be answered; return the mailed link."""
    with store.system_writing() as session:
        assert resets.answer(session, new_id(), email, now)
    return mails("mail.password_reset")[-1]["link"]


def test_asking_leaves_the_same_behind_for_every_email(cast: Cast) -> None:
    left = []
    for email in (cast.alice.email, cast.owner.email, "nobody@nowhere.example"):
        resets.request(email, BROWSER, NOW)
        stored = rows("select kind, status, payload from core.outbox order by id")
        left.append([{**row, "payload": row["payload"].replace(email, "…")} for row in stored][-1])
    assert left[0] == left[1] == left[2]
    assert left[0]["kind"] == "password_reset.requested"
    assert rows("select id from core.password_resets order by id") == []
    assert events() == []


def test_a_request_is_answered_only_to_somebody_with_access(cast: Cast) -> None:
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    access.disable_customer(cast.owner, cast.charlie.customer_id, NOW)
    with store.system_writing() as session:
        answered = {
            email: resets.answer(session, new_id(), email, NOW)
            for email in (cast.alice.email, cast.owner.email, cast.bob.email, cast.charlie.email,
                          "nobody@nowhere.example")
        }  # fmt: skip
    assert [email for email, yes in answered.items() if yes] == [
        cast.alice.email,
        cast.owner.email,
    ]
    assert [mail["to"] for mail in mails("mail.password_reset")] == [
        cast.alice.email,
        cast.owner.email,
    ]


def test_a_request_answered_twice_mails_once(cast: Cast) -> None:
    request_id = new_id()
    with store.system_writing() as session:
        assert resets.answer(session, request_id, cast.alice.email, NOW)
    with store.system_writing() as session:
        assert not resets.answer(session, request_id, cast.alice.email, NOW)
    link = mails("mail.password_reset")[0]["link"]
    resets.reset(token_of(link), GOOD, NOW)


def test_a_link_sets_the_password_and_signs_out_everywhere(cast: Cast) -> None:
    signed_in = identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)
    link = _link(cast.alice.email)
    assert link.startswith("https://portal.example/reset_password?token=")
    assert resets.opened(token_of(link), NOW) == cast.alice.email
    resets.reset(token_of(link), GOOD, NOW)
    assert identity.scope_of(signed_in, NOW) is None
    with pytest.raises(Invalid):
        identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)
    identity.sign_in(cast.alice.email, GOOD, BROWSER, NOW)
    identity.sign_in(cast.bob.email, PASSWORD, BROWSER, NOW)
    assert "contact.reset_password" in events()
    assert [mail["to"] for mail in mails("mail.password_changed")] == [cast.alice.email]


def test_staff_reset_too(owner: Staff) -> None:
    resets.reset(token_of(_link(owner.email)), GOOD, NOW)
    identity.sign_in(owner.email, GOOD, BROWSER, NOW)
    assert "staff.reset_password" in events()


def test_a_link_works_once_and_for_an_hour(cast: Cast) -> None:
    token = token_of(_link(cast.alice.email))
    with pytest.raises(NotFound):
        resets.reset(token, GOOD, NOW + LIFETIME)
    resets.reset(token, GOOD, NOW + LIFETIME - timedelta(seconds=1))
    for spent in (token, "made up", ""):
        with pytest.raises(NotFound):
            resets.reset(spent, "another good passphrase", NOW)


def test_used_by_many_at_once_one_wins(cast: Cast) -> None:
    token = token_of(_link(cast.alice.email))
    done, refused = at_once(lambda n: resets.reset(token, f"{GOOD} {n}", NOW), times=8)
    assert len(done) == 1
    assert all(isinstance(error, Conflict | NotFound) for error in refused)
    assert len(mails("mail.password_changed")) == 1


def test_a_newer_link_stops_the_older(cast: Cast) -> None:
    older, newer = token_of(_link(cast.alice.email)), token_of(_link(cast.alice.email))
    with pytest.raises(NotFound):
        resets.opened(older, NOW)
    assert resets.opened(newer, NOW)


def test_nobody_floods_a_mailbox(cast: Cast) -> None:
    """From ever new networks, so that no counter of a network notices."""
    for number in range(30):
        browser = Browser(f"198.51.100.{number}")
        resets.request(cast.alice.email, browser, NOW + timedelta(seconds=number))
    answered = []
    for number in range(30):
        with store.system_writing() as session:
            moment = NOW + timedelta(seconds=number)
            answered.append(resets.answer(session, new_id(), cast.alice.email, moment))
    assert answered == [True] * 5 + [False] * 25
    last = token_of(mails("mail.password_reset")[-1]["link"])
    resets.reset(last, GOOD, NOW + timedelta(minutes=1))
    later = NOW + LIFETIME + timedelta(minutes=1)
    with store.system_writing() as session:
        assert resets.answer(session, new_id(), cast.alice.email, later)


def test_a_changed_password_stops_open_links(cast: Cast) -> None:
    token = token_of(_link(cast.alice.email))
    who = identity.scope_of(identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW), NOW)
    assert who is not None
    identity.change_password(who, PASSWORD, GOOD, BROWSER, NOW)
    with pytest.raises(NotFound):
        resets.reset(token, "another good passphrase", NOW)


def test_a_bad_password_spends_nothing(cast: Cast) -> None:
    token = token_of(_link(cast.alice.email))
    for bad in (
        "short",
        cast.alice.email,
        "qwertyuiop123",
        "Alice Test Alder Ltd",
        "AliceTestAlderLtd",
    ):
        with pytest.raises(Invalid):
            resets.reset(token, bad, NOW)
    resets.reset(token, GOOD, NOW)


def test_a_reset_ends_the_delay_of_the_account(cast: Cast) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            identity.sign_in(cast.alice.email, "wrong", BROWSER, NOW)
    resets.reset(token_of(_link(cast.alice.email)), GOOD, NOW)
    identity.sign_in(cast.alice.email, GOOD, BROWSER, NOW)


def test_asking_is_counted_apart_from_signing_in(cast: Cast) -> None:
    for email in (cast.alice.email, "nobody@nowhere.example"):
        for _ in range(5):
            resets.request(email, BROWSER, NOW)
        with pytest.raises(TooManyAttempts):
            resets.request(email, BROWSER, NOW)
    identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)


def test_text_that_is_no_address_is_refused(cast: Cast) -> None:
    for text in ("", "alice", "alice@", "a@b", "a b@c.example", "a@c.example\nbcc: x@y.example"):
        with pytest.raises(Invalid):
            resets.request(text, BROWSER, NOW)
    with store.system_reading() as session:
        assert outbox.due(session, NOW) == []


def test_a_link_for_a_login_without_a_password_sets_the_first(cast: Cast) -> None:
    with store.system_writing() as session:
        login = logins.create(session, "new@fern.example", None, NOW)
        link = resets.issue(session, login, NOW)
    resets.reset(token_of(link), GOOD, NOW)
    with store.system_reading() as session:
        stored = logins.find(session, "new@fern.example")
    assert stored is not None
    assert stored.password_hash
    assert GOOD not in repr(stored)
    assert stored.password_hash not in repr(stored)
