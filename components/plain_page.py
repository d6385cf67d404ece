"""Whole pages that stand beside the portal's screens: one card under the business's brand."""

from streamlit import config

from components import index_page
from components.ui import brand as branding
from components.ui import cards
from components.ui.markup import Markup, join, said, tag
from portal_data.business import brand
from portal_data.text import language

_THEMES = ("light", "dark")


def whole(root: str, title: str, text: str, *ways: Markup, inside: Markup | None = None) -> str:
    """Return the HTML of a page that says something, has more `inside`, and offers ways on.

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
        cards.empty(title, text, tall=True),
        inside,
        tag("div", *ways, class_="pt-ways") if ways else None,
        class_="pt-card",
    )
    named = "pt-business named" if shown.logo and shown.logo.wide else "pt-business"
    head = join(
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{title} \u00b7 {shown.name}"),
        tag("link", rel="icon", href=_icon(shown, root)),
        tag("link", rel="stylesheet", href=root + index_page.stylesheet()),
        Markup(f"<style>{styles}</style>"),
    )
    business = tag("div", branding.mark(shown, root), said(shown.name, "h1"), class_=named)
    body = tag("body", tag("main", business, card, class_="pt-missing"), class_="stApp")
    page = tag("html", tag("head", head), body, lang=language.current())
    return f"<!doctype html>{page}"


def _icon(shown: brand.Brand, root: str) -> str:
    address = branding.icon(shown)
    return root + address[1:] if address.startswith("/") else address
