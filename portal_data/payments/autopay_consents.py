"""Consent that is given while paying: it becomes a mandate once that payment has succeeded."""

import json
from datetime import datetime
from uuid import UUID, uuid5

from portal_data.business import organisation, preferences
from portal_data.messaging.activity import Initiator
from portal_data.payments import mandates
from portal_data.payments.attempts import Row
from portal_data.payments.mandates import Covers, Terms
from portal_data.store import OpenSession

_MADE_OF = UUID("6f3b7c1e-58a4-4d0e-9a53-0c9d8f6a2b17")
_SAVED = """
    select id from core.saved_methods
    where customer_id = $customer_id and provider = $provider and status = 'verified'
        and id = $method_id
    order by id
"""
# what was given or switched off after the words of an attempt were agreed to is newer than these;
# $older are mandates of consents that were themselves agreed to before, and only held since
_OVERTAKEN = """
    select count(*)::bigint from core.mandates
    where customer_id = $customer_id and (
        id = $id or currency_code = $currency and (
            (given_at >= $agreed_at and not id = any($older))
            or (revoked_at >= $agreed_at and ended_because <> 'replaced')
        )
    )
"""
_OLDER = """
    select id from core.payment_attempts
    where customer_id = $customer_id and consent is not null and created_at < $agreed_at
        and status = 'succeeded'
    order by id
"""
_CONTACT = """
    select first_name, last_name, email from core.contacts
    where customer_id = $customer_id and id = $id and portal_status = 'active'
        and role = any($roles)
    order by id
"""


def kept(terms: Terms | None, given_from: str | None) -> str | None:
    """Return consent as an attempt keeps it."""
    if terms is None:
        return None
    return json.dumps(
        {
            "covers": terms.covers.value,
            "currency": terms.currency_code,
            "limit": terms.limit_minor,
            "words": terms.words,
            "from": given_from,
        },
        ensure_ascii=False,
    )


def take_up(session: OpenSession, attempt: Row, now: datetime) -> None:
    """Make a mandate of what was agreed to with an attempt that succeeded, once.

    None is made when what it was paid with is not saved, whoever agreed may not pay any more, or
    something else was agreed to or auto-pay switched off since. The customer's row is held.
    """
    said, own = json.loads(attempt["consent"]), {"customer_id": attempt["customer_id"]}
    mandate_id = uuid5(_MADE_OF, str(attempt["id"]))
    contact = session.one(_CONTACT, **own, id=attempt["contact_id"], roles=mandates.ROLES)
    method_id = session.value(
        _SAVED,
        **own,
        provider=attempt["provider"],
        method_id=attempt["saved_method_id"],
    )
    agreed_at = attempt["created_at"]
    older = session.rows(_OLDER, **own, agreed_at=agreed_at)
    overtaken = session.value(
        _OVERTAKEN,
        **own,
        id=mandate_id,
        currency=said["currency"],
        agreed_at=agreed_at,
        older=[uuid5(_MADE_OF, str(each["id"])) for each in older],
    )
    if overtaken or contact is None or method_id is None or not preferences.get(session).autopay:
        return
    name = " ".join(filter(None, (contact["first_name"], contact["last_name"])))
    mandates.give(
        session,
        attempt["customer_id"],
        attempt["contact_id"],
        method_id,
        Terms(Covers(said["covers"]), said["currency"], said["limit"], said["words"]),
        mandate_id=mandate_id,
        given_from=said["from"],
        who=Initiator(attempt["contact_id"], name or contact["email"]),
        now=now,
        today=organisation.of_portal(session).today(now),
    )
