"""What a piece of work takes: time on the clock, of the processor, and memory."""

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from portal_data.settings import ROOT

_KIBIBYTE = 1024


@dataclass(slots=True)
class Cost:
    """Seconds on the clock and of all processors, and the process's peak memory in bytes."""

    seconds: float = 0
    processor: float = 0
    memory: int = 0


@contextmanager
def measured() -> Iterator[Cost]:
    """Measure the body; the cost is filled in at its end."""
    cost = Cost()
    clock, processor = time.perf_counter(), time.process_time()
    yield cost
    cost.seconds = time.perf_counter() - clock
    cost.processor = time.process_time() - processor
    cost.memory = _peak()


def _peak() -> int:
    """Return the most memory that this process had, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # not getrusage's, which on Linux begins with what the parent had
        (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", status.read_text("utf-8"), re.MULTILINE)
        return int(peak) * _KIBIBYTE
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used * (1 if sys.platform == "darwin" else _KIBIBYTE)


def say(cost: Cost) -> None:
    """Print a cost for `run` to read."""
    sys.stdout.write(json.dumps(asdict(cost)))


def run(module: str, *paths: Path) -> Cost:
    """Run a module that ends with `say` in a process of its own and return its cost."""
    command = [sys.executable, "-m", module, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    return Cost(**json.loads(done.stdout))
