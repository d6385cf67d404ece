"""The same documents by reportlab and typst, as plainly as one would write them: the words, the
table and the totals in the portal's fonts, without its look, links, tags and file data."""

import io
import json
import re
from collections.abc import Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from portal_data import money
from portal_data.output import documents
from portal_data.output.documents import Paper, Statement

_FONTS = next(iter(documents.__path__)) + "/fonts"
_HEADS = ("Item", "Quantity", "Price", "Tax", "Amount")
_ACCOUNT = ("Date", "Transaction", "Number", "Details", "Amount", "Payment", "Balance")

_FOREIGN = re.compile("[\u2e80-\uffff]+")
_TEMPLATE = b"""
#let told = json(bytes(sys.inputs.told))
#set page(paper: "a4", margin: 18mm, numbering: "1 / 1")
#set text(font: ("Inter", "Noto Sans JP"), size: 9pt)
#text(size: 18pt, weight: "semibold")[#told.title]
#v(4mm)
#grid(columns: (1fr, 1fr), ..told.parties.map(party => party.join(linebreak())))
#v(6mm)
#table(
  columns: told.widths.map(width => width * 1fr),
  stroke: (x: none, y: 0.4pt + luma(80%)),
  table.header(..told.heads.map(head => text(weight: "semibold", head))),
  ..told.rows.flatten(),
)
#align(right, table(columns: 2, stroke: none, ..told.totals.flatten()))
"""


def invoice_parts(paper: Paper) -> dict[str, Any]:
    """Return what stands on an invoice as texts."""

    def amount(minor: int) -> str:
        return money.format(minor, paper.currency)

    return {
        "title": f"Invoice {paper.number}",
        "parties": [_party(paper.issuer), _party(paper.billed_to)],
        "heads": _HEADS,
        "widths": [5, 2, 2, 2, 2],
        "rows": [
            [f"{line.name}\n{line.description}", f"{line.quantity} {line.unit}", f"{line.rate}",
             f"{line.tax_name} {line.tax_percent}%", amount(line.amount_minor)]
            for line in paper.lines
        ],
        "totals": [
            ["Subtotal", amount(paper.subtotal_minor)],
            *([f"{tax.name} {tax.percent}%", amount(tax.amount_minor)] for tax in paper.taxes),
            ["Total", amount(paper.total_minor)],
        ],
    }  # fmt: skip


def statement_parts(told: Statement) -> dict[str, Any]:
    """Return what stands on a statement as texts."""
    (section,) = told.sections

    def amount(minor: int | None) -> str:
        return "" if minor is None else money.format(minor, section.currency)

    return {
        "title": f"Statement {told.starts_on:%d %b %Y} to {told.ends_on:%d %b %Y}",
        "parties": [_party(told.issuer), _party(told.customer)],
        "heads": _ACCOUNT,
        "widths": [2, 2, 2, 3, 2, 2, 2],
        "rows": [
            [f"{line.date:%d %b %Y}", line.kind, line.number, line.details,
             amount(line.charge_minor), amount(line.payment_minor), amount(line.balance_minor)]
            for line in section.lines
        ],
        "totals": [["Balance due", amount(section.closing_minor)]],
    }  # fmt: skip


class ReportLab:
    """Draws parts with reportlab's platypus."""

    def __init__(self) -> None:
        for name in ("Inter-Regular", "Inter-SemiBold", "NotoSansJP-Regular"):
            pdfmetrics.registerFont(TTFont(name, f"{_FONTS}/{name}.ttf"))

    def draw(self, parts: dict[str, Any]) -> bytes:
        """Return the document as PDF."""
        body = ParagraphStyle("body", fontName="Inter-Regular", fontSize=9, leading=12)
        title = ParagraphStyle("title", fontName="Inter-SemiBold", fontSize=18, leading=24)
        parties = [Paragraph(_marked("\n".join(party)), body) for party in parts["parties"]]
        # a plain cell has one font, so that one with letters of two is a paragraph
        cells = [
            [Paragraph(_marked(cell), body) if _FOREIGN.search(cell) else cell for cell in line]
            for line in parts["rows"]
        ]
        rows = Table(
            [list(parts["heads"]), *cells], repeatRows=1, colWidths=_widths(parts["widths"])
        )
        rows.setStyle(
            TableStyle(
                [("FONT", (0, 0), (-1, 0), "Inter-SemiBold", 9),
                 ("FONT", (0, 1), (-1, -1), "Inter-Regular", 9),
                 ("LINEBELOW", (0, 0), (-1, -1), 0.4, (0.8, 0.8, 0.8)),
                 ("VALIGN", (0, 0), (-1, -1), "TOP")]
            )
        )  # fmt: skip
        plain = [("FONT", (0, 0), (-1, -1), "Inter-Regular", 9)]
        totals = Table(parts["totals"], hAlign="RIGHT", style=plain)
        story: list[Flowable] = [
            Paragraph(parts["title"], title), Table([parties]), Spacer(1, 18), rows, totals,
        ]  # fmt: skip
        file = io.BytesIO()
        SimpleDocTemplate(file, pagesize=A4).build(story)
        return file.getvalue()


class Typst:
    """Draws parts with typst, whose compiler and fonts are kept between documents."""

    def __init__(self) -> None:
        import typst

        self._compiler = typst.Compiler(font_paths=[_FONTS], ignore_system_fonts=True)

    def draw(self, parts: dict[str, Any]) -> bytes:
        """Return the document as PDF."""
        told = json.dumps(parts, ensure_ascii=False)
        return bytes(self._compiler.compile(_TEMPLATE, sys_inputs={"told": told}, format="pdf"))


def _marked(text: str) -> str:
    """Return text as reportlab's markup, with the font of each run of letters."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br/>")
    return _FOREIGN.sub(lambda run: f'<font name="NotoSansJP-Regular">{run[0]}</font>', escaped)


def _party(party: documents.Party) -> list[str]:
    return [party.name, *party.address.splitlines(), *([party.tax_id] if party.tax_id else [])]


def _widths(shares: Sequence[int]) -> list[float]:
    return [460 * share / sum(shares) for share in shares]
