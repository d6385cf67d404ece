"""Signing in, staying in, switching customer and getting out."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import bcrypt
import pytest

from portal_data import store
from portal_data.auth import identity, resets, sessions, switching, throttle, tokens
from portal_data.auth.sessions import ABSOLUTE, IDLE, TICKET_LIFETIME, Browser
from portal_data.auth.throttle import TooManyAttempts
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, PASSWORD, Cast
from tests.factories import insert
from tests.people import BROWSER, at_once, events, mails, rows, value

GOOD = "three otters juggling"


def _sign_in(email: str, password: str = PASSWORD, now=NOW) -> UUID:
    return identity.sign_in(email, password, BROWSER, now)


def _second_contact(alice: Scope, charlie: Scope, role: str = "viewer") -> UUID:
    """Let Alice's login act for Charlie's customer too."""
    login_id = value("select login_id from core.contacts where id = $id", id=alice.contact_id)
    return insert(
        "contacts", customer_id=charlie.customer_id, login_id=login_id, first_name="Alice",
        last_name="Test", email=alice.email, role=role, portal_status="active", created_at=NOW,
        updated_at=NOW,
    )  # fmt: skip


def test_a_contact_signs_in(alice: Scope) -> None:
    who = identity.scope_of(_sign_in(" ALICE@Alder.example "), NOW)
    assert isinstance(who, Scope)
    assert (who.customer_id, who.contact_id, who.role) == (
        alice.customer_id,
        alice.contact_id,
        Role.ADMIN,
    )
    assert (who.name, who.email, who.customer_name) == ("Alice Test", alice.email, "Alder Ltd")
    assert events() == ["contact.signed_in"]


def test_staff_sign_in(owner: Staff) -> None:
    who = identity.scope_of(_sign_in(owner.email), NOW)
    assert isinstance(who, Staff)
    assert (who.staff_id, who.role) == (owner.staff_id, Role.OWNER)
    assert events() == ["staff.signed_in"]


def test_wrong_unknown_and_unusable_passwords_are_refused_alike(alice: Scope) -> None:
    told = set()
    for email, password in [
        (alice.email, "wrong horse battery"),
        ("nobody@nowhere.example", PASSWORD),
        (alice.email, "x" * 73),
        (alice.email, "nul\0nul"),
    ]:
        with pytest.raises(Invalid) as refused:
            _sign_in(email, password)
        told.add(str(refused.value))
    assert told == {"The e-mail or the password is wrong."}
    assert events() == []


def test_an_unknown_account_costs_the_same_work(
    alice: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compares what is done, not seconds: one bcrypt of the same cost each."""
    done: list[bytes] = []
    real: Callable[[bytes, bytes], bool] = bcrypt.checkpw

    def counted(password: bytes, hashed: bytes) -> bool:
        done.append(hashed[:7])
        return real(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    work = []
    for email, password in [
        (alice.email, "wrong horse battery"),
        ("nobody@nowhere.example", "wrong horse battery"),
        (alice.email, "x" * 73),
    ]:
        done.clear()
        with pytest.raises(Invalid):
            _sign_in(email, password)
        work.append(list(done))
    assert work == [[b"$2b$04$"]] * 3


def test_a_disabled_contact_is_told_only_with_the_right_password(alice: Scope) -> None:
    _change("update core.contacts set portal_status = 'disabled' where id = $id", alice.contact_id)
    with pytest.raises(Invalid):
        _sign_in(alice.email, "wrong horse battery")
    with pytest.raises(NotAllowed):
        _sign_in(alice.email)


def test_a_closed_portal_lets_nobody_in(alice: Scope) -> None:
    _change("update core.customers set portal_enabled = false where id = $id", alice.customer_id)
    with pytest.raises(NotAllowed):
        _sign_in(alice.email)


@pytest.mark.parametrize("who", ["contact", "customer", "staff", "login"])
def test_what_is_taken_away_ends_a_sign_in_at_once(cast: Cast, who: str) -> None:
    person = cast.owner if who == "staff" else cast.alice
    sign_in_id = _sign_in(person.email)
    assert identity.scope_of(sign_in_id, NOW) is not None
    if who == "contact":
        _change("update core.contacts set portal_status = 'disabled' where id = $id",
                cast.alice.contact_id)  # fmt: skip
    elif who == "customer":
        _change("update core.customers set portal_enabled = false where id = $id",
                cast.alice.customer_id)  # fmt: skip
    elif who == "staff":
        _change("update core.staff set status = 'disabled' where id = $id", cast.owner.staff_id)
    else:
        _change("update core.contacts set login_id = null where id = $id", cast.alice.contact_id)
    assert identity.scope_of(sign_in_id, NOW) is None


def test_a_changed_role_counts_on_the_next_run(alice: Scope) -> None:
    sign_in_id = _sign_in(alice.email)
    _change("update core.contacts set role = 'viewer' where id = $id", alice.contact_id)
    who = identity.scope_of(sign_in_id, NOW)
    assert isinstance(who, Scope)
    assert who.role is Role.VIEWER


def test_idle_and_old_sign_ins_are_over(alice: Scope) -> None:
    sign_in_id = _sign_in(alice.email)
    assert identity.scope_of(sign_in_id, NOW + IDLE) is None
    assert identity.scope_of(sign_in_id, NOW + IDLE - timedelta(seconds=1)) is not None
    moment = NOW
    while moment < NOW + ABSOLUTE - IDLE:  # used again and again, it stays until its last day
        moment += IDLE - timedelta(minutes=1)
        assert identity.scope_of(sign_in_id, moment) is not None
    assert identity.scope_of(sign_in_id, NOW + ABSOLUTE) is None


def test_an_unknown_sign_in_is_nobody(alice: Scope) -> None:
    assert identity.scope_of(new_id(), NOW) is None
    assert identity.from_cookie("made up", NOW) is None
    assert identity.resolve_cookie("", NOW) is None


def test_a_ticket_becomes_a_cookie_once(alice: Scope) -> None:
    sign_in_id = _sign_in(alice.email)
    ticket = identity.ticket(sign_in_id, NOW)
    token = identity.redeem(ticket, None, NOW)
    assert token is not None
    assert identity.resolve_cookie(token, NOW) == sign_in_id
    assert identity.from_cookie(token, NOW) == identity.scope_of(sign_in_id, NOW)
    assert identity.redeem(ticket, None, NOW) is None
    another = identity.ticket(sign_in_id, NOW)  # a sign-in has one cookie in its life
    assert identity.redeem(another, None, NOW) is None
    stored = rows("select token_hash from core.sign_ins where id = $id", id=sign_in_id)
    assert stored == [{"token_hash": tokens.digest(token)}]


def test_a_ticket_dies_late_unknown_and_with_its_sign_in(alice: Scope) -> None:
    sign_in_id = _sign_in(alice.email)
    late = identity.ticket(sign_in_id, NOW)
    assert identity.redeem(late, None, NOW + TICKET_LIFETIME) is None
    assert identity.redeem("made up", None, NOW) is None
    ended = identity.ticket(sign_in_id, NOW)
    identity.sign_out(sign_in_id, NOW)
    assert identity.redeem(ended, None, NOW) is None


def test_a_ticket_redeemed_at_once_by_many_makes_one_cookie(alice: Scope) -> None:
    ticket = identity.ticket(_sign_in(alice.email), NOW)
    made, refused = at_once(lambda _: identity.redeem(ticket, None, NOW))
    assert len([token for token in made if token]) == 1
    assert len(made) + len(refused) == 16


def test_a_new_sign_in_ends_the_one_the_browser_had(alice: Scope, bob: Scope) -> None:
    first = identity.redeem(identity.ticket(_sign_in(alice.email), NOW), None, NOW)
    second = identity.redeem(identity.ticket(_sign_in(bob.email), NOW), first, NOW)
    assert first is not None
    assert second is not None
    assert identity.from_cookie(first, NOW) is None
    assert identity.from_cookie(second, NOW) is not None


def test_signing_out_ends_the_cookie_too(alice: Scope) -> None:
    sign_in_id = _sign_in(alice.email)
    token = identity.redeem(identity.ticket(sign_in_id, NOW), None, NOW)
    assert token is not None
    identity.sign_out_cookie(token, NOW)
    assert identity.scope_of(sign_in_id, NOW) is None
    identity.sign_out(sign_in_id, NOW)
    identity.sign_out_cookie(token, NOW)
    assert value("select revoked_reason from core.sign_ins where id = $id", id=sign_in_id) == (
        "signed_out"
    )


def test_the_password_changes_and_only_this_browser_stays_in(alice: Scope, bob: Scope) -> None:
    here, there, other = _sign_in(alice.email), _sign_in(alice.email), _sign_in(bob.email)
    who = identity.scope_of(here, NOW)
    assert who is not None
    renewed = identity.change_password(who, PASSWORD, GOOD, BROWSER, NOW)
    assert identity.scope_of(here, NOW) is None
    assert identity.scope_of(there, NOW) is None
    now_here = identity.scope_of(renewed, NOW)
    assert isinstance(now_here, Scope)
    assert now_here.contact_id == alice.contact_id
    assert identity.scope_of(other, NOW) is not None  # one person's password, nobody else's
    with pytest.raises(Invalid):
        _sign_in(alice.email)
    _sign_in(alice.email, GOOD)
    _sign_in(bob.email)
    assert events().count("contact.changed_password") == 1
    assert [mail["to"] for mail in mails("mail.password_changed")] == [alice.email]


def test_a_wrong_current_or_bad_new_password_changes_nothing(alice: Scope) -> None:
    who = identity.scope_of(_sign_in(alice.email), NOW)
    assert who is not None
    for current, new in [
        ("wrong horse battery", GOOD),
        (PASSWORD, "short"),
        (PASSWORD, PASSWORD),
        (PASSWORD, alice.email),
    ]:
        with pytest.raises(Invalid):
            identity.change_password(who, current, new, BROWSER, NOW)
    _sign_in(alice.email)
    assert mails("mail.password_changed") == []
    assert "contact.changed_password" not in events()


def test_wrong_current_passwords_are_counted(alice: Scope) -> None:
    who = identity.scope_of(_sign_in(alice.email), NOW)
    assert who is not None
    for _ in range(5):
        with pytest.raises(Invalid):
            identity.change_password(who, "wrong horse battery", GOOD, BROWSER, NOW)
    with pytest.raises(TooManyAttempts):
        identity.change_password(who, PASSWORD, GOOD, BROWSER, NOW)


def test_of_many_changes_of_a_password_at_once_one_wins(alice: Scope) -> None:
    who = identity.scope_of(_sign_in(alice.email), NOW)
    assert who is not None
    done, refused = at_once(
        lambda n: identity.change_password(who, PASSWORD, f"{GOOD} {n}", BROWSER, NOW), times=4
    )
    assert len(done) == 1
    assert all(isinstance(error, Conflict | Invalid | NotFound) for error in refused)
    assert len(mails("mail.password_changed")) == 1


def test_a_sign_in_renews_a_hash_of_an_older_kind(alice: Scope) -> None:
    def stored() -> str:
        return str(value("select password_hash from core.logins where email = $e", e=alice.email))

    assert stored().startswith("$2b$")
    with pytest.raises(Invalid):
        _sign_in(alice.email, "wrong horse battery")
    assert stored().startswith("$2b$")
    _sign_in(alice.email)
    renewed = stored()
    assert renewed.startswith("$bcrypt-sha256$")
    _sign_in(alice.email)
    assert stored() == renewed
    assert mails("mail.password_changed") == []


@pytest.mark.parametrize("text", ["x" * 300_000, "a" + "\u0301" * 100_000 + "\u0323" * 100_000])
def test_a_sign_in_with_very_long_text_is_a_wrong_one(alice: Scope, text: str) -> None:
    for email, password in ((alice.email, text), (text, PASSWORD)):
        with pytest.raises(Invalid, match="wrong"):
            _sign_in(email, password)
    _sign_in(alice.email)


def test_failures_from_one_network_delay_it_there(alice: Scope) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            _sign_in(alice.email, "wrong")
    with pytest.raises(TooManyAttempts) as refused:
        _sign_in(alice.email)
    assert str(refused.value) == "Too many attempts. Try again in a minute."
    later = NOW + timedelta(minutes=1)
    with pytest.raises(Invalid):
        _sign_in(alice.email, "wrong", later)
    with pytest.raises(TooManyAttempts, match="2 minutes"):
        _sign_in(alice.email, PASSWORD, later)
    _sign_in(alice.email, PASSWORD, later + timedelta(minutes=2))
    for _ in range(4):  # a success began the count anew
        with pytest.raises(Invalid):
            _sign_in(alice.email, "wrong", later + timedelta(minutes=2))


def test_guesses_elsewhere_do_not_lock_the_owner_out(alice: Scope) -> None:
    attacker = Browser("198.51.100.9")
    for _ in range(5):
        with pytest.raises(Invalid):
            identity.sign_in(alice.email, "wrong", attacker, NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(alice.email, PASSWORD, attacker, NOW)
    _sign_in(alice.email)


def test_a_browser_that_signed_in_before_passes_all_guesses(alice: Scope, charlie: Scope) -> None:
    token = identity.redeem(identity.ticket(_sign_in(alice.email), NOW), None, NOW)
    assert token is not None
    device = identity.remember_device(token, None, NOW)
    for number in range(100):  # from as many networks, and from the owner's own
        address = BROWSER.address if number < 5 else f"198.51.100.{number}"
        with pytest.raises(Invalid):
            identity.sign_in(alice.email, "wrong", Browser(address), NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(alice.email, PASSWORD, Browser("192.0.2.1"), NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(alice.email, PASSWORD, Browser("192.0.2.1", device="x" * 43), NOW)
    own = Browser(BROWSER.address, device=device)
    identity.sign_in(alice.email, PASSWORD, own, NOW)
    # it is no proof of anything: guesses from it are counted too, and it opens one account alone
    for _ in range(10):
        with pytest.raises(Invalid):
            identity.sign_in(alice.email, "wrong", own, NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(alice.email, PASSWORD, own, NOW)
    for _ in range(5):
        with pytest.raises(Invalid):
            identity.sign_in(charlie.email, "wrong", own, NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(charlie.email, PASSWORD, own, NOW)


def test_a_new_password_forgets_the_browsers_of_the_old_one(alice: Scope) -> None:
    token = identity.redeem(identity.ticket(_sign_in(alice.email), NOW), None, NOW)
    assert token is not None
    device = identity.remember_device(token, None, NOW)
    assert identity.remember_device(token, device, NOW) == device
    assert len(rows("select login_id from core.known_devices order by login_id")) == 1
    who = identity.from_cookie(token, NOW)
    assert who is not None
    identity.change_password(who, PASSWORD, GOOD, BROWSER, NOW)
    assert rows("select login_id from core.known_devices order by login_id") == []


def test_unknown_accounts_are_delayed_alike(cast: Cast) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            _sign_in("nobody@nowhere.example")
    with pytest.raises(TooManyAttempts, match="Try again in a minute"):
        _sign_in("nobody@nowhere.example")


def test_failures_of_an_address_delay_it_for_every_account(cast: Cast) -> None:
    for number in range(30):
        with pytest.raises(Invalid):
            _sign_in(f"guess{number}@nowhere.example", "wrong")
    with pytest.raises(TooManyAttempts):
        _sign_in(cast.alice.email)
    identity.sign_in(cast.alice.email, PASSWORD, Browser("198.51.100.9"), NOW)


def test_a_burst_of_guesses_cannot_slip_through(alice: Scope) -> None:
    _, refused = at_once(lambda n: _sign_in(alice.email, f"guess {n}"))
    looked = [error for error in refused if not isinstance(error, TooManyAttempts | Conflict)]
    assert len(refused) == 16
    assert len(looked) <= 5


def test_counts_outlive_a_restart_and_are_forgotten_in_time(alice: Scope, store_url: str) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            _sign_in(alice.email, "wrong")
    store.current().close()
    store.install(store.open_store(store_url))
    with pytest.raises(TooManyAttempts):
        _sign_in(alice.email)
    tomorrow = NOW + throttle.FORGET_AFTER
    with pytest.raises(Invalid):
        _sign_in(alice.email, "wrong", tomorrow)
    _sign_in(alice.email, PASSWORD, tomorrow)
    with store.system_writing() as session:
        assert throttle.forget_old(session, tomorrow + throttle.FORGET_AFTER * 2) >= 1
    assert rows("select key from core.sign_in_failures order by key") == []


def test_what_is_typed_is_not_stored_in_counters(alice: Scope) -> None:
    with pytest.raises(Invalid):
        _sign_in("my secret password", "alice@alder.example")
    keys = [row["key"] for row in rows("select key from core.sign_in_failures order by key")]
    assert len(keys) == 3
    assert not any("secret" in key or "203.0" in key for key in keys)


def test_an_ipv6_network_is_one_address() -> None:
    assert throttle.of_address("2001:db8::1") == throttle.of_address("2001:db8::ffff:2")
    assert throttle.of_address("2001:db8::1") != throttle.of_address("2001:db8:0:1::1")
    assert throttle.of_address("not an address") == throttle.of_address(None)


def test_ipv4_is_no_ipv6_network(cast: Cast) -> None:
    """A socket bound to both names every IPv4 peer ::ffff:a.b.c.d, all within one /64."""
    assert throttle.of_address("::ffff:192.0.2.1") == throttle.of_address("192.0.2.1")
    for number in range(30):
        with pytest.raises(Invalid):
            identity.sign_in(f"{number}@x.example", "wrong", Browser("::ffff:192.0.2.1"), NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(cast.alice.email, PASSWORD, Browser("::ffff:192.0.2.1"), NOW)
    identity.sign_in(cast.alice.email, PASSWORD, Browser("::ffff:192.0.2.2"), NOW)


def test_a_site_of_many_ipv6_networks_is_counted_too(cast: Cast) -> None:
    with store.system_writing() as session:
        for number in range(300):
            address = f"2001:db8:7:{number:x}::1"
            site = throttle.of_stranger(f"{number}@x.example", address)[:1]
            throttle.charge(session, site, NOW)
    with pytest.raises(TooManyAttempts):
        identity.sign_in(cast.alice.email, PASSWORD, Browser("2001:db8:7:ffff::1"), NOW)
    identity.sign_in(cast.alice.email, PASSWORD, Browser("2001:db8:8::1"), NOW)


def test_requests_for_resets_delay_no_sign_in(cast: Cast) -> None:
    for number in range(30):
        resets.request(f"{number}@x.example", BROWSER, NOW)
    with pytest.raises(TooManyAttempts):
        resets.request(cast.alice.email, BROWSER, NOW)
    _sign_in(cast.alice.email)


def test_a_person_of_two_customers_begins_where_they_were_last(
    alice: Scope, charlie: Scope
) -> None:
    there = _second_contact(alice, charlie)
    first = identity.scope_of(_sign_in(alice.email, now=NOW), NOW)
    assert isinstance(first, Scope)
    assert first.customer_name == "Alder Ltd"
    assert [(c.customer_name, c.role, c.current) for c in switching.choices(first)] == [
        ("Alder Ltd", Role.ADMIN, True),
        ("Birch GmbH", Role.VIEWER, False),
    ]
    later = NOW + timedelta(hours=1)
    switched = identity.scope_of(switching.switch(first, there, BROWSER, later), later)
    assert isinstance(switched, Scope)
    assert (switched.customer_id, switched.contact_id) == (charlie.customer_id, there)
    assert switched.role is Role.VIEWER
    assert identity.scope_of(first.sign_in_id, later) is None  # no tab shows one, acts for another
    again = identity.scope_of(_sign_in(alice.email, now=later), later)
    assert isinstance(again, Scope)
    assert again.customer_name == "Birch GmbH"


def test_nobody_switches_to_a_customer_that_is_not_theirs(cast: Cast) -> None:
    there = _second_contact(cast.alice, cast.charlie)
    for contact_id in (cast.charlie.contact_id, cast.bob.contact_id, new_id()):
        with pytest.raises(NotFound):
            switching.switch(cast.alice, contact_id, BROWSER, NOW)
    _change("update core.contacts set portal_status = 'disabled' where id = $id", there)
    with pytest.raises(NotFound):
        switching.switch(cast.alice, there, BROWSER, NOW)
    assert len(switching.choices(cast.alice)) == 1
    assert identity.scope_of(cast.alice.sign_in_id, NOW) is not None


def test_of_many_switches_at_once_one_wins(alice: Scope, charlie: Scope) -> None:
    there = _second_contact(alice, charlie)
    done, refused = at_once(lambda _: switching.switch(alice, there, BROWSER, NOW))
    assert len(done) == 1
    assert all(isinstance(error, Conflict) for error in refused)


def test_own_sign_ins_are_listed_and_ended(alice: Scope, bob: Scope) -> None:
    _change("update core.sign_ins set revoked_at = created_at where id = $id", alice.sign_in_id)
    here = identity.scope_of(_sign_in(alice.email), NOW)
    assert here is not None
    there, third = _sign_in(alice.email), _sign_in(alice.email)
    strangers = _sign_in(bob.email)
    listed = sessions.list_own(here, NOW)
    assert {each.id for each in listed} == {here.sign_in_id, there, third}
    assert [each.id for each in listed if each.this_browser] == [here.sign_in_id]
    assert {(each.address, each.agent) for each in listed} == {(BROWSER.address, BROWSER.agent)}
    sessions.end_own(here, there, NOW)
    assert identity.scope_of(there, NOW) is None
    for foreign in (there, strangers, new_id()):
        with pytest.raises(NotFound):
            sessions.end_own(here, foreign, NOW)
    assert sessions.end_others(here, NOW) == 1
    assert identity.scope_of(third, NOW) is None
    assert identity.scope_of(here.sign_in_id, NOW) is not None
    assert identity.scope_of(strangers, NOW) is not None


def test_old_rows_are_cleared_away(alice: Scope) -> None:
    sign_in_id = _sign_in(alice.email)
    identity.ticket(sign_in_id, NOW)
    with store.system_writing() as session:
        assert sessions.forget_old(session, NOW + TICKET_LIFETIME * 2) == 0
    assert rows("select sign_in_id from core.sign_in_tickets order by sign_in_id") == []
    with store.system_writing() as session:
        assert sessions.forget_old(session, NOW + ABSOLUTE + sessions.KEEP * 2) == 1


def test_the_cookie_is_bound_to_the_host_under_https() -> None:
    assert identity.cookie_name(True) == "__Host-portal"
    assert identity.cookie_name(False) == "portal"


def _change(sql: str, key: UUID) -> None:
    with store.system_writing() as session:
        assert session.change(sql, id=key) == 1
