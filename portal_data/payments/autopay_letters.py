"""Letters of auto-pay: before a charge, after one that was refused, and of what people pay.

They go to whoever may pay and uses the portal, at once and whatever that person wants to be mailed
of: banks ask for the first, and who pays by itself has to hear of what was not paid.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Any
from uuid import UUID

from babel.dates import format_date

from portal_data import money, screens
from portal_data.billing import reminder_letters
from portal_data.clock import local_date
from portal_data.kinds import INVOICE
from portal_data.messaging import outbox, templates
from portal_data.payments import mandates, offers
from portal_data.store import OpenSession
from portal_data.text import language
from portal_data.text.language import _

_BUSINESS = "select name, timezone, locale from core.organisation order by name"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of a kind about an invoice: `day` is when it is charged, None for never again.

    `reason` is one of the catalogues.
    """

    kind: str
    invoice: Mapping[str, Any]
    mandate: Mapping[str, Any]
    day: Date | None = None
    reason: str | None = None


def send(session: OpenSession, customer_id: UUID, letter: Letter, now: datetime) -> None:
    """Write a letter to each person of a customer's who may pay, in their language, once."""
    business = session.one(_BUSINESS)
    found = reminder_letters.payers(session, customer_id)
    if business is None:
        return
    invoice = letter.invoice
    said = f"{letter.kind}:{invoice['plan_id']}:{invoice['tries']}:{letter.day}"
    said = f"{said}:{offers.payable(invoice)}"
    for each in found:
        with language.reading(language.of_contact(each)):
            payload = _written(each, business, letter)
        outbox.enqueue(
            session,
            f"mail.autopay_{letter.kind}",
            dedup_key=f"autopay:{said}:{letter.mandate['id']}:{each['id']}",
            payload=payload,
            customer_id=customer_id,
            now=now,
        )


def _written(
    reader: Mapping[str, Any], business: Mapping[str, Any], letter: Letter
) -> dict[str, Any]:
    locale = language.locale(business["locale"])
    invoice, mandate = letter.invoice, letter.mandate

    def day(moment: Date | None) -> str | None:
        return format_date(moment, "long", locale=locale) if moment else None

    owed = offers.payable(invoice)
    return templates.autopay(
        f"autopay_{letter.kind}",
        reader["email"],
        {
            "name": reader["first_name"],
            "business": business["name"],
            "number": invoice["number"],
            "method": mandates.named(mandate["method"]),
        },
        screens.of_document(INVOICE.record, invoice["number"]) or INVOICE.path,
        amount=money.format(owed, invoice["currency_code"], locale=locale),
        due=day(invoice["due_date"]),
        day=day(letter.day),
        since=day(local_date(mandate["given_at"], business["timezone"])),
        reason=_(letter.reason) if letter.reason else None,
    )
