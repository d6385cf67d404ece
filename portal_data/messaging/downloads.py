"""Downloads: which files contacts took, recorded beside the answer and not in its way.

The answer goes out at once; one thread of this process records what was in it a moment later,
together with what else the person took meanwhile: of twenty transactions nineteen are spared.
What one person takes again within `WINDOW` is no second download, and whoever takes more than
`MOST` different ones in that time has one entry that says so.
"""

import logging
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from portal_data import store
from portal_data.errors import PortalError
from portal_data.messaging import activity, events
from portal_data.messaging.event import Event
from portal_data.scope import Role, Scope

WINDOW = timedelta(minutes=30)
"""How long what a person takes again is still the same download."""
MOST = 60
"""How many downloads of one person are recorded one by one within `WINDOW`."""
GATHER = 1.0
"""Seconds for which downloads gather before they are recorded."""
_PEOPLE = 5_000  # remembered at once; the one whose last download is longest ago goes first

log = logging.getLogger("portal.downloads")


@dataclass(frozen=True, slots=True)
class Download:
    """What somebody took: its event, and what a history calls it."""

    event: Event
    subject_number: str
    subject_kind: str | None = None
    subject_id: UUID | None = None


_MANY = Download(events.DOWNLOADED_MANY, "")


class _Recent:
    """What each person took within the window."""

    def __init__(self) -> None:
        self._of_people: OrderedDict[str, dict[Download, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def counted(self, person: str, taken: Download, now: datetime) -> Download | None:
        """Return what is to be recorded of a download now: it, that they are many, or nothing."""
        with self._lock:
            before = self._of_people.pop(person, {})
            own = {each: at for each, at in before.items() if now - at < WINDOW}
            self._of_people[person] = own
            while len(self._of_people) > _PEOPLE:
                self._of_people.popitem(last=False)
            if taken in own:
                return None
            counted = taken if len(own) < MOST else _MANY
            if counted in own:
                return None
            own[counted] = now
            return counted


class _Waiting:
    """Downloads that wait to be recorded together, those of one person in one transaction."""

    def __init__(self) -> None:
        self._noted: list[tuple[Scope, Download, datetime]] = []
        self._lock = threading.Lock()
        self._hurry = threading.Event()
        self._writer = ThreadPoolExecutor(1, "downloads")

    def add(self, scope: Scope, taken: Download, now: datetime) -> None:
        with self._lock:
            self._noted.append((scope, taken, now))
            if len(self._noted) == 1:
                self._writer.submit(self._record)

    def settle(self) -> None:
        self._hurry.set()
        self._writer.submit(self._hurry.clear).result()

    def _record(self) -> None:
        self._hurry.wait(GATHER)
        with self._lock:
            noted, self._noted = self._noted, []
        of_people: dict[UUID, list[tuple[Scope, Download, datetime]]] = {}
        for each in noted:
            of_people.setdefault(each[0].sign_in_id, []).append(each)
        for own in of_people.values():
            _record(own)


_recent, _waiting = _Recent(), _Waiting()


def note(scope: Scope, taken: Download, now: datetime) -> None:
    """Let a download be recorded soon; staff who look at a customer's portal take none."""
    if scope.role is Role.STAFF:
        return
    counted = _recent.counted(scope.person, taken, now)
    if counted is not None:
        _waiting.add(scope, counted, now)


def settled() -> None:
    """Record at once all that was noted: before the store is closed."""
    _waiting.settle()


def _record(own: list[tuple[Scope, Download, datetime]]) -> None:
    """Record what one person took."""
    try:
        with store.writing(own[0][0]) as session:
            for scope, taken, now in own:
                activity.record(
                    session,
                    scope,
                    taken.event,
                    now=now,
                    subject_kind=taken.subject_kind,
                    subject_id=taken.subject_id,
                    subject_number=taken.subject_number or None,
                )
    except PortalError as error:
        log.warning("downloads not recorded: %s", error)
    except Exception:  # the files are with their reader already, and the next are to be recorded
        log.exception("downloads not recorded")
