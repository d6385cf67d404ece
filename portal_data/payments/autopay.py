"""Auto-pay: a customer agrees that invoices are charged by themselves, changes and ends that."""

from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from uuid import UUID

from portal_data import money, store
from portal_data.billing.disputes import OPEN
from portal_data.business import organisation, preferences
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.messaging import activity, autopay_events, chain
from portal_data.payments import mandates, refusals
from portal_data.payments.attempts import Row
from portal_data.payments.autopay_plans import NOTICE
from portal_data.payments.mandates import Covers, Ended, Terms
from portal_data.scope import Permission, Scope
from portal_data.store import Session
from portal_data.text import language
from portal_data.text.language import _, counted


@dataclass(frozen=True, slots=True)
class Mandate:
    """What somebody agreed to: by which card or account, for what, since when, in which words."""

    id: UUID
    version: int
    saved_method_id: UUID
    covers: Covers
    currency_code: str
    limit_minor: int | None
    words: str
    given_at: datetime
    given_by: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    """When an invoice is charged, or why it is not: `status` as `autopay_plans` has it.

    `declines` says how often a charge of it was refused, `failure_code` why the last time.
    """

    number: str
    status: str
    charge_on: Date
    declines: int
    failure_code: str | None
    currency_code: str
    amount_minor: int
    waits: bool
    saved_method_id: UUID

    @property
    def reason(self) -> str:
        """Why the last charge was refused, in words."""
        return refusals.reason(self.failure_code)


_MANDATES = """
    select m.id, m.version, m.saved_method_id, m.covers, m.currency_code, m.limit_minor, m.words,
        m.given_at,
        nullif(trim(concat(coalesce(c.first_name, ''), ' ', coalesce(c.last_name, ''))), '')
            as given_by
    from mandates m
    left join contacts c on c.id = m.contact_id
    where m.revoked_at is null
    order by m.given_at, m.id
"""
_PLANS = f"""
    select i.number, p.status, p.charge_on, p.declines, p.failure_code, i.currency_code,
        i.balance_minor - i.pending_minor as amount_minor, m.saved_method_id,
        exists (
            select 1 from disputes d where d.invoice_id = i.id and d.{OPEN}
        ) as waits
    from autopay_plans p
    join invoices i on i.id = p.invoice_id
    join mandates m on m.id = p.mandate_id
    where i.status = 'sent' and i.balance_minor > 0
        and p.status in ('planned', 'charging', 'again', 'stopped', 'by_hand')
        and ($number::text is null or i.number = $number)
    order by p.charge_on, i.number
    limit 50
"""
_METHOD = """
    select s.id, s.kind, s.status, u.bank_payment_allowed
    from core.saved_methods s
    join core.customers u on u.id = s.customer_id
    where s.customer_id = $customer_id and s.id = $id and s.status <> 'removed'
    order by s.id
"""


def words(terms: Terms, method: str, business: str) -> str:
    """Return the sentences of consent, in the reader's language, to be shown and kept.

    `method` is what the card or account is called.
    """
    values = {"business": business, "method": method, "currency": terms.currency_code}
    if terms.covers is Covers.RECURRING:
        said = _(
            "I agree that {business} charges recurring invoices in {currency} to {method} when "
            "they are due.",
            **values,
        )
    else:
        said = _(
            "I agree that {business} charges every invoice in {currency} to {method} when it is "
            "due.",
            **values,
        )
    limit = _("There is no limit for a charge.")
    if terms.limit_minor is not None:
        locale = language.locale("en_GB")
        amount = money.format(terms.limit_minor, terms.currency_code, locale=locale)
        limit = _("No charge is above {amount}.", amount=amount)
    notice = counted(
        NOTICE.days,
        "I get a mail {count} day before each charge, and can switch this off at any time.",
        "I get a mail {count} days before each charge, and can switch this off at any time.",
    )
    return f"{said} {limit} {notice}"


def in_force(scope: Scope) -> list[Mandate]:
    """Return what the customer has agreed to and nobody ended, at most one a currency."""
    with store.reading(scope) as session:
        rows = session.rows(_MANDATES)
    return [Mandate(**{**row, "covers": Covers(row["covers"])}) for row in rows]


def plans(scope: Scope, number: str | None = None) -> list[Plan]:
    """Return the open invoices that auto-pay has to do with, what is charged first first."""
    if not preferences.of(scope).autopay:
        return []
    with store.reading(scope) as session:
        return [Plan(**row) for row in session.rows(_PLANS, number=number)]


def consent(scope: Scope, method_id: UUID, terms: Terms, *, key: UUID, now: datetime) -> None:
    """Agree that invoices are charged by themselves; `key` is the id of what is agreed to.

    Raises NotAllowed for a role that may not pay, NotFound for no such card or account, Conflict
    where auto-pay is off, the card cannot be used, or something is agreed to for the currency.
    """
    _give(scope, method_id, terms, key, None, now)


def change(
    scope: Scope, mandate_id: UUID, method_id: UUID, terms: Terms, *, seen: int, now: datetime
) -> None:
    """Agree to something else in place of a mandate in the version that was `seen`.

    What the earlier one could not charge is charged by this one. Raises as `consent`.
    """
    _give(scope, method_id, terms, new_id(), (mandate_id, seen), now)


def revoke(scope: Scope, mandate_id: UUID, *, seen: int, now: datetime) -> None:
    """End a mandate in the version that was `seen`: from now on nothing is charged by it.

    Raises NotAllowed for a role that may not pay, NotFound, Conflict for one that changed since.
    """
    scope.need(Permission.INVOICE_PAY)
    with store.writing(scope) as session:
        mandates.hold_customer(session, scope.customer_id)
        mandate = _seen(session, scope, mandate_id, seen)
        mandates.end(session, mandate, Ended.REVOKED, scope.contact_id, now)
        charged = mandates.method(session, scope.customer_id, mandate["saved_method_id"])
        activity.record(
            session,
            scope,
            autopay_events.REVOKED,
            now=now,
            subject_kind="mandate",
            subject_id=mandate_id,
            subject_number=mandates.named(charged),
            visible=True,
        )


def _give(
    scope: Scope,
    method_id: UUID,
    terms: Terms,
    mandate_id: UUID,
    replaced: tuple[UUID, int] | None,
    now: datetime,
) -> None:
    scope.need(Permission.INVOICE_PAY)
    if terms.limit_minor is not None and terms.limit_minor <= 0:
        raise Invalid(_("Write an amount above zero."))
    if not money.is_currency(terms.currency_code):
        raise Invalid(_("That is no currency."))
    today = organisation.get(scope).today(now)
    with store.writing(scope) as session:
        mandates.hold_customer(session, scope.customer_id)
        _need_usable(session, scope, method_id)
        if not preferences.get(session).autopay:
            raise Conflict(_("Nothing can be charged by itself here."))
        if replaced is not None:
            earlier = _seen(session, scope, *replaced)
            if earlier["currency_code"] != terms.currency_code:
                raise Invalid(_("Auto-pay is for the currency that it was agreed to in."))
        else:
            found = mandates.all_held(session, scope.customer_id)
            if any(each["id"] == mandate_id for each in found):
                return  # the same click twice
            if any(each["currency_code"] == terms.currency_code for each in found):
                raise Conflict(_("Auto-pay is on for this currency already. Look at it first."))
        mandates.give(
            session,
            scope.customer_id,
            scope.contact_id,
            method_id,
            terms,
            mandate_id=mandate_id,
            given_from=chain.address(session, scope.sign_in_id),
            who=scope,
            now=now,
            today=today,
        )


def _need_usable(session: Session, scope: Scope, method_id: UUID) -> None:
    found = session.locked(_METHOD, customer_id=scope.customer_id,
                           id=method_id)  # fmt: skip
    if not found:
        raise NotFound(_("There is no such saved card or bank account."))
    if found[0]["status"] != "verified":
        raise Conflict(_("This bank account is not verified yet."))
    if found[0]["kind"] == "bank" and not found[0]["bank_payment_allowed"]:
        raise Conflict(_("This cannot be paid from a bank account here."))


def _seen(session: Session, scope: Scope, mandate_id: UUID, seen: int) -> Row:
    mandate = mandates.held(session, scope.customer_id, mandate_id)
    if mandate is None:
        raise NotFound(_("This is switched off already."))
    if mandate["version"] != seen:
        raise Conflict(_("Somebody else changed this meanwhile. Look at it again first."))
    return mandate
