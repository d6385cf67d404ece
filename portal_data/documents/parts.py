"""What all documents share: the masthead, the parties, the facts and how to pay."""

from collections.abc import Sequence
from io import BytesIO

from portal_data.documents.canvas import Box, Link, Picture, Rule
from portal_data.documents.layout import (
    BODY,
    HAIRLINE,
    INK,
    LABEL,
    MUTED,
    QUIET,
    STRONG,
    Sheets,
    height_of,
    tint,
)
from portal_data.documents.model import Fact, Party, PaymentDetails
from portal_data.documents.text import Style, fitted

_LOGO_HEIGHT = 44.0
_LOGO_WIDTH = 180.0
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
    locale, top = sheets.look.locale, sheets.y
    name = fitted(title, Style(23, INK, "SemiBold", 1.25), sheets.inner * 0.5, locale)
    bottom = sheets.write([name], sheets.left, y=top, width=sheets.inner, align="right")
    below = fitted(number, Style(10.5, MUTED), sheets.inner * 0.34, locale)
    if stamp:
        _stamp(sheets, stamp, sheets.right - (below.width + 9 if number else 0), bottom)
    bottom = sheets.write([below], sheets.left, y=bottom, width=sheets.inner, align="right")
    bottom = max(bottom, _mark(sheets, issuer.name, top))
    sheets.y = bottom + 24


def _mark(sheets: Sheets, name: str, top: float) -> float:
    """Draw the logo, or the name as a wordmark, and return where it ends."""
    if sheets.look.logo:
        width, height = _logo_size(sheets.look.logo)
        sheets.add(Picture(sheets.left, top, width, height, sheets.look.logo))
        return top + height
    width = sheets.inner * 0.46
    for size in (16.0, 13.0, 10.0):
        lines = sheets.wrap(name, Style(size, INK, "SemiBold", 1.25), width)
        if len(lines) <= 2:
            break
    return sheets.write(lines, sheets.left, y=top + 4)


def _logo_size(logo: bytes) -> tuple[float, float]:
    from PIL import Image

    with Image.open(BytesIO(logo)) as picture:
        width, height = picture.size
    scale = min(_LOGO_WIDTH / width, _LOGO_HEIGHT / height)
    return width * scale, height * scale


def _stamp(sheets: Sheets, word: str, right: float, top: float) -> None:
    colour = _TONES.get(word.casefold(), MUTED)
    text = fitted(word.upper(), Style(7.5, colour, "SemiBold"), 90, sheets.look.locale)
    width = text.width + 14
    x = right - width
    sheets.add(Box(x, top, width, 15, tint(colour, 0.07), tint(colour, 0.5), 3))
    sheets.write([text], x + 7, y=top + 7.5 - text.style.height / 2)


def parties(sheets: Sheets, blocks: Sequence[tuple[str, Party]]) -> None:
    """Draw name, address and contact of every party side by side."""
    gap = 20.0
    width = (sheets.inner - gap * 2) / 3
    columns = []
    for label, party in blocks:
        contact = (party.email, party.phone, party.website)
        tax = f"Tax ID {party.tax_id}" if party.tax_id else ""
        columns.append(
            [
                *sheets.wrap(label, Style(7.5, MUTED, leading=1.8), width),
                *sheets.wrap(party.name, Style(9.5, INK, "SemiBold"), width),
                *sheets.wrap(party.address, BODY, width),
                *(one for text in (tax, *contact) for one in sheets.wrap(text, QUIET, width)),
            ]
        )
    sheets.need(min(max(map(height_of, columns)), sheets.full_room))
    top = sheets.y
    for index, lines in enumerate(columns):
        sheets.write(lines, sheets.left + index * (width + gap), y=top)
    sheets.y = top + max(map(height_of, columns)) + 20


def facts(sheets: Sheets, items: Sequence[Fact], hero: Fact) -> None:
    """Draw labelled values in columns between hairlines, and one amount that stands out."""
    shown = [item for item in items if item.value]
    hero_width = sheets.inner * 0.28
    width = (sheets.inner - hero_width) / _FACTS
    sheets.add(Rule(sheets.left, sheets.y, sheets.inner, HAIRLINE))
    top = sheets.y + 10
    amount = Style(16, sheets.look.accent, "SemiBold", 1.3)
    lines = [
        sheets.line(hero.label, LABEL),
        fitted(hero.value, amount, hero_width, sheets.look.locale),
    ]
    end = sheets.write(lines, sheets.left, y=top, width=sheets.inner, align="right")
    for start in range(0, len(shown), _FACTS):
        row = [
            [
                *sheets.wrap(item.label, LABEL, width - 10),
                *sheets.wrap(item.value, Style(9, INK, leading=1.5), width - 10),
            ]
            for item in shown[start : start + _FACTS]
        ]
        if start:
            top += 6
        for index, cell in enumerate(row):
            sheets.write(cell, sheets.left + index * width, y=top)
        top += max(map(height_of, row))
    sheets.y = max(top, end) + 10
    sheets.add(Rule(sheets.left, sheets.y, sheets.inner, HAIRLINE))
    sheets.y += 18


def how_to_pay(sheets: Sheets, payment: PaymentDetails, *, room: float = 0) -> bool:
    """Draw bank details, the reference to quote and the link to pay online.

    With `room` (a height) they are drawn in the left half, beside what follows, without moving on;
    without, in a place of their own. Returns whether they are drawn, or whether there was room.
    """
    width = sheets.inner / 2 - 24
    blocks = [sheets.wrap(payment.bank_details, BODY, width)]
    if payment.reference:
        reference = sheets.wrap(payment.reference, STRONG, width)
        blocks.append([sheets.line("Payment reference", LABEL), *reference])
    link = sheets.line("Pay online", Style(9, sheets.look.accent, "SemiBold"))
    blocks.append([link] if payment.link else [])
    blocks = [block for block in blocks if block]
    head = sheets.line("How to pay", STRONG)
    height = head.style.height + sum(height_of(block) + _BETWEEN for block in blocks)
    if not blocks or (room and height > room):
        return not blocks
    if not room:
        sheets.need(height + 16)
    top = sheets.write([head], sheets.left, y=sheets.y + (14 if room else 16))
    for block in blocks:
        top = sheets.write(block, sheets.left, y=top) + _BETWEEN
    if payment.link:
        link_top = top - _BETWEEN - link.style.height
        sheets.add(Link(sheets.left, link_top, link.width, link.style.height, payment.link))
    if not room:
        sheets.y = top
    return True
