"""The business's own details and preferences from the command line."""

import json
from pathlib import Path
from typing import Any

from portal_data import store
from portal_data.business import logos, organisation, preferences
from portal_data.business.organisation_fields import FIELDS
from portal_data.business.preferences import EFFECTS
from portal_data.clock import utc_now
from portal_data.errors import Invalid
from portal_data.ops.control.server import Lines
from portal_data.text import form_fields

_WORDS = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def show_organisation(as_json: bool) -> Lines:
    """Print every field of the organisation, with the name by which it is set."""
    with store.system_reading() as session:
        business = organisation.of_portal(session)
    values = {name: getattr(business, name) for name in FIELDS} | {"logo": business.logo_sha256}
    yield from _shown(values, as_json)
    return 0


def set_organisation(fields: dict[str, str], logo: str | None, remove_logo: bool) -> Lines:
    """Change fields of the organisation, and its logo; all of it or nothing."""
    now = utc_now()
    picture = _picture(Path(logo)) if logo else None
    form_fields.clean(FIELDS, fields)
    with store.system_writing() as session:
        before = organisation.of_portal(session)
        after = organisation.change_within(session, None, fields, now)
        changed = [name for name in fields if getattr(before, name) != getattr(after, name)]
        if picture or remove_logo:
            organisation.set_logo_within(session, None, picture, now)
            changed.append("logo")
    yield f"Changed: {', '.join(changed)}." if changed else "Nothing to change: it is so already."
    return 0


def show_preferences(as_json: bool) -> Lines:
    """Print every preference that has an effect, with what it does."""
    with store.system_reading() as session:
        current = preferences.get(session)
    values = {name: getattr(current, name) for name in EFFECTS}
    if as_json:
        yield json.dumps(values, ensure_ascii=False, indent=1)
        return 0
    for name, value in values.items():
        yield f"{name:26} {_word(value)}"
        yield f"{'':26} {EFFECTS[name].text}"
    return 0


def set_preferences(given: dict[str, str]) -> Lines:
    """Change preferences by name: on or off, one of the choices, or the text of the banner."""
    changes = {name: _value(name, text) for name, text in given.items()}
    with store.system_writing() as session:
        preferences.change_within(session, None, changes, utc_now())
    for name, value in changes.items():
        yield f"{name}: {_word(value)}"
    return 0


def _picture(file: Path) -> logos.Logo:
    try:
        if file.stat().st_size > logos.UPLOAD_LIMIT:
            raise Invalid(f"{file} is larger than {logos.UPLOAD_LIMIT // 1024 // 1024} MB.")
        return logos.prepare(file.read_bytes())
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from error


def _value(name: str, text: str) -> bool | str:
    """Return what was typed for a preference. Raises Invalid for what it cannot be."""
    if name not in EFFECTS:
        raise Invalid(f"There is no preference {name}. Preferences are: {', '.join(EFFECTS)}.")
    default, choices = getattr(preferences.Preferences(), name), EFFECTS[name].choices
    if choices:
        if text.strip().lower() not in choices:
            raise Invalid(f"{name} is one of {', '.join(choices)}, not {text!r}.")
        chosen: str = type(default)(text.strip().lower())
        return chosen
    if not isinstance(default, bool):
        return text.strip()
    if text.strip().lower() not in _WORDS:
        raise Invalid(f"{name} is on or off, not {text!r}.")
    return _WORDS[text.strip().lower()]


def _word(value: bool | str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value or "-"


def _shown(values: dict[str, Any], as_json: bool) -> Lines:
    if as_json:
        yield json.dumps(values, ensure_ascii=False, indent=1)
        return 0
    for name, value in values.items():
        first, *more = str(value or "-").splitlines()
        yield f"{name:16} {first}"
        yield from (f"{'':16} {line}" for line in more)
    return 0
