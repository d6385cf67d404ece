"""The publisher: after changes, at most every so often, when asked, and beside readers."""

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest

from portal_data import store
from portal_data.analysts.published import PROGRESS, latest
from portal_data.billing import ledger
from portal_data.clock import utc_now
from portal_data.ids import new_id
from portal_data.ops.publish import publish
from portal_data.ops.publisher import LOOK_EVERY, Publisher
from portal_data.scope import Scope
from tests.conftest import NOW, Cast
from tests.factories import make_invoice, make_payment

ROOT = Path(__file__).resolve().parents[2]
PUBLICATIONS = int(os.environ.get("PORTAL_PUBLICATIONS", "5"))
"""How often is published while others read and write."""
EVERY = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


def _publisher(data: Path, every: timedelta | None = EVERY) -> Publisher:
    """A publisher that was started at NOW."""
    return Publisher(data, every, clock=lambda: NOW)


def test_it_publishes_after_changes_and_not_too_often(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    publisher = _publisher(tmp_path)
    assert publisher.tick(NOW + timedelta(seconds=2)) is None, "a start is left in peace"
    first = publisher.tick(NOW + LOOK_EVERY)
    assert first is not None
    assert first.rows["invoices"] == 0
    make_invoice(cast.alice)
    assert publisher.tick(NOW + LOOK_EVERY + EVERY - MINUTE) is None, "too soon"
    second = publisher.tick(NOW + LOOK_EVERY + EVERY)
    assert second is not None
    assert second.rows["invoices"] == 1
    assert publisher.tick(NOW + LOOK_EVERY + 2 * EVERY) is None, "nothing has changed"
    again = _publisher(tmp_path)
    assert again.tick(NOW + LOOK_EVERY + 3 * EVERY) is None, "nor has it after a new start"
    assert latest(tmp_path) == second


@pytest.mark.only_engine("duckdb")
def test_a_new_day_is_a_change(db: store.Store, cast: Cast, tmp_path: Path) -> None:
    publisher = _publisher(tmp_path)
    publisher.tick(NOW + LOOK_EVERY)
    tomorrow = datetime(NOW.year, NOW.month, NOW.day, 0, 1) + timedelta(days=1)
    done = publisher.tick(tomorrow)
    assert done is not None
    assert done.day == tomorrow.date().isoformat()


@pytest.mark.only_engine("duckdb")
def test_without_an_organisation_there_is_nothing_due(db: store.Store, tmp_path: Path) -> None:
    assert _publisher(tmp_path).tick(NOW + LOOK_EVERY) is None


@pytest.mark.only_engine("duckdb")
def test_switched_off_it_publishes_only_when_wanted(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    publisher = _publisher(tmp_path, every=None)
    assert publisher.tick(NOW + timedelta(days=3)) is None
    PROGRESS.wanted.set()
    assert publisher.tick(NOW + timedelta(days=3)) is not None
    assert publisher.tick(NOW + timedelta(days=4)) is None, "it was wanted once"


def _command(url: str, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portal_data", "publish"],
        cwd=ROOT,
        env={**os.environ, "PORTAL_DATABASE": url, "PORTAL_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.only_engine("duckdb")
def test_the_command_publishes_while_the_portal_is_stopped(
    store_url: str, db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    db.close()
    done = _command(store_url, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert str(tmp_path / "analytics.duckdb") in done.stdout


def _write(scope: Scope, stop: threading.Event, errors: list[BaseException]) -> None:
    """Pay an invoice by pennies, each in one transaction with its allocation."""
    try:
        for number in count():
            if number % 50 == 0:
                invoice = make_invoice(scope, total_minor=1_000)
            with store.system_writing() as session:
                _pay_a_penny(session, scope, invoice)
            if stop.wait(0.01):
                return
    except BaseException as error:  # a thread's failure must reach the test
        errors.append(error)


def _pay_a_penny(session: store.OpenSession, scope: Scope, invoice: UUID) -> None:
    payment, now = new_id(), utc_now()
    session.load(
        "core.payments",
        ("id", "customer_id", "number", "kind", "date", "status", "currency_code", "amount_minor",
         "unused_minor", "mode", "created_at", "updated_at"),
        [(payment, scope.customer_id, str(payment), "invoice", now.date(), "succeeded", "GBP", 1, 0,
          "Cash", now, now)],
    )  # fmt: skip
    session.load(
        "core.allocations",
        ("id", "customer_id", "payment_id", "invoice_id", "date", "amount_minor", "created_at"),
        [(new_id(), scope.customer_id, payment, invoice, now.date(), 1, now)],
    )
    session.change(
        "update core.invoices set balance_minor = balance_minor - 1 where id = $id", id=invoice
    )
    ledger.post(session, now, scope.customer_id)


@pytest.mark.only_engine("duckdb")
def test_readers_in_another_process_never_meet_an_error(
    db: store.Store, cast: Cast, tmp_path: Path
) -> None:
    """One thread writes, one publishes, another process asks all the while; nobody fails."""
    make_payment(cast.charlie, {make_invoice(cast.charlie): 1_000})
    publish(tmp_path, now=utc_now())
    stop, errors, seen = threading.Event(), [], set()
    writer = threading.Thread(target=_write, args=(cast.alice, stop, errors))
    writer.start()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ops.analyst", str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as analyst:
        assert analyst.stdout is not None
        for _ in range(PUBLICATIONS):
            publish(tmp_path, now=utc_now())
            seen.add(analyst.stdout.readline())
        rest, complaints = analyst.communicate()
    stop.set()
    writer.join()
    assert (analyst.returncode, complaints) == (0, "")
    assert errors == []
    assert len(seen | set(rest.splitlines(keepends=True))) > 1
    assert db.check_integrity() == []
