"""The business that runs this portal: its name, addresses, currency, timezone and how to pay it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from portal_data import store
from portal_data.business import logos, organisation_fields
from portal_data.clock import local_date, local_time
from portal_data.errors import Conflict, NotFound
from portal_data.messaging import activity, events, outbox, templates
from portal_data.scope import Scope, Staff
from portal_data.store import OpenSession
from portal_data.text import form_fields, language
from portal_data.text.language import N_, _

_COLUMNS = """
    select name, legal_name, slug, email, phone, website, tax_id, street1, street2, city, state,
        postal_code, country, currency_code, timezone, locale, account_holder, bank_name, iban, bic,
        sort_code, account_number, bank_details, document_footer, accent, logo_sha256
"""
_SET = """
    update core.organisation set name = $name, legal_name = $legal_name, email = $email,
        phone = $phone, website = $website, tax_id = $tax_id, street1 = $street1,
        street2 = $street2, city = $city, state = $state, postal_code = $postal_code,
        country = $country, timezone = $timezone, locale = $locale,
        account_holder = $account_holder, bank_name = $bank_name, iban = $iban, bic = $bic,
        sort_code = $sort_code, account_number = $account_number, bank_details = $bank_details,
        document_footer = $document_footer, accent = $accent, updated_at = $now
"""
_SET_LOGO = "update core.organisation set logo_sha256 = $sha256, updated_at = $now"
_OWNERS = """
    select id, email from core.staff where role = 'owner' and status = 'active' order by id
"""
_MINE = _COLUMNS + "from organisation order by name"
_ALL = _COLUMNS + "from core.organisation order by name"


@dataclass(frozen=True, slots=True)
class Organisation:
    """The one organisation of this installation."""

    name: str
    legal_name: str | None
    slug: str
    email: str | None
    phone: str | None
    website: str | None
    tax_id: str | None
    street1: str | None
    street2: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    currency_code: str
    timezone: str
    locale: str
    account_holder: str | None
    bank_name: str | None
    iban: str | None
    bic: str | None
    sort_code: str | None
    account_number: str | None
    bank_details: str | None
    """Whatever fits no field of the bank account, in lines of its own."""
    document_footer: str | None
    accent: str | None
    """The business's colour as #RRGGBB; None for the portal's own."""
    logo_sha256: str | None
    """Which picture of `logos` is the logo."""

    def day_of(self, moment: datetime) -> date:
        """Return the calendar day of a naive UTC moment where the business is."""
        return local_date(moment, self.timezone)

    def time_of(self, moment: datetime) -> datetime:
        """Return a naive UTC moment as the clocks where the business is show it."""
        return local_time(moment, self.timezone)

    def today(self, now: datetime) -> date:
        """Return the calendar day at `now` (naive UTC) by which overdue is measured."""
        return self.day_of(now)

    @property
    def address_lines(self) -> list[str]:
        """The postal address, a line each, without empty ones."""
        town = " ".join(part for part in (self.city, self.state, self.postal_code) if part)
        return [line for line in (self.street1, self.street2, town, self.country) if line]

    @property
    def bank_account(self) -> list[tuple[str, str]]:
        """The bank account as labels and values, each to be copied by itself; empty without one."""
        if not (self.iban or self.account_number):
            return []
        known = [
            (N_("Account holder"), self.account_holder or self.legal_name or self.name),
            (N_("Bank"), self.bank_name),
            (N_("IBAN"), self.iban),
            (N_("BIC"), self.bic),
            (N_("Sort code"), self.sort_code),
            (N_("Account number"), self.account_number),
        ]
        return [(label, value) for label, value in known if value]

    @property
    def how_to_pay(self) -> str:
        """The bank account and other ways to pay, as the lines of a document; empty without any."""
        known = dict(self.bank_account)
        pairs = (("Bank",), ("IBAN", "BIC"), ("Sort code", "Account number"))
        lines = [" · ".join(f"{_(each)} {known[each]}" for each in pair if each in known)
                 for pair in pairs]  # fmt: skip
        parts = [known.get("Account holder"), *lines, self.bank_details]
        return "\n".join(part for part in parts if part)


def get(scope: Scope | Staff) -> Organisation:
    """Return the organisation, with the locale of the language that is written now.

    Raises NotFound before one was imported, created or demonstrated.
    """
    business = stored(scope)
    locale = language.locale(business.locale)
    return business if locale == business.locale else replace(business, locale=locale)


@store.cached_for_all
def stored(scope: Scope | Staff) -> Organisation:
    """Return the organisation as its owners wrote it. Raises NotFound as `get`."""
    if isinstance(scope, Scope):
        with store.reading(scope) as session:
            row = session.one(_MINE)
    else:
        with store.staff_reading(scope) as session:
            row = session.one(_ALL)
    return _made(row)


def of_portal(session: store.OpenSession) -> Organisation:
    """Return the organisation inside a system session (mails, sign-in pages, the worker)."""
    return _made(session.one(_ALL))


def change(
    staff: Staff, changes: Mapping[str, str | None], *, before: Organisation, now: datetime
) -> Organisation:
    """Change fields by name as an owner, who saw them as they are in `before`; return the result.

    Raises NotAllowed for ordinary staff, InvalidFields for values that cannot be used, Conflict
    when somebody else changed one of the same fields meanwhile.
    """
    staff.need_owner()
    with store.staff_writing(staff) as session:
        return change_within(session, staff, changes, now, before=before)


def change_within(
    session: OpenSession,
    who: Staff | None,
    changes: Mapping[str, str | None],
    now: datetime,
    *,
    before: Organisation | None = None,
) -> Organisation:
    """Change fields inside a transaction and record which; raises as `change`."""
    cleaned = form_fields.clean(organisation_fields.FIELDS, changes)
    current = _made(next(iter(session.locked(_ALL)), None))
    changed = {name: new for name, new in cleaned.items() if new != getattr(current, name)}
    if before is not None:
        _refuse_overwriting(changed, current, before)
    after = replace(current, **changed)  # type: ignore[arg-type]  # names are fields
    values = {name: getattr(after, name) for name in organisation_fields.FIELDS}
    organisation_fields.check_together(values)
    if changed:
        session.change(_SET, **values, now=now)
        details = "; ".join(
            f"{organisation_fields.FIELDS[name].label}: {getattr(current, name) or 'empty'} → "
            f"{new or 'empty'}"
            for name, new in changed.items()
        )
        _record(session, who, after, details, now)
    if after.how_to_pay != current.how_to_pay:
        _notify_owners(session, who, after, now)
    return after


def set_logo(staff: Staff, upload: bytes | None, *, before: Organisation, now: datetime) -> None:
    """Give the business a logo from an uploaded file, or take it away, as an owner.

    Raises NotAllowed for ordinary staff, Invalid for a file that cannot be used, Conflict when
    somebody else changed the logo meanwhile.
    """
    staff.need_owner()
    logo = logos.prepare(upload) if upload is not None else None
    with store.staff_writing(staff) as session:
        set_logo_within(session, staff, logo, now, before=before)


def set_logo_within(
    session: OpenSession,
    who: Staff | None,
    logo: logos.Logo | None,
    now: datetime,
    *,
    before: Organisation | None = None,
) -> None:
    """Set or remove the logo inside a transaction; raises as `set_logo`."""
    current = _made(next(iter(session.locked(_ALL)), None))
    sha256 = logo.sha256 if logo else None
    if before is not None and before.logo_sha256 != current.logo_sha256 != sha256:
        raise Conflict("Somebody else changed the logo meanwhile. Look at it first.")
    if sha256 == current.logo_sha256:
        return
    logos.keep(session, logo, now)
    session.change(_SET_LOGO, sha256=sha256, now=now)
    _record(session, who, current, "Logo" if logo else "Logo: removed", now)


def _refuse_overwriting(
    changed: Mapping[str, str | None], current: Organisation, before: Organisation
) -> None:
    """Raise Conflict when a field to be changed is not as its editor saw it."""
    moved = [name for name in changed if getattr(before, name) != getattr(current, name)]
    if moved:
        named = ", ".join(organisation_fields.FIELDS[name].label for name in moved)
        raise Conflict(f"Somebody else changed this meanwhile: {named}.")


def _notify_owners(
    session: OpenSession, who: Staff | None, business: Organisation, now: datetime
) -> None:
    """Mail every owner of new bank details: whoever diverts payments begins there."""
    by = who.name if who else "The command line"
    for owner in session.rows(_OWNERS):
        outbox.enqueue(
            session,
            "mail.bank_details_changed",
            dedup_key=f"bank_details_changed:{owner['id']}:{now.isoformat()}",
            payload=templates.bank_details_changed(
                owner["email"], business.name, by, business.how_to_pay
            ),
            now=now,
        )


def _record(
    session: OpenSession, who: Staff | None, business: Organisation, details: str, now: datetime
) -> None:
    activity.record(
        session,
        who,
        events.ORGANISATION_CHANGED,
        now=now,
        subject_kind="organisation",
        subject_number=business.name,
        details=details,
    )


def _made(row: dict[str, object] | None) -> Organisation:
    if row is None:
        raise NotFound("This portal has no organisation yet. Import a backup or load the demo.")
    return Organisation(**row)  # type: ignore[arg-type]
