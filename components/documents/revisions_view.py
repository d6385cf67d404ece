"""The revisions of an estimate: what changed from each to the next, line by line."""

from collections.abc import Sequence
from itertools import pairwise

from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, join, said, tag
from portal_data import labels
from portal_data.billing import revision_changes
from portal_data.billing.revision_changes import Change, RevisedLine, Revision
from portal_data.business.organisation import Organisation
from portal_data.text.language import _

_ARROW = "\N{NO-BREAK SPACE}\N{RIGHTWARDS ARROW} "


def card(revisions: Sequence[Revision], currency: str, business: Organisation) -> Markup | None:
    """Return what changed, the latest revision first and open; None before the second one."""
    shown = [_revision(old, new, currency, business) for old, new in pairwise(revisions)]
    if not shown:
        return None
    latest = [tag("details", *parts, open=place == 0, class_="pt-revision")
              for place, parts in enumerate(reversed(shown))]  # fmt: skip
    return cards.card(_("What has changed"), *latest)


def _revision(
    old: Revision, new: Revision, currency: str, business: Organisation
) -> tuple[Markup, Markup]:
    """Return the heading of a revision, and what changed in it."""
    locale = business.locale
    day = say.day(business.day_of(new.sent_at), locale)
    totals = [say.money(each.total_minor, currency, locale) for each in (old, new)]
    heading = tag("summary", _("Revision {number}", number=new.revision), tag("small", day))
    rows = [
        cards.row(
            said(change.name),
            _figures(change, currency, locale),
            after=tag("span", _amounts(change, currency, locale), class_="pt-num"),
        )
        for change in revision_changes.between(old.lines, new.lines)
    ]
    sums = totals[1] if totals[0] == totals[1] else f"{totals[0]}{_ARROW}{totals[1]}"
    rows.append(cards.row(_("Total"), "", after=tag("span", sums, class_="pt-num")))
    return heading, join(said(new.reason, "p", class_="pt-sub") if new.reason else None,
                         cards.rows(rows))  # fmt: skip


def _figures(change: Change, currency: str, locale: str) -> str:
    """Say how much of a line at which price, before and after where that differs."""

    def figures(line: RevisedLine) -> str:
        unit = labels.unit(line.unit, line.quantity)
        return _(
            "{quantity} at {price}",
            quantity=f"{say.quantity(line.quantity, locale)} {unit}".strip(),
            price=say.price(line.unit_price, currency, locale),
        )

    if change.before is None or change.after is None:
        return _("Added") if change.before is None else _("Removed")
    before, after = figures(change.before), figures(change.after)
    words = after if before == after else f"{before}{_ARROW}{after}"
    described = change.before.description == change.after.description
    return words if described else " · ".join((words, _("described anew")))


def _amounts(change: Change, currency: str, locale: str) -> str:
    lines = [line for line in (change.before, change.after) if line]
    amounts = [say.money(line.total_minor, currency, locale) for line in lines]
    if len(lines) == 1:
        return f"\N{MINUS SIGN}{amounts[0]}" if change.after is None else f"+{amounts[0]}"
    return amounts[1] if amounts[0] == amounts[1] else _ARROW.join(amounts)
