"""The business's logo: checked, drawn again and kept in the store; shown to everybody.

An upload is never passed on as it came: it is decoded and encoded anew, so that nothing but the
picture survives. The store keeps it by the digest of its bytes.
"""

import base64
import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from portal_data import settings, store
from portal_data.errors import Invalid
from portal_data.store import OpenSession

if TYPE_CHECKING:
    from PIL import Image

log = logging.getLogger("portal.logos")

UPLOAD_LIMIT = 2 * 1024 * 1024
"""Bytes of an uploaded file."""
_MOST_PIXELS = 16_000_000
_LARGEST = (900, 220)  # five pixels a point of the space that documents give it
_SMALLEST = 16
_PALEST = 0.92  # of white: a paler picture cannot be seen on paper

_PICTURE = "select png_base64 from core.logos where sha256 = $sha256 order by sha256"
_KEEP = """
    insert into core.logos (sha256, png_base64, added_at) values ($sha256, $png_base64, $now)
    on conflict (sha256) do nothing
"""
_DROP_OTHERS = "delete from core.logos where sha256 is distinct from $sha256"


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo as PNG, with its size in pixels."""

    sha256: str
    png: bytes
    width: int
    height: int

    @property
    def wide(self) -> bool:
        """True for a wordmark, which needs no name beside it."""
        return self.width >= 2 * self.height


def prepare(upload: bytes) -> Logo:
    """Return an uploaded PNG or JPEG as the portal keeps it.

    Raises Invalid for another format, a file or picture that is too large or too small, a damaged
    one, and one so pale that nobody would see it on white paper.
    """
    from PIL import Image, ImageOps

    if len(upload) > UPLOAD_LIMIT:
        raise Invalid(f"Keep the logo under {UPLOAD_LIMIT // 1024 // 1024} MB.")
    try:
        with Image.open(BytesIO(upload), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > _MOST_PIXELS:
                raise Invalid(f"Keep the logo under {_MOST_PIXELS // 1_000_000} million pixels.")
            if min(opened.size) < _SMALLEST:
                raise Invalid(f"The logo must be at least {_SMALLEST} pixels wide and high.")
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid("This is no picture that can be read. Choose a PNG or JPEG file.") from error
    box = picture.getchannel("A").getbbox()
    if box is None:
        raise Invalid("This picture is wholly transparent. Choose another one.")
    picture = picture.crop(box)
    picture.thumbnail(_LARGEST)
    if _paleness(picture) > _PALEST:
        raise Invalid("This logo is nearly white, and documents are too. Choose a darker version.")
    written = BytesIO()
    picture.save(written, format="PNG", optimize=True)
    return _made(written.getvalue())


def keep(session: OpenSession, logo: Logo | None, now: datetime) -> None:
    """Store a logo in place of every other one, or none, in the transaction that names it."""
    sha256 = logo.sha256 if logo else None
    if logo is not None:
        picture = base64.b64encode(logo.png).decode()
        session.change(_KEEP, sha256=sha256, png_base64=picture, now=now)
    session.change(_DROP_OTHERS, sha256=sha256)


def of_business(sha256: str | None) -> Logo | None:
    """Return the business's logo: the stored one, else the one PORTAL_LOGO names, else None.

    A logo that is missing or damaged is None as well: it must keep nobody from an invoice.
    """
    if sha256 is not None:
        try:
            return _stored(sha256)
        except LookupError as error:
            log.warning("The logo cannot be read: %s", error)
            return None
    file = settings.load().logo
    return _from_file(settings.ROOT / file) if file else None


@lru_cache(maxsize=2)
def _stored(sha256: str) -> Logo:
    with store.system_reading() as session:
        picture = session.value(_PICTURE, sha256=sha256)
    if picture is None:
        raise LookupError(f"{sha256} is not in the store")
    return _made(base64.b64decode(picture))


@lru_cache(maxsize=2)
def _from_file(path: Path) -> Logo | None:
    try:
        return prepare(path.read_bytes())
    except (OSError, Invalid) as error:
        log.warning("The logo PORTAL_LOGO cannot be read: %s", error)
        return None


def _made(png: bytes) -> Logo:
    from PIL import Image

    with Image.open(BytesIO(png), formats=("PNG",)) as picture:
        width, height = picture.size
    return Logo(hashlib.sha256(png).hexdigest(), png, width, height)


def _paleness(picture: "Image.Image") -> float:
    """Return how near to white the visible part of a picture is, from 0 to 1."""
    from PIL import ImageStat

    (grey,) = ImageStat.Stat(picture.convert("L"), picture.getchannel("A")).mean
    return float(grey) / 255
