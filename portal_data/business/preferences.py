"""Preferences: what the business switches on and off in its portal, with types and defaults."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from portal_data import store
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.messaging import activity, events
from portal_data.scope import Scope, Staff
from portal_data.store import OpenSession, Session
from portal_data.text.language import _

BANNER_LIMIT = 1_000

_ALL = "select key, value from preferences order by key"
_SET = """
    insert into core.preferences (key, value, updated_at, updated_by)
    values ($key, $value, $now, $staff_id)
    on conflict (key) do update
    set value = excluded.value, updated_at = excluded.updated_at, updated_by = excluded.updated_by
"""
# a preference that was never set has no row to hold, so the business's own row stands for all
_ONE_AT_A_TIME = "select id from core.organisation order by id"


class SecondFactor(StrEnum):
    """Whether people may, or must, add a second factor to their password."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class AfterAcceptance(StrEnum):
    """What becomes of an estimate as soon as a customer has accepted it."""

    NOTHING = "nothing"
    DRAFT = "draft"
    SENT = "sent"


class AutoApproval(StrEnum):
    """After how many days without an answer a timesheet counts as approved."""

    NEVER = "never"
    WEEK = "7"
    FORTNIGHT = "14"
    MONTH = "30"

    @property
    def days(self) -> int | None:
        """The number of days; None for never."""
        return None if self is AutoApproval.NEVER else int(self)


class Reminders(StrEnum):
    """When customers are reminded of invoices that are not paid; `OFF` is false."""

    OFF = "off"
    AFTER = "after_due"
    AROUND = "around_due"

    def __bool__(self) -> bool:
        """Tell whether anybody is reminded at all."""
        return self is not Reminders.OFF

    @property
    def first_day(self) -> int:
        """How many days late the first reminder is; below zero it comes before the due day."""
        return -3 if self is Reminders.AROUND else 1


@dataclass(frozen=True, slots=True)
class Preferences:
    """Every preference with its default. A name here is its key in the store."""

    banner_message: str = ""
    """Greeting on top of Home; empty for the default one."""
    notify_staff_of_activity: bool = True
    """Mail staff when a contact views, pays, accepts, declines, comments or decides on time."""
    notify_contacts_of_comments: bool = True
    """Mail contacts when staff comment visibly on their documents."""
    customers_edit_details: bool = True
    """Contacts may change their own details, and administrators those of their company."""
    customers_forward_documents: bool = True
    """Contacts may forward a document; the recipient becomes a contact."""
    reviews: bool = True
    """Contacts may write reviews."""
    projects_and_timesheets: bool = False
    """Contacts see projects and timesheets."""
    auto_approval: AutoApproval = AutoApproval.NEVER
    """Timesheets that nobody answers count as approved after some days."""
    invite_automatically: bool = False
    """New customers are invited by themselves."""
    second_factor: SecondFactor = SecondFactor.OPTIONAL
    """Second factor of contacts."""
    login_links: bool = True
    """Contacts may sign in by a link from a mail."""
    staff_second_factor: SecondFactor = SecondFactor.REQUIRED
    """Second factor of staff."""
    self_sign_up: bool = False
    """Offer a sign-up link beside payments by public link."""
    customers_add_payment_methods: bool = True
    """Contacts may save cards and bank accounts."""
    customers_use_credit: bool = True
    """Contacts who pay settle invoices with credit notes, unused payments and retainers."""
    autopay: bool = False
    """Contacts who pay may let invoices be charged to a saved method by themselves."""
    pay_online: bool = False
    """Invoices that name no way of paying online can be paid by the one that is switched on."""
    public_pay_links: bool = False
    """Invoices can be paid through their public link."""
    pay_in_parts: bool = False
    """Parts of every invoice can be paid, not only of those that allow it themselves."""
    payment_promises: bool = True
    """Contacts who pay promise which invoices they pay by which day."""
    notify_contacts_of_payments: bool = True
    """Mail contacts receipts of their payments, and that one failed or came back."""
    reminders: Reminders = Reminders.OFF
    """Remind contacts who may pay of unpaid invoices."""
    answer_estimates_by_link: bool = False
    """Estimates can be accepted and declined through their public link."""
    notify_contacts_of_estimates: bool = True
    """Mail contacts when staff send them an estimate again."""
    lock_accepted_estimates: bool = True
    """Staff cannot revise an estimate that was accepted."""
    invoice_on_acceptance: AfterAcceptance = AfterAcceptance.NOTHING
    """An accepted estimate becomes an invoice by itself."""
    advance_on_acceptance: bool = False
    """An accepted estimate that asks for an advance becomes a retainer invoice by itself."""
    sales_orders: bool = False
    """Contacts see sales orders."""
    subscriptions: bool = False
    """Contacts see subscriptions."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A preference in words: its label, and what it does."""

    label: str
    text: str
    choices: Mapping[str, str] = field(default_factory=dict)
    """What may be chosen, in words, where it is more than on and off."""


_FACTORS: Mapping[str, str] = {
    SecondFactor.OFF: "Not offered",
    SecondFactor.OPTIONAL: "Whoever wants one",
    SecondFactor.REQUIRED: "Everybody, from the next sign-in on",
}

EFFECTS: dict[str, Effect] = {
    "banner_message": Effect(
        "Banner message", "Stands on top of every customer's Home, above the greeting."
    ),
    "projects_and_timesheets": Effect(
        "Projects and timesheets",
        "Customers see their projects with hours, budgets and time logs, and the timesheets that "
        "you sent them. When off, these pages do not exist for them.",
    ),
    "customers_edit_details": Effect(
        "Customers change their details",
        "Everybody there changes their own name and phone numbers, and administrators the company "
        "and its addresses. A new tax number waits until you confirm it. When off, they see these "
        "details and write to you.",
    ),
    "customers_forward_documents": Effect(
        "Forward documents",
        "Customers mail estimates, invoices, credit notes, receipts and statements as PDFs. "
        "Whoever gets one becomes a contact of that customer, without access to the portal.",
    ),
    "reviews": Effect(
        "Reviews",
        "Customers rate your work from one to five stars, once in half a year, and staff answer. "
        "When off, the page does not exist for them.",
    ),
    "login_links": Effect(
        "Sign in by a link from a mail",
        "Customers who do not remember their password get a link by mail that signs them in once, "
        "within 15 minutes; a second factor is asked for as ever. Whoever reads their mail gets in "
        "with a forgotten password, too, so this opens no other way. Staff use their passwords.",
    ),
    "notify_staff_of_activity": Effect(
        "Mail staff of what customers do",
        "Everybody on the team gets a mail when a customer first views or forwards a document, "
        "comments, shares one, answers an estimate, or decides on a timesheet.",
    ),
    "notify_contacts_of_comments": Effect(
        "Mail customers when you comment or share a document",
        "Everybody at the customer who uses the portal gets a mail with what you wrote, or with "
        "the document's name. Internal notes are never mailed.",
    ),
    "notify_contacts_of_estimates": Effect(
        "Mail customers when you send an estimate again",
        "Everybody at the customer who uses the portal gets a mail with what has changed.",
    ),
    "customers_use_credit": Effect(
        "Use credit",
        "Customers settle invoices with what they have with you: credit notes, payments with an "
        "unused part, and retainers. When off, only you do so.",
    ),
    "autopay": Effect(
        "Auto-pay",
        "Customers may agree that invoices are charged to a saved card or bank account when they "
        "are due. They get a mail three days before, and when a charge was declined. When off, "
        "nothing is charged by itself, and no reminder rests for it.",
    ),
    "pay_online": Effect(
        "Pay every invoice online",
        "Invoices that name no way of paying can be paid by card or bank account, too, such as "
        "those that were imported. When off, only those that name one.",
    ),
    "public_pay_links": Effect(
        "Pay invoices by public link",
        "Staff make a link of an open invoice. Whoever has it reads that invoice and pays it by a "
        "new card, bank account or transfer, without a sign-in. Reminders of one invoice bring "
        "such a link. When off, no link opens anything.",
    ),
    "pay_in_parts": Effect(
        "Part payments",
        "Customers pay any part of an invoice. When off, only of invoices that allow it.",
    ),
    "payment_promises": Effect(
        "Promises to pay",
        "Customers plan what they can pay by which day and promise it, up to 90 days ahead. "
        "Reminders of these invoices rest until then, and you hear of promises that were not kept.",
    ),
    "customers_add_payment_methods": Effect(
        "Save cards and bank accounts",
        "Customers may let the payment provider keep what they paid with for the next time. The "
        "portal never sees a number.",
    ),
    "notify_contacts_of_payments": Effect(
        "Mail customers about payments",
        "Everybody at the customer who uses the portal gets a mail when a payment has arrived, "
        "failed, was refunded or came back.",
    ),
    "answer_estimates_by_link": Effect(
        "Answer estimates by public link",
        "Staff make a link of an open estimate. Whoever has it reads that estimate, and accepts or "
        "declines it with a name and an e-mail, without a sign-in. Mails of an estimate that is "
        "sent again bring one to whoever may answer. When off, no link opens anything.",
    ),
    "lock_accepted_estimates": Effect(
        "Lock accepted estimates",
        "What was accepted cannot be revised. When off, revising takes the acceptance back.",
    ),
    "invoice_on_acceptance": Effect(
        "Invoice accepted estimates",
        "As soon as a customer accepts an estimate, an invoice of the same lines and amounts is "
        "made, due by the customer's payment terms.",
        {
            AfterAcceptance.NOTHING: "Not by itself",
            AfterAcceptance.DRAFT: "As a draft, for you to look at",
            AfterAcceptance.SENT: "At once, for the customer to pay",
        },
    ),
    "staff_second_factor": Effect(
        "Second factor of staff",
        "After the password, signing in asks for a code from an app on the person's telephone. "
        "Whoever has none yet sets it up when signing in.",
        _FACTORS,
    ),
    "second_factor": Effect(
        "Second factor of customers",
        "The same for customers. Whoever has set one up is asked for it whatever you choose here.",
        _FACTORS,
    ),
    "advance_on_acceptance": Effect(
        "Ask for advances at once",
        "An accepted estimate that asks for an advance becomes a retainer invoice of that share. "
        "The estimate itself is not invoiced then.",
    ),
    "reminders": Effect(
        "Remind of unpaid invoices",
        "Administrators and payers of the customer get a mail, one for all their invoices of that "
        "day, in the morning. What is disputed, promised, on its way or paused is not asked for.",
        {
            Reminders.OFF: "Never",
            Reminders.AFTER: "1, 7, 14 and 30 days late",
            Reminders.AROUND: "3 days before, on the due day, and 1, 7, 14 and 30 days late",
        },
    ),
    "auto_approval": Effect(
        "Timesheets without an answer",
        "Whoever may approve time reads the day on the timesheet from when it counts as approved. "
        "Any answer before, a question too, keeps that from happening. What is sent already stays "
        "as it was sent.",
        {
            AutoApproval.NEVER: "Wait until somebody answers",
            AutoApproval.WEEK: "Count as approved after 7 days",
            AutoApproval.FORTNIGHT: "Count as approved after 14 days",
            AutoApproval.MONTH: "Count as approved after 30 days",
        },
    ),
}
"""The preferences that do something; the others wait for what they switch."""


_KINDS: dict[str, type] = {
    each.name: type(getattr(Preferences(), each.name)) for each in fields(Preferences)
}


def get(session: Session) -> Preferences:
    """Return all preferences, inside a customer's, staff's or system session."""
    stored = {row["key"]: json.loads(row["value"]) for row in session.rows(_ALL)}
    known = {key: _KINDS[key](value) for key, value in stored.items() if key in _KINDS}
    return replace(Preferences(), **known)


@store.cached_for_all
def of(scope: Scope) -> Preferences:
    """Return all preferences, for a customer's screen."""
    with store.reading(scope) as session:
        return get(session)


def of_portal(staff: Staff) -> Preferences:
    """Return all preferences, for staff."""
    with store.staff_reading(staff) as session:
        return get(session)


def need_projects(session: Session) -> None:
    """Raise NotFound, as for any unknown thing, unless contacts see projects and timesheets."""
    if not get(session).projects_and_timesheets:
        raise NotFound(_("There is no such page."))


def change(
    staff: Staff, *, now: datetime, before: Preferences | None = None, **changes: Any
) -> Preferences:
    """Change some preferences by name and return all of them; owners only.

    `before` is what the owner saw. Raises NotAllowed for other staff, Invalid for an unknown name
    or a value of another type, Conflict when somebody else changed one of the same meanwhile.
    """
    staff.need_owner()
    with store.staff_writing(staff) as session:
        return change_within(session, staff, changes, now, before=before)


def change_within(
    session: OpenSession,
    who: Staff | None,
    changes: Mapping[str, Any],
    now: datetime,
    *,
    before: Preferences | None = None,
) -> Preferences:
    """Change some preferences inside a transaction; raises as `change`."""
    for key, value in changes.items():
        if key not in _KINDS:
            raise Invalid(f"There is no preference {key}.")
        if type(value) is not _KINDS[key]:
            raise Invalid(f"{key} must be a {_KINDS[key].__name__}.")
    if len(changes.get("banner_message", "")) > BANNER_LIMIT:
        raise Invalid(f"Keep the banner under {BANNER_LIMIT:,} characters.")
    session.locked(_ONE_AT_A_TIME)
    current = get(session)
    changed = [key for key in changes if getattr(current, key) != changes[key]]
    if before is not None:
        moved = [key for key in changed if getattr(before, key) != getattr(current, key)]
        if moved:
            named = ", ".join(EFFECTS[key].label if key in EFFECTS else key for key in moved)
            raise Conflict(f"Somebody else changed this meanwhile: {named}.")
    for key in changed:
        session.change(
            _SET,
            key=key,
            value=json.dumps(changes[key]),
            now=now,
            staff_id=who.staff_id if who else None,
        )
    if changed:
        activity.record(
            session, who, events.PREFERENCES_CHANGED, now=now, details=", ".join(changed)
        )
    return replace(current, **changes)
