"""The page as sections under their headings, of which a run may replace some."""

import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from importlib.metadata import version

import psutil

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


def section(lines: Iterable[str], load_before: float) -> str:
    """Return the text of a section, which ends by saying when it was measured.

    `load_before` is the machine's load average at that time.
    """
    measured = f"Measured {date.today().isoformat()}; load average before it {load_before:.1f}."  # noqa: DTZ011 - the day on this machine's calendar
    return "\n".join([*lines, measured])


def sections(page: str) -> dict[str, str]:
    """Return the sections of a page by their headings, in order."""
    _, *parts = _HEADING.split(page)
    return {heading: text.strip() for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def page(known: Mapping[str, str], order: Sequence[str]) -> str:
    """Return the whole page: those of the sections in `order` that are known."""
    parts = [_head()]
    parts += [f"## {heading}\n\n{known[heading]}" for heading in order if heading in known]
    return "\n\n".join(parts) + "\n"


def _head() -> str:
    memory = round(psutil.virtual_memory().total / 1024**3)
    return "\n\n".join(
        (
            "# Performance",
            "Written by `python -m benchmarks` (`make bench`); nothing here is asserted by a test. "
            "`--only` measures some sections anew and leaves the others. The books it makes stay "
            "in `data/bench`, or the folder that `PORTAL_BENCH_DIR` names.",
            f"Machine: {os.cpu_count()} vCPU, {memory} GB, {platform.system()}; Python "
            f"{platform.python_version()}, Streamlit {version('streamlit')}, DuckDB "
            f"{version('duckdb')}; the measuring process runs beside the server.",
            "Books: made up, a hundred invoices of three lines for each customer, nine of ten "
            "paid, ten estimates, a project and a timesheet. p50 is the median, p95 the 95th "
            "percentile. What is compared runs in turns, so what else the machine does hits all "
            "alike: compare ratios rather than times.",
        )
    )
