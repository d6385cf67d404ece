"""Name the tests of what changed: `python -m tools.changed_tests [BASE]`, one file a line.

What changed is everything since BASE (the commit before the branch left its upstream, or HEAD when
it has none), committed or not. A test belongs to a module when it imports it or bears its name;
the rules of the code and of the documents belong to every change. Tests in a browser are named only
when they changed themselves: `make test` runs them all.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALWAYS = (*(ROOT / "tests/architecture").glob("test_*.py"), ROOT / "tests/test_docs.py")
PACKAGES = ("components", "pages", "portal_data", "tests", "tools", "benchmarks")


def _git(*words: str) -> list[str]:
    done = subprocess.run(  # noqa: S603 - our own words
        ["git", *words],  # noqa: S607 - whichever git is on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split() if done.returncode == 0 else []


def changed(base: str | None) -> list[Path]:
    """Return the files that differ from `base` and the ones git does not know yet."""
    since = base or next(iter(_git("merge-base", "HEAD", "@{upstream}")), "HEAD")
    names = {*_git("diff", "--name-only", since), *_git("ls-files", "-o", "--exclude-standard")}
    return [ROOT / name for name in sorted(names) if (ROOT / name).is_file()]


def imports(path: Path) -> set[str]:
    """Return the dotted names that a file imports, as modules or out of modules."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def select_tests(files: list[Path], tests: list[Path]) -> Iterator[Path]:
    """Yield the tests that belong to the changed files."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in files
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in PACKAGES
    }
    stems = {f"test_{path.stem.removeprefix('test_')}" for path in files}
    for test in tests:
        in_browser = test.parent.name == "browser"
        if test in files or (not in_browser and (test.stem in stems or modules & imports(test))):
            yield test


def main() -> None:
    """Print the tests of what changed since the commit named on the command line."""
    files = changed(sys.argv[1] if len(sys.argv) > 1 else None)
    named = set(ALWAYS)
    named.update(select_tests(files, sorted((ROOT / "tests").rglob("test_*.py"))))
    for path in sorted(named):
        print(path.relative_to(ROOT))  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main()
