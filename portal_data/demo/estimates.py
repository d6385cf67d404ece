"""Estimates in every state, with options and revisions, and the invoices that followed."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from portal_data.demo import job_lines
from portal_data.demo.billing_plan import Bill
from portal_data.demo.books import Books, Row, exchange_rate
from portal_data.demo.contacts import full_name, main_contact
from portal_data.demo.pricing import PLAIN, Extras, Priced, Work, add_lines, price

_Job = tuple[str, tuple[Work, ...]]


@dataclass(frozen=True, slots=True)
class Quote:
    """One estimate; `expires_in` counts from today, negative when it has expired."""

    key: str
    customer: str
    job: _Job
    ago: int
    expires_in: int
    status: str = "sent"
    viewed: bool = True
    revisions: int = 1
    extras: Extras = PLAIN
    retainer: str | None = None
    """Percent to be paid in advance."""
    project: str | None = None
    reason: str | None = None


_OPTIONS = ("Tregenna Bay: treatment rooms", (
    Work("concept", "3", "Four rooms and a relaxation area."),
    Work("interior", "5", limits=(3, 8)),
    Work("render", "2", "Two stills for the brochure.", optional=True),
    Work("model", "1", "A model for the foyer.", optional=True, selected=False),
    Work("samples", "2", "A second set of samples.", optional=True, selected=False, limits=(1, 6)),
))  # fmt: skip
_LARGE = ("Harbour House: phase 3, whole design", (
    Work("concept", "12", discount="5"),
    Work("interior", "26", discount="5"),
    Work("structure", "9"),
    Work("services", "14"),
    Work("cad", "180", discount="12.5"),
    Work("manage", "18"),
    Work("workshop", "3"),
    Work("prints", "6"),
    Work("fee", "2"),
))  # fmt: skip

_QUOTES = (
    Quote("options", "brackenridge", _OPTIONS, 6, 24, project="spa", retainer="25"),
    Quote("large", "brackenridge", _LARGE, 19, 11, revisions=3, project="harbour",
          extras=Extras(discount="2.5")),
    Quote("unseen", "brackenridge", job_lines.SIGNS, 2, 28, viewed=False),
    Quote("expired", "brackenridge", job_lines.WORKSHOPS, 75, -45),
    Quote("accepted", "brackenridge", job_lines.SPA, 33, -3, "accepted", retainer="50"),
    Quote("accepted too", "brackenridge", job_lines.KITCHEN, 140, -110, "accepted"),
    Quote("declined", "brackenridge", job_lines.SHOP, 90, -60, "declined",
          reason="The counter is more than we planned for this year. Please ask again in spring."),
    Quote("declined silently", "brackenridge", job_lines.LANTERNS, 280, -250, "declined"),
    Quote("lobby", "brackenridge", job_lines.LOBBY, 16, 14, "invoiced", revisions=2),
    Quote("lobby phase 1", "brackenridge", job_lines.LOBBY, 190, -160, "invoiced"),
    Quote("schedule", "brackenridge", job_lines.SCHEDULE, 40, -10, "invoiced",
          extras=Extras("5", "180", "-120.50", "Goodwill")),
    Quote("being written", "brackenridge", job_lines.BEDROOMS, 1, 29, "draft"),
    Quote("toiture", "cote", job_lines.SHOP, 9, 21),
    Quote("passerelle", "cote", job_lines.SCANNING, 70, -40, revisions=2),
    Quote("atelier", "cote", job_lines.WORKSHOPS, 150, -120, "accepted"),
    Quote("ponton", "cote", job_lines.SHOP, 210, -180, "declined",
          reason="Budget refusé par l’assemblée."),
    Quote("tower", "nakheel", job_lines.TOWER, 12, 18),
    Quote("tower old", "nakheel", job_lines.TOWER, 230, -200, "accepted"),
    Quote("factory", "aoba", job_lines.FACTORY, 27, 33, viewed=False),
    Quote("factory old", "aoba", job_lines.FACTORY, 345, -315, "accepted"),
    Quote("studio", "galim", job_lines.STUDIO, 58, -28),
    Quote("hall", "lantern", job_lines.LANTERNS, 8, 52),
    Quote(
        "stairs", "lantern", job_lines.SIGNS, 300, -240, "declined", reason="The Court was divided."
    ),
    Quote("oven", "omalley", job_lines.KITCHEN, 5, 25, viewed=False),
    Quote("loft", "sian", job_lines.INSULATION, 13, 17, extras=Extras(inclusive=True)),
    Quote("frame", "pemberton", job_lines.FRAME, 21, 9),
    Quote("frame old", "pemberton", job_lines.FRAME, 260, -230, "accepted"),
    Quote("phase 2", "cascadia", job_lines.FIELD, 17, 13, retainer="30"),
    Quote("press", "oldmill", job_lines.SHOP, 480, -450, viewed=False),
)  # fmt: skip


def quote(books: Books, issued: list[tuple[Bill, Row]]) -> None:
    """Gather the estimates with lines and revisions, and tie the invoices to theirs."""
    for place, each in enumerate(_QUOTES):
        books.estimates[each.key] = _estimate(books, each, place)
    books.number("estimates", "estimate", "EST-", 207)
    for bill, invoice in issued:
        if bill.estimate:
            estimate = books.estimates[bill.estimate]
            invoice.update(estimate_id=estimate["id"], estimate_number=estimate["number"])


def _estimate(books: Books, each: Quote, place: int) -> Row:
    customer = books.customers[each.customer]
    currency = customer["currency_code"]
    day = books.workday(each.ago)
    created = books.office_hours(day)
    priced = price(books, each.customer, currency, each.job[1], each.extras)
    contact = main_contact(books, each.customer)
    sent = each.status != "draft"
    # the answer comes a few days after sending, and never later than yesterday
    looked = min(created + timedelta(days=1), books.moment(books.day(1), "17:00"))
    answered = min(created + timedelta(days=4), books.moment(books.day(1), "17:30"))
    viewed = looked if sent and each.viewed else None
    accepted = answered if each.status in ("accepted", "invoiced") else None
    declined = answered if each.status == "declined" else None
    row = books.add(
        "estimates",
        customer_id=customer["id"],
        number="",
        reference=f"Enquiry {place * 7 % 90 + 10}" if place % 2 else None,
        subject=each.job[0],
        date=day,
        expiry_date=books.day(-each.expires_in),
        status=each.status,
        source_status=None,
        revision=each.revisions,
        version=each.revisions + (each.status not in ("draft", "sent")),
        exchange_rate=exchange_rate(currency, day),
        **priced.amounts,
        billing_address=books.addresses[f"{each.customer} billing"],
        shipping_address=books.addresses.get(f"{each.customer} shipping"),
        salesperson="Ines Vane",
        project_id=books.projects[each.project]["id"] if each.project else None,
        notes="Prices hold until the date of expiry.",
        terms="Half a day’s notice is enough to move an appointment.",
        custom_fields=None,
        internal_notes="Margin checked by Rowan." if each.key == "large" else None,
        retainer_percent=Decimal(each.retainer) if each.retainer else None,
        sent_at=created if sent else None,
        first_viewed_at=viewed,
        first_viewed_by=contact["id"] if viewed else None,
        accepted_at=accepted,
        accepted_by=contact["id"] if accepted else None,
        accepted_name=full_name(contact) if accepted else None,
        declined_at=declined,
        declined_by=contact["id"] if declined else None,
        decline_reason=each.reason,
        created_at=created,
        updated_at=accepted or declined or created,
    )
    for line, work in zip(priced.lines, each.job[1], strict=True):
        least, most = work.limits or (None, None)
        line.update(
            optional=work.optional,
            selected=work.selected,
            minimum_quantity=least,
            maximum_quantity=most,
        )
    add_lines(books, "estimate_lines", "estimate_id", row, priced.lines)
    if sent:
        _revisions(books, each, row, priced, created)
    return row


_REASONS = ("First version.", "Fewer days of drafting, as discussed.", "Workshops added.")


def _revisions(books: Books, each: Quote, row: Row, last: Priced, sent: datetime) -> None:
    """Gather each revision as the customer was shown it; earlier ones had fewer lines."""
    for revision in range(1, each.revisions + 1):
        back = each.revisions - revision
        works = each.job[1][: len(each.job[1]) - back]
        shown = last
        if back:
            shown = price(books, each.customer, row["currency_code"], works, each.extras)
        made = sent - timedelta(days=4 * back)
        books.add(
            "estimate_revisions",
            customer_id=row["customer_id"],
            estimate_id=row["id"],
            revision=revision,
            total_minor=shown.amounts["total_minor"],
            snapshot=_snapshot(shown),
            reason=_REASONS[revision - 1],
            created_at=made,
            created_by=books.staff["ines"]["id"],
        )


def _snapshot(shown: Priced) -> str:
    """Return lines and amounts as JSON: amounts in minor units, decimals as text."""
    lines = [
        {name: str(value) if isinstance(value, Decimal) else value for name, value in line.items()}
        for line in ({**line, "item_id": str(line["item_id"])} for line in shown.lines)
    ]
    return json.dumps({**shown.amounts, "lines": lines}, ensure_ascii=False)
