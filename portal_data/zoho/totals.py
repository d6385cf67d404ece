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

from portal_data import money, organisation, store
from portal_data.errors import Invalid, NotFound
from portal_data.store import OpenSession
from portal_data.zoho.figures import (
    AGING,
    COUNTS,
    CREDIT_NOTES,
    CREDITS_APPLIED,
    CUSTOMERS,
    INVOICES,
    ITEMS,
    PAYMENTS,
    QUOTES,
    REFUNDS,
    RETAINERS,
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


def control_totals(*, today: date, customers: Iterable[str] = ()) -> dict[str, Any]:
    """Return the totals of the whole portal, of the named customers and every closing balance.

    `today` decides what is overdue and how old it is. `customers` are numbers, Zoho ids or display
    names. The closing balance is open invoices less unused credit notes, payments and retainers,
    plus what was owed before the first invoice. Raises NotFound for an unknown customer, Invalid
    for an ambiguous one.
    """
    with store.system_reading() as session:
        rows = session.rows(CUSTOMERS)
        sums = _collect(session, today)
        items = session.value(ITEMS)
    for row in rows:
        mine = sums[row["id"]]
        mine.counts["customers"] = 1
        mine.amounts["opening"][row["currency_code"]] += row["opening_balance_minor"]
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
            _key(row): _amount(_closing(sums[row["id"]]), currencies) for row in rows
        },
    }


def today_of_portal(now: datetime) -> date:
    """The business's day at `now` (naive UTC); before it is founded, that of UTC."""
    with store.system_reading() as session:
        try:
            return organisation.of_portal(session).today(now)
        except NotFound:
            return now.date()


def _collect(session: OpenSession, today: date) -> defaultdict[UUID, _Sums]:
    sums: defaultdict[UUID, _Sums] = defaultdict(_Sums)
    for row in session.rows(INVOICES, today=today):
        _add_documents(sums[row["customer_id"]], "invoice", row)
    for row in session.rows(CREDIT_NOTES):
        _add_documents(sums[row["customer_id"]], "credit_note", row)
    for row in session.rows(AGING, today=today):
        sums[row["customer_id"]].amounts[row["bucket"]][row["currency_code"]] += row["balance"]
    for row in session.rows(PAYMENTS):
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
        for row in session.rows(query):
            sums[row["customer_id"]].counts[count] += row["count"]
            sums[row["customer_id"]].amounts[amount][row["currency_code"]] += row["total"]
    for row in session.rows(RETAINERS):
        sums[row["customer_id"]].amounts["retainers"][row["currency_code"]] += row["unused"]
    for row in session.rows(QUOTES, today=today):
        mine = sums[row["customer_id"]]
        mine.counts["quotes"] += row["count"]
        mine.words["quotes"][_quote_word(row)] += row["count"]
        mine.amounts["quote_total"][row["currency_code"]] += row["total"]
    for row in session.rows(TIME):
        mine = sums[row["customer_id"]]
        mine.counts.update({name: row[name] for name in row if name != "customer_id"})
    for name, query in COUNTS.items():
        for row in session.rows(query):
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


def _quote_word(row: dict[str, Any]) -> str:
    """Return Zoho's own word while it still says what the portal knows, else the portal's."""
    status, told = str(row["status"]), (row["source_status"] or "").strip().lower()
    if status == "sent" and (row["late"] or told == "expired"):
        return "expired"
    return told if told in _WORDS.get(status, {status}) else status


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
        "closing_balance": _amount(_closing(sums), currencies),
    }


def _closing(sums: _Sums) -> Counter[str]:
    closing: Counter[str] = Counter()
    for name in ("opening", "invoice_balance_posted"):
        closing.update(sums.amounts[name])
    for name in ("credit_note_balance_posted", "payment_unapplied", "retainers"):
        closing.subtract(sums.amounts[name])
    return closing


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
