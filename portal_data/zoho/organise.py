"""What a first import founds: the organisation itself, and where its own numbering goes on."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from portal_data.business.readiness import UNNAMED
from portal_data.errors import Conflict, Invalid
from portal_data.ids import new_id
from portal_data.store import OpenSession
from portal_data.zoho.defects import Problem, UploadRefused
from portal_data.zoho.upload import Upload

_COLUMNS = (
    "id", "name", "slug", "currency_code", "timezone", "locale", "created_at", "updated_at",
)  # fmt: skip
_NUMBERS = {
    "estimate": "select number from core.estimates order by number",
    "invoice": "select number from core.invoices order by number",
    "retainer_invoice": "select number from core.retainer_invoices order by number",
    "credit_note": "select number from core.credit_notes order by number",
    "payment": "select number from core.payments order by number",
}
_COUNTERS = "select kind, prefix, next_number from core.counters order by kind"
_RAISE = "update core.counters set next_number = $next where kind = $kind and next_number < $next"
_RENAME = """
    update core.organisation
    set name = coalesce(cast($name as text), name),
        timezone = coalesce(cast($timezone as text), timezone), updated_at = $now
    where name <> coalesce(cast($name as text), name)
        or timezone <> coalesce(cast($timezone as text), timezone)
"""
NAMELESS = "The backup does not name your business"
"""How the warning begins that only the import which makes the organisation gives."""

_LOCALE = "en_GB"  # exports do not tell; staff choose another in the settings
_SERIES = re.compile(r"(.*?)(\d{1,18})", re.DOTALL)


@dataclass(frozen=True)
class Founding:
    """What the person says of an organisation that the portal does not know yet."""

    name: str | None = None
    timezone: str | None = None

    def __post_init__(self) -> None:
        """Raise Invalid for a timezone that does not exist."""
        if self.timezone and self.timezone not in available_timezones():
            raise Invalid(f"{self.timezone!r} is not a timezone such as Europe/London.")


def refuse_demo(session: OpenSession) -> None:
    """Raise Conflict when the store holds the demo organisation: real books never join invented."""
    if session.one("select id from core.organisation where is_demo order by id"):
        raise Conflict(
            "This store holds the demo organisation. Stop the portal, delete its file (by default "
            "data/portal.duckdb) or name another store with PORTAL_DATABASE, and import again."
        )


def rename_organisation(session: OpenSession, founding: Founding, now: datetime) -> None:
    """Give the organisation the name and the timezone that the person states, if any."""
    if founding.name or founding.timezone:
        session.change(_RENAME, name=founding.name, timezone=founding.timezone, now=now)


def founding_currency(upload: Upload) -> str:
    """Return the currency of an organisation that the upload founds: the commonest at rate 1.

    Raises UploadRefused when the upload has nothing to tell the currency from.
    """
    currencies = Counter(
        record.currency
        for kind in ("invoice", "customer")
        for record in upload.of(kind)
        if record.values.get("exchange_rate", 1) == 1
    )
    if not currencies:
        problem = Problem(
            upload.archive.name,
            "The portal has no organisation yet, and nothing here tells its currency.",
            "Import customers or invoices first, or together with this.",
        )
        findings = upload.reading.findings
        raise UploadRefused([*upload.problems, problem], findings.set_aside)
    return currencies.most_common(1)[0][0]


def found_organisation(
    session: OpenSession, upload: Upload, founding: Founding, currency: str, now: datetime
) -> None:
    """Create the organisation, of which exports say little."""
    name = founding.name or UNNAMED
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "portal"
    row = (
        new_id(),
        name,
        slug,
        currency,
        founding.timezone or "UTC",
        _LOCALE,
        now,
        now,
    )
    session.load("core.organisation", _COLUMNS, [row])
    if founding.name is None:
        upload.reading.findings.warn(
            upload.archive.name,
            f"{NAMELESS}; it is called {name!r} for now. Name it with --organisation, in this "
            "command or a later import.",
        )


def raise_counters(session: OpenSession) -> None:
    """Let the portal's own numbering go on after the highest imported number of each series."""
    counters = {row["kind"]: row for row in session.rows(_COUNTERS)}
    fresh = []
    for kind, query in _NUMBERS.items():
        highest: dict[str, int] = {}
        digits: dict[str, int] = {}
        uses: Counter[str] = Counter()
        for row in session.rows(query):
            if series := _SERIES.fullmatch(row["number"]):
                prefix, number = series[1], int(series[2])
                uses[prefix] += 1
                if number >= highest.get(prefix, 0):
                    highest[prefix], digits[prefix] = number, len(series[2])
        if not uses:
            continue
        if counter := counters.get(kind):
            if counter["prefix"] in highest:
                session.change(_RAISE, kind=kind, next=highest[counter["prefix"]] + 1)
            continue
        prefix = uses.most_common(1)[0][0]
        fresh.append((kind, prefix, highest[prefix] + 1, digits[prefix]))
    session.load("core.counters", ("kind", "prefix", "next_number", "digits"), fresh)
