"""What stands at addresses that are not there: inside the portal, and as a page of its own."""

from components import plain_page
from components.ui import address, cards, links
from components.ui.markup import tag
from portal_data.kinds import KINDS
from portal_data.text.language import N_, _

_TITLE = N_("Page not found")
_TEXT = N_("The address may be mistyped, or the page has moved.")
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
        way = (_("Home"), links.page(""))
        _draw(_(_TITLE), _("We cannot show this page"), _(_TEXT), way)


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
    way = cards.link(_("Home"), root, class_="pt-button main")
    return plain_page.whole(root, _(_TITLE), _(_TEXT), way)


def _signed_in_already() -> bool:
    """Draw the way on from the screens that help to sign in; False at any other address."""
    if address.screen() == "email_link":
        words, text = _("You are signed in"), _("There is nothing more to do.")
        _draw(_("Sign in by e-mail"), words, text, (_("Home"), links.page("")))
        return True
    if address.screen() != "forgotten":
        return False
    text = _("To choose another password, go to Security.")
    way = (_("Security"), links.page("security"))
    _draw(_("Forgotten password"), _("You are signed in"), text, way)
    return True


def _draw(title: str, words: str, text: str, way: tuple[str, str]) -> None:
    ways = tag("div", cards.link(*way, class_="pt-button main"), class_="pt-ways")
    cards.draw(cards.head(title), cards.card("", cards.empty(words, text, tall=True), ways))
