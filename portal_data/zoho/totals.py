"""Control totals of the books: what an import must reproduce to the penny.

The keys are those of a backup's control file, so the two can be compared as they are. Amounts are
decimal texts in major units. Where the books hold several currencies every amount is an object by
currency, because currencies are never added.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from portal_data import money, store
from portal_data.business import organisation
from portal_data.errors import Invalid, NotFound
from portal_data.store import OpenSession
from portal_data.zoho.total_queries import (
    CLOSING,
    COUNTS,
    CREDIT_NOTES,
    CREDITS_APPLIED,
    CUSTOMERS,
    INVOICES,
    ITEMS,
    PAYMENTS,
    QUOTES,
    REFUNDS,
    TIME,
)

_BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")
_UNPOSTED = ("Draft", "Void")
_WORDS = {  # our stored state: Zoho's words that mean the same
    "declined": {"declined", "rejected"},
    "sent": {"sent", "viewed", "open"},
    "draft": {"draft", "pending approval", "approved"},
    "invoiced": {"invoiced", "partially invoiced"},
}


class _Sums:
    """Totals of one customer, or of several. Amounts are by currency, in minor units."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.amounts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.words: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, other: "_Sums") -> None:
        """Add another's totals to these."""
        self.counts.update(other.counts)
        for mine, theirs in ((self.amounts, other.amounts), (self.words, other.words)):
            for name, values in theirs.items():
                mine[name].update(values)


def control_totals(
    *, today: date, last: date | None = None, customers: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the totals of the whole portal, of the named customers and every closing balance.

    `today` decides what is overdue and how old it is. With `last` the totals are those of the end
    of that day, as statements that end on it have them; without, of everything in the books.
    `customers` are numbers, Zoho ids or display names. The closing balance is open invoices less
    unused credit notes, payments and retainers, plus what was owed before the first invoice.
    Raises NotFound for an unknown customer, Invalid for an ambiguous one.
    """
    with store.system_reading() as session:
        rows = session.rows(CUSTOMERS)
        sums = _collect(session, today, last)
        items = session.value(ITEMS)
    for row in rows:
        sums[row["id"]].counts["customers"] = 1
    currencies = sorted(
        {code for mine in sums.values() for by_code in mine.amounts.values() for code in by_code}
    )
    whole = _Sums()
    for mine in sums.values():
        whole.add(mine)
    return {
        "today": today.isoformat(),
        "all": {**_shown(whole, currencies), "items": items},
        "named": {ref: _shown(sums[_find(rows, ref)], currencies) for ref in customers},
        "closing_balances": {
            _key(row): _amount(sums[row["id"]].amounts["closing"], currencies) for row in rows
        },
    }


def today_of_portal(now: datetime) -> date:
    """The business's day at `now` (naive UTC); before it is founded, that of UTC."""
    with store.system_reading() as session:
        try:
            return organisation.of_portal(session).today(now)
        except NotFound:
            return now.date()


def _collect(session: OpenSession, today: date, last: date | None) -> defaultdict[UUID, _Sums]:
    sums: defaultdict[UUID, _Sums] = defaultdict(_Sums)
    days = {"today": today, "last": last or date.max}
    until = {"last": days["last"]}
    for row in session.rows(INVOICES, **days):
        mine = sums[row["customer_id"]]
        _add_documents(mine, "invoice", row)
        if row["word"] not in _UNPOSTED:
            mine.amounts[row["bucket"]][row["currency_code"]] += row["balance"]
    for row in session.rows(CREDIT_NOTES, **until):
        _add_documents(sums[row["customer_id"]], "credit_note", row)
    for row in session.rows(PAYMENTS, **until):
        mine, code = sums[row["customer_id"]], row["currency_code"]
        mine.counts["payments"] += row["count"]
        mine.counts["payment_applications"] += row["applications"]
        mine.counts["payments_with_unapplied"] += row["with_unused"]
        mine.counts["payments_on_several_invoices"] += row["on_several"]
        mine.amounts["payment_total"][code] += row["total"]
        mine.amounts["payment_unapplied"][code] += row["unused"]
    for count, amount, query in (
        ("credit_applications", "credit_applied", CREDITS_APPLIED),
        ("refunds", "refund_total", REFUNDS),
    ):
        for row in session.rows(query, **until):
            sums[row["customer_id"]].counts[count] += row["count"]
            sums[row["customer_id"]].amounts[amount][row["currency_code"]] += row["total"]
    for row in session.rows(CLOSING, **until):
        sums[row["customer_id"]].amounts["closing"][row["currency_code"]] += row["amount"]
    for row in session.rows(QUOTES, **days):
        mine = sums[row["customer_id"]]
        mine.counts["quotes"] += row["count"]
        mine.words["quotes"][_quote_word(row, past=last is not None)] += row["count"]
        mine.amounts["quote_total"][row["currency_code"]] += row["total"]
    for row in session.rows(TIME, **until):
        mine = sums[row["customer_id"]]
        mine.counts.update({name: row[name] for name in row if name != "customer_id"})
    for name, query in COUNTS.items():
        for row in session.rows(query, **(until if "$last" in query else {})):
            sums[row["customer_id"]].counts[name] += row["count"]
    return sums


def _add_documents(mine: _Sums, kind: str, row: dict[str, Any]) -> None:
    code = row["currency_code"]
    mine.counts[f"{kind}s"] += row["count"]
    mine.words[f"{kind}s"][row["word"]] += row["count"]
    mine.amounts[f"{kind}_total_all"][code] += row["total"]
    if row["word"] not in _UNPOSTED:
        mine.counts[f"{kind}s_posted"] += row["count"]
        mine.amounts[f"{kind}_total_posted"][code] += row["total"]
        mine.amounts[f"{kind}_balance_posted"][code] += row["balance"]


def _quote_word(row: dict[str, Any], *, past: bool) -> str:
    """Return Zoho's own word while it still says what the portal knows, else the portal's.

    What Zoho called expired need not have been on a past day: then the day decides.
    """
    status, source_status = str(row["status"]), (row["source_status"] or "").strip().lower()
    expired = source_status == "expired" and (row["late"] is None or not past)
    if status == "sent" and (row["late"] or expired):
        return "expired"
    return source_status if source_status in _WORDS.get(status, {status}) else status


def _shown(sums: _Sums, currencies: list[str]) -> dict[str, Any]:
    def amount(name: str) -> Any:
        return _amount(sums.amounts[name], currencies)

    counts = sums.counts
    return {
        "customers": counts["customers"],
        "contact_persons": counts["contact_persons"],
        "invoices": counts["invoices"],
        "invoice_lines": counts["invoice_lines"],
        "invoices_by_status": dict(sorted(sums.words["invoices"].items())),
        "invoice_total_all": amount("invoice_total_all"),
        "invoices_posted": counts["invoices_posted"],
        "invoice_total_posted": amount("invoice_total_posted"),
        "invoice_balance_posted": amount("invoice_balance_posted"),
        "payments": counts["payments"],
        "payment_applications": counts["payment_applications"],
        "payment_total": amount("payment_total"),
        "payment_unapplied": amount("payment_unapplied"),
        "payments_with_unapplied": counts["payments_with_unapplied"],
        "payments_on_several_invoices": counts["payments_on_several_invoices"],
        "credit_notes": counts["credit_notes"],
        "credit_note_lines": counts["credit_note_lines"],
        "credit_notes_by_status": dict(sorted(sums.words["credit_notes"].items())),
        "credit_note_total_all": amount("credit_note_total_all"),
        "credit_note_total_posted": amount("credit_note_total_posted"),
        "credit_note_balance_posted": amount("credit_note_balance_posted"),
        "credit_applications": counts["credit_applications"],
        "credit_applied": amount("credit_applied"),
        "refunds": counts["refunds"],
        "refund_total": amount("refund_total"),
        "quotes": counts["quotes"],
        "quote_lines": counts["quote_lines"],
        "quotes_by_status": dict(sorted(sums.words["quotes"].items())),
        "quote_total": amount("quote_total"),
        "projects": counts["projects"],
        "tasks": counts["tasks"],
        "time_entries": counts["time_entries"],
        "minutes": counts["minutes"],
        "minutes_billable": counts["minutes_billable"],
        "minutes_unbilled_billable": counts["minutes_unbilled_billable"],
        "aging": {bucket: amount(bucket) for bucket in _BUCKETS},
        "closing_balance": amount("closing"),
    }


def _amount(by_currency: Counter[str], currencies: list[str]) -> str | dict[str, str]:
    if len(currencies) == 1:
        return str(money.to_decimal(by_currency[currencies[0]], currencies[0]))
    return {code: str(money.to_decimal(by_currency[code], code)) for code in currencies}


def _find(rows: list[dict[str, Any]], ref: str) -> UUID:
    for name in ("number", "external_id", "display_name"):
        found = [row["id"] for row in rows if (row[name] or "").casefold() == ref.casefold()]
        if len(found) > 1:
            raise Invalid(f"{len(found)} customers are called {ref!r}: give the number instead.")
        if found:
            return UUID(str(found[0]))
    raise NotFound(f"There is no customer {ref!r}. Give a number, a Zoho id or the exact name.")


def _key(row: dict[str, Any]) -> str:
    return str(row["number"] or row["display_name"])
