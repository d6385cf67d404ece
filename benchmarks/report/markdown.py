"""Tables in Markdown."""


def row(*cells: str) -> str:
    """Return one line of a table."""
    return f"| {' | '.join(cells)} |"


def rule(texts: int, numbers: int) -> str:
    """Return the line below the head: columns of text, then columns of numbers."""
    return row(*["---"] * texts, *["---:"] * numbers)
