"""Revisions of an estimate: staff change what was offered and send it again, and both are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal_data import store
from portal_data.billing import (
    estimate_links,
    estimate_offers,
    estimate_pricing,
    estimate_snapshots,
    estimate_taxes,
)
from portal_data.billing.estimate_pricing import AMOUNTS
from portal_data.billing.estimate_snapshots import LINES_LIMIT
from portal_data.billing.lines import LineTax
from portal_data.billing.pricing import Priced
from portal_data.business import organisation, preferences
from portal_data.errors import Conflict, Invalid, NotFound
from portal_data.ids import new_id
from portal_data.kinds import ESTIMATE
from portal_data.messaging import activity, events
from portal_data.scope import Staff
from portal_data.store import OpenSession, Session
from portal_data.text import form_fields
from portal_data.text.form_fields import Field
from portal_data.text.normal_form import nfc

REASON = Field("What has changed", 500, nfc, multiline=True)
_TEXTS = {
    "name": Field("Item", 200, nfc, required=True),
    "description": Field("Description", 2_000, nfc, multiline=True),
    "unit": Field("Unit", 40, nfc),
}
_CLOSED = {
    "draft": "This estimate was never sent.",
    "invoiced": "This estimate has already been invoiced.",
    "accepted": "This estimate is accepted, and accepted estimates are locked.",
}


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line as staff write it; the price is in major units. `id` is the line that it was before.

    The discount is a percentage, or an amount in minor units where there is none. Where there are
    limits, the customer chooses a quantity between them.
    """

    name: str
    quantity: Decimal
    unit_price: Decimal
    description: str | None = None
    unit: str | None = None
    discount_percent: Decimal | None = None
    discount_minor: int = 0
    tax_name: str | None = None
    tax_percent: Decimal | None = None
    optional: bool = False
    selected: bool = True
    minimum_quantity: Decimal | None = None
    maximum_quantity: Decimal | None = None
    several: tuple[LineTax, ...] = ()
    id: UUID | None = None

    @property
    def tax(self) -> str:
        """The tax, or the several ones, in words, by which it is chosen; empty without one."""
        named = [(tax.name, tax.percent) for tax in self.several]
        if not named and self.tax_name and self.tax_percent is not None:
            named = [(self.tax_name, self.tax_percent)]
        return " + ".join(f"{name} ({percent.normalize():f}%)" for name, percent in named)


@dataclass(frozen=True, slots=True)
class Draft:
    """What can be changed of an estimate in a `version`, and in which currency it is."""

    version: int
    currency: str
    expiry_date: Date | None
    lines: tuple[DraftLine, ...]


_HEAD = """
    select id, customer_id, number, version, status, revision, currency_code, tax_inclusive,
        subtotal_minor, discount_minor, discount_percent, discount_after_tax, tax_minor,
        shipping_minor, adjustment_minor, round_off_minor, total_minor, expiry_date, sent_at,
        accepted_at, created_at
    from core.estimates where number = $number order by id
"""
_REMOVE_LINES = """
    delete from core.estimate_lines where customer_id = $customer_id and estimate_id = $id
"""
_SEND = """
    update core.estimates
    set version = version + 1, revision = $revision, status = 'sent', sent_at = $now,
        expiry_date = $expiry_date, subtotal_minor = $subtotal_minor,
        discount_minor = $discount_minor, tax_minor = $tax_minor,
        round_off_minor = $round_off_minor, total_minor = $total_minor, declined_at = null,
        declined_by = null, declined_name = null, decline_reason = null, answered_email = null,
        answered_link_id = null, updated_at = $now
    where customer_id = $customer_id and id = $id
"""


def draft(staff: Staff, number: str) -> Draft:
    """Return what can be changed of an estimate.

    Raises NotFound for no such estimate, Conflict for one that cannot be sent again.
    """
    with store.staff_reading(staff) as session:
        head = session.one(_HEAD, number=number)
        if head is None:
            raise NotFound("There is no such document.")
        lines = estimate_snapshots.lines(session, head["id"], head["customer_id"])
        drafts = _need_revisable(session, head, lines)
    return Draft(head["version"], head["currency_code"], head["expiry_date"], drafts)


def send_again(
    staff: Staff,
    number: str,
    lines: Sequence[DraftLine],
    *,
    expiry_date: Date | None,
    reason: str,
    seen: int,
    now: datetime,
) -> int:
    """Send an estimate with other lines, or the same ones again; return its revision.

    It is open then, whatever it was answered, and what it was before is kept; what followed from
    its acceptance is void. `reason` is what the customer reads beside it. Where estimates are
    answered by link, the mail to those who may answer brings one. Raises NotFound for no such
    estimate; Conflict when it was changed since `seen`, is invoiced, or accepted and locked, or
    something of what followed is paid; Invalid for lines that make no estimate.
    """
    given = form_fields.clean({"reason": REASON}, {"reason": reason})["reason"]
    drafts = [_cleaned(place, line) for place, line in enumerate(lines, 1)]
    if not 0 < len(drafts) <= LINES_LIMIT:
        raise Invalid(f"An estimate has from one to {LINES_LIMIT} lines.")
    business = organisation.get(staff)
    if expiry_date is not None and expiry_date < business.today(now):
        raise Invalid("It would have expired already. Choose a later day.")
    with store.staff_writing(staff) as session:
        head = session.as_seen(_HEAD, seen, number=number)
        before = estimate_snapshots.lines(session, head["id"], head["customer_id"])
        _need_revisable(session, head, before)
        key = {"id": head["id"], "customer_id": head["customer_id"]}
        of = {"estimate_id": head["id"], "customer_id": head["customer_id"]}
        if head["status"] == "accepted":
            head |= estimate_offers.take_back(session, staff, head, now)
            before = estimate_snapshots.lines(session, **of)
        if estimate_snapshots.kept(session, **of, revision=head["revision"]) is None:
            sent = head["sent_at"] or head["created_at"]
            shown = _with_taxes(session, of, before)
            estimate_snapshots.keep(session, head, shown, None, sent, None)
        priced = estimate_pricing.priced(head, drafts)
        _need_lowest(head, drafts)
        after = _stored(head, drafts, before, priced)
        inclusive = head["tax_inclusive"]
        taxes = estimate_taxes.replace_all(
            session,
            **of,
            lines={
                row["id"]: estimate_taxes.costing(line.several, cost, tax_inclusive=inclusive)
                for row, line, cost in zip(after, drafts, priced.lines, strict=True)
            },
        )
        session.change(_REMOVE_LINES, **key)
        session.load(
            "core.estimate_lines", tuple(after[0]), [tuple(each.values()) for each in after]
        )
        after = [{**row, "taxes": taxes[row["id"]]} for row in after]
        amounts = {name: getattr(priced, name) for name in AMOUNTS}
        revision = head["revision"] + 1
        session.change(_SEND, **key, **amounts, revision=revision, expiry_date=expiry_date, now=now)
        offer = {**head, **amounts, "revision": revision}
        estimate_snapshots.keep(session, offer, after, given, now, staff.staff_id)
        link = None
        if preferences.get(session).answer_estimates_by_link:
            until = expiry_date and min(expiry_date, business.today(now) + estimate_links.LONGEST)
            link = estimate_links.issue(session, staff, head, until, business.timezone, now=now)
        activity.record(
            session,
            staff,
            events.ESTIMATE_SENT,
            now=now,
            customer_id=head["customer_id"],
            subject_kind=ESTIMATE.record,
            subject_id=head["id"],
            subject_number=number,
            amount_minor=priced.total_minor,
            currency_code=head["currency_code"],
            details=given,
            visible=True,
            link=link,
        )
    return int(revision)


def _with_taxes(
    session: Session, of: dict[str, UUID], lines: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows of lines with the several taxes of each, as a snapshot keeps them."""
    several = estimate_taxes.stored(session, **of)
    return [{**line, "taxes": estimate_taxes.kept(several.get(line["id"], ()))} for line in lines]


def _drafts(
    lines: Sequence[dict[str, Any]], several: Mapping[UUID, tuple[LineTax, ...]]
) -> tuple[DraftLine, ...]:
    names = [name for name in DraftLine.__dataclass_fields__ if name != "several"]
    drafts = (
        DraftLine(**{key: line[key] for key in names}, several=several.get(line["id"], ()))
        for line in lines
    )
    # the amount of a percentage follows from it
    return tuple(replace(each, discount_minor=0) if each.discount_percent else each
                 for each in drafts)  # fmt: skip


def _need_revisable(
    session: OpenSession, head: dict[str, Any], lines: list[dict[str, Any]]
) -> tuple[DraftLine, ...]:
    """Return the lines to be changed; raise Conflict for what cannot be sent again from here."""
    status = head["status"]
    locked = status == "accepted" and preferences.get(session).lock_accepted_estimates
    if status in ("draft", "invoiced") or locked:
        raise Conflict(_CLOSED[status])
    drafts = _drafts(lines, estimate_taxes.stored(session, head["id"], head["customer_id"]))
    if not estimate_pricing.agrees(head, drafts):
        raise Conflict("The books that this estimate comes from reckon otherwise: revise it there.")
    return drafts


def _cleaned(place: int, line: DraftLine) -> DraftLine:
    """Return a line in its one spelling. Raises Invalid, naming it by its place."""
    typed = {name: getattr(line, name) for name in _TEXTS}
    try:
        texts = form_fields.clean(_TEXTS, typed)
    except Invalid as error:
        raise Invalid(f"Line {place}. {error}") from error
    for number in (line.quantity, line.unit_price, line.discount_percent or Decimal(0)):
        if not number.is_finite() or abs(number) >= 10**9:
            raise Invalid(f"Line {place} has a number that cannot be used.")
    least, most = (_limit(each) for each in (line.minimum_quantity, line.maximum_quantity))
    chosen = (line.quantity if least is None else least, line.quantity if most is None else most)
    if (least is not None or most is not None) and not (
        0 < chosen[0] <= line.quantity <= chosen[1] < 10**9
    ):
        raise Invalid(f"Line {place}: its quantity has to lie between its limits, above nothing.")
    return replace(
        line,
        name=texts["name"] or "",
        description=texts["description"],
        unit=texts["unit"],
        quantity=round(line.quantity, 6),
        minimum_quantity=least,
        maximum_quantity=most,
        unit_price=round(line.unit_price, 6),
    )


def _limit(number: Decimal | None) -> Decimal | None:
    return None if number is None or not number.is_finite() else round(number, 6)


def _need_lowest(head: dict[str, Any], drafts: Sequence[DraftLine]) -> None:
    """Raise Invalid, naming the line, where the least that can be chosen of one has no price."""
    least = [
        replace(line, quantity=line.minimum_quantity or line.quantity, selected=True)
        for line in drafts
    ]
    estimate_pricing.priced({**head, "discount_minor": 0}, least)


def _stored(
    head: dict[str, Any], drafts: Sequence[DraftLine], before: list[dict[str, Any]], priced: Priced
) -> list[dict[str, Any]]:
    """Return the rows of lines; what staff do not write of one is as it was."""
    known = {line["id"]: line for line in before}
    unwritten = ("item_id", "sku", "custom_fields")
    rows = []
    for place, (line, cost) in enumerate(zip(drafts, priced.lines, strict=True), 1):
        was = known.get(line.id, {})
        rows.append(
            {
                "id": new_id(),
                "customer_id": head["customer_id"],
                "estimate_id": head["id"],
                "position": place,
                **{name: was.get(name) for name in unwritten},
                **{
                    name: getattr(line, name)
                    for name in ("name", "description", "quantity", "unit", "unit_price",
                                 "discount_percent", "tax_name", "tax_percent", "optional",
                                 "selected", "minimum_quantity", "maximum_quantity")
                },
                "discount_minor": cost.discount_minor,
                "tax_minor": cost.tax_minor,
                "total_minor": cost.total_minor,
            }
        )  # fmt: skip
    return rows
