"""What a command does in the process that has the store: the running portal's, or its own.

An operation takes plain values, yields the lines to print as they come, and may return an exit
status. Nothing else can be asked for over the control socket.
"""

import hashlib
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from pathlib import Path
from types import MappingProxyType

from portal_data import store
from portal_data.analysts.published import CURRENT, FILE, FOLDER
from portal_data.clock import utc_now
from portal_data.messaging import chain
from portal_data.ops import business, collected, people, returned_mail
from portal_data.ops import publish as publishing
from portal_data.ops.control.server import Lines, Operation
from portal_data.settings import load
from portal_data.zoho.totals import control_totals, today_of_portal

_PROGRESS_EVERY = 2.0


def backup(target: str) -> Lines:
    """Write a consistent copy of the store to a new file, and say how far it is meanwhile."""
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        copying = pool.submit(store.current().backup, Path(target))
        while True:
            try:
                copying.result(timeout=_PROGRESS_EVERY)
                break
            except TimeoutError:
                yield f"Copying, for {time.monotonic() - began:.0f} s so far"
    yield f"Wrote {target} ({Path(target).stat().st_size / 1e6:.1f} MB)."
    return 0


def check() -> Lines:
    """Check the books, and return 1 when a rule of them is broken."""
    problems = store.current().check_integrity()
    yield from problems
    if problems:
        return 1
    yield "The books hold."
    return 0


def verify_activity(as_json: bool = False) -> Lines:
    """Check the chains of activity; return 1 when an entry is not as it was recorded."""
    with store.system_reading() as session:
        problems = chain.verify(session)
        heads = chain.heads(session)
    digest = hashlib.sha256("".join(sorted(heads.values())).encode()).hexdigest()
    if as_json:
        told = [asdict(problem) for problem in problems]
        found = {"holds": not told, "first": next(iter(told), None), "problems": told}
        yield json.dumps({**found, "digest": digest}, default=str, ensure_ascii=False, indent=1)
    elif problems:
        yield from (problem.words for problem in problems)
    else:
        yield f"The activity is as it was recorded. Keep this elsewhere to prove it later: {digest}"
    return 1 if problems else 0


def totals(as_of: str | None, customers: list[str], as_json: bool) -> Lines:
    """Print control totals of all that is in the books, or as they stood at the end of a day."""
    last = date.fromisoformat(as_of) if as_of else None
    day = last or today_of_portal(utc_now())
    figures = control_totals(today=day, last=last, customers=customers)
    if as_json:
        yield json.dumps(figures, ensure_ascii=False, indent=1)
        return 0
    for heading, values in (("All customers", figures["all"]), *figures["named"].items()):
        yield f"{heading} on {day}"
        for name, value in values.items():
            yield f"  {name.replace('_', ' '):32} {_plain(value)}"
    return 0


def publish() -> Lines:
    """Publish the books for analysts, and say what was written where."""
    data = load().data_path
    done = publishing.publish(data, now=utc_now())
    yield (
        f"Published {sum(done.rows.values()):,} rows in {len(done.rows)} tables as of "
        f"{done.published_at[:19]} UTC in {done.seconds:.1f} s:"
    )
    yield f"  {data / FILE} ({done.database_bytes / 1e6:.1f} MB)"
    folder = data / FOLDER / CURRENT
    yield f"  {folder} ({done.parquet_bytes / 1e6:.1f} MB of Parquet)"
    return 0


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "audit verify": verify_activity,
        "backup": backup,
        "check": check,
        "invite": people.invite,
        "mail bounces": returned_mail.record_bounces,
        "organisation set": business.set_organisation,
        "organisation show": business.show_organisation,
        "payments reconcile": collected.reconcile,
        "payments replay": collected.replay,
        "preferences set": business.set_preferences,
        "preferences show": business.show_preferences,
        "publish": publish,
        "staff create": people.create_staff,
        "staff disable": people.disable_staff,
        "staff reset-second-factor": people.reset_second_factor,
        "staff enable": people.enable_staff,
        "staff list": people.list_staff,
        "staff role": people.change_staff_role,
        "totals": totals,
    }
)


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(inner)}" for name, inner in value.items()) or "-"
    return str(value)
