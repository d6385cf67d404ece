"""Crowds, as text."""

from collections.abc import Iterator
from math import isnan, nan

from benchmarks.crowd import Crowd
from benchmarks.crowds import INVOICES, Burst, Processes
from benchmarks.report.markdown import row, rule

_USED = "cores used: portal, driver, others"
_USED_ON_POSTGRES = "cores used: portal, PostgreSQL, driver, others"


def crowds(steady: list[Crowd], at_once: list[Burst]) -> Iterator[str]:
    """Yield the lines of the section."""
    plan, first = steady[0].plan, at_once[0].first_seconds
    yield (
        f"Sessions of different customers over {INVOICES:,} invoices in the embedded store: they "
        f"arrive over {plan.arriving:.0f} seconds, and each clicks to the next screen of its "
        f"walk every {plan.pause:.0f} seconds, for {plan.seconds:.0f} seconds; who waits for a "
        "screen does not click. All runs on the machine named above, the driver too. Milliseconds "
        "are from the click to the end of the run, the first click's with its websocket; "
        "*wanted* is how many runs a second there would be if nobody waited, *others* what else "
        "ran on the machine and has slowed all of it down."
    )
    yield ""
    yield row("Sessions", "wanted", "runs a second", "p50", "p95", "most", "errors", "CPU ms a run",
              _USED)  # fmt: skip
    yield rule(1, 8)
    for each in steady:
        wanted = each.plan.sessions / each.plan.pause
        yield row(f"{each.plan.sessions}", f"{wanted:.0f}", *_met_with(each), _used(each))
    yield ""
    yield (
        f"All arrive on Home within {at_once[0].crowd.plan.arriving:.0f} seconds, and then click "
        f"as above. In each of the first {first} seconds another person signs in, from the form to "
        "the cookie, and one downloads an invoice as PDF:"
    )
    yield ""
    yield row("Sessions", f"p95 in the first {first} s", "p95 after", "most", "errors",
              "sign-in p50 / p95", "download p50 / p95")  # fmt: skip
    yield rule(1, 6)
    for burst in at_once:
        came = burst.crowd
        yield row(
            f"{came.plan.sessions}",
            _told(came.timing(0, first).p95),
            _told(came.timing(first).p95),
            _told(_most(came)),
            f"{len(came.errors)}",
            *(f"{each.p50:,.0f} / {each.p95:,.0f}" for each in (burst.sign_ins, burst.downloads)),
        )
    yield ""


def on_postgres(measured: list[Processes]) -> Iterator[str]:
    """Yield the lines of the section."""
    one = measured[0]
    yield (
        f"The same customers and {INVOICES:,} invoices, on PostgreSQL, with one process of the "
        "portal and with two that share the sessions. Portal, PostgreSQL and driver have the same "
        f"cores, so that two processes cannot have two cores for themselves. {_busy_tabs(one)}"
    )
    yield ""
    yield row("Processes", "runs a second", "× one", "CPU ms a run", _USED_ON_POSTGRES)
    yield rule(1, 4)
    for each in measured:
        yield row(
            f"{each.count}",
            f"{each.runs_a_second:.0f}",
            f"{each.runs_a_second / one.runs_a_second:.2f}",
            f"{sum(busy.processor_a_run for busy in each.busy) / len(each.busy):.1f}",
            _used(*each.busy),
        )
    yield ""
    yield f"{one.crowd.plan.sessions} sessions that come and click as those above:"
    yield ""
    yield row("Processes", "runs a second", "p50", "p95", "most", "errors", "CPU ms a run",
              _USED_ON_POSTGRES)  # fmt: skip
    yield rule(1, 7)
    for each in measured:
        yield row(f"{each.count}", *_met_with(each.crowd), _used(each.crowd))
    yield ""


def _busy_tabs(one: Processes) -> str:
    plan = one.busy[0].plan
    return (
        f"{plan.sessions} busy tabs, which never wait, in {len(one.busy)} turns of "
        f"{plan.seconds:.0f} seconds:"
    )


def _met_with(crowd: Crowd) -> list[str]:
    met = crowd.timing()
    return [
        f"{crowd.runs_a_second:.0f}",
        _told(met.p50),
        _told(met.p95),
        _told(_most(crowd)),
        f"{len(crowd.errors)}",
        f"{crowd.processor_a_run:.1f}",
    ]


def _most(crowd: Crowd) -> float:
    return max((click.milliseconds for click in crowd.clicks), default=nan)


def _told(milliseconds: float) -> str:
    return "no click" if isnan(milliseconds) else f"{milliseconds:,.0f}"


def _used(*crowds: Crowd) -> str:
    users = crowds[0].processor
    return ", ".join(
        f"{sum(each.share(user) for each in crowds) / len(crowds):.2f}" for user in users
    )
