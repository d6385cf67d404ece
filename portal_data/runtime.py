"""The running portal: settings, store, mail, worker and publisher, started once per process."""

import logging
import os
import sys
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from portal_data import store
from portal_data.billing import reminders
from portal_data.clock import utc_now
from portal_data.errors import PortalError
from portal_data.messaging import downloads
from portal_data.messaging.mail import mailer_for
from portal_data.ops.archivist import Archivist
from portal_data.ops.control.server import ControlServer
from portal_data.ops.operations import OPERATIONS
from portal_data.ops.publisher import Publisher
from portal_data.ops.worker import Worker
from portal_data.payments import autopay_look, polling, promise_closing
from portal_data.settings import Settings

log = logging.getLogger("portal.runtime")


@dataclass(frozen=True, slots=True)
class Runtime:
    """What runs in this process."""

    settings: Settings
    store: store.Store
    worker: Worker
    archivist: Archivist
    publisher: Publisher
    control: ControlServer


_running: Runtime | None = None
_starting = threading.Lock()


def start(settings: Settings) -> Runtime:
    """Open the store, load the demo when the store is empty and asked for, and start the worker.

    Calling it again returns what runs. Raises Unavailable when the store cannot be opened.
    """
    global _running
    with _starting:
        if _running is None:
            os.umask(0o077)  # what is written is for the portal's own user alone
            opened = store.install(store.open_store(settings.database))
            if settings.fills_with_demo:
                _fill_when_empty(settings.data_path / "files")
            for problem in opened.check_integrity():
                log.error("integrity: %s", problem)
            with store.system_writing() as session:  # what happened while nobody listened
                polling.plan_all(session, utc_now(), utc_now())
                autopay_look.plan(session, utc_now())
                reminders.plan(session, utc_now())
                promise_closing.plan(session, utc_now())
            worker = Worker(mailer_for(settings))
            worker.start()
            archivist = Archivist(settings.data_path / "archives", settings.data_path / "files")
            archivist.start()
            every = timedelta(minutes=settings.publish_minutes) or None
            publisher = Publisher(settings.data_path, every)
            publisher.start()
            control = ControlServer(
                settings.data_path, store.resolved(settings.database), OPERATIONS
            )
            if opened.engine.name == "duckdb":  # any process may open PostgreSQL
                control.start()
            _running = Runtime(settings, opened, worker, archivist, publisher, control)
        return _running


def stop() -> None:
    """Stop the worker and close the store; the next `start` opens them again."""
    global _running
    with _starting:
        if _running is not None:
            _running.control.stop()
            downloads.settled()
            _running.worker.stop()
            _running.archivist.stop()
            _running.publisher.stop()
            _running.store.close()
            _running = None


def faults() -> list[str]:
    """Return what keeps this process from serving, in words for an operator."""
    if _running is None:
        return ["not started"]
    found = [] if _running.worker.alive else ["worker stopped"]
    if not _running.archivist.alive:
        found.append("archivist stopped")
    try:
        with _running.store.system_reading() as session:
            session.value("select 1 as one order by one")
    except Exception:  # any failure at all is what readiness is asked about
        log.exception("store does not answer")
        found.append("store does not answer")
    return found


def _fill_when_empty(files: Path) -> None:
    from portal_data import demo

    with store.system_reading() as session:
        used = session.value("select count(*)::bigint as n from core.organisation order by n")
    if used:
        return
    try:
        logins = demo.load(utc_now(), files)
    except PortalError as error:
        log.warning("demo not loaded: %s", error)
        return
    sys.stderr.write(f"\n{logins}\n\n")
