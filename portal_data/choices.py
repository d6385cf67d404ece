"""Choices in addresses: a word of an enumeration, and what is said of any other word."""

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

from portal_data.errors import Invalid
from portal_data.text.language import _

Choice = TypeVar("Choice", bound=StrEnum)


def choose(name: str, given: str | None, default: Choice) -> Choice:
    """Return `given` as a member of the default's enumeration; the default when nothing is given.

    Raises Invalid for any other word; its message has the words that there are.
    """
    if not given:
        return default
    try:
        return type(default)(given)
    except ValueError as error:
        raise Invalid(unknown(name, given, type(default))) from error


def unknown(name: str, given: str, known: Iterable[str]) -> str:
    """Return what is said of a parameter with a value that there is not."""
    shown = given if len(given) <= 40 else f"{given[:40]}…"
    return _(
        "There is no {name} “{given}”; choose one of {known}.",
        name=name,
        given=shown,
        known=", ".join(known),
    )
