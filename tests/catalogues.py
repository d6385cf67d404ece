"""Catalogues for tests, which do not change with those of the portal."""

from collections.abc import Callable
from gettext import NullTranslations

from portal_data.text import language

Translate = Callable[[str, str, str], None]
"""Gives a language the translation of a text: `translated("de", "Total", "Summe")`."""


class Marked(NullTranslations):
    """Texts as in English, between the name of the language and a mark, so that a reader sees which
    ones came through a catalogue: `de‹Total›`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.texts: dict[str, str] = {}

    def gettext(self, message: str) -> str:
        """Return the translation that was given, or the marked text."""
        return self.texts.get(message, f"{self.name}‹{message}›")

    def pgettext(self, context: str, message: str) -> str:
        """Return what `gettext` does, whatever the context."""
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for a number as English chooses it."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def marked() -> dict[str, NullTranslations]:
    """Return a catalogue for each language: plain English, and marked ones."""
    others = {name: Marked(name) for name in language.LANGUAGES if name != language.SOURCE}
    return {language.SOURCE: NullTranslations(), **others}
