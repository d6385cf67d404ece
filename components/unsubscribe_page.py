"""The page behind the link in mails that stops mails of one kind: it asks, then says it is done."""

from components import plain_page
from components.ui import cards
from components.ui.markup import tag


def page(root: str, what: str | None, *, done: bool) -> str:
    """Return the HTML of the page; `what` the link stops, None for a link that is not ours.

    Programs that look into mails follow links, so that only the button does something.
    """
    home = cards.link("Open the portal", f"{root}notification_settings", class_="pt-button")
    if what is None:
        text = "It may be cut off, or from an older mail. Sign in to choose what you are mailed."
        return plain_page.whole(root, "This link is not valid", text, home)
    if done:
        text = f"You get no more mails of this kind: {what}. In the portal you can choose again."
        return plain_page.whole(root, "Stopped", text, home)
    button = tag("button", "Stop these mails", class_="pt-button main", type="submit")
    text = f"We will mail you no more of this kind: {what}. All else stays as it is."
    form = tag("form", button, method="post")
    return plain_page.whole(root, "Stop these mails?", text, form)
