"""Worker: one thread that sends what the outbox holds and clears away what expired."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from portal_data import settings, store
from portal_data.auth import devices, identity, login_links, resets, sessions, throttle
from portal_data.billing import acceptance_invoices, reminder_letters, reminders
from portal_data.clock import utc_now
from portal_data.errors import NotFound, PortalError
from portal_data.messaging import bounces, notifications, outbox, templates
from portal_data.messaging.mail import DeliveryFailed, Mailer, compose
from portal_data.ops import notifier
from portal_data.ops.outbox_loop import OutboxLoop
from portal_data.output import attachments
from portal_data.output.attachments import Attachment
from portal_data.payments import (
    attempts,
    autopay_dunning,
    autopay_look,
    autopay_plans,
    collecting,
    inbox,
    link_attempts,
    mandates,
    methods,
    polling,
    promise_closing,
    refunding,
)
from portal_data.payments.demo_gateway import events as demo_events
from portal_data.projects import auto_approvals
from portal_data.store import OpenSession
from portal_data.text import language

PAUSE = 2.0
"""Seconds between looks at the outbox where other processes write to it, and after a failure."""
REST = 60.0
"""Seconds at most between looks where only this process writes, which tells of new work."""
LARGEST_ATTACHMENT = 10 * 1024 * 1024
"""Bytes of an attached document; mail servers refuse what is much larger."""

_SENDER = "select email from core.organisation order by name"

log = logging.getLogger("portal.worker")


def _notify(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    link = row.payload.get("link")
    notifier.notify(session, UUID(row.payload["activity_id"]), now, link=link)


def _digest(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    notifier.digest(session, row.customer_id, row.payload, now)


def _answer_reset(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    resets.answer(session, row.id, row.payload["email"], now)


def _answer_link(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    login_links.answer(session, row.id, row.payload["email"], now)


def _attachment(row: outbox.Row) -> Attachment | None:
    """Return the document that a mail brings; one at a time is in memory."""
    named = row.payload.get("attachment")
    if named is None:
        return None
    try:
        with store.system_reading() as session:
            scope = identity.customer_as_portal(session, row.customer_id)
        with language.reading(named.get("language")):
            attachment = attachments.make(scope, named)
    except NotFound as error:
        raise DeliveryFailed("What was to be attached is gone.", permanent=True) from error
    if len(attachment[1]) > LARGEST_ATTACHMENT:
        raise DeliveryFailed("What was to be attached is too large for a mail.", permanent=True)
    return attachment


def _bill_accepted(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    acceptance_invoices.make(session, row.customer_id, row.payload, now)


def _end_term(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    auto_approvals.end(session, row.customer_id, row.payload, now)


def _remind(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    reminders.remind(session, row.customer_id, now)


def _write_reminder(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    reminder_letters.write(session, row.customer_id, row.payload, now)


def _close_promises(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    promise_closing.close(session, row.customer_id, now)


def _autopay(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    provider = collecting.current().provider
    if provider is None:
        autopay_plans.without_provider(session, row.customer_id, now)
    else:
        autopay_plans.look_at(session, provider, row.customer_id, now)


def _autopay_ended(session: OpenSession, row: outbox.Row, now: datetime) -> None:
    autopay_dunning.ended(session, row.customer_id, row.payload, now)


def _charge(payload: Mapping[str, Any], now: datetime) -> None:
    collecting.current().look(UUID(payload["attempt_id"]), now)


Call = Callable[[Mapping[str, Any], datetime], object]
Handler = Callable[[OpenSession, outbox.Row, datetime], None]
HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "notify": _notify,
        notifier.DIGEST: _digest,
        resets.LINK.requested: _answer_reset,
        login_links.LINK.requested: _answer_link,
        acceptance_invoices.WORK: _bill_accepted,
        auto_approvals.WORK: _end_term,
        reminders.OF_CUSTOMER: _remind,
        reminder_letters.WORK: _write_reminder,
        promise_closing.OF_CUSTOMER: _close_promises,
        mandates.OF_CUSTOMER: _autopay,
        attempts.ENDED: _autopay_ended,
    }
)
"""Who does what waits in the outbox, by its kind, in one transaction; mails go another way."""

CALLS: Mapping[str, Call] = MappingProxyType(
    {
        polling.WORK: lambda payload, now: collecting.current().work(payload, now),
        polling.ALL: lambda _payload, now: collecting.current().work_all(now),
        inbox.WORK: lambda payload, now: inbox.work(collecting.current(), payload, now),
        refunding.WORK: lambda payload, now: collecting.current().send_back(payload, now),
        methods.FORGET: lambda payload, _now: collecting.current().forget(payload),
        demo_events.EVENT: demo_events.deliver,
        autopay_look.WORK: lambda _payload, now: autopay_look.look(now),
        autopay_plans.CHARGE: _charge,
        link_attempts.LEAVE: lambda payload, now: collecting.current().leave_linked(payload, now),
        reminders.WORK: lambda _payload, now: reminders.look(now),
        promise_closing.WORK: lambda _payload, now: promise_closing.look(now),
    }
)
"""Who does with a payload what may take seconds, such as calling somebody elsewhere: outside of
transactions."""


class Worker(OutboxLoop):
    """Sends due mails and does all other work but archives."""

    name = "worker"
    waiting = outbox.WAITING

    def __init__(self, mailer: Mailer, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(clock)
        self._mailer = mailer

    def clean(self, now: datetime) -> None:
        """Delete what expired and nobody asks for; see `clean`."""
        clean(now)

    def _pause(self, done: int | None) -> float:
        if done is None:
            return PAUSE
        opened = store.current()
        longest = REST if opened.written_here_alone else PAUSE
        with opened.system_reading() as session:
            due = outbox.next_due(session)
        if due is None:
            return longest
        seconds = (due - self._clock()).total_seconds()
        if seconds <= 0 and not done:
            return PAUSE  # it is due and could not be done: not again at once
        return min(max(seconds, 0.0), longest)

    def _handle(self, row: outbox.Row, now: datetime) -> bool:
        try:
            self._do(row, now)
        except DeliveryFailed as error:
            self._failed(row, str(error), now, permanent=error.permanent, bounce=error)
            return False
        except PortalError as error:
            self._failed(row, str(error), now, permanent=False)
            return False
        except Exception as error:  # unknown, so worth another try; the log has the rest
            log.exception("outbox row failed", extra=_about(row))
            self._failed(row, type(error).__name__, now, permanent=False)
            return False
        with store.system_writing() as session:
            outbox.mark_sent(session, row, now)
            if row.kind.startswith("mail.") and not self._mailer.to_files:
                bounces.clear(session, row.payload["to"], now)
        return True

    def _do(self, row: outbox.Row, now: datetime) -> None:
        if row.kind.startswith("mail."):
            self._mail(row, now)
        elif call := CALLS.get(row.kind):
            call(row.payload, now)
        elif handler := HANDLERS.get(row.kind):
            with store.system_writing() as session:
                handler(session, row, now)
        else:
            raise DeliveryFailed(f"Nothing knows how to do {row.kind}.", permanent=True)

    def _mail(self, row: outbox.Row, now: datetime) -> None:
        with store.system_reading() as session:
            business = templates.business_name(session)
            published = session.value(_SENDER)
        sender = settings.load().mail_from or published
        if not sender and not self._mailer.to_files:
            raise DeliveryFailed("No sender: set PORTAL_MAIL_FROM or the organisation's e-mail.")
        message = compose(
            row.payload,
            sender=sender or "portal@localhost.localdomain",
            business=business,
            row_id=row.id,
            moment=now,
            attachment=_attachment(row),
        )
        self._mailer.send(message)

    def _failed(
        self,
        row: outbox.Row,
        error: str,
        now: datetime,
        *,
        permanent: bool,
        bounce: DeliveryFailed | None = None,
    ) -> None:
        log.warning("not sent: %s", error, extra=_about(row))
        with store.system_writing() as session:
            if bounce is not None and bounce.bounced:
                bounces.record(
                    session,
                    row.payload["to"],
                    error,
                    hard=bounce.of_address,
                    customer_id=row.customer_id,
                    outbox_id=row.id,
                    now=now,
                )
            outbox.mark_failed(session, row, error, now, permanent=permanent)


def clean(now: datetime) -> None:
    """Delete what expired and nobody asks for: tickets, links, failure counts, devices, sign-ins,
    sent rows, notifications that were read."""
    with store.system_writing() as session:
        sessions.forget_old(session, now)
        throttle.forget_old(session, now)
        devices.forget_old(session, now)
        login_links.forget_old(session, now)
        outbox.forget_sent(session, now)
        notifications.forget_read(session, now)


def _about(row: outbox.Row) -> dict[str, dict[str, object]]:
    return {"portal": {"outbox_id": str(row.id), "kind": row.kind, "attempt": row.attempts}}
