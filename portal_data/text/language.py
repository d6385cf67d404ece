"""Languages: which one somebody reads, and the portal's own texts in it (gettext).

English texts stand in the code and are the keys of the catalogues in `catalogues/`; what people
wrote is never translated. Whoever draws a screen, answers a request or writes a mail says once for
whom: `use` for the rest of a run, `reading` for a part of one. `python -m tools.catalogues` brings
the catalogues up to date with the code; a test refuses texts that one of them lacks.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, Self

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

SOURCE = "en"
"""The language of the texts in the code."""
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
}
"""Every language there is, with its own name for itself."""
CATALOGUES = Path(__file__).parent / "catalogues"

_LOCALES = {"en": "en_GB", "de": "de_DE", "es": "es_ES", "fr": "fr_FR"}
_HEADER_READ = 200  # characters of a browser's wishes that are looked at
_current: ContextVar[str | None] = ContextVar("language", default=None)


def use(language: str | None) -> None:
    """Write in one of `LANGUAGES` for the rest of this run or request.

    None is for whom nothing is translated, staff and the command line: English words, with days and
    amounts as the business writes them.
    """
    _current.set(language)


@contextmanager
def reading(language: str | None) -> Iterator[None]:
    """Write in a language within the block: for whoever reads what is made there."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> str:
    """Return the language that is written now, one of `LANGUAGES`."""
    return _current.get() or SOURCE


def locale(home: str) -> str:
    """Return the Babel locale of days and amounts now, where `home` is the business's own one."""
    language = _current.get()
    if language is None or home.partition("_")[0] == language:
        return home
    return _LOCALES[language]


def best(*wanted: str | None) -> str:
    """Return the first of some wishes that there is (`de`, `de-AT` and `de_AT` are), or English."""
    for each in wanted:
        language = (each or "").replace("_", "-").partition("-")[0].lower()
        if language in LANGUAGES:
            return language
    return SOURCE


def of_contact(row: Mapping[str, Any]) -> str:
    """Return the language to write to a contact in, of a row with its own and its customer's.

    The row has them as `language` and `customer_language`.
    """
    return best(row["language"], row["customer_language"])


def of_browser(accept_language: str | None) -> str:
    """Return the language that a browser asks for (RFC 9110, 12.5.4), or English."""
    wishes = []
    for position, part in enumerate((accept_language or "")[:_HEADER_READ].split(",")):
        name, _parameters, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=")
        try:
            share = float(weight) if weight else 1.0
        except ValueError:
            share = 0.0
        if share > 0:
            wishes.append((-share, position, name))
    return best(*(name for _share, _position, name in sorted(wishes)))


def _(message: str, /, **values: object) -> str:
    """Return a text of the portal in the current language, with `{name}` filled in by `values`."""
    if isinstance(message, _InContext):
        return _p(message.context, message, **values)
    text = _catalogue(current()).gettext(message) if message else ""
    return text.format(**values) if values else text


def _p(context: str, message: str, /, **values: object) -> str:
    """Return a text as `_` does, where the same English means several things."""
    text = _catalogue(current()).pgettext(context, str(message))
    return text.format(**values) if values else text


class _InContext(str):
    """A text that knows in which of its meanings it stands."""

    __slots__ = ("context",)
    context: str

    def __new__(cls, context: str, message: str) -> Self:
        made = super().__new__(cls, message)
        made.context = context
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # for copies and pickles
        return self.context, str(self)


def N_(message: str) -> str:
    """Mark a text of a constant for the catalogues; whoever shows it translates it with `_`."""
    return message


def NP_(context: str, message: str) -> str:
    """Mark a text of a constant as `N_` does, where the same English means several things.

    `_` translates it in its context. A member of an enum forgets it: show that with `_p`.
    """
    return _InContext(context, message)


def counted(number: int, one: str, many: str, /, **values: object) -> str:
    """Return how many of something there are: `counted(3, "{count} invoice", "{count} invoices")`.

    The number is grouped as the language does; languages have as many forms as they need.
    """
    text = _catalogue(current()).ngettext(one, many, number)
    return text.format(count=grouped(number), **values)


def N_counted(one: str, many: str) -> tuple[str, str]:
    """Mark the forms of a word for the catalogues; `form_of` chooses between them."""
    return one, many


def form_of(quantity: Decimal, one: str, many: str) -> str:
    """Return the form of a word behind a quantity: 1 piece, 1.5 pieces, but 1,5 pièce in French."""
    exact = quantity.normalize() if quantity % 1 else int(quantity)
    single = Locale.parse(current()).plural_form(exact) == "one"
    return _catalogue(current()).ngettext(one, many, 1 if single else 2)


def grouped(number: int) -> str:
    """Return a whole number as the current language groups it: 1,234 or 1.234."""
    return _grouped(number, _LOCALES[current()])


@lru_cache(maxsize=4096)
def _grouped(number: int, locale: str) -> str:
    return str(format_decimal(number, format="#,##0", locale=locale))


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return the texts of a language, compiled when they are first asked for."""
    if language == SOURCE:
        return NullTranslations()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
