"""Rates: how often somebody may ask, as token buckets that make askers wait for their turn."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass

_MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """How often: so many a second, and so many at once after a pause."""

    per_second: float
    burst: int


class Rates:
    """One token bucket for each key, of the same rate.

    Keys that were not used for longest are forgotten beyond ten thousand; by then their buckets are
    full again, or an attacker has as many networks.
    """

    def __init__(self, rate: Rate) -> None:
        self._per_second, self._burst = rate.per_second, rate.burst
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def delay(self, key: str) -> float:
        """Return the seconds until the key's next turn; 0 when it is now."""
        full_in = self._full_at.get(key, 0.0) - time.monotonic()
        return max(0.0, full_in - self._burst / self._per_second)

    def take(self, key: str) -> float:
        """Take a turn and return the seconds until it comes."""
        now = time.monotonic()
        self._full_at[key] = max(self._full_at.get(key, 0.0), now) + 1 / self._per_second
        self._full_at.move_to_end(key)
        if len(self._full_at) > _MOST_KEYS:
            self._full_at.popitem(last=False)
        return self.delay(key)

    async def turn(self, key: str, *, longest: float) -> bool:
        """Wait for a turn; False, without taking one, when that would be longer than `longest`."""
        if self.delay(key) > longest:
            return False
        seconds = self.take(key)
        if seconds:
            await asyncio.sleep(seconds)
        return True
