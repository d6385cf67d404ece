"""What the pages of all public links have: whose they are, until when they work, and no more."""

from datetime import datetime, timedelta

from components.ui import brand as branding
from components.ui import cards
from components.ui import format as say
from components.ui.markup import Markup, said, tag
from portal_data.business import brand
from portal_data.business.organisation import Organisation
from portal_data.text.language import _


def letterhead() -> Markup:
    """Return the name and the mark of the business."""
    business = brand.current()
    named = "pt-business named" if business.logo and business.logo.wide else "pt-business"
    return tag("div", branding.mark(business), said(business.name, "b"), class_=named)


def last_day(expires_at: datetime, business: Organisation) -> str:
    """Return the last day on which a link works."""
    return say.day(business.day_of(expires_at - timedelta(seconds=1)), business.locale)


def draw_dead() -> None:
    """Draw the one page of all links that open nothing."""
    text = _("It may have ended or been cut off. Ask for another one.")
    draw_nothing(_("This link is not valid"), text)


def draw_wait(refusal: object) -> None:
    """Draw the page for a network that tried too many links."""
    draw_nothing(_("Please wait"), str(refusal))


def draw_nothing(title: str, text: str) -> None:
    """Draw a page that says something and shows nothing."""
    cards.draw(letterhead(), cards.card("", cards.empty(title, text, tall=True)))
