"""Time: UTC in the store, the organisation's timezone for what "today" means."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """Return the moment as a naive UTC datetime, the form the store keeps."""
    return datetime.now(UTC).replace(tzinfo=None)


def local_time(moment: datetime, timezone: str) -> datetime:
    """Return a naive UTC moment as an aware one in the IANA `timezone`."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone))


def local_date(moment: datetime, timezone: str) -> date:
    """Return the calendar day of a naive UTC moment in the IANA `timezone`."""
    return local_time(moment, timezone).date()


def start_of_day(day: date, timezone: str, hour: time = time()) -> datetime:
    """Return the naive UTC moment of a calendar day's beginning, or `hour`, in the `timezone`."""
    begins = datetime.combine(day, hour, ZoneInfo(timezone))
    return begins.astimezone(UTC).replace(tzinfo=None)
