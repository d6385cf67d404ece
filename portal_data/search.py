"""Searching text: what a person typed, as the pattern of `ilike … escape '!'`."""

LONGEST = 200
"""Characters of what was typed that are searched for."""


def contains(text: str) -> str:
    """Return the pattern that finds `text` anywhere; its own % and _ are ordinary characters.

    Nothing typed gives `%`, which finds everything. NUL, which PostgreSQL cannot hold, is left out,
    and so is what follows the first 200 characters.
    """
    plain = (
        text[:LONGEST]
        .replace("\0", "")
        .strip()
        .replace("!", "!!")
        .replace("%", "!%")
        .replace("_", "!_")
    )
    return f"%{plain}%" if plain else "%"
