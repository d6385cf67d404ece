"""Recurring profiles, and the bills they made."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from portal_data.demo.billing_plan import Bill, Fate
from portal_data.demo.books import Books
from portal_data.demo.pricing import Work, price


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile; `first` and `last` are the days ago of its first and latest invoice."""

    key: str
    customer: str
    name: str
    frequency: str
    every: int
    works: tuple[Work, ...]
    first: int
    last: int
    status: str = "active"
    terms_days: int = 14
    auto_charge: bool = False


PROFILES = (
    Profile("support", "brackenridge", "Support of the booking model", "month", 1,
            (Work("support", "1"), Work("viewer", "1", "Harbour House, Tregenna Bay")), 545, 17,
            auto_charge=True),
    Profile("hosting", "cote", "Hébergement de la maquette", "month", 3, (Work("viewer", "3"),),
            520, 40, terms_days=30),
    Profile("inspection", "lantern", "Yearly inspection of the lanterns", "year", 1,
            (Work("survey", "2", "All lanterns, by daylight and after dark."), Work("light", "3")),
            330, 330, terms_days=30),
    Profile("opening", "omalley", "Weekly visits until the opening", "week", 1,
            (Work("survey", "1"), Work("miles", "24")), 210, 175, "stopped"),
    Profile("presence", "pemberton", "Presence on site, every ten days", "day", 10,
            (Work("manage", "1"), Work("miles", "61")), 430, 400, "expired", terms_days=30),
)  # fmt: skip


def bills(books: Books) -> list[Bill]:
    """Gather the profiles with their lines, and return the bills they made."""
    made = []
    for profile in PROFILES:
        days = list(_days(books, profile))
        customer = books.customers[profile.customer]
        created = books.moment(days[0] - timedelta(days=1), "16:10")
        priced = price(books, profile.customer, customer["currency_code"], profile.works)
        ended = days[-1] if profile.status == "expired" else None
        row = books.add(
            "recurring_profiles",
            customer_id=customer["id"],
            name=profile.name,
            frequency=profile.frequency,
            every=profile.every,
            starts_on=days[0],
            ends_on=ended,
            next_on=_after(days[-1], profile) if profile.status == "active" else None,
            status=profile.status,
            currency_code=customer["currency_code"],
            total_minor=priced.amounts["total_minor"],
            payment_terms_days=profile.terms_days,
            auto_charge=profile.auto_charge,
            saved_method_id=None,
            notes="Made by itself. Please tell us if anything about the service changes.",
            created_at=created,
            updated_at=created,
        )
        books.profiles[profile.key] = row
        for position, line in enumerate(priced.lines, 1):
            books.add(
                "recurring_lines",
                customer_id=customer["id"],
                recurring_profile_id=row["id"],
                position=position,
                **{
                    column: line[column]
                    for column in (
                        "item_id", "name", "description", "quantity", "unit", "unit_price",
                        "tax_name", "tax_percent", "total_minor",
                    )
                },
            )  # fmt: skip
        for day in days:
            declined = profile.auto_charge and day == days[-1]
            made.append(
                Bill(
                    profile.customer,
                    day,
                    profile.name,
                    profile.works,
                    fate=Fate.OPEN if declined else Fate.PAID,
                    key="declined" if declined else None,
                    due=day + timedelta(days=profile.terms_days),
                    profile=profile.key,
                )
            )
    return made


def _days(books: Books, profile: Profile) -> Iterator[date]:
    """Return the days of its invoices, oldest first, counted back from the latest."""
    days, day = [], books.day(profile.last)
    while day >= books.day(profile.first):
        days.append(day)
        day = _step(day, profile, -1)
    return reversed(days)


def _after(day: date, profile: Profile) -> date:
    return _step(day, profile, 1)


def _step(day: date, profile: Profile, sign: int) -> date:
    """Return the day one period on or back; months keep to days that every month has."""
    if profile.frequency in ("day", "week"):
        length = profile.every * (7 if profile.frequency == "week" else 1)
        return day + timedelta(days=sign * length)
    months = sign * profile.every * (12 if profile.frequency == "year" else 1)
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, min(day.day, 28))
