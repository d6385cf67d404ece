"""kill -9 while paying, at random moments: what the provider took and gave back is in the books."""

import multiprocessing
import os
import random
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import pytest

from portal_data import store
from portal_data.payments.attempts import Status
from portal_data.payments.collecting import Collector
from portal_data.payments.provider import State
from portal_data.payments.providers import Providers
from tests.conftest import NOW, Cast
from tests.factories import make_invoice
from tests.payments import crash_payer
from tests.payments.crash_payer import delivered, works
from tests.payments.kept import KeptInFile
from tests.people import rows, value

FORKS = multiprocessing.get_context("forkserver")
"""Starts payers from a process that has loaded what they need, and has no store open."""
FORKS.set_forkserver_preload(["tests.payments.crash_payer"])
ROUNDS = int(os.environ.get("PORTAL_CRASH_ROUNDS", "5"))
SEED = os.environ.get("PORTAL_CRASH_SEED", "20261128")
INVOICES = 4
"""New ones for each round."""
TOTAL = 1_000
STEPS = 16
"""That a payer makes at most before it is killed within the next ones."""

_ATTEMPTS = "select id, status, amount_minor from core.payment_attempts order by id"
_RECEIPTS = "select attempt_id, amount_minor from core.payments order by number"
_REFUNDS = "select id, attempt_id, status, amount_minor from core.refunds order by id"
_OPEN = "select coalesce(sum(balance_minor), 0)::bigint as n from core.invoices order by n"
_FLYING = "select coalesce(sum(pending_minor), 0)::bigint as n from core.invoices order by n"
_UNUSED = "select coalesce(sum(unused_minor), 0)::bigint as n from core.payments order by n"


def _killed_after(steps: int, seconds: float, *arguments: object) -> list[tuple[str, str]]:
    """Kill a payer `seconds` after so many steps; return what it had said until then."""
    hears, says = FORKS.Pipe(duplex=False)
    payer = FORKS.Process(target=crash_payer.main, args=(*arguments, says))
    payer.start()
    says.close()
    said = []
    while steps >= 0:
        said.append(hears.recv())
        steps -= said[-1][0] in ("ready", "step")
    threading.Timer(seconds, payer.kill).start()
    with suppress(EOFError, OSError):  # an OSError is of words that were cut
        while True:
            said.append(hears.recv())
    payer.join()
    assert payer.exitcode == -signal.SIGKILL, "the payer ended by itself"
    return said


def test_a_killed_payer_loses_nothing_and_pays_nothing_twice(
    store_url: str,
    db: store.Store,
    cast: Cast,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a test of screens leaves a script as the main module, which a new process would run first
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    with db.system_writing() as session:
        on = [(name, "true", NOW) for name in ("pay_online", "pay_in_parts")]
        session.load("core.preferences", ("key", "value", "updated_at"), on)
    truth = tmp_path / "provider.sqlite"
    provider = KeptInFile(truth)
    collector = Collector(Providers([provider]), "https://portal.example")
    dice = random.Random(SEED)  # noqa: S311 - moments of a test, not secrets
    begun, asked = set(), set()
    opened = db
    for turn in range(1, ROUNDS + 1):
        for _each in range(INVOICES):
            make_invoice(cast.alice, total_minor=TOTAL)
        opened.close()
        arguments = (store_url, truth, f"{SEED}-{turn}", cast.alice, cast.owner)
        said = _killed_after(dice.randint(0, STEPS), dice.uniform(0.0, 0.05), *arguments)
        begun |= {key for kind, key in said if kind == "begun"}
        asked |= {key for kind, key in said if kind == "refund"}
        opened = store.install(store.open_store(store_url))
        assert opened.check_integrity() == []
        collector.reconcile(NOW)
        while provider.untaken():  # what is done with them may be news again
            delivered(provider)
            works(collector, dice)
        works(collector, dice)
        assert "unanswered" not in collector.reconcile(NOW)
        _compare(provider, TOTAL * INVOICES * turn, begun, asked)
    opened.close()
    assert begun, "nobody lived long enough to pay"


def _compare(provider: KeptInFile, billed: int, begun: set[str], asked: set[str]) -> None:
    """Assert that the books say of every payment what its provider does."""
    assert store.current().check_integrity() == []
    truth = provider.everything()
    attempts, receipts, refunds = rows(_ATTEMPTS), rows(_RECEIPTS), rows(_REFUNDS)
    assert begun <= {str(row["id"]) for row in attempts}, "a payment that was begun was lost"
    assert asked <= {str(row["id"]) for row in refunds}, "a refund that was asked for was lost"
    assert truth.keys() == {f"pay_{row['id']}" for row in attempts}
    taken = back = flying = 0
    for attempt in attempts:
        known = truth[f"pay_{attempt['id']}"]
        assert known.wanted_minor == attempt["amount_minor"]
        received = [r["amount_minor"] for r in receipts if r["attempt_id"] == attempt["id"]]
        came = known.status.state is State.SUCCEEDED
        assert received == [known.wanted_minor] * came
        # what was refused is cancelled there, and has failed here
        here = {
            known.status.state.value,
            *(["failed"] if known.status.state is State.CANCELLED else []),
        }
        assert attempt["status"] in here
        went = [
            r["amount_minor"]
            for r in refunds
            if r["attempt_id"] == attempt["id"] and r["status"] == "succeeded"
        ]
        gone = [r.amount_minor for r in known.status.reversals if r.state is State.SUCCEEDED]
        assert sorted(went) == sorted(gone)
        taken, back = taken + sum(received), back + sum(gone)
        flying += known.wanted_minor * Status(attempt["status"]).in_flight
    assert [r for r in refunds if r["status"] == "pending"] == [], "a refund waits for ever"
    assert value(_OPEN) - value(_UNUSED) == billed - taken + back
    assert value(_FLYING) == flying
