"""The business's brand around every screen: its name, logo and colour."""

from functools import lru_cache
from html import escape
from urllib.parse import quote

import streamlit as st
from streamlit import config

from components.ui import format as say
from components.ui import links
from components.ui.markup import Markup, tag
from portal_data.business import brand, colours, organisation
from portal_data.business.brand import Brand
from portal_data.scope import Scope, Staff

_PRIMARY = {theme: f"theme.{theme}.primaryColor" for theme in ("light", "dark")}
_LINK = {theme: f"theme.{theme}.linkColor" for theme in ("light", "dark")}
_OWN_COLOURS = {
    option: config.get_option(option) for option in (*_PRIMARY.values(), *_LINK.values())
}


# twice the class: the stylesheet stands later in the page, and of equals the last one wins
_OVER_STYLESHEET = ".stApp.stApp"


def of(who: Scope | Staff | None) -> Brand:
    """Return the brand as somebody, or nobody, sees it."""
    return brand.of(organisation.get(who)) if who else brand.current()


def icon(shown: Brand) -> str:
    """Return the address of a square picture of the business, for the browser's tab."""
    logo = shown.logo
    if logo and 4 * abs(logo.width - logo.height) <= logo.height:
        return f"/{links.logo(logo.sha256)}"
    return _initials(shown)


def draw(shown: Brand, *, lit: str | None) -> None:
    """Draw the logo or the name's mark over the navigation, and keep the entry `lit` lit."""
    logo = shown.logo
    st.logo(f"/{links.logo(logo.sha256)}" if logo else _initials(shown),
            size="large" if logo else "medium")  # fmt: skip
    beside = "" if logo and logo.wide else shown.name
    plate = " --logo-plate: var(--plate);" if logo else ""
    styles = f"{_OVER_STYLESHEET} {{ --business: {_css_text(beside)};{plate} }}"
    if lit is not None:
        styles += (
            f' [data-testid="stSidebarNavLink"][href$="/{lit}"]'
            " { background: light-dark(#f1f3f7, #1c212b); font-weight: 600; }"
        )
    st.html(Markup(f"<style>{styles}</style>"))


def paint(shown: Brand) -> None:
    """Give the stylesheet and Streamlit's own elements the business's colour."""
    shades = shown.shades
    wanted = dict(_OWN_COLOURS)
    if shades:
        wanted |= {_PRIMARY["light"]: shades.light_fill, _PRIMARY["dark"]: shades.dark_fill,
                   _LINK["light"]: shades.light_text, _LINK["dark"]: shades.dark_text}  # fmt: skip
        st.html(Markup(f"<style>{styles(shown)}</style>"))
    for option, colour in wanted.items():
        if config.get_option(option) != colour:
            # for the whole process, as the business is; a browser takes it with its next run
            config.set_option(option, colour)


def painted() -> tuple[object, ...]:
    """Return the colours that `paint` has given to Streamlit's own elements."""
    return tuple(config.get_option(option) for option in _OWN_COLOURS)


def mark(shown: Brand, root: str = "") -> Markup:
    """Return the logo, or the name's initials, as a picture that says nothing by itself.

    `root` is the portal's own path, for pages that stand elsewhere than the screens do.
    """
    if shown.logo:
        return tag("img", class_="pt-logo", src=root + links.logo(shown.logo.sha256), alt="")
    return tag("img", class_="pt-initials", src=_initials(shown), alt="")


def styles(shown: Brand) -> str:
    """Return the styles that give the stylesheet the business's colour; none for its own one."""
    return f"{_OVER_STYLESHEET} {{ {_variables(shown.shades)} }}" if shown.shades else ""


def _variables(shades: colours.Shades) -> str:
    return (
        f"--brand: light-dark({shades.light_text}, {shades.dark_text});"
        f" --brand-fill: light-dark({shades.light_fill}, {shades.dark_fill});"
        f" --brand-soft: light-dark({shades.light_soft}, {shades.dark_soft});"
    )


@lru_cache(maxsize=8)
def _initials(shown: Brand) -> str:
    """Return the name's initials on the business's colour as the address of a picture."""
    colour = shown.shades.light_fill if shown.shades else colours.DEFAULT
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">'
        f'<rect width="32" height="32" rx="9" fill="{colour}"/><text x="16" y="21" fill="#fff" '
        'font-family="Inter,system-ui,sans-serif" font-size="14" font-weight="650" '
        f'text-anchor="middle">{escape(say.initials(shown.name))}</text></svg>'
    )
    return f"data:image/svg+xml,{quote(picture)}"


def _css_text(text: str) -> str:
    """Return text as a CSS string in which every character but letters and digits is a code."""
    safe = "".join(
        letter if letter.isascii() and letter.isalnum() else f"\\{ord(letter):06x}"
        for letter in text
    )
    return f'"{safe}"'
