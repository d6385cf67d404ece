"""What every module keeps to: who is asked for first, whose rows it names, what it imports."""

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import (
    DATA,
    NOT_NOUN_PACKAGES,
    NOT_NOUNS,
    NOUNS,
    PRODUCT,
    ROOT,
    dotted,
    each_module,
    each_noun,
    find_nouns,
    functions,
    last_name,
    line_count,
    name_of,
    sql_constants,
    tree,
)
from tests.architecture.test_screens import PUBLIC_PAGES
from tests.architecture.test_sql import COMPOSED_SQL, composed_statements

# Public functions of nouns that take none of Scope, Staff and Session first.
UNSCOPED: dict[str, str] = {
    "messaging.chain.digest": "hashes what is given",
    "messaging.comments.clean": "one spelling of a text",
    "messaging.topics.heard_by": "names topics",
    "messaging.topics.mailed_to": "names topics",
    "messaging.topics.mails": "compares what is given",
    "messaging.topics.topic_of": "names a topic",
    "messaging.unsubscribing.opened": "the link's token is the proof",
    "messaging.unsubscribing.stop": "the link's token is the proof",
    "messaging.activity.phrase": "puts an event into words",
    "messaging.activity.sentence": "puts an event into words",
    "messaging.activity.with_places": "puts an event into words",
    "messaging.activity.named": "puts a name into words",
    "billing.balances.age": "names a number of days",
    "billing.balances.last_months": "counts months of the calendar",
    "auth.devices.cookie_name": "names a cookie",
    "auth.invitations.accept": "the invitation's token is the proof",
    "auth.invitations.opened": "the invitation's token is the proof",
    "auth.login_links.offered": "whoever is not signed in sees it on the sign-in screen",
    "auth.login_links.opened": "the link's token is the proof",
    "auth.login_links.request": "whoever has no password at hand cannot sign in",
    "auth.login_links.sign_in": "the link's token is the proof",
    "auth.resets.opened": "the reset's token is the proof",
    "auth.resets.request": "whoever forgot the password cannot sign in",
    "auth.resets.reset": "the reset's token is the proof",
    "billing.disputes.disputed_minor": "adds up what is given",
    "billing.disputes.need_open": "looks at the row it is given",
    **{
        f"billing.estimate_choices.{name}": "reckons with what is given"
        for name in ("choosable", "chosen", "offered", "read", "written")
    },
    "billing.estimate_pricing.agrees": "reckons with what is given",
    "billing.estimate_pricing.priced": "reckons with what is given",
    "billing.estimate_taxes.costing": "reckons with what is given",
    "billing.estimate_taxes.kept": "puts what is given into words",
    "billing.estimate_links.opened": "the link's token is the proof",
    "billing.pay_links.opened": "the link's token is the proof",
    "billing.public_links.opened": "the link's token is the proof",
    "billing.estimate_offers.reversible": "compares two moments",
    "customers.detail_fields.clean_phone": "one spelling of a text",
    "customers.detail_fields.clean_tax_id": "one spelling of a text",
    "customers.detail_fields.said": "puts a value into words",
    "customers.files.kept": "writes bytes, whosever: the action's rows say whose",
    "customers.files.forget": "removes bytes that no row names",
    "customers.reviews.period_of": "names a day's half-year",
    "billing.refunds.arrived": "adds up what is given",
    "billing.settlements.history": "puts what is given into words",
    **{
        f"output.public_estimates.{name}": "the link's token is the proof"
        for name in ("accept", "chosen", "decline", "offer", "opened", "pdf")
    },
    **{
        f"output.public_invoices.{name}": "the link's token is the proof"
        for name in ("begin", "cancel", "hand_over", "look", "opened", "pdf")
    },
    "messaging.downloads.settled": "waits for what was noted by who asked",
    "projects.time_entries.narrowed": "reads words of an address",
    "auth.second_factor.complete": "the challenge is the proof of a right password",
    "auth.second_factor.enrol_and_complete": "the challenge is the proof of a right password",
    "auth.openid.cookie_name": "names a cookie",
    "auth.openid.hand_over": "the challenge is the proof of a right password or account",
    "auth.openid.sign_in": "the claims are the proof",
    "auth.openid.taken_over": "reads what was handed over, sealed",
    "auth.sealing.derived": "makes a key of the portal's own",
    "auth.sealing.opened": "reads what is given",
    "auth.sealing.seal": "seals what is given",
    "auth.totp.enrolment": "makes a secret that nothing knows yet",
    "auth.totp.step_of": "compares a code with a clock",
    "auth.throttle.named": "names a counter",
    "billing.promised.counts_from": "reckons with what is given",
    "billing.promised.handed": "reckons with what is given",
    "customers.payment_limits.most": "compares what is given",
    "customers.payment_limits.over": "compares what is given",
    "payments.autopay.words": "puts terms into words",
    "payments.autopay_consents.kept": "writes down what it is given",
    "payments.autopay_look.look": "the worker looks for all customers to be charged",
    "payments.autopay_release.release": "the collector asks for whose attempt",
    "payments.mandates.named": "puts a card into words",
    "payments.attempts.need": "looks at the rows it is given",
    "payments.attempts.numbered": "puts numbers into a line",
    "billing.reminders.look": "the worker looks for all customers to be reminded",
    "payments.collecting.current": "names the providers of the installation",
    **{
        f"payments.provider_requests.{name}": "the collector asks who may, and of whose attempt"
        for name in ("hand_over", "kinds", "known_payer")
    },
    **{
        f"payments.{name}": "the collector asks who may, and of whose money"
        for name in (
            "abandoned.expired_waiting",
            "abandoned.given_up",
            "abandoned.hold_open",
            "abandoned.off_for_long",
            "abandoned.without_a_trace",
            "saving.forget",
            "saving.sync_named",
            "saving.verify_page",
            "saving.start",
            "saving.sync",
            "sending_back.send",
            "sending_back.waiting",
        )
    },
    "payments.paying.twice": "looks at what is given",
    "payments.paying.one_currency": "looks at the rows it is given",
    "payments.planning.reckon": "reckons with what is given",
    "payments.promise_closing.look": "the worker looks for all customers with open promises",
    "billing.promised.history": "puts what is given into words",
    "payments.crediting.plan": "reckons with what is given",
    "payments.offline.spread": "reckons with what is given",
    **{
        f"payments.receiving.{name}": "compares with what is given"
        for name in ("add_up", "check", "fit", "open_of")
    },
    **{
        f"payments.inbox.{name}": "the provider's signature is the proof"
        for name in ("keep", "signed")
    },
    **{
        f"payments.inbox.{name}": "whoever runs the portal replays what providers said"
        for name in ("replay", "work")
    },
    **{
        f"payments.offers.{name}": "reckons with what is given"
        for name in ("least_of", "payable", "split")
    },
    "auth.throttle.of_account": "names a counter",
    "auth.throttle.of_address": "names a counter",
    "auth.throttle.of_device": "names counters",
    "auth.throttle.of_stranger": "names counters",
}


# Packages of requirements.txt that no module of ours imports.
LOADED_BY_OTHERS = {
    "authlib": "Streamlit, to sign in through a provider",
    "httpx2": "Authlib, to ask the provider",
    "tzdata": "zoneinfo, where the host has no time zones",
}


TABLES = {"portal_data/messaging/events.py": "an entry for each event"}
"""Modules that are no code to be read from top to bottom, and may be longer."""


@each_module
def test_module_is_small(path: Path) -> None:
    assert line_count(path) <= (600 if name_of(path) in TABLES else 400)


def made_scopes(path: Path) -> list[str]:
    """Where a module makes a Scope or Staff, or a changed copy of one: a forged proof."""
    return [
        f"line {node.lineno}: {last_name(node)}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and (
            last_name(node) in {"Scope", "Staff"}
            or (
                last_name(node) == "replace"
                and node.args
                and last_name(node.args[0]) in {"scope", "staff"}
            )
        )
    ]


def unscoped_functions(path: Path) -> set[str]:
    """Public functions of a module that do not ask first who is there."""
    unscoped = set()
    for function in tree(path).body:
        if not isinstance(function, ast.FunctionDef) or function.name.startswith("_"):
            continue
        first = next(iter([*function.args.posonlyargs, *function.args.args]), None)
        kind = ast.unparse(first.annotation) if first and first.annotation else ""
        kinds = {part.strip(" '\"").rpartition(".")[2] for part in kind.split("|")}
        if not kinds <= {"Scope", "Staff", "Session", "ScopedSession", "OpenSession"}:
            unscoped.add(function.name)
    return unscoped


def unbound_statements(path: Path) -> list[str]:
    """SQL of functions that take a Scope which names `core` and not `$customer_id`.

    What such a function asks in a session of staff, it asks for staff.
    """
    constants = sql_constants(path)

    def nodes(node: ast.AST) -> Iterator[ast.AST]:
        yield node
        for child in ast.iter_child_nodes(node):
            opened = isinstance(child, ast.With) and {
                last_name(item.context_expr) for item in child.items
            }
            if not opened or not opened <= {"staff_reading", "staff_writing"}:
                yield from nodes(child)

    return [
        f"{function.name}: {node.id}"
        for function in functions(path)
        if any(argument.arg == "scope" for argument in function.args.args)
        for node in nodes(function)
        if isinstance(node, ast.Name) and node.id in constants
        if "core." in constants[node.id] and "$customer_id" not in constants[node.id]
    ]


@each_module
def test_only_identity_makes_a_scope(path: Path) -> None:
    if name_of(path) != "portal_data/auth/identity.py":
        assert made_scopes(path) == []


@each_noun
def test_noun_functions_ask_who(path: Path) -> None:
    name = dotted(path)
    listed = {each.rpartition(".")[2] for each in UNSCOPED if each.rpartition(".")[0] == name}
    assert unscoped_functions(path) == listed


@each_noun
def test_customer_reads_and_writes_are_bound_to_the_customer(path: Path) -> None:
    assert unbound_statements(path) == []


def test_the_rules_reach_into_packages(tmp_path: Path) -> None:
    """Violations planted in a package within a package are found, each by its rule."""
    nested = tmp_path / "billing" / "deeper" / "leaks.py"
    nested.parent.mkdir(parents=True)
    nested.parent.joinpath("__init__.py").write_text('"""A package."""\n')
    nested.write_text(
        "_FROM = 'from core.invoices'\n"
        "_ALL = f'select id {_FROM}'\n"
        "_ONE: str = _ALL + ' where id = $id'\n"
        "def all_of(scope: Scope) -> None:\n    read(_ALL, _ONE)\n"
        "def by(session: Session, key: str) -> None:\n"
        "    read(f'select id {_FROM} order by {key}', 'select id from core.x where id = ' + key,\n"
        "         'select %s from core.invoices' % key, 'delete from core.{}'.format(key))\n"
        "def of(customer_id: UUID) -> Scope:\n    return Scope(customer_id)\n"
        "def grown(scope: Scope) -> Scope:\n    return replace(scope, role=1)\n"
    )
    assert find_nouns(tmp_path) == [nested]
    assert {place: len(odd) for place, odd in composed_statements(nested).items()} == {"by": 4}
    assert made_scopes(nested) == ["line 10: Scope", "line 12: replace"]
    assert unscoped_functions(nested) == {"of"}
    assert unbound_statements(nested) == ["all_of: _ALL", "all_of: _ONE"]
    for package in NOT_NOUN_PACKAGES:
        assert (DATA / package.replace(".", "/") / "__init__.py").exists(), package


def test_exceptions_name_what_exists() -> None:
    """A list that names a file or function long gone hides the next one of that name."""
    assert [name for name in PUBLIC_PAGES if not (ROOT / name).exists()] == []
    assert set(NOT_NOUNS) - {dotted(path) for path in DATA.rglob("*.py")} == set()
    places = {name.partition(":")[0] for name in COMPOSED_SQL}
    assert places - {dotted(path) for path in DATA.rglob("*.py")} == set()
    nouns = {dotted(path) for path in NOUNS}
    assert [name for name in UNSCOPED if name.rpartition(".")[0] not in nouns] == []


def normal(package: str) -> str:
    """A package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def test_requirements_are_what_the_code_imports() -> None:
    imported = set()
    for path in PRODUCT:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    ours = {"app", "components", "pages", "portal_data"}
    distributions = importlib.metadata.packages_distributions()
    foreign = {
        normal(distributions[name][0]) for name in imported - ours - set(sys.stdlib_module_names)
    }
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    required = {normal(name) for name in re.findall(r"^([\w-]+)(?:\[\w+\])?==", text, re.MULTILINE)}
    assert foreign - required == set(), "imported but not required"
    assert required - foreign == set(LOADED_BY_OTHERS), "required but not imported"


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_pinned_and_explained(file: str) -> None:
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "-")):
            assert re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+  # \S.*", line), line
