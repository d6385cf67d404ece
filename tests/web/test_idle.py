"""A portal that nobody uses leaves the processor alone."""

import time
from pathlib import Path

import pytest

from tools.browser import Portal

_SECONDS = 5


def _wakes(pid: int) -> dict[str, int]:
    """Return how often each thread but the main one was given the processor so far."""
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        if task.name != str(pid):
            _, _, slices = (task / "schedstat").read_text().split()
            found[task.name] = int(slices)
    return found


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="Linux tells of threads")
def test_no_thread_looks_for_work_all_the_time(portal: Portal) -> None:
    time.sleep(3)  # what was asked before is answered
    before = _wakes(portal.pid)
    time.sleep(_SECONDS)
    woke = {name: count - before.get(name, 0) for name, count in _wakes(portal.pid).items()}
    # the publisher looks every two seconds whether it is wanted, and asks nobody
    assert sum(woke.values()) < 5 * _SECONDS, woke
