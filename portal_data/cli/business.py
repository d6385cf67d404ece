"""The commands `organisation` and `preferences` of `python -m portal_data`."""

from pathlib import Path
from typing import Annotated

import typer

from portal_data.business.organisation_fields import FIELDS
from portal_data.business.preferences import EFFECTS
from portal_data.cli.dispatch import perform
from portal_data.errors import Invalid

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]

organisation = typer.Typer(
    help="What the business is called, where it is and how it is paid.", no_args_is_help=True
)
preferences = typer.Typer(
    help="What customers find in the portal, and what staff are mailed.", no_args_is_help=True
)


@organisation.command("show")
def show_organisation(as_json: Json = False) -> None:
    """Print every field and what it holds."""
    perform("organisation show", as_json=as_json)


@organisation.command("set", epilog=f"Fields: {', '.join(FIELDS)}.")
def set_organisation(
    fields: Annotated[
        list[str] | None, typer.Argument(help='field=value, such as city="Example Harbour".')
    ] = None,
    logo: Annotated[
        Path | None, typer.Option(help="PNG or JPEG file that becomes the logo.")
    ] = None,
    remove_logo: Annotated[bool, typer.Option("--remove-logo", help="Have no logo.")] = False,
) -> None:
    """Change fields; an empty value (field=) empties one. All of it or nothing is done."""
    if logo and remove_logo:
        raise Invalid("Give either --logo or --remove-logo.")
    if not (fields or logo or remove_logo):
        raise Invalid("Give at least one field=value, or --logo. --help lists the fields.")
    perform(
        "organisation set",
        fields=_pairs(fields or []),
        logo=str(logo.absolute()) if logo else None,
        remove_logo=remove_logo,
    )


@preferences.command("show")
def show_preferences(as_json: Json = False) -> None:
    """Print every preference, how it is set and what it does."""
    perform("preferences show", as_json=as_json)


@preferences.command("set", epilog=f"Preferences: {', '.join(EFFECTS)}.")
def set_preferences(
    given: Annotated[
        list[str], typer.Argument(help="name=on, name=off, name=choice, or banner_message=text.")
    ],
) -> None:
    """Change preferences."""
    perform("preferences set", given=_pairs(given))


def _pairs(words: list[str]) -> dict[str, str]:
    """Return `name=value` words as a dict. Raises Invalid for others and for a name twice."""
    pairs: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name in pairs:
            reason = "is there twice" if equals else "is no name=value"
            raise Invalid(f"{word!r} {reason}. Write for example: city='Example Harbour'.")
        pairs[name] = value
    return pairs
