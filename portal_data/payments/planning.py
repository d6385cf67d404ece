"""Planning: what an amount paid on a day would settle, and what would be left, before it is paid.

What is free is what can be paid of each invoice now, as the screen that pays offers it, less what
open promises hold of it already. An amount goes to what is due first, as it does there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from uuid import UUID

from portal_data import store
from portal_data.billing import balances, promised
from portal_data.billing.balances import AGES, age
from portal_data.payments import offers
from portal_data.payments.offers import Payable
from portal_data.payments.provider import Provider
from portal_data.scope import Scope


@dataclass(frozen=True, slots=True)
class Offer:
    """The invoices of a currency that a plan is made of, the one due first first.

    `free` is what of each can be planned with, by number; `promised` what open promises hold.
    """

    currency_code: str
    found: tuple[Payable, ...]
    promised: Mapping[str, int]

    @property
    def free(self) -> dict[str, int]:
        """What of each invoice can be planned with, where that is anything."""
        left = {
            each.number: each.payable_minor - self.promised.get(each.number, 0)
            for each in self.found
        }
        return {number: minor for number, minor in left.items() if minor > 0}

    @property
    def free_minor(self) -> int:
        """What can be planned with altogether."""
        return sum(self.free.values())

    @property
    def cut(self) -> bool:
        """Whether there may be more invoices than are planned at once."""
        return len(self.found) >= offers.MOST


@dataclass(frozen=True, slots=True)
class Share:
    """What one invoice gets of an amount, and what of its balance is open then."""

    invoice: Payable
    free_minor: int
    gets_minor: int

    @property
    def remains_minor(self) -> int:
        """What of the invoice is open after that."""
        return self.invoice.open_minor - self.gets_minor


@dataclass(frozen=True, slots=True)
class Plan:
    """What an amount settles on a day, and what is outstanding by age before and after that.

    `over_minor` is more than everything that is free, and `odd_minor` what is left because no
    invoice can be paid with so little.
    """

    day: Date
    wanted_minor: int
    shares: tuple[Share, ...]
    over_minor: int
    odd_minor: int
    before: Mapping[str, int]
    after: Mapping[str, int]

    @property
    def total_minor(self) -> int:
        """What is put towards invoices, which is what is promised or paid."""
        return sum(share.gets_minor for share in self.shares)

    @property
    def parts(self) -> dict[str, int]:
        """What each invoice gets, by its number, where that is anything."""
        return {share.invoice.number: share.gets_minor for share in self.shares if share.gets_minor}


def offer(
    scope: Scope, provider: Provider | None, currency: str, *, changing: UUID | None = None
) -> Offer:
    """Return what can be planned with in a currency; `changing` a promise, its own part of it."""
    found = offers.due(scope, provider, currency)
    with store.reading(scope) as session:
        held = promised.still(session, but=changing)
    return Offer(currency, tuple(found), held)


def ages_on(scope: Scope, currency: str, day: Date) -> Mapping[str, int]:
    """Return what is outstanding in a currency by its age on a day, as things are now."""
    balance = balances.account(scope, today=day).of(currency)
    return balance.aging if balance else dict.fromkeys(AGES, 0)


def reckon(offered: Offer, wanted_minor: int, day: Date, before: Mapping[str, int]) -> Plan:
    """Return what an amount settles on a day, the invoice due first first."""
    free = offered.free
    payable = [_free(each, free[each.number]) for each in offered.found if each.number in free]
    parts = offers.split(payable, wanted_minor)
    whole = sum(free.values())
    over = max(wanted_minor - whole, 0)
    return Plan(
        day=day,
        wanted_minor=wanted_minor,
        shares=tuple(
            Share(each, free.get(each.number, 0), parts.get(each.number, 0))
            for each in offered.found
        ),
        over_minor=over,
        odd_minor=wanted_minor - over - sum(parts.values()),
        before=before,
        after=_after(offered.found, parts, day, before),
    )


def _free(each: Payable, minor: int) -> Payable:
    return replace(each, payable_minor=minor, least_minor=min(each.least_minor, minor))


def _after(
    found: Sequence[Payable], parts: Mapping[str, int], day: Date, before: Mapping[str, int]
) -> dict[str, int]:
    """Return what is outstanding by age once parts are paid."""
    after = dict(before)
    for each in found:
        late = (day - each.due_date).days if each.due_date else 0
        after[age(late)] -= parts.get(each.number, 0)
    return after
