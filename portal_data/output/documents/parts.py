"""What all documents share: the masthead, the parties, the facts and how to pay."""

import logging
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

from portal_data import labels
from portal_data.output.documents.canvas import Box, Link, Picture, Rule
from portal_data.output.documents.layout import (
    BODY,
    HAIRLINE,
    INK,
    LABEL,
    MUTED,
    QUIET,
    SMALL,
    STRONG,
    Sheets,
    height_of,
    tint,
)
from portal_data.output.documents.model import Fact, Party, PaymentDetails, Signature
from portal_data.output.documents.text import Style, TextLine
from portal_data.text.language import _

_LOG = logging.getLogger(__name__)
_LOGO_HEIGHT = 44.0
_LOGO_WIDTH = 180.0
_LOGO_PIXELS = 5
"""Pixels a point of the largest logo: 360 an inch."""
_FACTS = 4
_BETWEEN = 4.0
_TONES = {
    "paid": "#1B7F4B",
    "accepted": "#1B7F4B",
    "overdue": "#C0362C",
    "declined": "#C0362C",
    "void": "#C0362C",
}


def masthead(sheets: Sheets, issuer: Party, title: str, number: str, stamp: str) -> None:
    """The sender's mark on the left; title, number and stamp on the right."""
    top = sheets.y
    name = sheets.fitted(title, Style(23, INK, "SemiBold", 1.25), sheets.inner * 0.5)
    bottom = sheets.write([name], sheets.left, y=top, width=sheets.inner, align="right")
    below = sheets.wrap(number, Style(10.5, MUTED), sheets.inner * 0.34)
    end = sheets.write(below, sheets.left, y=bottom, width=sheets.inner, align="right")
    if stamp:
        _stamp(sheets, stamp, sheets.right - (below[0].width + 9 if below else 0), bottom)
    bottom = max(end, bottom + 15, _mark(sheets, issuer.name, top))
    sheets.y = bottom + 24


def _mark(sheets: Sheets, name: str, top: float) -> float:
    """Draw the logo, or the name as a wordmark, and return where it ends."""
    logo = _readable_logo(sheets.look.logo) if sheets.look.logo else None
    if logo:
        data, width, height = logo
        sheets.add(Picture(sheets.left, top, width, height, data))
        return top + height
    for size in (16.0, 13.0, 10.0):
        lines = sheets.wrap(name, Style(size, INK, "SemiBold", 1.25), sheets.inner * 0.46)
        if len(lines) <= 2:
            break
    # A mark is an ornament: the whole name stands among the parties.
    return sheets.write(lines[:4], sheets.left, y=top + 4)


@lru_cache(maxsize=8)
def _readable_logo(logo: bytes) -> tuple[bytes, float, float] | None:
    """The picture, no larger than print can show, and its size on the page.

    A file that is no PNG or JPEG is left out: a bad logo must not keep anybody from an invoice.
    """
    from PIL import Image

    try:
        with Image.open(BytesIO(logo), formats=("PNG", "JPEG")) as picture:
            picture.load()
            most = (_LOGO_WIDTH * _LOGO_PIXELS, _LOGO_HEIGHT * _LOGO_PIXELS)
            if picture.width > most[0] or picture.height > most[1]:
                picture.thumbnail(most)
                smaller = BytesIO()
                picture.save(smaller, format="PNG")
                logo = smaller.getvalue()
            width, height = picture.size
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        _LOG.warning("The logo cannot be read and is left out of documents: %s", error)
        return None
    scale = min(_LOGO_WIDTH / width, _LOGO_HEIGHT / height)
    return logo, width * scale, height * scale


def _stamp(sheets: Sheets, word: str, right: float, top: float) -> None:
    colour = _TONES.get(word.casefold(), MUTED)
    text = sheets.fitted(_(word).upper(), Style(7.5, colour, "SemiBold"), 90)
    width = text.width + 14
    x = right - width
    sheets.add(Box(x, top, width, 15, tint(colour, 0.07), tint(colour, 0.5), 3))
    sheets.write([text], x + 7, y=top + 7.5 - text.style.height / 2)


def parties(sheets: Sheets, blocks: Sequence[tuple[str, Party]]) -> None:
    """Draw name, address and contact of every party side by side, in thirds or what is left."""
    gap = 20.0
    third = (sheets.inner - gap * 2) / 3
    columns = []
    for at, (label, party) in enumerate(blocks, start=1):
        width = third if at < len(blocks) else sheets.inner - (at - 1) * (third + gap)
        contact = (party.email, party.phone, party.website)
        tax = f"{_(labels.TAX_NUMBER)} {party.tax_id}" if party.tax_id else ""
        columns.append(
            [
                *sheets.wrap(label, Style(7.5, MUTED, leading=1.8), width),
                *sheets.wrap(party.name, Style(9.5, INK, "SemiBold"), width),
                *sheets.wrap(party.address, BODY, width),
                *(one for text in (tax, *contact) for one in sheets.wrap(text, QUIET, width)),
            ]
        )
    sheets.side_by_side(
        [(sheets.left + at * (third + gap), lines) for at, lines in enumerate(columns)]
    )
    sheets.y += 20


def facts(sheets: Sheets, items: Sequence[Fact], hero: Fact) -> None:
    """Draw labelled values in columns between hairlines, and one amount that stands out."""
    shown = [item for item in items if item.value]
    hero_width = sheets.inner * 0.28
    width = (sheets.inner - hero_width) / _FACTS
    amount = Style(16, sheets.look.accent, "SemiBold", 1.3)
    lines = [
        sheets.fitted(hero.label, LABEL, hero_width),
        sheets.fitted(hero.value, amount, hero_width),
    ]
    sheets.need(height_of(lines) + 20)
    sheets.add(Rule(sheets.left, sheets.y, sheets.inner, HAIRLINE))
    sheets.y += 10
    end = sheets.write(lines, sheets.left, y=sheets.y, width=sheets.inner, align="right")
    page = len(sheets.pages)
    for start in range(0, len(shown), _FACTS):
        sheets.y += 6 if start else 0
        sheets.side_by_side(
            [
                (
                    sheets.left + at * width,
                    [
                        *_label(sheets, item.label, width - 10),
                        *sheets.wrap(item.value, Style(9, INK, leading=1.5), width - 10),
                    ],
                )
                for at, item in enumerate(shown[start : start + _FACTS])
            ]
        )
    if len(sheets.pages) == page:
        sheets.y = max(sheets.y, end)
    sheets.y += 10
    sheets.add(Rule(sheets.left, sheets.y, sheets.inner, HAIRLINE))
    sheets.y += 18


def _label(sheets: Sheets, text: str, width: float) -> list[TextLine]:
    """Break a label between its words; a word that is too long is set smaller as a whole."""
    if any(sheets.line(word, LABEL).width > width for word in text.split(" ")):
        return [sheets.fitted(text, LABEL, width)]
    return sheets.wrap(text, LABEL, width)


def how_to_pay(sheets: Sheets, payment: PaymentDetails, *, room: float = 0) -> bool:
    """Draw bank details, the reference to quote and the link to pay online.

    With `room` (a height) they are drawn in the left half, beside what follows, without moving on;
    without, in a place of their own. Returns whether they are drawn, or whether there was room.
    """
    width = sheets.inner / 2 - 24
    blocks = [sheets.wrap(payment.bank_details, BODY, width)]
    if payment.reference:
        reference = sheets.wrap(payment.reference, STRONG, width)
        blocks.append([sheets.line(_("Payment reference"), LABEL), *reference])
    link = sheets.line(_("Pay online"), Style(9, sheets.look.accent, "SemiBold"))
    blocks.append([link] if payment.link else [])
    blocks = [block for block in blocks if block]
    head = [sheets.line(_("How to pay"), STRONG)]
    height = height_of(head) + sum(height_of(block) + _BETWEEN for block in blocks)
    if not blocks or (room and height > room):
        return not blocks
    before = sheets.y
    if not room:
        sheets.need(height + 16)
    sheets.y += 14 if room else 16
    sheets.flow(head)
    for block in blocks:
        sheets.flow(block)
        sheets.y += _BETWEEN
    if payment.link:
        top = sheets.y - _BETWEEN - link.style.height
        sheets.add(Link(sheets.left, top, link.width, link.style.height, payment.link))
    if room:
        sheets.y = before
    return True


def signature(sheets: Sheets, signed: Signature) -> None:
    """Draw who signed, on a rule as by hand, and below it what proves it; never over two pages."""
    name = sheets.wrap(signed.name, Style(15, INK, "SemiBold", 1.3), sheets.inner)
    head = [sheets.line(_(labels.SIGNED_BY), LABEL)]
    proof = [line for text in signed.details for line in sheets.wrap(text, SMALL, sheets.inner)]
    sheets.need(height_of([*head, *name, *proof]) + 34)
    sheets.y += 24
    sheets.flow(head)
    sheets.y += 2
    sheets.flow(name, align="natural")
    sheets.y += 3
    sheets.add(Rule(sheets.left, sheets.y, sheets.inner / 2, INK, 0.75))
    sheets.y += 5
    sheets.flow(proof)
