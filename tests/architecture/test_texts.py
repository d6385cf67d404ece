"""Sentences on customers' screens are marked for the catalogues where they are written.

tests/pages/test_translated.py looks at what screens draw; this finds what they say only sometimes,
such as what was done, or why something was refused.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT
from tools import catalogues

MARKS = {"N_", "N_counted", "_", "_p", "counted", "filled_count"}
_SENTENCE = re.compile(r"\s*[“A-Z][\w’']* .*")

NOT_TRANSLATED = {
    "Account details": "what staff call a customer's screen",
    "Add internal note": "of staff",
    "At this address each customer sees its own. Choose the customer first.": "of staff",
    "Bank statements": "of staff",
    "Comparison ": "the name of a file",
    "Customer portal": "the name of every portal, until its page has come",
    "Form name": "a name that streamlit-authenticator asks for",
    "Getting ready": "of staff",
    "Internal note": "of staff",
    "Mac OS X": "what browsers call a system",
    "Online payments": "of staff",
    "Record payment": "of staff",
    "Repeat password": "a name that streamlit-authenticator asks for",
    "Streamlit has no single script of ": "for whoever changes the version of Streamlit",
    "Streamlit's index.html has no ": "for whoever changes the version of Streamlit",
    "The portal needs JavaScript. Please switch it on.": "on the page that every browser gets",
}
"""Texts of screens that stay as they are, with the reason."""


def test_sentences_are_marked_for_the_catalogues() -> None:
    ids = [message.id for message in catalogues.extract()]
    marked = {text for each in ids for text in (each if isinstance(each, tuple) else (each,))}
    found = {
        text: f"{path.relative_to(ROOT)}:{line}"
        for path in _screens()
        for text, line in _sentences(ast.parse(path.read_text(encoding="utf-8")))
        if text not in marked
    }
    forgotten = {text: at for text, at in found.items() if text not in NOT_TRANSLATED}
    assert forgotten == {}, "write _(…) or N_(…) around them (portal_data/text/language.py)"
    assert NOT_TRANSLATED.keys() - found.keys() == set(), "these are not written any more"


def _screens() -> Iterator[Path]:
    """Return what draws customers' screens, and what they share with staff."""
    for folder in ("components", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "staff" not in path.parts:
                yield path


def _sentences(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Return the sentences of a module with their lines, but what is for staff alone."""
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and _for_staff(node):
            left_out.update(map(id, ast.walk(node)))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
            left_out.update(map(id, node.args))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in left_out:
            text = node.value
            if isinstance(text, str) and _SENTENCE.fullmatch(text):
                yield text, node.lineno


def _for_staff(function: ast.FunctionDef) -> bool:
    """Tell whether a function works for a member of staff: it is given one, or asks for one."""
    given = [*function.args.args, *function.args.kwonlyargs]
    of_staff = any(each.annotation and ast.unparse(each.annotation) == "Staff" for each in given)
    return of_staff or "require_staff()" in ast.unparse(function)
