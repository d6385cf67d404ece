"""Administrators of a customer let their own people in, and never anybody else's."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from portal_data import store
from portal_data.auth import access, colleagues, identity, invitations
from portal_data.auth.colleagues import CONTACT_DAY_LIMIT, CUSTOMER_DAY_LIMIT, Grant
from portal_data.customers import details
from portal_data.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.scope import Role, Scope
from tests.conftest import NOW, PASSWORD, Cast
from tests.people import BROWSER, at_once, events, mails, make_contact, rows, token_of, value

GOOD = "three otters juggling"
VIEWER = Grant(Role.VIEWER)
HOSTILE = "Ann\u202e <b>evil</b>\n\nBcc: x@x.example"


def _invite(scope: Scope, email: str = "eve@alder.example", grant: Grant = VIEWER) -> UUID:
    """Invite Eve, and return her contact."""
    colleagues.invite(scope, "Eve", "Newman", email, grant, NOW)
    return _contact(scope, email.strip().lower())


def _contact(scope: Scope, email: str) -> UUID:
    found: UUID = value(
        "select id from core.contacts where customer_id = $customer_id and email = $email"
        " order by id",
        customer_id=scope.customer_id,
        email=email,
    )
    return found


def _make_admin(cast: Cast) -> Scope:
    """Make Bob an administrator, too."""
    access.set_role(cast.owner, cast.bob.contact_id, Role.ADMIN, NOW)
    who = identity.scope_of(cast.bob.sign_in_id, NOW)
    assert isinstance(who, Scope)
    return who


def _limit(scope: Scope, minor: int) -> None:
    """Give somebody a payment limit."""
    with store.system_writing() as session:
        session.change(
            "update core.contacts set version = version + 1, payment_limit_minor = $minor,"
            " payment_limit_currency = 'GBP' where id = $id",
            id=scope.contact_id,
            minor=minor,
        )


def _role(contact_id: UUID) -> tuple[str, int | None, str | None, str]:
    """Return role, limit, its currency and state of a contact."""
    (row,) = rows(
        "select role, payment_limit_minor, payment_limit_currency, portal_status"
        " from core.contacts where id = $id",
        id=contact_id,
    )
    return tuple(row.values())  # type: ignore[return-value]


def test_a_colleague_is_invited_and_gets_in_with_that_role(cast: Cast) -> None:
    contact_id = _invite(cast.alice, " Eve@Alder.example ", Grant(Role.PAYER, 5_000))
    assert _role(contact_id) == ("payer", 5_000, "GBP", "invited")
    (mail,) = mails("mail.invitation")
    assert mail["to"] == "eve@alder.example"
    assert mail["subject"] == (
        "Alice Test of Alder Ltd invites you to the customer portal of Fern & Bloom Ltd"
    )
    assert "Hello Eve Newman" in mail["body"]
    signed_in = invitations.accept(token_of(mail["link"]), GOOD, BROWSER, NOW)
    who = identity.scope_of(signed_in, NOW)
    assert isinstance(who, Scope)
    assert (who.customer_id, who.contact_id, who.role) == (
        cast.alice.customer_id, contact_id, Role.PAYER,
    )  # fmt: skip
    assert details.my_details(who).payment_limit(contact_id, "GBP") == 5_000
    assert events() == ["contact.invited_colleague", "contact.accepted_invitation"]
    assert rows("select created_by, created_by_kind from core.invitations order by id") == [
        {"created_by": cast.alice.contact_id, "created_by_kind": "contact"}
    ]


def test_what_is_typed_is_checked(cast: Cast) -> None:
    for first, last, email, field in [
        ("", " ", "x@alder.example", "last_name"),
        ("A" * 81, "B", "x@alder.example", "first_name"),
        ("A", "B", "", "email"),
        ("A", "B", "no address", "email"),
        ("A", "B", "a@x.example, b@x.example", "email"),
        ("A", "B", cast.bob.email.upper(), "email"),
    ]:
        with pytest.raises(InvalidFields) as refused:
            colleagues.invite(cast.alice, first, last, email, VIEWER, NOW)
        assert set(refused.value.fields) == {field}
    for limit in (0, -1, access.MOST_LIMIT + 1):
        with pytest.raises(InvalidFields) as refused:
            _invite(cast.alice, grant=Grant(Role.PAYER, limit))
        assert set(refused.value.fields) == {"limit"}
    for role in (Role.OWNER, Role.STAFF):
        with pytest.raises(Invalid):
            _invite(cast.alice, grant=Grant(role))
    assert events() == []
    colleagues.invite(cast.alice, HOSTILE, "", "x@alder.example", VIEWER, NOW)
    (mail,) = mails("mail.invitation")
    assert "\u202e" not in mail["body"]
    assert "Bcc: x@x.example" not in mail["body"].splitlines()


@pytest.mark.parametrize("whose", ["charlie", "owner", "nobody"])
def test_an_address_known_elsewhere_reveals_nothing(whose: str, cast: Cast) -> None:
    """The same answer, the same rows and the same event, whoever has the e-mail already."""
    email = "nobody@nowhere.example" if whose == "nobody" else getattr(cast, whose).email
    contact_id = _invite(cast.alice, email)
    assert _role(contact_id) == ("viewer", None, None, "invited")
    assert events() == ["contact.invited_colleague"]
    shown = next(each for each in details.my_details(cast.alice).contacts if each.id == contact_id)
    assert (shown.name, shown.portal_status) == ("Eve Newman", "invited")
    # staff cannot be contacts, and are not mailed a link that would not work
    assert len(mails("mail.invitation")) == (0 if whose == "owner" else 1)
    if whose == "charlie":  # joins with the password of before, and stays with the other customer
        link = mails("mail.invitation")[0]["link"]
        joined = identity.scope_of(invitations.accept(token_of(link), PASSWORD, BROWSER, NOW), NOW)
        assert isinstance(joined, Scope)
        assert joined.customer_id == cast.alice.customer_id
        assert identity.scope_of(cast.charlie.sign_in_id, NOW) == cast.charlie


def test_a_known_contact_is_invited_with_a_role_and_again(cast: Cast) -> None:
    contact_id = make_contact(cast.alice, "dora@alder.example", role="admin")
    with pytest.raises(Conflict, match="no invitation"):
        colleagues.invite_again(cast.alice, contact_id, NOW)
    colleagues.invite_contact(cast.alice, contact_id, Grant(Role.APPROVER), NOW)
    assert _role(contact_id) == ("approver", None, None, "invited")
    with pytest.raises(Conflict, match="invited already"):
        colleagues.invite_contact(cast.alice, contact_id, Grant(Role.ADMIN), NOW)
    colleagues.invite_again(cast.alice, contact_id, NOW)
    older, newer = (token_of(mail["link"]) for mail in mails("mail.invitation"))
    with pytest.raises(NotFound):
        invitations.opened(older, NOW)
    invitations.accept(newer, GOOD, BROWSER, NOW)
    with pytest.raises(Conflict, match="no invitation"):
        colleagues.invite_again(cast.alice, contact_id, NOW)


def test_role_and_limit_change_under_a_running_sign_in(cast: Cast) -> None:
    bob = cast.bob.contact_id
    colleagues.change(cast.alice, bob, Grant(Role.PAYER, 700), before=VIEWER, now=NOW)
    who = identity.scope_of(cast.bob.sign_in_id, NOW)
    assert isinstance(who, Scope)
    assert who.role is Role.PAYER
    assert _role(bob) == ("payer", 700, "GBP", "active")
    (row,) = rows("select details, subject_id from core.activity order by id")
    assert row == {"details": "viewer → payer, up to £7.00 a payment", "subject_id": bob}
    with pytest.raises(Conflict, match="meanwhile"):
        colleagues.change(cast.alice, bob, Grant(Role.ADMIN), before=VIEWER, now=NOW)
    same = Grant(Role.PAYER, 700)
    colleagues.change(cast.alice, bob, same, before=same, now=NOW)
    assert events() == ["contact.changed_colleague"]


def test_nobody_gives_more_than_they_have(cast: Cast) -> None:
    _limit(cast.alice, 500)
    bob = cast.bob.contact_id
    for grant in (Grant(Role.PAYER), Grant(Role.ADMIN), Grant(Role.PAYER, 501)):
        for act in (
            lambda grant=grant: colleagues.change(cast.alice, bob, grant, before=VIEWER, now=NOW),
            lambda grant=grant: _invite(cast.alice, grant=grant),
        ):
            with pytest.raises(InvalidFields, match="£5"):
                act()
    colleagues.change(cast.alice, bob, Grant(Role.ADMIN, 500), before=VIEWER, now=NOW)
    _invite(cast.alice, grant=Grant(Role.APPROVER))


def test_access_is_taken_and_given_back(cast: Cast) -> None:
    bob = cast.bob.contact_id
    colleagues.disable(cast.alice, bob, NOW)
    assert identity.scope_of(cast.bob.sign_in_id, NOW) is None
    with pytest.raises(NotAllowed):
        identity.sign_in(cast.bob.email, PASSWORD, BROWSER, NOW)
    with pytest.raises(Conflict):
        colleagues.disable(cast.alice, bob, NOW)
    assert colleagues.disabled(cast.alice) == {bob: True}
    colleagues.enable(cast.alice, bob, NOW)
    identity.sign_in(cast.bob.email, PASSWORD, BROWSER, NOW)
    assert events() == [
        "contact.disabled_colleague", "contact.enabled_colleague", "contact.signed_in",
    ]  # fmt: skip


def test_an_invitation_is_taken_back_and_sent_again(cast: Cast) -> None:
    contact_id = _invite(cast.alice)
    colleagues.disable(cast.alice, contact_id, NOW)
    with pytest.raises(NotFound):
        invitations.opened(token_of(mails("mail.invitation")[0]["link"]), NOW)
    assert colleagues.disabled(cast.alice) == {contact_id: False}
    with pytest.raises(Conflict):
        colleagues.enable(cast.alice, contact_id, NOW)
    colleagues.invite_again(cast.alice, contact_id, NOW)
    assert invitations.opened(token_of(mails("mail.invitation")[1]["link"]), NOW)


def test_what_staff_took_away_only_staff_give_back(cast: Cast) -> None:
    bob, later = cast.bob.contact_id, NOW + timedelta(minutes=1)
    access.disable_contact(cast.owner, bob, NOW)
    assert colleagues.disabled(cast.alice) == {bob: None}
    with pytest.raises(Conflict, match="We took this access away"):
        colleagues.enable(cast.alice, bob, NOW)
    invited = _invite(cast.alice)
    access.disable_contact(cast.owner, invited, NOW)
    with pytest.raises(Conflict, match="We took this access away"):
        colleagues.invite_again(cast.alice, invited, NOW)
    access.enable_contact(cast.owner, bob, later)
    colleagues.disable(cast.alice, bob, later)
    colleagues.enable(cast.alice, bob, later)
    assert _role(bob)[-1] == "active"


def _each(scope: Scope, contact_id: UUID) -> list[Callable[[], None]]:
    """Everything that can be done about a contact."""
    return [
        lambda: colleagues.invite_contact(scope, contact_id, VIEWER, NOW),
        lambda: colleagues.invite_again(scope, contact_id, NOW),
        lambda: colleagues.change(scope, contact_id, VIEWER, before=VIEWER, now=NOW),
        lambda: colleagues.disable(scope, contact_id, NOW),
        lambda: colleagues.enable(scope, contact_id, NOW),
    ]


def test_another_customers_contact_is_unknown(cast: Cast) -> None:
    for whom in (cast.bob.contact_id, make_contact(cast.alice, "d@alder.example"), new_id()):
        for act in _each(cast.charlie, whom):
            with pytest.raises(NotFound):
                act()
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    assert colleagues.disabled(cast.charlie) == {}


def test_nobody_changes_oneself(cast: Cast) -> None:
    _make_admin(cast)
    for act in _each(cast.alice, cast.alice.contact_id):
        with pytest.raises(Conflict, match="your own access"):
            act()


def test_who_is_no_administrator_now_is_refused_whatever_the_screen_says(cast: Cast) -> None:
    """The role is asked for under the lock, not taken from when the screen was drawn."""
    was_admin = _make_admin(cast)
    access.set_role(cast.owner, cast.bob.contact_id, Role.VIEWER, NOW)
    acts = [*_each(was_admin, cast.alice.contact_id), lambda: _invite(was_admin)]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    access.disable_customer(cast.owner, cast.alice.customer_id, NOW)
    with pytest.raises(NotAllowed):
        _invite(cast.alice)
    assert not value("select portal_enabled from core.customers where number = 'C-1' order by id")


def test_other_roles_and_staff_who_look_may_nothing(cast: Cast) -> None:
    looking = identity.view_as_customer(cast.owner, cast.alice.customer_id)
    for who in (cast.bob, looking):
        for act in [*_each(who, cast.alice.contact_id), lambda who=who: _invite(who)]:
            with pytest.raises(NotAllowed):
                act()
        with pytest.raises(NotAllowed):
            colleagues.disabled(who)


def test_of_administrators_who_remove_each_other_at_once_one_stays(cast: Cast) -> None:
    bob = _make_admin(cast)
    pairs = [(cast.alice, bob), (bob, cast.alice)]

    def remove(number: int) -> None:
        who, whom = pairs[number % 2]
        if number < 8:
            colleagues.disable(who, whom.contact_id, NOW)
        else:
            admin = Grant(Role.ADMIN)
            colleagues.change(who, whom.contact_id, VIEWER, before=admin, now=NOW)

    done, refused = at_once(remove)
    assert done
    assert all(isinstance(error, Conflict | NotAllowed) for error in refused)
    left = rows(
        "select id from core.contacts where customer_id = $customer_id and role = 'admin'"
        " and portal_status = 'active' order by id",
        customer_id=cast.alice.customer_id,
    )
    assert len(left) == 1


def test_of_many_who_invite_one_at_once_one_does(cast: Cast) -> None:
    done, refused = at_once(lambda _: _invite(cast.alice))
    assert len(done) == 1
    assert all(isinstance(error, InvalidFields) for error in refused)
    assert len(mails("mail.invitation")) == 1


def test_nobody_floods_with_invitations(cast: Cast) -> None:
    """Counted for the customer under its row, so that many at once come no further."""
    invited = _invite(cast.alice, "first@alder.example")
    for _ in range(CONTACT_DAY_LIMIT - 1):
        colleagues.invite_again(cast.alice, invited, NOW)
    with pytest.raises(Conflict, match="Send another one tomorrow"):
        colleagues.invite_again(cast.alice, invited, NOW)
    _, refused = at_once(lambda n: _invite(cast.alice, f"n{n}@alder.example"))
    assert refused == []
    _, refused = at_once(lambda n: _invite(cast.alice, f"m{n}@alder.example"))
    assert {str(error) for error in refused} == {
        "Your company has sent 20 invitations within a day. Go on tomorrow."
    }
    assert len(mails("mail.invitation")) == CUSTOMER_DAY_LIMIT
    _invite(cast.charlie, "x@birch.example")
    tomorrow = NOW + timedelta(days=1, seconds=1)
    colleagues.invite_again(cast.alice, invited, tomorrow)


def test_a_customer_adds_no_contacts_without_end(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(colleagues, "MOST_CONTACTS", 3)
    _invite(cast.alice)
    with pytest.raises(Conflict, match="too many contacts"):
        _invite(cast.alice, "more@alder.example")


def test_staff_hear_of_it_and_the_security_log_has_it(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "portal.security"):
        _invite(cast.alice)
        colleagues.disable(cast.alice, cast.bob.contact_id, NOW)
    logged = " ".join(str(record.__dict__) for record in caplog.records)
    assert "contact.invited_colleague" in logged
    assert "contact.disabled_colleague" in logged
    told = "select count(*)::bigint as n from core.outbox where kind = 'notify' order by n"
    assert value(told) == 2
