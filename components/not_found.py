"""What stands at addresses that are not there: inside the portal, and as a page of its own."""

from streamlit import config

from components import index_page
from components.ui import address, cards, links
from components.ui import brand as branding
from components.ui.markup import Markup, join, said, tag
from portal_data.business import brand
from portal_data.kinds import KINDS

_THEMES = ("light", "dark")
_TITLE = "Page not found"
_TEXT = "The address may be mistyped, or the page has moved."
_OF_CUSTOMERS = {
    **{kind.path: kind.plural for kind in KINDS.values()},
    "account": "Account details",
    "projects": "Projects",
    "statements": "Statements",
    "timesheets": "Timesheets",
}
"""Screens that only customers have, as staff call what they show."""


def draw_for_customers() -> None:
    """Draw what a customer sees at an address that is not for customers."""
    if not _signed_in_already():
        _draw(_TITLE, "We cannot show this page", _TEXT, ("Home", links.page("")))


def draw_for_staff() -> None:
    """Draw what staff see at an address that is not for staff: where a customer's screen leads."""
    shown = _OF_CUSTOMERS.get(address.screen())
    customers = ("Customers", links.page(""))
    if shown:
        text = "At this address each customer sees its own. Choose the customer first."
        _draw(shown, f"{shown} open from a customer", text, customers)
    elif not _signed_in_already():
        _draw(_TITLE, "We cannot show this page", _TEXT, customers)


def page(root: str) -> str:
    """Return the HTML of the whole page for addresses that nobody has.

    It bears the brand, which everybody may see. `root` is the portal's own path, with a slash at
    its end.
    """
    shown = brand.current()
    light, dark = (config.get_option(f"theme.{each}.backgroundColor") for each in _THEMES)
    styles = (
        "body { margin: 0; min-height: 100vh; color-scheme: light dark;"
        f" font: 15px/1.5 'Source Sans', sans-serif; background: light-dark({light}, {dark}); }}"
        f"{branding.styles(shown)}"
    )
    card = tag(
        "section",
        cards.empty(_TITLE, _TEXT, tall=True),
        tag("div", cards.link("Home", root, class_="pt-button main"), class_="pt-ways"),
        class_="pt-card",
    )
    named = "pt-business named" if shown.logo and shown.logo.wide else "pt-business"
    head = join(
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{_TITLE} \u00b7 {shown.name}"),
        tag("link", rel="icon", href=_icon(shown, root)),
        tag("link", rel="stylesheet", href=root + index_page.stylesheet()),
        Markup(f"<style>{styles}</style>"),
    )
    business = tag("div", branding.mark(shown, root), said(shown.name, "h1"), class_=named)
    body = tag("body", tag("main", business, card, class_="pt-missing"), class_="stApp")
    return f'<!doctype html><html lang="en"><head>{head}</head>{body}</html>'


def _icon(shown: brand.Brand, root: str) -> str:
    address = branding.icon(shown)
    return root + address[1:] if address.startswith("/") else address


def _signed_in_already() -> bool:
    """Draw the way on from the screen of a forgotten password; False at any other address."""
    if address.screen() != "forgotten":
        return False
    text = "To choose another password, go to Security."
    _draw("Forgotten password", "You are signed in", text, ("Security", links.page("security")))
    return True


def _draw(title: str, words: str, text: str, way: tuple[str, str]) -> None:
    ways = tag("div", cards.link(*way, class_="pt-button main"), class_="pt-ways")
    cards.draw(cards.head(title), cards.card("", cards.empty(words, text, tall=True), ways))
