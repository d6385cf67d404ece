"""Collecting: hands payments to their providers, and looks again what became of them.

A provider is asked outside of any transaction, and what it says is written in one of its own. So
a crash between the two loses nothing: the same request is made again under the same key, and the
same truth is applied again. Messages of a provider, the payer who comes back, polling and staff all
end in `look`: there is one path, whatever arrives twice, late, in disorder or never.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.errors import Conflict, Unavailable
from portal_data.payments import (
    abandoned,
    attempts,
    autopay_release,
    link_attempts,
    polling,
    provider_requests,
    saving,
    sending_back,
    settlement,
)
from portal_data.payments.attempts import Status
from portal_data.payments.provider import (
    Provider,
    ProviderError,
    Started,
    State,
)
from portal_data.payments.provider import Status as Truth
from portal_data.payments.providers import Providers, enabled
from portal_data.scope import Scope
from portal_data.settings import Settings, load
from portal_data.text.language import _

log = logging.getLogger("portal.payments")

KEY_HOLDS = timedelta(hours=23)
"""For so long the same request under the same key is one to a provider, with an hour to spare."""

_ATTEMPT = """
    select id, customer_id, contact_id, link_id, status, provider, currency_code, amount_minor,
        saved_method_id, save_method, provider_reference, redirect_url, created_at, expires_at,
        mandate_id, handed_at
    from core.payment_attempts where id = $id
    order by id
"""
_UNFINISHED = f"""
    select id, customer_id from core.payment_attempts
    where {attempts.FLYING} or id in (
        select attempt_id from core.refunds where status = 'pending' and source_key is not null
    )
    order by created_at, id
"""
_GOING_BACK = """
    select id from core.refunds
    where status = 'pending' and source_key is null and attempt_id is not null
    order by id
"""
_BY_REFERENCE = """
    select id from core.payment_attempts
    where provider = $provider and provider_reference = $reference
    order by id
"""


class Collector:
    """Collects through the providers that are switched on; customers come back to `address`."""

    def __init__(self, providers: Providers, address: str) -> None:
        self._providers, self._address = providers, address.rstrip("/")

    @property
    def provider(self) -> Provider | None:
        """The provider that new payments go through; None where nothing is paid online."""
        return self._providers.first

    def hand_over(self, scope: Scope, attempt_id: UUID, now: datetime) -> str | None:
        """Hand an attempt of the customer's to its provider, and return where the payer goes on.

        None when nothing is left to do: what became of it stands in the attempt. The same attempt
        again goes on at the same page. Raises NotAllowed for a role that may not pay, NotFound,
        Conflict for one that waits for somebody's agreement or is finished, ProviderError.
        """
        attempts.need_payer(scope)
        attempts.get(scope, attempt_id)
        attempt = self._attempt(attempt_id)
        status = Status(attempt["status"])
        if status is Status.AWAITING_APPROVAL:
            raise Conflict(_("Somebody has to agree to this payment first."))
        if not status.unfinished:
            raise Conflict(_("This payment is finished."))
        if attempt["provider_reference"] is None:
            self._hand_over(attempt, now)
            attempt = self._attempt(attempt_id)
        if attempt["redirect_url"] is None:
            self.look(attempt_id, now)
            return None
        return str(attempt["redirect_url"])

    def provider_of(self, key: str) -> Provider:
        """Return a provider by its key. Raises Unavailable for one that is switched off."""
        return self._providers.of(key)

    def look_own(self, scope: Scope, attempt_id: UUID, now: datetime) -> Status:
        """Look at an attempt of the customer's; raises as `look`."""
        attempts.get(scope, attempt_id)
        return self.look(attempt_id, now)

    def cancel(self, scope: Scope, attempt_id: UUID, now: datetime) -> Status:
        """Leave a payment that was begun and not made, and return what it is then.

        What was paid meanwhile stays paid. Raises as `hand_over`, Conflict also for one that is on
        its way.
        """
        attempts.need_payer(scope)
        status = attempts.get(scope, attempt_id).status
        if status is Status.AWAITING_APPROVAL:  # `paying.leave` takes that back
            raise Conflict(_("Somebody has to agree to this payment first."))
        attempt = self._attempt(attempt_id)
        # to ask again for a charge whose answer never came could take the money that is not wanted
        unsure = attempt["provider_reference"] is None and attempt["saved_method_id"] is not None
        if unsure or not status.unfinished:
            raise Conflict(_("This payment cannot be cancelled any more."))
        return self._cancel(attempt, now)

    def leave_linked(self, payload: Mapping[str, Any], now: datetime) -> None:
        """Leave a payment that was begun by a public link, if it is not paid yet.

        Raises ProviderError when the provider does not answer.
        """
        attempt = self._attempt(UUID(payload["attempt_id"]))
        if attempt["link_id"] is None or attempt["status"] not in link_attempts.UNPAID:
            return
        if not self._cancel(attempt, now).in_flight:
            with store.system_writing() as session:
                link_attempts.left(session, attempt, now)

    def _cancel(self, attempt: Mapping[str, Any], now: datetime) -> Status:
        provider = self._providers.of(attempt["provider"])
        reference = attempt["provider_reference"]
        if reference is None:
            # its page may be there without an answer: the same request finds it
            try:
                reference = self._hand_over(attempt, now).reference
            except ProviderError as error:
                if error.final:
                    return Status.FAILED
                raise
        return self._apply(attempt["id"], provider.cancel(reference), now)

    def look(self, attempt_id: UUID, now: datetime) -> Status:
        """Ask the provider what has become of an attempt, write that, and return it.

        Raises NotFound for no such attempt, ProviderError when the provider does not answer,
        Unavailable while it is switched off: after a day of that a person has to decide.
        """
        attempt = self._attempt(attempt_id)
        status = Status(attempt["status"])
        if status is Status.HELD:
            return status
        if status is Status.AWAITING_APPROVAL:
            return abandoned.expired_waiting(attempt, now)
        try:
            provider = self._providers.of(attempt["provider"])
        except Unavailable:
            if status.in_flight and abandoned.off_for_long(attempt, now):
                return abandoned.hold_open(attempt_id, "Its provider is switched off.", now)
            raise
        reference = attempt["provider_reference"]
        if reference is None:
            if not status.in_flight:
                return status
            try:
                reference = self._found_again(attempt, now)
            except ProviderError as error:
                if error.final:
                    return Status(self._attempt(attempt_id)["status"])
                raise
            if reference is None:
                return abandoned.without_a_trace(attempt, now)
        truth = provider.status(reference)
        if truth.state is State.FAILED and status.in_flight:
            truth = _final(truth, provider.cancel(reference))
        if abandoned.given_up(attempt, truth.state, now):
            truth = provider.cancel(reference)
        return self._apply(attempt_id, truth, now)

    def look_by(
        self, provider: str, reference: str | None, attempt_id: UUID | None, now: datetime
    ) -> Status | None:
        """Look at the attempt that a provider's message leads to; None when it is none of ours.

        Raises ProviderError when the provider does not answer.
        """
        if attempt_id is None and reference is not None:
            attempt_id = self._named(provider, reference)
        if attempt_id is None:
            return None
        with store.system_reading() as session:
            rows = session.rows(_ATTEMPT, id=attempt_id)
        if not rows or rows[0]["provider"] != provider:
            return None
        return self.look(attempt_id, now)

    def start_saving(self, scope: Scope, now: datetime) -> str:
        """Return the page of the provider's where a card or bank account is saved.

        Raises NotAllowed for a role that may not pay, Conflict where nothing can be saved,
        ProviderError.
        """
        return saving.start(self.provider, scope, self._address, now)

    def verify_page(self, scope: Scope, method_id: UUID) -> str:
        """Return the page of the provider's where a saved bank account is verified.

        Raises NotAllowed for a role that may not pay, NotFound, ProviderError.
        """
        return saving.verify_page(self.provider, scope, method_id)

    def sync_methods(self, scope: Scope, now: datetime) -> None:
        """Keep what the provider has saved for the customer.

        Raises NotAllowed for a role that may not pay, ProviderError.
        """
        saving.sync(self.provider, scope, now)

    def sync_by(self, provider: str, reference: str, now: datetime) -> bool:
        """Keep what is saved now for whom a provider's message names; False for nobody of ours.

        Raises ProviderError when the provider does not answer.
        """
        return saving.sync_named(self._providers.of(provider), reference, now)

    def forget(self, payload: Mapping[str, Any]) -> None:
        """Have a provider forget a method that was removed. Raises ProviderError."""
        saving.forget(self._providers.of(payload["provider"]), payload)

    def work(self, payload: Mapping[str, Any], now: datetime) -> None:
        """Look at an attempt whose turn it is, and see to it that it is looked at again."""
        attempt_id, turn = UUID(payload["attempt_id"]), int(payload["turn"])
        try:
            finished = not self.look(attempt_id, now).in_flight
        except (ProviderError, Unavailable) as error:
            log.warning("provider did not answer", extra={"portal": {"error": str(error)}})
            finished = False
        if not finished:
            with store.system_writing() as session:
                attempt = attempts.need(session.rows(_ATTEMPT, id=attempt_id))
                polling.plan(session, attempt_id, attempt["customer_id"], turn + 1, now)

    def work_all(self, now: datetime) -> None:
        """See to it that all are looked at again tomorrow, and look at every attempt in flight."""
        with store.system_writing() as session:  # first: what fails today does not end it
            polling.plan_all(session, now + polling.DAILY, now)
        self.reconcile(now)

    def truth_of(self, attempt_id: UUID) -> Truth | None:
        """Return what the provider says of an attempt; None where it knows nothing of it.

        Raises NotFound, ProviderError.
        """
        attempt = self._attempt(attempt_id)
        if attempt["provider_reference"] is None:
            return None
        try:
            return self._providers.of(attempt["provider"]).status(attempt["provider_reference"])
        except ProviderError as error:
            if error.final:
                return None
            raise

    def send_back(self, payload: Mapping[str, Any], now: datetime) -> None:
        """Have a provider send money back that staff asked for, as often as need be.

        Raises ProviderError when the provider is silent.
        """
        refund = sending_back.waiting(UUID(payload["refund_id"]))
        if refund is not None:
            attempt = self._attempt(refund["attempt_id"])
            sending_back.send(self._providers.of(attempt["provider"]), attempt, refund, now)

    def reconcile(self, now: datetime) -> dict[str, int]:
        """Look at every attempt in flight and return how many are in which state then.

        One that a provider does not answer for counts as `unanswered`.
        """
        with store.system_reading() as session:
            rows = session.rows(_UNFINISHED)
            refunds = session.rows(_GOING_BACK)
        found: dict[str, int] = {}
        for refund in refunds:
            try:
                self.send_back({"refund_id": str(refund["id"])}, now)
            except (ProviderError, Unavailable) as error:
                log.warning("provider did not answer", extra={"portal": {"error": str(error)}})
                found["unanswered"] = found.get("unanswered", 0) + 1
        for row in rows:
            try:
                state = self.look(row["id"], now).value
            except (ProviderError, Unavailable) as error:
                log.warning("provider did not answer", extra={"portal": {"error": str(error)}})
                state = "unanswered"
            except Exception:  # the others are looked at all the same
                log.exception("not looked at", extra={"portal": {"attempt": str(row["id"])}})
                state = "unanswered"
            found[state] = found.get(state, 0) + 1
        return found

    def _attempt(self, attempt_id: UUID) -> dict[str, Any]:
        with store.system_reading() as session:
            return attempts.need(session.rows(_ATTEMPT, id=attempt_id))

    def _named(self, provider: str, reference: str) -> UUID | None:
        """Return the attempt of a provider's reference, which may be its second one."""
        with store.system_reading() as session:
            found = session.value(_BY_REFERENCE, provider=provider, reference=reference)
        if found is not None:
            return UUID(str(found))
        try:
            return self._providers.of(provider).status(reference).attempt_id
        except ProviderError as error:
            if error.final:  # it is no payment there
                return None
            raise

    def _apply(self, attempt_id: UUID, truth: Truth, now: datetime) -> Status:
        with store.system_writing() as session:
            return settlement.apply(session, attempt_id, truth, now)

    def _hand_over(self, attempt: Mapping[str, Any], now: datetime) -> Started:
        """Hand an attempt over, as often as need be: under its key it is one payment there.

        One that its provider will never take has failed then, and the error says why.
        """
        provider = self._providers.of(attempt["provider"])
        if attempt["mandate_id"] is not None:
            autopay_release.release(attempt, now)
        try:
            return provider_requests.hand_over(provider, attempt, self._address, now)
        except ProviderError as error:
            if error.final:
                with store.system_writing() as session:
                    row = settlement.held(session, attempt["id"])
                    if row["status"] == Status.CREATED and row["provider_reference"] is None:
                        settlement.refuse(session, row, error.code, str(error), now)
            raise

    def _found_again(self, attempt: Mapping[str, Any], now: datetime) -> str | None:
        """Return the provider's name of an attempt whose answer never came; None when none has."""
        if now - attempt["created_at"] > KEY_HOLDS:
            return None
        late = attempt["expires_at"] is not None and attempt["expires_at"] <= now
        if late and attempt["saved_method_id"] is None:
            return None  # nobody was ever shown the page where it could have been paid
        return self._hand_over(attempt, now).reference


def current() -> Collector:
    """Return what collects the payments of this installation, by its settings."""
    return _made(load())


@lru_cache(maxsize=1)
def _made(settings: Settings) -> Collector:
    return Collector(enabled(settings), settings.base_url)


def _final(refused: Truth, cancelled: Truth) -> Truth:
    """Return what is so once a refused payment cannot be tried again behind our back."""
    gone = cancelled.state in (State.CANCELLED, State.EXPIRED, State.FAILED)
    return refused if gone else cancelled
