"""Bring the catalogues of `portal_data/text/catalogues` up to date with the texts in the code.

`python -m tools.catalogues` adds texts that are new, drops those that are gone, keeps every
translation, and says how many are missing in each language.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from portal_data.text.language import CATALOGUES, LANGUAGES, SOURCE

ROOT = Path(__file__).resolve().parents[1]
_FOLDERS = ("components", "pages", "portal_data")
_METHODS = [("**.py", "python"), ("**.jinja", "jinja2")]
_OPTIONS = {"**.jinja": {"trimmed": "true"}}
_KEYWORDS = {
    "_": None,
    "N_": None,
    "NP_": ((1, "c"), 2),
    "_p": ((1, "c"), 2),
    "counted": (2, 3),
    "filled_count": (2, 3),
    "N_counted": (1, 2),
}
"""Functions of `portal_data.text.language` and the like, and which of their arguments are texts."""


def extract() -> Catalog:
    """Return every text of the code, with the files it stands in."""
    found = Catalog(project="Customer portal", charset="utf-8")
    for folder in _FOLDERS:
        for name, _line, message, comments, context in extract_from_dir(
            ROOT / folder, _METHODS, _OPTIONS, _KEYWORDS, comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):  # fmt: skip
            place = (f"{folder}/{Path(name).as_posix()}", 0)
            found.add(message, None, [place], auto_comments=comments, context=context)
    return found


def path(language: str) -> Path:
    """Return the file of a language's catalogue."""
    return CATALOGUES / f"{language}.po"


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is stored; empty where there is none."""
    if not path(language).exists():
        return Catalog(locale=language, project="Customer portal")
    with path(language).open("rb") as file:
        return read_po(file, locale=language)


def missing(catalogue: Catalog) -> list[object]:
    """Return the ids of the texts that have no translation, in part or at all."""
    return [
        message.id
        for message in catalogue
        if message.id
        and not (all(message.string) if isinstance(message.string, tuple) else message.string)
    ]


def update() -> dict[str, int]:
    """Write every catalogue anew and return how many translations each lacks."""
    template = extract()
    lacking = {}
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalogue = read(language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        write(catalogue, language)
        lacking[language] = len(missing(catalogue))
    return lacking


def write(catalogue: Catalog, language: str) -> None:
    """Store a catalogue: in the order of the texts, without a head that differs from day to day."""
    with path(language).open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=True, sort_output=True,
                 include_lineno=False, ignore_obsolete=True)  # fmt: skip


if __name__ == "__main__":
    for name, count in update().items():
        print(f"{name}: {count} missing")  # noqa: T201  # a command's answer
