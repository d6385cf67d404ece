"""Switching access on and off, and changing roles."""

from datetime import timedelta

import pytest

from portal_data import store
from portal_data.auth import access, identity, resets, staff
from portal_data.errors import Conflict, Invalid, NotAllowed, NotFound
from portal_data.ids import new_id
from portal_data.scope import Role, Scope, Staff
from tests.conftest import NOW, PASSWORD, Cast
from tests.people import BROWSER, at_once, events, mails, make_contact, rows, token_of


def test_disabling_a_contact_ends_its_sign_ins_and_enabling_brings_it_back(cast: Cast) -> None:
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    assert identity.scope_of(cast.bob.sign_in_id, NOW) is None
    assert identity.scope_of(cast.alice.sign_in_id, NOW) is not None
    access.enable_contact(cast.owner, cast.bob.contact_id, NOW)
    assert identity.scope_of(cast.bob.sign_in_id, NOW) is None  # the old sign-in stays ended
    identity.sign_in(cast.bob.email, PASSWORD, BROWSER, NOW)
    assert events() == ["contact.disabled", "contact.enabled", "contact.signed_in"]


def test_disabling_a_customer_ends_all_of_its_sign_ins(cast: Cast) -> None:
    access.disable_customer(cast.owner, cast.alice.customer_id, NOW)
    assert identity.scope_of(cast.alice.sign_in_id, NOW) is None
    assert identity.scope_of(cast.bob.sign_in_id, NOW) is None
    assert identity.scope_of(cast.charlie.sign_in_id, NOW) is not None
    access.enable_customer(cast.owner, cast.alice.customer_id, NOW)
    assert identity.scope_of(cast.alice.sign_in_id, NOW) is None
    identity.sign_in(cast.alice.email, PASSWORD, BROWSER, NOW)
    assert events()[:2] == ["customer.portal_disabled", "customer.portal_enabled"]


def test_a_role_changes_under_a_running_sign_in(cast: Cast) -> None:
    access.set_role(cast.owner, cast.bob.contact_id, Role.APPROVER, NOW)
    who = identity.scope_of(cast.bob.sign_in_id, NOW)
    assert isinstance(who, Scope)
    assert who.role is Role.APPROVER
    with pytest.raises(Invalid):
        access.set_role(cast.owner, cast.bob.contact_id, Role.OWNER, NOW)


def test_twice_conflicts(cast: Cast) -> None:
    owner, bob, customer = cast.owner, cast.bob.contact_id, cast.alice.customer_id
    access.disable_contact(owner, bob, NOW)
    access.disable_customer(owner, customer, NOW)
    access.set_role(owner, bob, Role.PAYER, NOW)
    for again in (
        lambda: access.disable_contact(owner, bob, NOW),
        lambda: access.disable_customer(owner, customer, NOW),
        lambda: access.set_role(owner, bob, Role.PAYER, NOW),
        lambda: access.enable_contact(owner, cast.alice.contact_id, NOW),
        lambda: access.enable_customer(owner, cast.charlie.customer_id, NOW),
        lambda: access.enable_contact(owner, make_contact(cast.alice, "x@alder.example"), NOW),
    ):
        with pytest.raises(Conflict):
            again()


def test_unknown_is_not_found(owner: Staff) -> None:
    for act in (
        access.disable_contact,
        access.enable_contact,
        access.disable_customer,
        access.enable_customer,
    ):
        with pytest.raises(NotFound):
            act(owner, new_id(), NOW)
    with pytest.raises(NotFound):
        access.set_role(owner, new_id(), Role.PAYER, NOW)
    assert events() == []


def test_of_many_at_once_one_wins(cast: Cast) -> None:
    done, refused = at_once(lambda _: access.disable_contact(cast.owner, cast.bob.contact_id, NOW))
    assert len(done) == 1
    assert all(isinstance(error, Conflict) for error in refused)
    assert events() == ["contact.disabled"]


def test_a_contact_cannot_act_as_staff(cast: Cast) -> None:
    """The type is the lock; the store refuses a Scope where Staff belongs."""
    with pytest.raises(TypeError):
        access.disable_contact(cast.alice, cast.bob.contact_id, NOW)  # type: ignore[arg-type]
    assert identity.scope_of(cast.bob.sign_in_id, NOW) is not None


# Staff ------------------------------------------------------------------------------------------

GOOD = "three otters juggling"


def _sam(cast: Cast, role: Role = Role.STAFF) -> Staff:
    """Add Sam to the staff, signed in."""
    link = staff.create(cast.owner, "Sam@Fern.example", "  Sam  Staff ", role, NOW)
    resets.reset(token_of(link), GOOD, NOW)
    who = identity.scope_of(identity.sign_in("sam@fern.example", GOOD, BROWSER, NOW), NOW)
    assert isinstance(who, Staff)
    return who


def test_a_new_member_sets_a_password_and_signs_in(cast: Cast) -> None:
    sam = _sam(cast)
    assert (sam.name, sam.email, sam.role) == ("Sam Staff", "sam@fern.example", Role.STAFF)
    assert [(m.name, m.role, m.status) for m in staff.list_members(sam)] == [
        ("Olive", Role.OWNER, "active"),
        ("Sam Staff", Role.STAFF, "active"),
    ]
    assert "staff.created" in events()


def test_only_owners_manage_staff(cast: Cast) -> None:
    sam = _sam(cast)
    for act in (
        lambda: staff.create(sam, "x@fern.example", "X", Role.STAFF, NOW),
        lambda: staff.disable(sam, cast.owner.staff_id, NOW),
        lambda: staff.enable(sam, cast.owner.staff_id, NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_bad_members_are_refused(cast: Cast) -> None:
    for email, name, role, error in [
        ("not an address", "X", Role.STAFF, Invalid),
        ("x@fern.example", "  ", Role.STAFF, Invalid),
        ("x@fern.example", "X", Role.ADMIN, Invalid),
        (cast.owner.email, "X", Role.STAFF, Conflict),
        (cast.alice.email, "X", Role.STAFF, Conflict),
    ]:
        with pytest.raises(error):
            staff.create(cast.owner, email, name, role, NOW)
    assert len(rows("select id from core.staff order by id")) == 1


def test_a_disabled_member_is_out_at_once(cast: Cast) -> None:
    sam = _sam(cast)
    staff.disable(cast.owner, sam.staff_id, NOW)
    assert identity.scope_of(sam.sign_in_id, NOW) is None
    with pytest.raises(NotAllowed):
        identity.sign_in(sam.email, GOOD, BROWSER, NOW)
    with pytest.raises(Conflict):
        staff.disable(cast.owner, sam.staff_id, NOW)
    staff.enable(cast.owner, sam.staff_id, NOW)
    identity.sign_in(sam.email, GOOD, BROWSER, NOW)


def test_an_owner_remains(cast: Cast) -> None:
    with pytest.raises(Conflict, match="your own"):
        staff.disable(cast.owner, cast.owner.staff_id, NOW)
    with pytest.raises(NotFound):
        staff.disable(cast.owner, new_id(), NOW)
    sam = _sam(cast, Role.OWNER)
    pairs = [(cast.owner, sam), (sam, cast.owner)]
    done, refused = at_once(lambda n: staff.disable(pairs[n][0], pairs[n][1].staff_id, NOW), 2)
    assert len(done) == 1
    assert isinstance(refused[0], Conflict)


def test_a_new_member_gets_the_link_by_mail(cast: Cast) -> None:
    link = staff.create(cast.owner, "Sam@Fern.example", "Sam", Role.STAFF, NOW)
    (mail,) = mails("mail.staff_invitation")
    assert (mail["to"], mail["link"]) == ("sam@fern.example", link)
    assert "Olive added you" in mail["subject"]


def test_a_new_link_ends_the_one_before(cast: Cast) -> None:
    first = staff.create(cast.owner, "sam@fern.example", "Sam", Role.STAFF, NOW)
    (sam,) = [each for each in staff.list_members(cast.owner) if each.name == "Sam"]
    assert not sam.has_password
    later = NOW + timedelta(hours=1)
    second = staff.renew_link(cast.owner, sam.id, later)
    with pytest.raises(NotFound):
        resets.opened(token_of(first), later)
    assert resets.opened(token_of(second), later) == "sam@fern.example"
    assert [mail["link"] for mail in mails("mail.staff_invitation")] == [first, second]
    resets.reset(token_of(second), GOOD, later)
    with pytest.raises(Conflict, match="without a password"):
        staff.renew_link(cast.owner, sam.id, later)


def test_a_role_of_staff_changes_under_a_running_sign_in(cast: Cast, sam: Staff) -> None:
    staff.change_role(cast.owner, sam.staff_id, Role.OWNER, before=Role.STAFF, now=NOW)
    who = identity.scope_of(sam.sign_in_id, NOW)
    assert isinstance(who, Staff)
    assert who.role is Role.OWNER
    with pytest.raises(Conflict, match="role already"):
        staff.change_role(cast.owner, sam.staff_id, Role.OWNER, before=Role.STAFF, now=NOW)
    with pytest.raises(Conflict, match="meanwhile"):
        staff.change_role(cast.owner, sam.staff_id, Role.STAFF, before=Role.STAFF, now=NOW)
    with pytest.raises(Invalid):
        staff.change_role(cast.owner, sam.staff_id, Role.PAYER, before=Role.OWNER, now=NOW)
    assert events() == ["staff.role_changed"]


def test_nobody_changes_oneself_and_ordinary_staff_nobody(cast: Cast, sam: Staff) -> None:
    own = cast.owner.staff_id
    with pytest.raises(Conflict, match="your own"):
        staff.change_role(cast.owner, own, Role.STAFF, before=Role.OWNER, now=NOW)
    with pytest.raises(NotAllowed):
        staff.change_role(sam, own, Role.STAFF, before=Role.OWNER, now=NOW)
    with pytest.raises(NotAllowed):
        staff.renew_link(sam, own, NOW)
    with pytest.raises(AttributeError):
        staff.change_role(cast.alice, own, Role.STAFF, before=Role.OWNER, now=NOW)  # type: ignore[arg-type]
    assert events() == []


def test_two_owners_cannot_remove_each_other(cast: Cast, sam: Staff) -> None:
    """Each takes the other's role and access away at one moment: one of them stays an owner."""
    staff.change_role(cast.owner, sam.staff_id, Role.OWNER, before=Role.STAFF, now=NOW)
    promoted = identity.scope_of(sam.sign_in_id, NOW)
    assert isinstance(promoted, Staff)
    pair = [(cast.owner, sam.staff_id), (promoted, cast.owner.staff_id)]

    def remove(number: int) -> None:
        who, whom = pair[number % 2]
        if number < 2:
            staff.change_role(who, whom, Role.STAFF, before=Role.OWNER, now=NOW)
        else:
            staff.disable(who, whom, NOW)

    at_once(remove, 4)
    owners = "select id from core.staff where role = 'owner' and status = 'active' order by id"
    assert len(rows(owners)) == 1


def test_the_last_owner_stays_one(cast: Cast, sam: Staff) -> None:
    with store.system_writing() as session, pytest.raises(Conflict, match="must be an owner"):
        staff.set_role(session, None, cast.owner.staff_id, Role.STAFF, NOW, before=Role.OWNER)
    with store.system_writing() as session, pytest.raises(Conflict, match="must be an owner"):
        staff.set_status(session, None, cast.owner.staff_id, "disabled", NOW)
