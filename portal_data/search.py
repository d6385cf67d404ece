"""Searching text: what a person typed, as the pattern of `ilike … escape '!'`."""


def contains(text: str) -> str:
    """Return the pattern that finds `text` anywhere; its own % and _ are ordinary characters.

    Nothing typed gives `%`, which finds everything.
    """
    plain = text.strip().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{plain}%" if plain else "%"
