"""The page behind the link in mails that stops mails of one kind: it asks, then says it is done."""

from components import plain_page
from components.ui import cards
from components.ui.markup import tag
from portal_data.text.language import _


def page(root: str, what: str | None, *, done: bool) -> str:
    """Return the HTML of the page; `what` the link stops, None for a link that is not ours.

    Programs that look into mails follow links, so that only the button does something.
    """
    home = cards.link(_("Open the portal"), f"{root}notification_settings", class_="pt-button")
    if what is None:
        text = _("It may be cut off, or from an older mail. Sign in to choose what you are mailed.")
        return plain_page.whole(root, _("This link is not valid"), text, home)
    if done:
        text = _(
            "You get no more mails of this kind: {topic}. In the portal you can choose again.",
            topic=what,
        )
        return plain_page.whole(root, _("Stopped"), text, home)
    button = tag("button", _("Stop these mails"), class_="pt-button main", type="submit")
    text = _("We will mail you no more of this kind: {topic}. All else stays as it is.", topic=what)
    form = tag("form", button, method="post")
    return plain_page.whole(root, _("Stop these mails?"), text, form)
