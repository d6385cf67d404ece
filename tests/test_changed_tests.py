"""Which tests `make check` runs for a change."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.changed_tests import ROOT, select_tests

TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def named(*changed: str) -> set[str]:
    """Return the tests that belong to the changed files."""
    files = [ROOT / name for name in changed]
    return {path.relative_to(ROOT).as_posix() for path in select_tests(files, TESTS)}


@pytest.mark.parametrize(
    ("changed", "belongs"),
    [
        ("portal_data/money.py", "tests/data/test_money.py"),  # by name and import
        ("portal_data/billing/invoices.py", "tests/web/test_exports.py"),  # by import alone
        ("pages/estimates.py", "tests/pages/test_estimates.py"),  # by name alone
        ("tests/factories.py", "tests/data/test_estimates.py"),  # what tests share
        ("tests/browser/test_screens.py", "tests/browser/test_screens.py"),  # itself
    ],
)
def test_a_change_brings_its_tests(changed: str, belongs: str) -> None:
    assert belongs in named(changed)


def test_a_change_brings_neither_strangers_nor_a_browser() -> None:
    found = named("portal_data/billing/invoices.py", "pages/invoices.py")
    assert "tests/documents/test_text.py" not in found
    assert not [name for name in found if name.startswith("tests/browser/")]


def test_the_rules_of_the_code_belong_to_every_change() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.changed_tests", "HEAD"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert {"tests/architecture/test_sql.py", "tests/test_docs.py"} <= set(lines)
    assert all(Path(ROOT / line).is_file() for line in lines)
