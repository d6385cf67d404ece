"""Who may do what: every action with every role, colleagues, strangers and staff who look.

An action that is missing from ACTIONS fails the first test: new code cannot dodge.
"""

import ast
import io
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyotp
import pytest
from PIL import Image

from portal_data import kinds, store
from portal_data.auth import (
    access,
    colleagues,
    identity,
    invitations,
    linked_accounts,
    logins,
    second_factor,
    sessions,
    totp,
)
from portal_data.auth import staff as team
from portal_data.auth.colleagues import Grant
from portal_data.billing import (
    dispute_claims,
    dispute_decisions,
    estimate_answers,
    estimate_links,
    estimate_offers,
    estimate_revisions,
    pay_links,
    views,
)
from portal_data.billing.dispute_claims import Claim
from portal_data.billing.disputes import Reason
from portal_data.business import organisation, preferences
from portal_data.customers import (
    change_requests,
    conversations,
    data_archives,
    details,
    dispute_files,
    documents,
    files,
    forwarding,
    own_details,
    review_desk,
    reviews,
)
from portal_data.errors import NotAllowed, NotFound
from portal_data.ids import BUSINESS, new_id
from portal_data.messaging import comments, delivery, failed_mail, messages, notifications
from portal_data.messaging.delivery import Delivery, Digest
from portal_data.output import acceptance
from portal_data.payments import (
    autopay,
    bank,
    crediting,
    deciding,
    desk,
    methods,
    offers,
    offline,
    paying,
    promises,
    provider,
    refunding,
)
from portal_data.payments.bank_matching import Proposal
from portal_data.payments.bank_statements import Line, Statement
from portal_data.payments.crediting import Credit
from portal_data.payments.mandates import Covers, Terms
from portal_data.payments.paying import Order, Part
from portal_data.payments.receiving import Received
from portal_data.projects import timesheet_answers, timesheet_reversals, timesheet_submissions
from portal_data.scope import Role, Scope, Staff
from tests.architecture.source import NOUNS, dotted, tree
from tests.conftest import NOW, PASSWORD, Cast
from tests.factories import (
    TODAY,
    insert,
    make_approval,
    make_credit_note,
    make_entry,
    make_estimate,
    make_invoice,
    make_notification,
    make_payment,
    make_person,
    make_project,
    make_series,
    show_projects,
)
from tests.payments.scripted import Scripted
from tests.people import BROWSER, make_contact, rows, token_of

Who = Scope | Staff


def _png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (60, 20), "teal").save(file, "PNG")
    return file.getvalue()


PNG = _png()
LINE = UUID(int=38)
"""A line of a bank's statement."""


@dataclass(frozen=True)
class World:
    """What actions are tried on: rows of customer A, and a colleague among the staff."""

    cast: Cast
    invoice: UUID
    contact: UUID
    member: UUID
    folder: Path
    approval: UUID
    draft: UUID
    project: UUID


@pytest.fixture
def world(cast: Cast, owner: Staff, tmp_path: Path) -> World:
    with store.system_writing() as session:
        team.add(session, None, "max@fern.example", "Max", Role.STAFF, NOW)
        member = team.find(session, "max@fern.example").id
    invoice = make_invoice(cast.alice, number="INV-1")
    make_invoice(cast.alice, number="INV-2")
    make_series("credit_note", "CN-", 1)
    show_projects()
    approval, draft = (make_approval(cast.alice, {}, status=s) for s in ("submitted", "draft"))
    project = make_project(cast.alice, approvals_enabled=True)
    make_entry(cast.alice, project, make_person(cast.alice, project), 60)
    with store.system_writing() as session:
        session.change("update core.invoices set in_question_minor = 5 where number = 'INV-1'")
    make_estimate(cast.alice, number="EST-1")
    contact = make_contact(cast.alice, "dora@alder.example")
    return World(cast, invoice, contact, member, tmp_path / "files", approval, draft, project)


CONTACTS = {"admin", "payer", "approver", "viewer"}
STAFF = {"staff", "owner"}
OWNER = {"owner"}
DRAFTED = [estimate_revisions.DraftLine("Pond", Decimal(1), Decimal(5))]
ANSWERING = {"admin", "approver"}
SHARING = {"admin", "payer", "approver"}
PAYING = {"admin", "payer"}


@dataclass(frozen=True)
class Action:
    """What somebody does, and who may. A stranger is of another customer."""

    do: Callable[[Any, World], object]
    allowed: set[str]
    stranger: bool = True
    """Whether contacts of another customer may: true of what concerns only themselves."""
    prepare: Callable[[World, Any], object] = lambda world, who: None


def _sign_in_elsewhere(who: Who) -> None:
    """Sign the person in with another browser."""
    with store.system_writing() as session:
        session.change(_SIGN_IN_AGAIN, id=new_id(), own=who.sign_in_id)


def _elsewhere(who: Who) -> UUID:
    (row,) = rows(_OTHER_SIGN_IN, own=who.sign_in_id)
    found: UUID = row["id"]
    return found


_OTHER_SIGN_IN = """
    select id from core.sign_ins where id <> $own and login_id =
        (select login_id from core.sign_ins where id = $own) order by id
"""
_SIGN_IN_AGAIN = """
    insert into core.sign_ins (id, login_id, contact_id, staff_id, created_at, last_seen_at,
                               expires_at)
    select $id, login_id, contact_id, staff_id, created_at, last_seen_at, expires_at
      from core.sign_ins where id = $own
"""


def _comment(who: Who, world: World) -> None:
    """Say something about the invoice."""
    own = {"customer_id": world.cast.alice.customer_id}
    about = {"subject_kind": "invoice", "subject_id": world.invoice, "now": NOW}
    with store.system_writing() as session:
        comments.add(session, who, "Hello", **about, **own)


def _tell(who: Who, world: World) -> None:
    """Let the person find at the bell that an invoice was sent."""
    if isinstance(who, Staff):
        make_notification(BUSINESS, who.staff_id, kind="staff", invoice=world.invoice)
    else:
        make_notification(who.customer_id, who.contact_id, invoice=world.invoice)


def _fail_a_mail(world: World) -> None:
    """Let the outbox have given up on a mail."""
    insert(
        "outbox", customer_id=world.cast.alice.customer_id, kind="mail.message", dedup_key="failed",
        payload='{"to": "x@alder.example"}', status="failed", not_before=NOW, created_at=NOW,
    )  # fmt: skip


def _failed_mail() -> UUID:
    """The one mail that failed; an unknown id before."""
    found = rows("select id from core.outbox where status = 'failed' order by id")
    return found[0]["id"] if found else new_id()


def _make_link(world: World) -> None:
    """Let estimates be answered by link, and one have a link."""
    _act_by_link(world)
    estimate_links.create(world.cast.owner, "EST-1", TODAY, key=new_id(), now=NOW)


def _act_by_link(world: World) -> None:
    on = {"answer_estimates_by_link": True, "public_pay_links": True}
    preferences.change(world.cast.owner, now=NOW, **on)


def _link() -> UUID:
    """The one link; an unknown id before."""
    found = rows("select id from core.document_links order by id")
    return found[0]["id"] if found else new_id()


def _role_of(world: World) -> Role:
    (row,) = rows("select role from core.staff where id = $id", id=world.member)
    return Role(row["role"])


def _write_review(world: World) -> None:
    """Alice has written a review, which may be published."""
    reviews.write(
        world.cast.alice, 4, "Good", may_publish=True, seen=None, today=NOW.date(), now=NOW
    )


def _review(world: World) -> UUID:
    """The one review there is; an unknown id before anybody wrote one."""
    found = rows("select id from core.reviews order by id")
    return found[0]["id"] if found else new_id()


def _ask_for_a_tax_number(world: World) -> None:
    """Alice asks for another tax number."""
    alice = world.cast.alice
    before = details.my_details(alice)
    own_details.change_company(alice, {"tax_id": "GB 2"}, before=before, now=NOW)


def _asked(world: World) -> UUID:
    """The one change that waits; an unknown id before anybody asked."""
    found = rows("select id from core.pending_changes where status = 'waiting' order by id")
    return found[0]["id"] if found else new_id()


def _own(who: Scope) -> details.Contact:
    """The contact's own details; anybody's for staff who look, who have none."""
    contacts = details.my_details(who).contacts
    return next((each for each in contacts if each.id == who.contact_id), contacts[0])


def _dispute(who: Any) -> None:
    """Dispute a whole invoice."""
    claimed = Claim(None, Reason.PRICE, 10_000, "Too dear")
    dispute_claims.open_dispute(who, "INV-2", claimed, seen=1, key=new_id(), now=NOW)


def _name_a_way() -> None:
    """Let an invoice name a way of paying online."""
    owner = rows("select customer_id, id from core.invoices where number = 'INV-2' order by id")[0]
    with store.system_writing() as session:
        session.load(
            "core.invoice_providers",
            ("customer_id", "invoice_id", "provider"),
            [(owner["customer_id"], owner["id"], "demo")],
        )


def _wait_for_agreement(who: Who) -> None:
    """Begin to pay what somebody has to agree to."""
    _name_a_way()
    _pay(who)
    with store.system_writing() as session:
        session.change("update core.payment_attempts set status = 'awaiting_approval'")


def _hold(who: Who) -> None:
    """Begin to pay what is held for staff then."""
    _name_a_way()
    _pay(who)
    with store.system_writing() as session:
        session.change("update core.payment_attempts set status = 'held', version = version + 1")


def _truth() -> provider.Status:
    """What a provider says of a payment of which a part came."""
    return provider.Status("pay_1", provider.State.SUCCEEDED, 9_000, "GBP")


def _refund(who: Who) -> None:
    """Send a part of a payment back."""
    refunding.refund(who, "PAY-9", 50, "Twice", key=new_id(), seen=1, now=NOW)


def _record(who: Who, world: World) -> None:
    """Write down what came of a customer."""
    received = Received(TODAY, "GBP", 100, "Cash")
    customer_id = world.cast.alice.customer_id
    offline.record(who, customer_id, received, [], key=new_id(), again=False, now=NOW)


def _record_line(who: Who, world: World) -> None:
    """Record a line of a bank's statement."""
    line = Line(2, TODAY, 100, "Ada", "INV-2", "mark")
    statement = Statement("GB12", "GBP", (line,), 0, ())
    proposal = Proposal(str(world.cast.alice.customer_id), ())
    bank.record(who, statement, [bank.Chosen(line, proposal)], now=NOW)


def _left_line() -> UUID:
    """A line of a bank's statement that waits for a person."""
    return insert(
        "bank_lines",
        id=LINE,
        fingerprint="mark",
        account="GB12",
        currency_code="GBP",
        date=TODAY,
        amount_minor=100,
        status="left",
        created_at=NOW,
        updated_at=NOW,
    )


def _use_credit(who: Who, world: World) -> None:
    """Let credit settle a part of an invoice."""
    credit = Credit("credit_note", "CN-1", 1, TODAY, "GBP", 500)
    invoice = offers.named(world.cast.alice, None, "invoice", ["INV-2"])
    crediting.use(who, crediting.plan([credit], invoice), key=new_id(), now=NOW)


_PROMISED = (Part("invoice", "INV-2", 1, 10_000),)


def _promise(who: Who) -> None:
    """Promise to pay a whole invoice."""
    promises.make(who, _PROMISED, TODAY, key=new_id(), now=NOW)


def _promised() -> UUID:
    """The one promise there is; an unknown id before anybody made one."""
    found = rows("select id from core.payment_promises order by id")
    return found[0]["id"] if found else new_id()


def _pay(who: Who) -> None:
    """Begin to pay a whole invoice."""
    order = Order((Part("invoice", "INV-2", 1, 10_000),))
    paying.begin(who, Scripted(), order, key=new_id(), now=NOW)


def _begun() -> UUID:
    """The one attempt to pay there is; an unknown id before anybody began one."""
    found = rows("select id from core.payment_attempts order by id")
    return found[0]["id"] if found else new_id()


TERMS = Terms(Covers.EVERYTHING, "GBP", None, "I agree.")


def _agree(who: Who) -> None:
    """Let a customer have agreed to be charged automatically."""
    _save_method(who)
    autopay.consent(who, _saved(), TERMS, key=new_id(), now=NOW)


def _agreed() -> UUID:
    """The one mandate there is; an unknown id before."""
    found = rows("select id from core.mandates order by id")
    return found[0]["id"] if found else new_id()


def _save_method(who: Who) -> None:
    with store.system_writing() as session:
        session.load("core.preferences", ("key", "value", "updated_at"), [("autopay", "true", NOW)])
    insert(
        "saved_methods", customer_id=who.customer_id, provider="demo", provider_reference="pm_1",
        kind="card", status="verified", created_at=NOW, updated_at=NOW,
    )  # fmt: skip


def _saved() -> UUID:
    """The one saved method there is; an unknown id before."""
    found = rows("select id from core.saved_methods order by id")
    return found[0]["id"] if found else new_id()


def _disputed() -> UUID:
    """The one dispute there is; an unknown id before anybody opened one."""
    found = rows("select id from core.disputes order by id")
    return found[0]["id"] if found else new_id()


def _shared_file() -> UUID:
    """The one file there is."""
    (row,) = rows("select id from core.files order by id")
    found: UUID = row["id"]
    return found


def _approve(world: World) -> None:
    timesheet_answers.approve(world.cast.alice, world.approval, seen=1, now=NOW)


def _looks(who: Who) -> bool:
    return isinstance(who, Scope) and who.role is Role.STAFF


def _link_account(email: str) -> None:
    """Link an account at a provider to a login."""
    with store.system_writing() as session:
        login = logins.find(session, email)
        if login is not None:  # whoever holds a link has none
            linked_accounts.use(session, login, linked_accounts.Proof("https://id", email), NOW)


def _give_member_a_factor(world: World) -> None:
    with store.system_writing() as session:
        session.change(
            "update core.logins set totp_confirmed_at = $now where id ="
            " (select login_id from core.staff where id = $id)",
            id=world.member,
            now=NOW,
        )


def _code(secret: str, step: int = 0) -> str:
    """Return what an app shows now, or so many steps from now."""
    return pyotp.TOTP(secret).at(NOW.replace(tzinfo=UTC) + timedelta(seconds=30 * step))


def _set_up(who: Who, given: totp.Enrolment | None = None) -> None:
    """Set up a second factor of one's own."""
    given = given or totp.Enrolment(SECRET, "")
    second_factor.set_up(who, given, PASSWORD, _code(given.secret), BROWSER, NOW)


SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

ACTIONS: dict[str, Action] = {
    "auth.linked_accounts.unlink_own": Action(
        lambda who, w: linked_accounts.unlink_own(who, NOW),
        CONTACTS | STAFF,
        prepare=lambda w, who: None if _looks(who) else _link_account(who.email),
    ),
    "auth.linked_accounts.unlink_contact": Action(
        lambda who, w: linked_accounts.unlink_contact(who, w.cast.bob.contact_id, NOW),
        OWNER,
        prepare=lambda w, who: _link_account(w.cast.bob.email),
    ),
    "auth.linked_accounts.unlink_member": Action(
        lambda who, w: linked_accounts.unlink_member(who, w.member, NOW),
        OWNER,
        prepare=lambda w, who: _link_account("max@fern.example"),
    ),
    "auth.second_factor.set_up": Action(lambda who, w: _set_up(who), CONTACTS | STAFF),
    **{
        f"auth.second_factor.{name}": Action(
            lambda who, w, name=name: getattr(second_factor, name)(
                who, PASSWORD, _code(SECRET, 1), BROWSER, NOW
            ),
            CONTACTS | STAFF,
            prepare=lambda w, who: None if _looks(who) else _set_up(who),
        )
        for name in ("renew_codes", "turn_off")
    },
    "auth.second_factor.reset_contact": Action(
        lambda who, w: second_factor.reset_contact(who, w.cast.bob.contact_id, NOW),
        OWNER,
        prepare=lambda w, who: _set_up(w.cast.bob),
    ),
    "auth.second_factor.reset_member": Action(
        lambda who, w: second_factor.reset_member(who, w.member, NOW),
        OWNER,
        prepare=lambda w, who: _give_member_a_factor(w),
    ),
    "customers.change_requests.confirm": Action(
        lambda who, w: change_requests.confirm(who, _asked(w), seen=1, current=None, now=NOW),
        STAFF,
        prepare=lambda w, who: _ask_for_a_tax_number(w),
    ),
    "customers.change_requests.refuse": Action(
        lambda who, w: change_requests.refuse(who, _asked(w), "No", seen=1, now=NOW),
        STAFF,
        prepare=lambda w, who: _ask_for_a_tax_number(w),
    ),
    "customers.change_requests.withdraw": Action(
        lambda who, w: change_requests.withdraw(who, _asked(w), seen=1, now=NOW),
        {"admin"},
        stranger=False,
        prepare=lambda w, who: _ask_for_a_tax_number(w),
    ),
    "customers.own_details.change_person": Action(
        lambda who, w: own_details.change_person(
            who, {"phone": "01632 960001"}, before=_own(who), now=NOW
        ),
        CONTACTS,
    ),
    "customers.own_details.choose_language": Action(
        lambda who, w: own_details.choose_language(who, "de"), CONTACTS
    ),
    "customers.own_details.change_company": Action(
        lambda who, w: own_details.change_company(
            who, {"phone": "01632 960001"}, before=details.my_details(who), now=NOW
        ),
        {"admin"},
    ),
    "customers.own_details.change_address": Action(
        lambda who, w: own_details.change_address(
            who, "billing", {"city": "Leeds"}, before=None, now=NOW
        ),
        {"admin"},
    ),
    "auth.access.disable_contact": Action(
        lambda who, w: access.disable_contact(who, w.cast.bob.contact_id, NOW), STAFF
    ),
    "auth.access.enable_contact": Action(
        lambda who, w: access.enable_contact(who, w.cast.bob.contact_id, NOW),
        STAFF,
        prepare=lambda w, who: access.disable_contact(w.cast.owner, w.cast.bob.contact_id, NOW),
    ),
    "auth.access.set_role": Action(
        lambda who, w: access.set_role(
            who, w.cast.bob.contact_id, Role.PAYER, before=Role.VIEWER, now=NOW
        ),
        STAFF,
    ),
    "auth.access.set_limit": Action(
        lambda who, w: access.set_limit(who, w.cast.bob.contact_id, 500, before=None, now=NOW),
        STAFF,
    ),
    "auth.access.disable_customer": Action(
        lambda who, w: access.disable_customer(who, w.cast.alice.customer_id, NOW), STAFF
    ),
    "auth.access.enable_customer": Action(
        lambda who, w: access.enable_customer(who, w.cast.alice.customer_id, NOW),
        STAFF,
        prepare=lambda w, who: access.disable_customer(w.cast.owner, w.cast.alice.customer_id, NOW),
    ),
    "auth.colleagues.invite": Action(
        lambda who, w: colleagues.invite(
            who, "Eve", "New", "eve@alder.example", Grant(Role.PAYER), NOW
        ),
        {"admin"},
    ),
    "auth.colleagues.invite_contact": Action(
        lambda who, w: colleagues.invite_contact(who, w.contact, Grant(Role.PAYER), NOW),
        {"admin"},
        stranger=False,
    ),
    "auth.colleagues.invite_again": Action(
        lambda who, w: colleagues.invite_again(who, w.contact, NOW),
        {"admin"},
        stranger=False,
        prepare=lambda w, who: invitations.invite(w.cast.owner, w.contact, NOW),
    ),
    "auth.colleagues.change": Action(
        lambda who, w: colleagues.change(
            who, w.cast.bob.contact_id, Grant(Role.PAYER, 5), before=Grant(Role.VIEWER), now=NOW
        ),
        {"admin"},
        stranger=False,
    ),
    "auth.colleagues.disable": Action(
        lambda who, w: colleagues.disable(who, w.cast.bob.contact_id, NOW),
        {"admin"},
        stranger=False,
    ),
    "auth.colleagues.enable": Action(
        lambda who, w: colleagues.enable(who, w.cast.bob.contact_id, NOW),
        {"admin"},
        stranger=False,
        prepare=lambda w, who: colleagues.disable(w.cast.alice, w.cast.bob.contact_id, NOW),
    ),
    "customers.data_archives.ask": Action(
        lambda who, w: data_archives.ask(who, NOW),
        CONTACTS,
    ),
    "customers.conversations.mark_read": Action(
        lambda who, w: conversations.mark_read(who, w.invoice, NOW),
        CONTACTS,
        stranger=False,
        prepare=lambda w, who: _comment(w.cast.owner, w),
    ),
    "customers.conversations.mark_read_by_staff": Action(
        lambda who, w: conversations.mark_read_by_staff(
            who, w.cast.alice.customer_id, w.invoice, NOW
        ),
        STAFF,
        prepare=lambda w, who: _comment(w.cast.alice, w),
    ),
    "customers.conversations.reply": Action(
        lambda who, w: conversations.reply(
            who, "invoice", w.invoice, "Hello", internal=False, key=new_id(), now=NOW
        ),
        STAFF,
    ),
    "customers.conversations.settle": Action(
        lambda who, w: conversations.settle(who, "invoice", w.invoice, NOW, seen=NOW),
        STAFF,
        prepare=lambda w, who: _comment(w.cast.alice, w),
    ),
    "customers.conversations.write": Action(
        lambda who, w: conversations.write(
            who, "invoice", w.invoice, "Hello", key=new_id(), now=NOW
        ),
        CONTACTS,
        stranger=False,
    ),
    "customers.files.share": Action(
        lambda who, w: files.share(who, "a.txt", b"A", key=new_id(), folder=w.folder, now=NOW),
        SHARING,
    ),
    "customers.files.share_with": Action(
        lambda who, w: files.share_with(
            who,
            w.cast.alice.customer_id,
            "a.txt",
            b"A",
            key=new_id(),
            folder=w.folder,
            now=NOW,
        ),
        STAFF,
    ),
    "customers.files.withdraw": Action(
        lambda who, w: files.withdraw(who, _shared_file(), NOW),
        STAFF,
        prepare=lambda w, who: files.share(
            w.cast.alice, "a.txt", b"A", key=new_id(), folder=w.folder, now=NOW
        ),
    ),
    "customers.forwarding.forward": Action(
        lambda who, w: forwarding.forward(
            who,
            forwarding.OneDocument(kinds.INVOICE, w.invoice),
            "max@books.example",
            "",
            key=new_id(),
            now=NOW,
        ),
        SHARING,
        stranger=False,
    ),
    "customers.documents.clear_question": Action(
        lambda who, w: documents.clear_question(who, kinds.INVOICE, "INV-1", NOW, seen=1), STAFF
    ),
    "auth.identity.change_password": Action(
        lambda who, w: identity.change_password(who, PASSWORD, "wholly other words", BROWSER, NOW),
        CONTACTS | STAFF,
    ),
    "auth.invitations.invite": Action(
        lambda who, w: invitations.invite(who, w.contact, NOW), STAFF
    ),
    "messaging.messages.send": Action(
        lambda who, w: messages.send(who, "Hello", "There", key=new_id(), now=NOW), CONTACTS
    ),
    "customers.reviews.write": Action(
        lambda who, w: reviews.write(
            who, 4, "Good", may_publish=True, seen=None, today=NOW.date(), now=NOW
        ),
        CONTACTS,
    ),
    "customers.reviews.withdraw_consent": Action(
        lambda who, w: reviews.withdraw_consent(who, _review(w), seen=1, now=NOW),
        CONTACTS,
        stranger=False,
        prepare=lambda w, who: _write_review(w),
    ),
    "customers.review_desk.reply": Action(
        lambda who, w: review_desk.reply(who, _review(w), "Thank you.", seen=1, now=NOW),
        STAFF,
        prepare=lambda w, who: _write_review(w),
    ),
    "customers.review_desk.publish": Action(
        lambda who, w: review_desk.publish(who, _review(w), True, seen=1, now=NOW),
        STAFF,
        prepare=lambda w, who: _write_review(w),
    ),
    "customers.review_desk.request": Action(
        lambda who, w: review_desk.request(who, w.cast.bob.contact_id, today=NOW.date(), now=NOW),
        STAFF,
    ),
    "business.organisation.change": Action(
        lambda who, w: organisation.change(
            who, {"phone": "+44 1632 960000"}, before=organisation.get(w.cast.owner), now=NOW
        ),
        OWNER,
    ),
    "business.organisation.set_logo": Action(
        lambda who, w: organisation.set_logo(
            who, PNG, before=organisation.get(w.cast.owner), now=NOW
        ),
        OWNER,
    ),
    "business.preferences.change": Action(
        lambda who, w: preferences.change(who, now=NOW, banner_message="Closed"), OWNER
    ),
    "auth.sessions.end_own": Action(
        lambda who, w: sessions.end_own(who, _elsewhere(who), NOW),
        CONTACTS | STAFF,
        prepare=lambda w, who: _sign_in_elsewhere(who),
    ),
    "auth.sessions.end_others": Action(
        lambda who, w: sessions.end_others(who, NOW),
        CONTACTS | STAFF,
        prepare=lambda w, who: _sign_in_elsewhere(who),
    ),
    "auth.staff.create": Action(
        lambda who, w: team.create(who, "new@fern.example", "New", Role.STAFF, NOW), OWNER
    ),
    "auth.staff.renew_link": Action(lambda who, w: team.renew_link(who, w.member, NOW), OWNER),
    "auth.staff.disable": Action(lambda who, w: team.disable(who, w.member, NOW), OWNER),
    "auth.staff.enable": Action(
        lambda who, w: team.enable(who, w.member, NOW),
        OWNER,
        prepare=lambda w, who: team.disable(w.cast.owner, w.member, NOW),
    ),
    "auth.staff.change_role": Action(
        lambda who, w: team.change_role(who, w.member, Role.OWNER, before=_role_of(w), now=NOW),
        OWNER,
    ),
    "auth.staff.set_limit": Action(
        lambda who, w: team.set_limit(who, w.member, 500, before=None, now=NOW), OWNER
    ),
    "projects.timesheet_submissions.send_draft": Action(
        lambda who, w: timesheet_submissions.send_draft(who, w.draft, seen=1, now=NOW), STAFF
    ),
    "projects.timesheet_submissions.submit": Action(
        lambda who, w: timesheet_submissions.submit(
            who, w.project, "November", first=TODAY, last=TODAY, key=new_id(), now=NOW
        ),
        STAFF,
    ),
    "billing.dispute_claims.open_dispute": Action(
        lambda who, w: _dispute(who), SHARING, stranger=False
    ),
    "billing.dispute_claims.withdraw": Action(
        lambda who, w: dispute_claims.withdraw(who, _disputed(), seen=1, now=NOW),
        SHARING,
        stranger=False,
        prepare=lambda w, who: _dispute(w.cast.alice),
    ),
    "payments.paying.begin": Action(
        lambda who, w: _pay(who),
        PAYING,
        stranger=False,
        prepare=lambda w, who: _name_a_way(),
    ),
    "payments.autopay.consent": Action(
        lambda who, w: autopay.consent(who, _saved(), TERMS, key=new_id(), now=NOW),
        PAYING,
        stranger=False,
        prepare=lambda w, who: _save_method(w.cast.alice),
    ),
    "payments.autopay.change": Action(
        lambda who, w: autopay.change(who, _agreed(), _saved(), TERMS, seen=1, now=NOW),
        PAYING,
        stranger=False,
        prepare=lambda w, who: _agree(w.cast.alice),
    ),
    "payments.autopay.revoke": Action(
        lambda who, w: autopay.revoke(who, _agreed(), seen=1, now=NOW),
        PAYING,
        stranger=False,
        prepare=lambda w, who: _agree(w.cast.alice),
    ),
    "payments.crediting.use": Action(
        lambda who, w: _use_credit(who, w),
        PAYING,
        stranger=False,
        prepare=lambda w, who: make_credit_note(w.cast.alice, number="CN-1", total_minor=500),
    ),
    "payments.promises.make": Action(lambda who, w: _promise(who), PAYING, stranger=False),
    "payments.promises.change": Action(
        lambda who, w: promises.change(
            who, _promised(), _PROMISED, TODAY, seen=1, key=new_id(), now=NOW
        ),
        PAYING,
        stranger=False,
        prepare=lambda w, who: _promise(w.cast.alice),
    ),
    "payments.promises.withdraw": Action(
        lambda who, w: promises.withdraw(who, _promised(), seen=1, now=NOW),
        PAYING,
        stranger=False,
        prepare=lambda w, who: _promise(w.cast.alice),
    ),
    "payments.promises.withdraw_for": Action(
        lambda who, w: promises.withdraw_for(who, _promised(), seen=1, now=NOW),
        STAFF,
        prepare=lambda w, who: _promise(w.cast.alice),
    ),
    "payments.refunding.refund": Action(
        lambda who, w: _refund(who),
        STAFF,
        prepare=lambda w, who: make_payment(w.cast.alice, {w.invoice: 100}, number="PAY-9"),
    ),
    "payments.bank.record": Action(_record_line, STAFF),
    "payments.bank.dismiss": Action(
        lambda who, w: bank.dismiss(who, LINE, seen=1, now=NOW),
        STAFF,
        prepare=lambda w, who: _left_line(),
    ),
    "payments.offline.record": Action(_record, STAFF),
    **{
        f"payments.offline.{name}": Action(
            lambda who, w, name=name, more=more: getattr(offline, name)(
                who, "PAY-9", more, seen=1, now=NOW
            ),
            STAFF,
            prepare=lambda w, who: make_payment(
                w.cast.alice, {w.invoice: 100}, number="PAY-9", provider="manual"
            ),
        )
        for name, more in (("void", "Twice"), ("reallocate", ()))
    },
    "payments.deciding.accept": Action(
        lambda who, w: deciding.accept(who, _begun(), _truth(), seen=2, now=NOW),
        STAFF,
        prepare=lambda w, who: _hold(w.cast.alice),
    ),
    "payments.desk.look_again": Action(
        lambda who, w: desk.look_again(who, "evt_1", NOW),
        STAFF,
        prepare=lambda w, who: insert(
            "provider_events",
            provider="demo",
            external_id="evt_1",
            kind="x",
            payload="{}",
            status="ignored",
            received_at=NOW,
        ),
    ),
    "payments.desk.look_at_all": Action(lambda who, w: desk.look_at_all(who, NOW), STAFF),
    "payments.deciding.let_go": Action(
        lambda who, w: deciding.let_go(who, _begun(), None, seen=2, now=NOW),
        STAFF,
        prepare=lambda w, who: _hold(w.cast.alice),
    ),
    **{
        f"payments.paying.{name}": Action(
            lambda who, w, name=name: getattr(paying, name)(who, _begun(), seen=1, now=NOW),
            PAYING,
            stranger=False,
            prepare=lambda w, who: _wait_for_agreement(w.cast.alice),
        )
        for name in ("leave", "approve")
    },
    **{
        f"payments.methods.{name}": Action(
            lambda who, w, name=name: getattr(methods, name)(who, _saved(), seen=1, now=NOW),
            PAYING,
            stranger=False,
            prepare=lambda w, who: _save_method(w.cast.alice),
        )
        for name in ("remove", "make_default")
    },
    **{
        f"billing.dispute_decisions.{name}": Action(
            lambda who, w, name=name, more=more: getattr(dispute_decisions, name)(
                who, _disputed(), *more, seen=1, now=NOW
            ),
            STAFF,
            prepare=lambda w, who: _dispute(w.cast.alice),
        )
        for name, more in (("review", ()), ("accept", (100, "Yes")), ("reject", ("No",)))
    },
    "billing.estimate_answers.accept": Action(
        lambda who, w: acceptance.accept(
            who,
            acceptance.offer(who, "EST-1", seen=1, now=NOW),
            "Ada Test",
            address=None,
            folder=w.folder,
            now=NOW,
        ),
        ANSWERING,
        stranger=False,
    ),
    "billing.estimate_answers.decline": Action(
        lambda who, w: estimate_answers.decline(who, "EST-1", "Too dear", seen=1, now=NOW),
        ANSWERING,
        stranger=False,
    ),
    **{
        f"projects.timesheet_answers.{name}": Action(
            lambda who, w, name=name, more=more: getattr(timesheet_answers, name)(
                who, w.approval, *more, seen=1, now=NOW
            ),
            ANSWERING,
            stranger=False,
        )
        for name, more in (("approve", ()), ("answer", ({},)), ("reject", ("Why",)))
    },
    "customers.dispute_files.open_dispute": Action(
        lambda who, w: dispute_files.open_dispute(
            who,
            "INV-2",
            Claim(None, Reason.PRICE, 10_000, "Too dear"),
            [("a.txt", b"a")],
            seen=1,
            key=new_id(),
            folder=w.folder,
            now=NOW,
        ),
        SHARING,
        stranger=False,
    ),
    "projects.timesheet_reversals.take_back": Action(
        lambda who, w: timesheet_reversals.take_back(who, w.approval, seen=2, now=NOW),
        ANSWERING,
        stranger=False,
        prepare=lambda w, who: _approve(w),
    ),
    "projects.timesheet_reversals.reopen": Action(
        lambda who, w: timesheet_reversals.reopen(who, w.approval, seen=2, now=NOW),
        STAFF,
        prepare=lambda w, who: _approve(w),
    ),
    "billing.public_links.create": Action(
        lambda who, w: [
            kind.create(who, number, TODAY, key=new_id(), now=NOW)
            for kind, number in ((estimate_links, "EST-1"), (pay_links, "INV-2"))
        ],
        STAFF,
        prepare=lambda w, who: _act_by_link(w),
    ),
    "billing.public_links.revoke": Action(
        lambda who, w: estimate_links.revoke(who, _link(), now=NOW),
        STAFF,
        prepare=lambda w, who: _make_link(w),
    ),
    "billing.estimate_offers.undo_acceptance": Action(
        lambda who, w: estimate_offers.undo_acceptance(who, "EST-1", seen=2, now=NOW),
        STAFF,
        prepare=lambda w, who: ACTIONS["billing.estimate_answers.accept"].do(w.cast.alice, w),
    ),
    "billing.estimate_revisions.send_again": Action(
        lambda who, w: estimate_revisions.send_again(
            who, "EST-1", DRAFTED, expiry_date=None, reason="", seen=1, now=NOW
        ),
        STAFF,
    ),
    "messaging.failed_mail.retry": Action(
        lambda who, w: failed_mail.retry(who, _failed_mail(), NOW),
        STAFF,
        prepare=lambda w, who: _fail_a_mail(w),
    ),
    "messaging.delivery.change": Action(
        lambda who, w: delivery.change(who, Delivery(Digest.DAILY), now=NOW), CONTACTS | STAFF
    ),
    "messaging.notifications.mark_all_read": Action(
        lambda who, w: notifications.mark_all_read(who, until=NOW, now=NOW),
        CONTACTS | STAFF,
        prepare=lambda w, who: _tell(who, w),
    ),
    "messaging.notifications.mark_opened": Action(
        lambda who, w: notifications.mark_opened(who, "invoice", "INV-1", NOW),
        CONTACTS | STAFF,
        prepare=lambda w, who: _tell(who, w),
    ),
    "billing.views.mark": Action(
        lambda who, w: views.mark(who, kinds.INVOICE, w.invoice, NOW), CONTACTS, stranger=False
    ),
}

NO_ACTIONS = {
    "billing.public_links.note_use": "by whoever holds a link; see test_estimate_links",
    "auth.switching.switch": "from one's own access to another of one's own; see test_identity",
}
"""Functions that write and ask who is there, but do nothing that a role allows."""


BY_OTHERS = {"customers.dispute_files.open_dispute": "writes by dispute_claims.open_dispute"}
"""Actions that leave all writing to another module's."""


def _writers() -> set[str]:
    """Public functions that take Scope or Staff first and write, themselves or by a helper."""
    found = set()
    for path in (*NOUNS, Path(identity.__file__)):
        functions = {f.name: f for f in tree(path).body if isinstance(f, ast.FunctionDef)}
        writing: set[str] = set()
        while True:
            more = {
                name
                for name, function in functions.items()
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
                and (
                    re.fullmatch(r"store\.\w*writing", ast.unparse(node.func))
                    or (isinstance(node.func, ast.Name) and node.func.id in writing)
                )
            }  # fmt: skip
            if more <= writing:
                break
            writing |= more
        for name in writing:
            arguments = functions[name].args.args
            kind = ast.unparse(arguments[0].annotation or ast.Name("")) if arguments else ""
            if not name.startswith("_") and {"Scope", "Staff"} & set(kind.split(" | ")):
                found.add(f"{dotted(path)}.{name}")
    return found


def test_every_action_stands_in_the_table() -> None:
    assert _writers() == {*ACTIONS, *NO_ACTIONS} - {*BY_OTHERS}


def _people(world: World, sam: Staff) -> dict[str, Who]:
    cast = world.cast
    contacts: dict[str, Who] = {
        role.value: replace(cast.alice, role=role)
        for role in (Role.ADMIN, Role.PAYER, Role.APPROVER, Role.VIEWER)
    }
    looking = identity.view_as_customer(cast.owner, cast.alice.customer_id)
    return {**contacts, "looking": looking, "staff": sam, "owner": cast.owner}


def _everything() -> dict[str, str]:
    """A digest of every table but the counts of wrong passwords."""
    with store.system_reading() as session:
        tables = session.rows(_TABLES)
        return {row["table_name"]: session.digest(row["table_name"]) for row in tables}


_TABLES = """
    select table_name from information_schema.tables
    where table_schema = 'core' and table_type = 'BASE TABLE'
        and table_name <> 'sign_in_failures'
    order by table_name
"""
REFUSALS = (NotAllowed, NotFound, TypeError, AttributeError)
"""How a role is refused: by the rule, as if nothing were there, or because its type has no such
thing."""


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize(
    "role", ["admin", "payer", "approver", "viewer", "looking", "staff", "owner"]
)
def test_who_may_do_what(name: str, role: str, world: World, sam: Staff) -> None:
    action, who = ACTIONS[name], _people(world, sam)[role]
    action.prepare(world, who)
    before = _everything()
    if role in action.allowed:
        action.do(who, world)
        assert _everything() != before
    else:
        with suppress(*REFUSALS):
            action.do(who, world)
        assert _everything() == before, f"{role} did {name}"


OF_A_SIGN_IN = {
    "auth.second_factor.renew_codes", "auth.second_factor.turn_off", "auth.sessions.end_own",
}  # fmt: skip
"""What is done to one's own sign-in or second factor, of which a link has none to try it on."""


@pytest.mark.parametrize("name", sorted(ACTIONS.keys() - OF_A_SIGN_IN))
@pytest.mark.parametrize("of", ["estimate", "invoice"])
def test_whoever_holds_a_link_of_another_document_does_nothing(
    name: str, of: str, world: World, sam: Staff
) -> None:
    _act_by_link(world)
    make_estimate(world.cast.alice, number="EST-2")
    make_invoice(world.cast.alice, number="INV-L")
    links, number = (estimate_links, "EST-2") if of == "estimate" else (pay_links, "INV-L")
    token = token_of(links.create(sam, number, TODAY, key=new_id(), now=NOW))
    who = links.opened(token, address=None, now=NOW).scope
    ACTIONS[name].prepare(world, who)
    before = _everything()
    with suppress(*REFUSALS):
        ACTIONS[name].do(who, world)
    assert _everything() == before, f"a link did {name}"


@pytest.mark.parametrize("name", [name for name, each in ACTIONS.items() if not each.stranger])
def test_a_stranger_finds_nothing_to_act_on(name: str, world: World) -> None:
    before = _everything()
    with pytest.raises(NotFound):
        ACTIONS[name].do(world.cast.charlie, world)
    assert _everything() == before


def test_whoever_is_disabled_is_nobody(world: World, sam: Staff) -> None:
    """No session of theirs leads to a Scope or Staff, so there is nothing to try."""
    cast = world.cast
    access.disable_contact(cast.owner, cast.bob.contact_id, NOW)
    team.disable(cast.owner, sam.staff_id, NOW)
    access.disable_customer(cast.owner, cast.charlie.customer_id, NOW)
    for each in (cast.bob, sam, cast.charlie):
        assert identity.scope_of(each.sign_in_id, NOW) is None
    assert identity.scope_of(cast.alice.sign_in_id, NOW) == cast.alice


def test_staff_who_look_cannot_even_begin_to_write(world: World, sam: Staff) -> None:
    looking = _people(world, sam)["looking"]
    assert isinstance(looking, Scope)
    with pytest.raises(NotAllowed), store.writing(looking):
        pass
