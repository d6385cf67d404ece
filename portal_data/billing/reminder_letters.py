"""Letters that remind of invoices: to whom they go, and what of each invoice they ask for.

They go to whoever may pay and uses the portal, at once or when that person's quiet hours or digest
let them. What is written is looked at then: what was paid meanwhile is not in it.
"""

from collections.abc import Mapping, Sequence
from datetime import date as Date
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date

from portal_data import money, screens
from portal_data.billing import pay_links
from portal_data.billing.disputes import OPEN
from portal_data.business import preferences
from portal_data.clock import local_date
from portal_data.kinds import INVOICE
from portal_data.messaging import (
    activity,
    bounces,
    delivery,
    events,
    outbox,
    templates,
    unsubscribing,
)
from portal_data.messaging.topics import Topic
from portal_data.scope import Permission, roles_that_may
from portal_data.store import OpenSession, Session
from portal_data.text import language
from portal_data.text.bidi import isolated
from portal_data.text.language import _, counted

WORK = "reminders.letter"
"""The kind of work that writes a letter later."""
MOST_LISTED = 30
"""Invoices that a letter lists one by one."""
ROLES = sorted(role.value for role in roles_that_may(Permission.INVOICE_PAY))
"""Whoever may pay is reminded."""

_DISPUTED = f"""coalesce((
                select sum(d.amount_minor)::bigint from core.disputes d
                where d.customer_id = i.customer_id and d.invoice_id = i.id and d.{OPEN}
            ), 0)"""
ASKED = f"""i.status = 'sent' and i.balance_minor > 0 and i.in_question_minor = 0
                and i.balance_minor - i.pending_minor - {_DISPUTED} > 0
                and (i.reminders_paused_until is null or i.reminders_paused_until < $today)
                and (i.expected_payment_date is null or i.expected_payment_date <= $today)
                and not exists (
                    select 1 from core.payment_promise_items t
                    join core.payment_promises p
                        on p.customer_id = t.customer_id and p.id = t.promise_id
                    where t.customer_id = i.customer_id and t.invoice_id = i.id
                        and p.status = 'open' and p.promised_on >= $today
                )
                and not (
                    exists (
                        select 1 from core.autopay_plans a
                        where a.customer_id = i.customer_id and a.invoice_id = i.id
                            and a.status in ('planned', 'charging', 'again')
                    )
                    and {_DISPUTED} = 0 and exists (
                        select 1 from core.preferences
                        where key = 'autopay' and value = 'true'
                    )
                )"""
"""Whether something of an invoice is asked for on a day, and no promise and no pause stands.

What auto-pay charges is not asked for, until it has given up or the person has to pay by hand; of
what is partly in dispute it charges nothing, so the rest of that is."""

_BUSINESS = "select name, timezone, locale from core.organisation order by name"
_READERS = """
    select p.id, p.email, p.first_name, p.language, u.language as customer_language
    from core.contacts p
    join core.customers u on u.id = p.customer_id and u.portal_enabled
    where p.customer_id = $customer_id and p.portal_status = 'active' and p.email is not null
        and p.role = any($roles)
    order by p.id
"""
_ASKED_NOW = f"""
    select i.id, i.number, i.due_date, i.currency_code, i.balance_minor, i.pending_minor,
        {_DISPUTED} as disputed_minor
    from core.invoices i
    where i.customer_id = $customer_id and {ASKED} and i.id in (
            select r.invoice_id from core.reminders r
            where r.customer_id = $customer_id and r.id = any($reminders)
        )
    order by i.due_date, i.number, i.id
"""
_MAIL = """
    select id from core.outbox where customer_id = $customer_id and dedup_key = $key order by id
"""
_MAILED = """
    update core.reminders set outbox_id = $outbox_id
    where customer_id = $customer_id and invoice_id = $invoice_id and id = any($reminders)
        and outbox_id is null
"""


def payers(session: Session, customer_id: UUID) -> list[dict[str, Any]]:
    """Return whoever of a customer's may pay, uses the portal, and has an address that works."""
    found = session.rows(_READERS, customer_id=customer_id, roles=ROLES)
    bounced = bounces.marked(session, [each["email"] for each in found])
    return [each for each in found if each["email"].lower() not in bounced]


def readers(session: Session, customer_id: UUID, now: datetime) -> Mapping[UUID, datetime]:
    """Return when each person of a customer's is to be reminded, of those who are at all.

    That is whoever may pay, uses the portal, wants mails of invoices, and whose address works.
    """
    found = payers(session, customer_id)
    chosen = delivery.of_people(session, customer_id, [each["id"] for each in found])
    zone = str((session.one(_BUSINESS) or {}).get("timezone", "UTC"))
    due = {each["id"]: chosen[each["id"]].mail_due(Topic.INVOICES, now, zone) for each in found}
    return {person: moment for person, moment in due.items() if moment is not None}


def send(
    session: OpenSession,
    customer_id: UUID,
    reminders: Sequence[UUID],
    due: Mapping[UUID, datetime],
    now: datetime,
) -> None:
    """Write to each person of a customer's about reminders, or see to it that it is done later."""
    for person, moment in due.items():
        payload = {"recipient_id": str(person), "reminders": [str(each) for each in reminders]}
        if moment <= now:
            write(session, customer_id, payload, now)
            continue
        outbox.enqueue(
            session,
            WORK,
            dedup_key=f"{WORK}:{reminders[0]}:{person}",
            payload=payload,
            customer_id=customer_id,
            not_before=moment,
            now=now,
        )


def write(
    session: OpenSession, customer_id: UUID, payload: Mapping[str, Any], now: datetime
) -> None:
    """Write the letter of some reminders to one person, of what is still asked for.

    The first letter of a reminder is what the invoice's history has.
    """
    person, reminders = UUID(payload["recipient_id"]), [UUID(r) for r in payload["reminders"]]
    business = session.one(_BUSINESS)
    found = payers(session, customer_id)
    reader = next((each for each in found if each["id"] == person), None)
    wanted = person in readers(session, customer_id, now) and preferences.get(session).reminders
    if business is None or reader is None or not wanted:
        return
    today = local_date(now, business["timezone"])
    invoices = session.rows(_ASKED_NOW, customer_id=customer_id, reminders=reminders, today=today)
    if not invoices:
        return
    with language.reading(language.of_contact(reader)):
        letter = _letter(reader, business, invoices, today)
    kind = "mail.reminder"
    if len(invoices) == 1 and preferences.get(session).public_pay_links:
        # of one invoice: it opens that, for whoever the mail is forwarded to
        kind = "mail.reminder_link"
        letter["link"] = _pay_link(session, customer_id, invoices[0], business, now)
    letter["unsubscribe"] = unsubscribing.address(
        session, customer_id=customer_id, recipient_id=person, kind="contact",
        of=Topic.INVOICES, now=now,
    )  # fmt: skip
    key = f"reminder:{reminders[0]}:{person}"
    outbox.enqueue(session, kind, dedup_key=key, payload=letter, customer_id=customer_id, now=now)
    mail = session.value(_MAIL, customer_id=customer_id, key=key)
    for invoice in invoices:
        own = {"customer_id": customer_id, "invoice_id": invoice["id"]}
        if session.change(_MAILED, **own, reminders=reminders, outbox_id=mail):
            _record(session, customer_id, invoice, now)


def _pay_link(
    session: OpenSession,
    customer_id: UUID,
    invoice: Mapping[str, Any],
    business: Mapping[str, Any],
    now: datetime,
) -> str:
    held = {**invoice, "customer_id": customer_id}
    return pay_links.issue(session, held, business["timezone"], now=now)


def _record(
    session: OpenSession, customer_id: UUID, invoice: Mapping[str, Any], now: datetime
) -> None:
    activity.record(
        session,
        None,
        events.INVOICE_REMINDED,
        now=now,
        customer_id=customer_id,
        subject_kind=INVOICE.record,
        subject_id=invoice["id"],
        subject_number=invoice["number"],
        amount_minor=_asked(invoice),
        currency_code=invoice["currency_code"],
        visible=True,
    )


def _letter(
    reader: Mapping[str, Any],
    business: Mapping[str, Any],
    invoices: Sequence[Mapping[str, Any]],
    today: Date,
) -> dict[str, Any]:
    locale = language.locale(business["locale"])
    totals: dict[str, int] = {}
    for each in invoices:
        code = each["currency_code"]
        totals[code] = totals.get(code, 0) + _asked(each)
    alone = invoices[0]["number"] if len(invoices) == 1 else None
    return templates.reminder(
        reader["email"],
        reader["first_name"],
        business["name"],
        alone,
        len(invoices),
        [_told(each, today, locale) for each in invoices[:MOST_LISTED]],
        [money.format(sum_, code, locale=locale) for code, sum_ in sorted(totals.items())],
        (alone and screens.of_document(INVOICE.record, alone)) or f"{INVOICE.path}?status=unpaid",
    )


def _told(invoice: Mapping[str, Any], today: Date, locale: str) -> list[str]:
    """Return sentences: what is asked for of one invoice, and what of it is not."""

    def amount(minor: int) -> str:
        return money.format(minor, invoice["currency_code"], locale=locale)

    late = (today - invoice["due_date"]).days
    values = {
        "number": isolated(invoice["number"]),
        "amount": amount(_asked(invoice)),
        "day": format_date(invoice["due_date"], "medium", locale=locale),
    }
    if late > 0:
        said = counted(
            late,
            "{number}: {amount}, was due on {day}, {count} day ago",
            "{number}: {amount}, was due on {day}, {count} days ago",
            **values,
        )
    elif late == 0:
        said = _("{number}: {amount}, is due today, {day}", **values)
    else:
        said = _("{number}: {amount}, is due on {day}", **values)
    notes = []
    if disputed := min(invoice["disputed_minor"], invoice["balance_minor"]):
        notes.append(
            _("Another {amount} is in dispute and not asked for.", amount=amount(disputed))
        )
    if pending := invoice["pending_minor"]:
        notes.append(_("Another {amount} is on its way already.", amount=amount(pending)))
    return [said, *notes]


def _asked(invoice: Mapping[str, Any]) -> int:
    """Return what is asked for of an invoice of which something is, in minor units."""
    asked: int = invoice["balance_minor"] - invoice["pending_minor"] - invoice["disputed_minor"]
    return asked
