"""The code as the rules read it: files, syntax trees, and which modules hold customers' data."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


# Packages in portal_data/ that hold no nouns, each with what asks who is there instead.
NOT_NOUN_PACKAGES = {
    "cli": "works for whoever runs the portal and owns the store",
    "demo": "invents a business before anybody uses it",
    "output.documents": "draws plain values",
    "output.exports": "writes plain tables",
    "lists": "reads lists as nouns describe them: each is tried by test_isolation",
    "messaging.letters": "puts plain values into words",
    "messaging.mail": "sends what the outbox holds",
    "ops": "works for whoever runs the portal",
    "payments.demo_gateway": "plays a company elsewhere, which knows nobody who signs in here",
    "payments.providers": "speaks to whoever moves the money, no rows of its own",
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
    "payments.bank_matching": "compares what it is given, no rows of its own",
    "payments.bank_statements": "reads a bank's file, no rows of its own",
    "payables.cells": "a process of its own, which knows one file and nothing else",
    "payables.matching": "matches the plain values it is given",
    "payables.reading": "reads the file it is given, no rows of ours",
    "text.bidi": "no data",
    "clock": "no data",
    "business.colours": "no data",
    "auth.networks": "no data",
    "auth.connections": "the open websockets of this process",
    "billing.history": "the shape of histories, no rows of its own",
    "billing.lines": "the shape of lines, no rows of its own",
    "text.emails": "no data",
    "payments.refusals": "puts codes into words",
    "errors": "no data",
    "text.form_fields": "what fields may hold, no rows of its own",
    "ids": "no data",
    "text.file_names": "no data",
    "uploaded_files": "looks at bytes, no rows of its own",
    "kept_files": "bytes in a folder, whosever; nouns know whose",
    "auth.identity": "makes Scope and Staff out of a checked sign-in",
    "messaging.event": "what an event is, no rows of its own",
    "messaging.templates": "the words of mails",
    "business.logos": "the logo, which the sign-in page shows to everybody",
    "labels": "words of documents",
    "money": "no data",
    "text.language": "translates the portal's own texts",
    "text.normal_form": "no data",
    "business.transfers": "no data",
    "business.organisation_fields": "the fields of the organisation, no rows of its own",
    "auth.passwords": "no data",
    "billing.periods": "no data",
    "billing.revision_changes": "compares what it is given, no rows of its own",
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
    "output.zip_entries": "heads and names of files in zips, no rows of its own",
    "output.tables": "turns what nouns returned into values to write",
    "billing.transactions": "queries that statements ask",
    "auth.tokens": "no data",
}


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
