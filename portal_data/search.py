"""Searching text: what a person typed, as the pattern of `ilike … escape '!'`."""


def contains(text: str) -> str:
    """Return the pattern that finds `text` anywhere; its own % and _ are ordinary characters.

    Nothing typed gives `%`, which finds everything. NUL, which PostgreSQL cannot hold, is left out.
    """
    plain = text.replace("\0", "").strip().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%" if plain else "%"
