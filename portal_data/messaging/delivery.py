"""How a person wants to be told: of which topics at the bell and by mail, how often, when not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from portal_data import store
from portal_data.clock import local_time
from portal_data.errors import Conflict, Invalid
from portal_data.ids import BUSINESS
from portal_data.messaging.topics import Side, Topic
from portal_data.scope import Scope, Staff, need_actor
from portal_data.store import Session
from portal_data.text.language import _

DIGEST_AT = time(8)
"""When digests are sent, on the person's clock; weekly ones on Mondays."""

_SETTINGS = """
    select recipient_id, digest, quiet_from, quiet_until, timezone, version
    from core.notification_settings
    where customer_id = $customer_id and recipient_id = any($ids) order by recipient_id
"""
_CHOICES = """
    select recipient_id, event, channel from core.notification_choices
    where customer_id = $customer_id and recipient_id = any($ids) and not chosen
    order by recipient_id, event, channel
"""
_HOLD = """
    select recipient_id from core.notification_settings
    where customer_id = $customer_id and recipient_id = $recipient_id order by recipient_id
"""
_MAKE = """
    insert into core.notification_settings (customer_id, recipient_kind, recipient_id, version,
        updated_at)
    values ($customer_id, $kind, $recipient_id, 0, $now)
    on conflict (customer_id, recipient_id) do nothing
"""
_SET = """
    update core.notification_settings
    set digest = $digest, quiet_from = $quiet_from, quiet_until = $quiet_until,
        timezone = $timezone, version = version + 1, updated_at = $now
    where customer_id = $customer_id and recipient_id = $recipient_id
"""
_CHOOSE = """
    insert into core.notification_choices (customer_id, recipient_id, event, channel, chosen,
        updated_at)
    values ($customer_id, $recipient_id, $topic, $channel, $chosen, $now)
    on conflict (customer_id, recipient_id, event, channel) do update
        set chosen = excluded.chosen, updated_at = excluded.updated_at
"""


class Digest(StrEnum):
    """How often somebody is mailed of what happened."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class Channel(StrEnum):
    """The ways to tell somebody."""

    BELL = "bell"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one person chose. Who chose nothing hears of everything, at once.

    Quiet hours are minutes after midnight of the person's clock, and may go over midnight;
    `timezone` is None for the business's own one. `version` is 0 before the first choice.
    """

    digest: Digest = Digest.AT_ONCE
    quiet_from: int | None = None
    quiet_until: int | None = None
    timezone: str | None = None
    muted: frozenset[tuple[Topic, Channel]] = frozenset()
    version: int = 0

    def wants(self, topic: Topic, channel: Channel) -> bool:
        """Tell whether the person wants to hear of a topic in this way."""
        return (topic, channel) not in self.muted

    def mail_due(self, topic: Topic, now: datetime, timezone: str) -> datetime | None:
        """Return when a mail of a topic is due: `now`, later, or None for never.

        `timezone` is the business's. What is due later goes into one mail with all else of then.
        """
        if self.digest is Digest.NONE or not self.wants(topic, Channel.MAIL):
            return None
        zone = self.timezone or timezone
        due = now
        if self.digest is not Digest.AT_ONCE:
            due = _next_digest(now, zone, weekly=self.digest is Digest.WEEKLY)
        return self._after_quiet(due, zone)

    def _after_quiet(self, moment: datetime, zone: str) -> datetime:
        begins, ends = self.quiet_from, self.quiet_until
        if begins is None or ends is None or begins == ends:
            return moment
        local = local_time(moment, zone)
        minute = local.hour * 60 + local.minute
        over_midnight = begins > ends
        quiet = minute >= begins or minute < ends if over_midnight else begins <= minute < ends
        if not quiet:
            return moment
        day = local.date() + timedelta(days=over_midnight and minute >= begins)
        return _utc(datetime.combine(day, time(ends // 60, ends % 60)), zone)


def get(scope: Scope | Staff) -> Delivery:
    """Return what the person chose."""
    opened = store.staff_reading(scope) if isinstance(scope, Staff) else store.reading(scope)
    own = _own(scope)
    with opened as session:
        return of_people(session, own["customer_id"], [own["recipient_id"]])[own["recipient_id"]]


def change(scope: Scope | Staff, chosen: Delivery, *, now: datetime) -> None:
    """Keep what the person chose; `chosen.version` is the one that was on the screen.

    Raises Conflict when it was changed elsewhere since, Invalid for what cannot be kept, NotAllowed
    for staff who look at a customer's portal.
    """
    need_actor(scope)
    _check(chosen)
    own = _own(scope)
    opened = store.staff_writing(scope) if isinstance(scope, Staff) else store.writing(scope)
    with opened as session:
        make(session, **own, now=now)
        session.locked(_HOLD, customer_id=own["customer_id"], recipient_id=own["recipient_id"])
        before = of_people(session, own["customer_id"], [own["recipient_id"]])[own["recipient_id"]]
        if before.version != chosen.version:
            raise Conflict(_("You changed this elsewhere meanwhile. Look at it again first."))
        person = {"customer_id": own["customer_id"], "recipient_id": own["recipient_id"]}
        session.change(
            _SET,
            **person,
            digest=chosen.digest.value,
            quiet_from=chosen.quiet_from,
            quiet_until=chosen.quiet_until,
            timezone=chosen.timezone,
            now=now,
        )
        for topic, channel in sorted(before.muted ^ chosen.muted):
            choose(session, **person, topic=topic, channel=channel,
                   chosen=chosen.wants(topic, channel), now=now)  # fmt: skip


def of_people(session: Session, customer_id: UUID, ids: list[UUID]) -> Mapping[UUID, Delivery]:
    """Return what each of some people of one customer chose; of staff that is `BUSINESS`."""
    muted: dict[UUID, set[tuple[Topic, Channel]]] = {}
    for row in session.rows(_CHOICES, customer_id=customer_id, ids=ids):
        if row["event"] in {*Topic}:  # a newer portal may know more
            pair = (Topic(row["event"]), Channel(row["channel"]))
            muted.setdefault(row["recipient_id"], set()).add(pair)
    found = session.rows(_SETTINGS, customer_id=customer_id, ids=ids)
    settings = {row["recipient_id"]: row for row in found}
    return {each: _delivery(settings.get(each), muted.get(each, set())) for each in ids}


def make(
    session: Session, *, customer_id: UUID, recipient_id: UUID, kind: Side, now: datetime
) -> None:
    """Make sure that the person has a row of settings, which leaves everything as it is."""
    session.change(_MAKE, customer_id=customer_id, recipient_id=recipient_id, kind=kind, now=now)


def choose(
    session: Session,
    *,
    customer_id: UUID,
    recipient_id: UUID,
    topic: Topic,
    channel: Channel,
    chosen: bool,
    now: datetime,
) -> None:
    """Keep whether the person wants to hear of a topic in one way."""
    session.change(
        _CHOOSE,
        customer_id=customer_id,
        recipient_id=recipient_id,
        topic=topic.value,
        channel=channel.value,
        chosen=chosen,
        now=now,
    )


def _delivery(row: Mapping[str, Any] | None, muted: set[tuple[Topic, Channel]]) -> Delivery:
    if row is None:
        return Delivery(muted=frozenset(muted))
    return Delivery(
        Digest(row["digest"]),
        row["quiet_from"],
        row["quiet_until"],
        row["timezone"],
        frozenset(muted),
        row["version"],
    )


def _own(scope: Scope | Staff) -> dict[str, Any]:
    if isinstance(scope, Staff):
        return {"customer_id": BUSINESS, "recipient_id": scope.staff_id, "kind": "staff"}
    return {
        "customer_id": scope.customer_id, "recipient_id": scope.contact_id, "kind": "contact",
    }  # fmt: skip


def _check(chosen: Delivery) -> None:
    if (chosen.quiet_from is None) != (chosen.quiet_until is None):
        raise Invalid(_("Quiet hours begin and end: choose both times, or neither."))
    for minute in (chosen.quiet_from, chosen.quiet_until):
        if minute is not None and not 0 <= minute < 24 * 60:
            raise Invalid(_("Quiet hours are times of the day."))
    if chosen.quiet_from is not None and chosen.quiet_from == chosen.quiet_until:
        raise Invalid(_("Quiet hours end at another time than they begin."))
    if chosen.timezone is not None and chosen.timezone not in available_timezones():
        raise Invalid(_("There is no such time zone."))


def _next_digest(now: datetime, zone: str, *, weekly: bool) -> datetime:
    """Return the next moment after `now` at which a digest is sent, as naive UTC."""
    day = local_time(now, zone).date()
    for days in range(9):
        there = day + timedelta(days=days)
        moment = _utc(datetime.combine(there, DIGEST_AT), zone)
        if moment > now and (not weekly or there.weekday() == 0):
            return moment
    raise AssertionError("every week has a Monday")


def _utc(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)
