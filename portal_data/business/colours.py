"""The business's accent: shades of it that people can read, in light and in dark.

Contrast is WCAG 2's: the ratio of the relative luminances of two sRGB colours, from 1 to 21. Text
of normal size needs 4.5 to 1 (success criterion 1.4.3, level AA).
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from portal_data.errors import Invalid

READABLE = 4.5
"""The contrast that every text keeps from what is behind it."""

DEFAULT = "#3B5BDB"
"""The portal's own accent, where the business has chosen none."""

_WHITE, _BLACK = "#FFFFFF", "#000000"
_LIGHT_CARD, _DARK_CARD = "#FFFFFF", "#1A202A"
_VISIBLE = 3.0  # the contrast of a control with its surroundings (success criterion 1.4.11)
_TINT = 0.11  # how much of a label's colour is in its background: see .pt-pill in portal.css
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Shades:
    """One accent as #RRGGBB, for text and behind white text, in the light and the dark theme."""

    light_text: str
    dark_text: str
    light_fill: str
    dark_fill: str
    light_soft: str
    dark_soft: str


def parse(text: str) -> str:
    """Return a colour as #RRGGBB in capitals. Raises Invalid for anything else."""
    written = text.strip().upper()
    if not re.fullmatch("#[0-9A-F]{6}", written):
        raise Invalid("Give the colour as six hexadecimal digits, such as #3B5BDB.")
    return written


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours given as #RRGGBB, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=16)
def shades(accent: str) -> Shades:
    """Return the shades of an accent (#RRGGBB): the accent itself wherever it can be read."""
    light_text = _towards(_BLACK, accent, _LIGHT_CARD, tinted=True)
    dark_text = _towards(_WHITE, accent, _DARK_CARD, tinted=True)
    fill = _towards(_BLACK, accent, _WHITE)
    return Shades(
        light_text=light_text,
        dark_text=dark_text,
        light_fill=fill,
        dark_fill=_towards(_WHITE, fill, _DARK_CARD, least=_VISIBLE),
        light_soft=mix(light_text, _LIGHT_CARD, 0.08),
        dark_soft=mix(dark_text, _DARK_CARD, _TINT),
    )


def mix(colour: str, base: str, share: float) -> str:
    """Return `share` (0 to 1) of a colour over a base, both as #RRGGBB."""
    parts = zip(_parts(colour), _parts(base), strict=True)
    return "#" + "".join(f"{round(one * share + other * (1 - share)):02X}" for one, other in parts)


def _towards(
    end: str, accent: str, background: str, *, tinted: bool = False, least: float = READABLE
) -> str:
    """Move the accent towards black or white until it has `least` contrast with the background."""
    colour, share = accent, 0.0
    while share < 1:
        behind = mix(colour, background, _TINT) if tinted else background
        if contrast(colour, behind) >= least:
            return colour
        share += _STEP
        colour = mix(end, accent, min(share, 1))
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
