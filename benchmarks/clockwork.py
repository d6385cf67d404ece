"""Timing: many short measurements taken in turns, and what to say of them."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds: the median and the 95th percentile of `count` measurements."""

    p50: float
    p95: float
    count: int


def timing(samples: list[float]) -> Timing:
    """Summarise samples in milliseconds; the 95th percentile is the nearest rank.

    Of no samples both are not a number.
    """
    if not samples:
        return Timing(math.nan, math.nan, 0)
    ordered = sorted(samples)
    rank = math.ceil(0.95 * len(ordered)) - 1
    return Timing(ordered[len(ordered) // 2], ordered[rank], len(ordered))


def time_each(
    tasks: Mapping[str, Callable[[], object]],
    rounds: int,
    before: Callable[[], object] = lambda: None,
) -> dict[str, Timing]:
    """Time every task once a round, after one round that does not count; `before` is not timed."""
    samples: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(rounds + 1):
        for name, task in tasks.items():
            before()
            began = time.perf_counter()
            task()
            if turn:
                samples[name].append((time.perf_counter() - began) * 1000)
    return {name: timing(taken) for name, taken in samples.items()}
