"""What every screen keeps to: its guard first, no SQL, no HTML, and nothing of a customer kept."""

import ast
import re
from pathlib import Path

from tests.architecture.source import (
    PRODUCT,
    ROOT,
    each_module,
    each_page,
    each_screen,
    functions,
    last_name,
    line_count,
    name_of,
    texts,
    tree,
    without_docstring,
)

PUBLIC_PAGES = {
    "pages/sign_in.py": "nobody is signed in yet",
    "pages/email_link.py": "whoever asks for a link cannot sign in yet",
    "pages/forgotten.py": "whoever forgot the password cannot sign in",
    "pages/accept.py": "the invitation's token is the proof",
    "pages/sign_in_link.py": "the token in its address is the proof",
    "pages/reset_password.py": "the reset's token is the proof",
    "pages/offer.py": "the public link's token is the proof",
    "pages/pay_link.py": "the public link's token is the proof",
    "components/documents/public_estimate.py": "the public link's token is the proof",
    "components/documents/public_invoice.py": "the public link's token is the proof",
}


# Functions that st.cache_data or st.cache_resource may wrap.
CACHED: dict[str, str] = {}


_LOWER_SQL = r"\b(select|insert into|update|delete from)\b.*\b(from|set|values|where)\b"


_SQL = re.compile(f"{_LOWER_SQL}|{_LOWER_SQL.upper().replace('B', 'b')}", re.DOTALL)


_MARKUP = re.compile(r"</?[a-z][a-z0-9]*(\s[^<>]*)?>")


GUARDS = {"require_scope", "require_staff", "require_person"}


def guard_of(statement: ast.stmt) -> str:
    """The name of a guard (GUARDS) when the statement is that call; else empty."""
    if isinstance(statement, ast.Assign | ast.Expr) and isinstance(statement.value, ast.Call):
        name = last_name(statement.value)
        return name if name in GUARDS else ""
    return ""


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
