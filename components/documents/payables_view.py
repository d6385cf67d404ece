"""What came of comparing a customer's own list with our books: figures, rows and the file."""

from collections import Counter
from collections.abc import Sequence

from components.ui import cards, links
from components.ui import format as say
from components.ui.cards import Figure, figure
from components.ui.markup import Markup, filled, join, said, tag
from portal_data import kinds
from portal_data.payables.comparing import Compared, Outcome
from portal_data.payables.reading import Unread
from portal_data.text.language import N_, _, counted, grouped

MOST_ROWS = 200
"""Rows that are shown; the file has all."""
_MOST_UNREAD = 8
_ORDER = (
    Outcome.DIFFERENT, Outcome.MISSING_HERE, Outcome.MISSING_THERE, Outcome.MATCHED,
)  # fmt: skip
"""What is to be looked at first."""
_HEADS = (
    N_("Result"),
    N_("On your list"),
    N_("In our books"),
    N_("Your amount"),
    N_("Our amount"),
    N_("Difference"),
)
TONES = {
    Outcome.MATCHED: "green",
    Outcome.DIFFERENT: "orange",
    Outcome.MISSING_HERE: "red",
    Outcome.MISSING_THERE: "blue",
}


def summary(found: Sequence[Compared], currency: str, locale: str) -> Markup:
    """Return how many invoices came out how, and how far both sides are apart."""
    counts = Counter(each.outcome for each in found)
    apart = sum(each.difference_minor for each in found)
    figures = [Figure(_(each.value), grouped(counts[each])) for each in Outcome]
    figures.append(
        Figure(_("Your list less our books"), say.money(apart, currency, locale), tone="due")
    )
    return tag("div", [figure(each) for each in figures], class_="pt-summary")


def unread(cells: Sequence[Unread]) -> Markup | None:
    """Return which rows are left out, and why."""
    if not cells:
        return None
    named = [
        tag(
            "li",
            filled(
                _("Row {row}, {column}: {text}"),
                row=grouped(each.row),
                column=said(each.column),
                text=said(each.text or _("empty"), "b"),
            ),
        )
        for each in cells[:_MOST_UNREAD]
    ]
    words = counted(len(cells), "{count} row could not be read:", "{count} rows could not be read:")
    more = len(cells) - _MOST_UNREAD
    return tag(
        "div",
        tag("p", words, class_="pt-text"),
        tag("ul", named, class_="pt-sub"),
        cards.sub(_("And {count} more.", count=grouped(more))) if more > 0 else None,
        role="status",
    )


def table(found: Sequence[Compared], currency: str, locale: str) -> Markup:
    """Return the rows of a comparison, what is to be looked at first."""
    if not found:
        return cards.empty(_("Nothing here"), _("No invoice came out like this."))
    heads = [_(each) for each in _HEADS]
    ordered = sorted(found, key=lambda each: _ORDER.index(each.outcome))
    body = [_row(each, heads, currency, locale) for each in ordered[:MOST_ROWS]]
    head = [
        tag("th", name, scope="col", class_="end" if place > 2 else None)
        for place, name in enumerate(heads)
    ]
    left_out = len(found) - MOST_ROWS
    return join(
        tag(
            "div",
            tag(
                "table", tag("thead", tag("tr", head)), tag("tbody", body),
                class_="pt-table stacks-980",
            ),
            class_="pt-answer",
            tabindex="0",
            role="region",
            aria_label=_("Comparison"),
        ),
        cards.sub(
            counted(left_out, "{count} more row in the file.", "{count} more rows in the file.")
        )
        if left_out > 0
        else None,
    )  # fmt: skip


def _row(each: Compared, heads: Sequence[str], currency: str, locale: str) -> Markup:
    def amount(minor: int | None) -> str:
        return "" if minor is None else say.money(minor, currency, locale)

    number = None
    if each.number:
        number = cards.link(each.number, links.document(kinds.INVOICE, each.number))
    rows = counted(len(each.rows), "row {rows}", "rows {rows}", rows=", ".join(map(str, each.rows)))
    cells = (
        cards.pills([(_(each.outcome.value), TONES[each.outcome])]),
        join(said(each.their_number), tag("small", f" {rows}")) if each.their_number else None,
        number,
        amount(each.their_minor),
        amount(each.minor),
        amount(each.difference_minor) if each.difference_minor else "",
    )
    return tag(
        "tr",
        [
            tag("td", cell, class_="end" if place > 2 else "grow" if place else None,
                data_label=name)
            for place, (name, cell) in enumerate(zip(heads, cells, strict=True))
        ],
    )  # fmt: skip
