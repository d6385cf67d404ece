"""A review as its author and staff read it: stars, words, and the answer."""

from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, lines, tag
from portal_data.business.organisation import Organisation
from portal_data.customers.reviews import Review
from portal_data.text.language import _


def review(written: Review, business: Organisation, by: Markup | None = None) -> Markup:
    """Return one review; `by` says who wrote it."""
    day = say.day(business.day_of(written.created_at), business.locale)
    pills = []
    if written.published_at:
        pills.append((_("Published"), "green"))
    elif written.may_publish:
        pills.append((_("May be published"), "gray"))
    return tag(
        "div",
        tag("div", cards.stars(written.rating), by, cards.sub(day), cards.pills(pills),
            class_="head"),
        tag("div", lines(written.body), class_="pt-text") if written.body else None,
        _answer(written, business),
        class_="pt-review",
    )  # fmt: skip


def _answer(written: Review, business: Organisation) -> Markup | None:
    if not written.reply or not written.replied_at:
        return None
    day = say.day(business.day_of(written.replied_at), business.locale)
    return tag(
        "div",
        cards.sub(_("Answered on {day}", day=day)),
        tag("div", lines(written.reply), class_="pt-text"),
        class_="reply",
    )
