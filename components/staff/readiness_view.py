"""What a business should see to before it invites its customers, step by step."""

from collections.abc import Sequence

from components.ui import cards, links
from components.ui.markup import Markup, join, said, tag
from portal_data.business.readiness import Step


def reminder(steps: Sequence[Step]) -> Markup | None:
    """Return a line that leads to what is still needed; None when nothing is."""
    missing = [step for step in steps if step.needed and not step.done]
    if not missing:
        return None
    thing = "1 thing" if len(missing) == 1 else f"{len(missing)} things"
    message = join(tag("b", f"{thing} to see to"), " before you invite customers.")
    line = cards.attention(message, "Getting ready", links.page("readiness"))
    return tag("div", line, class_="pt-calm")


def summary(steps: Sequence[Step]) -> Markup:
    """Return how far one is."""
    done = sum(step.done for step in steps)
    left = sum(step.needed and not step.done for step in steps)
    words = f"{left} still needed." if left else "Nothing needed is missing: invite your customers."
    return cards.sub(f"{done} of {len(steps)} done. {words}")


def group(steps: Sequence[Step]) -> Markup:
    """Return steps below each other, what is open first."""
    ordered = sorted(steps, key=lambda step: step.done)
    return tag("div", cards.rows([_row(step) for step in ordered]), class_="pt-whole pt-steps")


def _row(step: Step) -> Markup:
    picture = cards.icon("check_circle") if step.done else cards.icon("radio_button_unchecked")
    icon = tag("span", picture, class_="done" if step.done else "open")
    if step.done:
        return cards.row(join(step.title, tag("span", " (done)", class_="pt-unseen")), before=icon)
    below = [tag("small", step.text)]
    below += [tag("small", said(detail)) for detail in step.details]
    ways = [
        cards.link(said(place.label), links.page(place.screen, **dict(place.parameters)))
        for place in step.places
    ]
    if ways:
        below.append(tag("div", ways, class_="ways"))
    return join(icon, tag("div", tag("span", step.title), *below, class_="grow"))
