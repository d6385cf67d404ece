"""Literals of SQL, for the few statements that take no parameters."""

from pathlib import Path


def quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return literal(str(path))


def literal(text: str) -> str:
    """Return a text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
