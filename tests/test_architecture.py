"""The rules of the code that a reader would otherwise have to check by eye.

import-linter holds who imports whom; here stands what needs the syntax tree or the schema. Every
exception is listed by name with its reason, and one that nothing needs any more fails too.
"""

import ast
import importlib.metadata
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from portal_data import store

ROOT = Path(__file__).resolve().parents[1]

PUBLIC_PAGES = {
    "pages/sign_in.py": "nobody is signed in yet",
    "pages/forgotten.py": "whoever forgot the password cannot sign in",
    "pages/accept.py": "the invitation's token is the proof",
    "pages/reset_password.py": "the reset's token is the proof",
}

# Packages in portal_data/ that hold no nouns, each with what asks who is there instead.
NOT_NOUN_PACKAGES = {
    "cli": "works for whoever runs the portal and owns the store",
    "demo": "invents a business before anybody uses it",
    "output.documents": "draws plain values",
    "output.exports": "writes plain tables",
    "lists": "reads lists as nouns describe them: each is tried by test_isolation",
    "messaging.mail": "sends what the outbox holds",
    "ops": "works for whoever runs the portal",
    "store": "the sessions themselves",
    "web": "routes: who asks is checked by tests over HTTP",
    "zoho": "imports for whoever runs the portal",
}
NOT_NOUNS_WITHIN = tuple(f"{package}." for package in NOT_NOUN_PACKAGES)

# Modules in portal_data/ that are no nouns: no customer's data, or before anybody is known.
NOT_NOUNS = {
    "__main__": "the command line: whoever runs it owns the store",
    "business.bank_accounts": "no data",
    "billing.pricing": "calculates with what it is given, no rows of its own",
    "business.brand": "name, colour and logo of the business, which the sign-in page shows",
    "choices": "reads a word of an address",
    "text.bidi": "no data",
    "clock": "no data",
    "business.colours": "no data",
    "auth.networks": "no data",
    "auth.connections": "the open websockets of this process",
    "billing.history": "the shape of histories, no rows of its own",
    "billing.lines": "the shape of lines, no rows of its own",
    "text.emails": "no data",
    "errors": "no data",
    "text.form_fields": "what fields may hold, no rows of its own",
    "ids": "no data",
    "auth.identity": "makes Scope and Staff out of a checked sign-in",
    "messaging.templates": "the words of mails",
    "business.logos": "the logo, which the sign-in page shows to everybody",
    "labels": "words of documents",
    "money": "no data",
    "text.normal_form": "no data",
    "business.organisation_fields": "the fields of the organisation, no rows of its own",
    "auth.passwords": "no data",
    "billing.periods": "no data",
    "kinds": "what differs between kinds of documents, no rows of its own",
    "output.document_views": "turns what nouns returned into values to draw",
    "analysts.questions": "questions in SQL for the published file, which the store asks",
    "analysts.published": "where a publication lies and what its manifest says, no rows of its own",
    "projects.totals": "calculates with hours and rates, no rows of its own",
    "runtime": "starts and stops the process's parts",
    "screens": "addresses, no data",
    "scope": "defines Scope and Staff",
    "search": "turns typed words into a pattern",
    "security_log": "writes lines to the log, reads nothing",
    "settings": "one installation's settings, no customer's data",
    "output.tables": "turns what nouns returned into values to write",
    "billing.transactions": "queries that statements ask",
    "auth.tokens": "no data",
}

# Public functions of nouns that take none of Scope, Staff and Session first.
UNSCOPED: dict[str, str] = {
    "messaging.chain.digest": "hashes what is given",
    "messaging.activity.phrase": "puts an event into words",
    "messaging.activity.sentence": "puts an event into words",
    "billing.balances.age": "names a number of days",
    "billing.balances.last_months": "counts months of the calendar",
    "auth.invitations.accept": "the invitation's token is the proof",
    "auth.invitations.opened": "the invitation's token is the proof",
    "auth.resets.opened": "the reset's token is the proof",
    "auth.resets.request": "whoever forgot the password cannot sign in",
    "auth.resets.reset": "the reset's token is the proof",
    "billing.refunds.arrived": "adds up what is given",
    "billing.settlements.history": "puts what is given into words",
    "projects.time_entries.narrowed": "reads words of an address",
    "auth.throttle.named": "names a counter",
    "auth.throttle.of_account": "names a counter",
    "auth.throttle.of_address": "names a counter",
    "auth.throttle.of_device": "names counters",
    "auth.throttle.of_stranger": "names counters",
}

# Tables of one business, not of one customer.
NOT_TENANT: dict[str, str] = {
    "counters": "next document numbers",
    "exchange_rates": "public figures",
    "known_devices": "belongs to a login",
    "import_blocks": "what an import read in a part of a file, whosever rows are in it",
    "imports": "what staff imported",
    "items": "the business's price list",
    "document_templates": "how the business's documents look",
    "login_identities": "belongs to a login",
    "login_links": "belongs to a login",
    "logos": "the picture on sign-in page and documents",
    "logins": "a person's password, whichever customers they act for",
    "mail_templates": "the business's words",
    "migrations": "the schema's own history",
    "organisation": "the business itself",
    "password_resets": "belongs to a login",
    "people": "the business's own workers",
    "preferences": "the business's choices",
    "provider_events": "raw messages of payment providers, before anybody is found in them",
    "recovery_codes": "belongs to a login",
    "reminder_steps": "when the business reminds",
    "sign_in_failures": "counted by account and address, also of unknown ones",
    "sign_in_tickets": "belongs to a sign-in",
    "sign_ins": "belongs to a login",
    "staff": "the business's own people",
    "tax_members": "the business's groups of taxes",
    "taxes": "the business's tax rates",
    "unit_codes": "what e-invoices call a unit",
    "view_texts": "which text the views were made from",
}

# Tenant tables that customers never read.
NO_VIEW: dict[str, str] = {
    "activity_chains": "only who verifies the activity reads where its chains end",
    "document_links": "hashed tokens",
    "document_views": "found by their document, in SQL that names the customer: see viewings",
    "import_refs": "only the import asks where a row came from",
    "invitations": "hashed tokens",
    "ledger_sources": "what the ledger is posted from; customers read the ledger",
    "mail_bounces": "what mail servers answered, for staff",
    "outbox": "mails on their way, with tokens in them",
    "provider_customers": "the payment provider's own name of the customer",
    "timers": "whose clock runs; customers see the time entry",
}

# Views that show every customer the same rows.
SAME_FOR_ALL: dict[str, str] = {
    "organisation": "whom the customers deal with",
    "preferences": "which parts of the portal are switched on",
}

# Constants and functions whose SQL is put together from more than constants in capitals, with
# where the rest comes from.
_KINDS = "what each kind of document declares"
_LISTS = "what each list declares"
_SCHEMA = "tables and columns of the schema"
_HEADER = "columns that an export's header was recognised as"
COMPOSED_SQL: dict[str, str] = {
    "billing.document:_NUMBERS": _KINDS,
    "billing.lines:selecting": "names of the schema, of the constants that call it",
    "billing.views:_FIRST": _KINDS,
    "customers.documents:_CLEAR": _KINDS,
    "customers.documents:_DECIDED": _KINDS,
    "customers.documents:_SELECTS": _KINDS,
    "customers.documents:_WHOSE": _KINDS,
    "lists.model:List.__post_init__": _LISTS,
    "lists.model:List._listed": _LISTS,
    "lists.model:List._page": _LISTS,
    "store.answers:ask": "a file's path, quoted",
    "store.duckdb_engine:DuckDBEngine._copy_into": f"{_SCHEMA}, quoted",
    "store.duckdb_engine:DuckDBTransaction._insert_few": _SCHEMA,
    "store.duckdb_engine:DuckDBTransaction._kinds": _SCHEMA,
    "store.duckdb_engine:DuckDBTransaction.digest": _SCHEMA,
    "store.duckdb_engine:DuckDBTransaction.load_batches": _SCHEMA,
    "store.duckdb_engine:DuckDBTransaction.stream": _SCHEMA,
    "store.postgres_engine:PostgresTransaction._insert_few": _SCHEMA,
    "store.postgres_engine:PostgresTransaction.digest": _SCHEMA,
    "store.routing:_narrowed": "the text of the views",
    "store.scratch:Scratch.keep": "tables of its own",
    "store.scratch:Scratch.read_csv": "tables of its own and a file's path, quoted",
    "store.snapshot:Snapshot._register": _SCHEMA,
    "store.snapshot:Snapshot._many": _SCHEMA,
    "store.snapshot:Snapshot.export": "a file's path, quoted",
    "store.snapshot:_batches": _SCHEMA,
    "store.snapshot:making": "a file's path, quoted",
    "zoho.line_columns:LineColumns._met": _HEADER,
    **{
        f"zoho.line_sets:LineSet.{name}": _HEADER
        for name in (
            "_keep", "cells", "containing", "documents", "identifiers", "keep_lines", "kept",
            "named_by", "names", "projects", "rows_of", "sums", "watched",
        )
    },
    "zoho.staging:stage": "tables of the scratch store",
    "zoho.staging:taken": "tables of the scratch store",
}  # fmt: skip

# Functions that st.cache_data or st.cache_resource may wrap.
CACHED: dict[str, str] = {}

# Packages of requirements.txt that no module of ours imports.
LOADED_BY_OTHERS = {
    "stripe": "the provider of card and bank payments",
    "tzdata": "zoneinfo, where the host has no time zones",
}

_LOWER_SQL = r"\b(select|insert into|update|delete from)\b.*\b(from|set|values|where)\b"
_SQL = re.compile(f"{_LOWER_SQL}|{_LOWER_SQL.upper().replace('B', 'b')}", re.DOTALL)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(\s[^<>]*)?>")


# Reading the code -------------------------------------------------------------------------------


def name_of(path: Path) -> str:
    """Path as the lists above write it."""
    return path.relative_to(ROOT).as_posix()


def modules(*folders: str) -> list[Path]:
    """Python files under `folders`, in order."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


PAGES = modules("pages")
SCREENS = [*PAGES, *modules("components")]
PRODUCT = [ROOT / "app.py", *SCREENS, *modules("portal_data")]
each_page = pytest.mark.parametrize("path", PAGES, ids=name_of)
each_screen = pytest.mark.parametrize("path", SCREENS, ids=name_of)
each_module = pytest.mark.parametrize("path", PRODUCT, ids=name_of)


@cache
def tree(path: Path) -> ast.Module:
    """Syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def line_count(path: Path) -> int:
    """Lines of one file."""
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, however deep."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def last_name(node: ast.expr) -> str:
    """`c` of `a.b.c`, `a.b.c(…)` or `c`; empty for anything else."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements after the docstring."""
    first = body[0] if body else None
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented else body


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Line and value of every string but docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings:
                continue
            yield node.lineno, node.value


def guard_of(statement: ast.stmt) -> str:
    """`require_scope` or `require_staff` when the statement is that call; else empty."""
    if isinstance(statement, ast.Assign | ast.Expr) and isinstance(statement.value, ast.Call):
        name = last_name(statement.value)
        return name if name in {"require_scope", "require_staff"} else ""
    return ""


DATA = ROOT / "portal_data"


def dotted(path: Path, folder: Path = DATA) -> str:
    """A module as the lists above write it: `billing.invoices` of `folder`."""
    return ".".join(path.relative_to(folder).with_suffix("").parts)


def find_nouns(folder: Path) -> list[Path]:
    """Every module below `folder` that holds a customer's data, however deep."""
    return [
        path
        for path in sorted(folder.rglob("*.py"))
        if not f"{dotted(path, folder)}.".startswith(NOT_NOUNS_WITHIN)
        and dotted(path, folder) not in NOT_NOUNS
        and without_docstring(tree(path).body)
    ]


NOUNS = find_nouns(DATA)
each_noun = pytest.mark.parametrize("path", NOUNS, ids=name_of)


# Screens ----------------------------------------------------------------------------------------


@each_page
def test_page_is_short(path: Path) -> None:
    assert line_count(path) <= 100


@each_page
def test_page_starts_with_its_guard(path: Path) -> None:
    if name_of(path) in PUBLIC_PAGES:
        return
    statements = [
        statement
        for statement in without_docstring(tree(path).body)
        if not isinstance(statement, ast.Import | ast.ImportFrom)
    ]
    expected = "require_staff" if "staff" in path.relative_to(ROOT).parts else "require_scope"
    assert statements, "an empty page"
    assert guard_of(statements[0]) == expected, f"line {statements[0].lineno} must be {expected}()"


@each_screen
def test_fragment_and_dialog_start_with_their_guard(path: Path) -> None:
    if name_of(path) in PUBLIC_PAGES:
        return
    for function in functions(path):
        if {last_name(decorator) for decorator in function.decorator_list} & {"fragment", "dialog"}:
            first = without_docstring(function.body)[0]
            assert guard_of(first), (
                f"{function.name} (line {first.lineno}) reruns without the shell"
            )


@each_screen
def test_screen_holds_no_sql(path: Path) -> None:
    assert [line for line, text in texts(path) if _SQL.search(text)] == []


@each_page
def test_page_writes_no_html(path: Path) -> None:
    calls = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and last_name(node) in {"html", "iframe"}
    ]
    assert calls + [line for line, text in texts(path) if _MARKUP.search(text)] == []


@each_screen
def test_unsafe_html_is_never_allowed(path: Path) -> None:
    arguments = [node for node in ast.walk(tree(path)) if isinstance(node, ast.keyword)]
    assert [node.lineno for node in arguments if node.arg == "unsafe_allow_html"] == []


@each_module
def test_session_state_has_one_user(path: Path) -> None:
    if name_of(path) == "components/session.py":
        return
    uses = [
        node.lineno
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Attribute) and node.attr == "session_state")
        or (isinstance(node, ast.alias) and node.name == "session_state")
    ]
    assert uses == []


@each_screen
def test_every_text_field_has_a_length(path: Path) -> None:
    """Streamlit cuts what is longer, whatever a page of somebody's own making sends."""
    fields = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and last_name(node) in {"text_input", "text_area", "chat_input"}
        and not {keyword.arg for keyword in node.keywords} & {"max_chars", "disabled"}
    ]
    assert fields == []


def test_nothing_of_a_customer_is_cached() -> None:
    cached = {
        f"{name_of(path)}:{function.name}"
        for path in PRODUCT
        for function in functions(path)
        for decorator in function.decorator_list
        if last_name(decorator) in {"cache_data", "cache_resource"}
    }
    assert cached == set(CACHED)


# Modules ----------------------------------------------------------------------------------------


@each_module
def test_module_is_small(path: Path) -> None:
    assert line_count(path) <= 400


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


def sql_constants(path: Path) -> dict[str, str]:
    """The text of every constant of a module, with the text of the constants it is made of."""
    values = {
        target.id: statement.value
        for statement in tree(path).body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
        if isinstance(target, ast.Name)
    }

    def text(node: ast.expr, within: tuple[str, ...]) -> str:
        parts = []
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                parts.append(part.value)
            elif isinstance(part, ast.Name) and part.id in values and part.id not in within:
                parts.append(text(values[part.id], (*within, part.id)))
        return " ".join(parts)

    return {name: text(value, (name,)) for name, value in values.items()}


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


_STATEMENT = re.compile(
    r"\b(select\b.*\bfrom|from core\.|insert into|update core|delete from|set variable|copy\b.*\bto"
    r"|create (table|view)|describe|attach|order by|where [\w.]+ ?(=|<|>|in|is))(?!\w)",
    re.DOTALL,
)


def composed_statements(path: Path) -> dict[str, list[str]]:
    """SQL that is put together from more than literals and constants in capitals.

    By the constant or function that it stands in, as `_PAGES` or `List._page`: the odd parts.
    """
    found: dict[str, list[str]] = {}

    def look(node: ast.AST, place: str) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            place = f"{place}.{node.name}".lstrip(".")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and not place:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            place = last_name(targets[0])
        if odd := odd_parts(node):
            found.setdefault(place, []).extend(odd)
        for child in ast.iter_child_nodes(node):
            look(child, place)

    look(tree(path), "")
    return found


def odd_parts(node: ast.AST) -> list[str]:
    """What an expression puts into SQL that is neither a literal nor a constant in capitals."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        pieces = [part.value for part in node.values if isinstance(part, ast.Constant)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        parts = [each for each in (node.left, node.right) if not isinstance(each, ast.Constant)]
        parts = [each for each in parts if not isinstance(each, ast.BinOp | ast.JoinedStr)]
        pieces = [each.value for each in (node.left, node.right) if isinstance(each, ast.Constant)]
    elif isinstance(node, ast.Call) and last_name(node) == "format":
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        pieces = [each.value for each in ast.walk(node.func) if isinstance(each, ast.Constant)]
    else:
        return []
    if not _STATEMENT.search(" ".join(str(piece) for piece in pieces)):
        return []
    return [
        ast.unparse(part)
        for part in parts
        if not re.fullmatch(r"(\w+\.)*_?[A-Z][A-Z0-9_]*(\.\w+)*", ast.unparse(part))
    ]


@pytest.mark.parametrize("path", modules("portal_data"), ids=name_of)
def test_sql_is_made_of_constants(path: Path) -> None:
    """What somebody typed never becomes part of a statement; it is a parameter."""
    composed = {f"{dotted(path)}:{place}" for place in composed_statements(path)}
    assert composed == {name for name in COMPOSED_SQL if name.partition(":")[0] == dotted(path)}


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


# Schema -----------------------------------------------------------------------------------------

_COLUMNS = """
    select table_schema, table_name, column_name, is_nullable
      from information_schema.columns
     where table_schema in ('core', 'mine')
     order by table_schema, table_name, ordinal_position
"""


@pytest.mark.usefixtures("db")
def test_every_tenant_table_names_its_customer_and_has_its_view() -> None:
    with store.system_reading() as session:
        columns = session.rows(_COLUMNS)
    tables = {row["table_name"] for row in columns if row["table_schema"] == "core"}
    views = {row["table_name"] for row in columns if row["table_schema"] == "mine"}
    tenant = {
        row["table_name"]: row["is_nullable"] == "YES"
        for row in columns
        if row["table_schema"] == "core" and row["column_name"] == "customer_id"
    }
    # The customer itself is its own tenant: there the key is `id`.
    assert tables - set(tenant) - {"customers"} == set(NOT_TENANT)
    # every row has a customer, or the business's own id; of a view's columns nobody knows
    assert {name for name, optional in tenant.items() if optional} == {"ledger_sources"}
    assert set(tenant) - views == set(NO_VIEW)


def test_every_view_is_filtered_and_lists_its_columns() -> None:
    text = (ROOT / "portal_data/store/views/mine.sql").read_text(encoding="utf-8").lower()
    text = re.sub(r"--[^\n]*", "", text)
    views = re.findall(r"create view mine\.(\w+)(.*?);", text, re.DOTALL)
    filtered = {name for name, body in views if "getvariable('customer_id')" in body}
    # lines are found by a parent that is filtered itself, and agree with it on the customer
    lines = {
        name: found[1]
        for name, body in views
        if (found := re.search(r"join mine\.(\w+) p on p\.id = l\.\w+", body))
        and "p.customer_id = l.customer_id" in body
    }
    assert set(lines.values()) <= filtered
    assert {name for name, _ in views} - filtered - set(lines) == set(SAME_FOR_ALL)
    # what its head says is not in it
    hidden = {"provider_reference", "redirect_url", "storage_key", "internal_notes", "cost_minor"}
    assert {
        name for name, body in views for word in hidden if re.search(rf"\b{word}\b", body)
    } == set()
    # the outermost columns are listed; the fenced table inside may name them all
    assert [name for name, body in views if re.match(r"\s*as\s+select\s+(\w+\.)?\*", body)] == []
