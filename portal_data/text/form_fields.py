"""Fields that people fill in: what each may hold, and its one spelling."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal_data.errors import Invalid, InvalidFields
from portal_data.text import bidi
from portal_data.text.language import _, grouped


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `limit` counts characters, `clean` returns its one spelling or raises Invalid."""

    label: str
    limit: int
    clean: Callable[[str], str] = str
    required: bool = False
    multiline: bool = False
    help: str = ""


def clean(fields: Mapping[str, Field], typed: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return what was typed into `fields` in its one spelling; an empty text is None.

    Characters that turn the text around them are left out.

    Raises Invalid for an unknown field, InvalidFields with a sentence for each that cannot be used.
    """
    unknown = [name for name in typed if name not in fields]
    if unknown:
        raise Invalid(
            _(
                "There is no field {name}. Fields are: {known}.",
                name=unknown[0],
                known=", ".join(fields),
            )
        )
    cleaned: dict[str, str | None] = {}
    wrong: dict[str, tuple[str, str]] = {}
    for name, text in typed.items():
        try:
            cleaned[name] = _clean(fields[name], text or "")
        except Invalid as error:
            wrong[name] = (_(fields[name].label), str(error))
    if wrong:
        raise InvalidFields(wrong)
    return cleaned


def wrong(fields: Mapping[str, Field], **sentences: str) -> InvalidFields:
    """Return the refusal of a form that says at each named field why it cannot be used."""
    return InvalidFields({name: (_(fields[name].label), why) for name, why in sentences.items()})


def _clean(field: Field, text: str) -> str | None:
    if len(text) > field.limit:
        raise Invalid(
            _(
                "Keep it under {limit} characters; this has {count}.",
                limit=grouped(field.limit),
                count=grouped(len(text)),
            )
        )
    text = bidi.plain(text)
    if field.multiline:
        lines = [" ".join(line.split()) for line in text.strip().splitlines()]
        tidy = "\n".join(lines)
    else:
        tidy = " ".join(text.split())
    if any(unicodedata.category(letter) == "Cc" for letter in tidy if letter != "\n"):
        raise Invalid(_("It holds a control character. Type it again."))
    if not tidy:
        if field.required:
            raise Invalid(_("This cannot be empty."))
        return None
    return field.clean(tidy)
