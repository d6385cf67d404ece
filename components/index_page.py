"""The page that every screen is drawn in: Streamlit's own index.html, made the portal's.

Streamlit's page loads a font that the portal does not use, looks for the server below every
screen's address first, which browsers log as errors, and has no style before the first run has sent
one. Here it knows its server, has the portal's styles from its first frame, and keeps the place of
the navigation for whoever is signed in.
"""

import hashlib
import re
from pathlib import Path

from components.markup import Markup, tag

STATIC = Path(__file__).parent / "static"
_FONTS = ("inter-latin-wght-normal.woff2", "material-symbols-rounded.woff2")

# Addresses are relative, because the portal may live under any path. Whose messages were obeyed in
# a frame of another page is said too: Streamlit's own list names domains that are not ours.
_SERVER = (
    'window.__streamlit={BACKEND_BASE_URL:new URL("./",location.href).href,'
    "HOST_CONFIG:{allowedOrigins:[location.origin],useExternalAuthToken:false}}"
)
# Streamlit loads its whole icon font at once, for the few icons of portal.css's own.
_ICONS = (
    "{const load=document.fonts.load.bind(document.fonts);document.fonts.load=(font,...text)=>"
    'font.includes("Material Symbols")?Promise.resolve([]):load(font,...text)}'
)
_ROOT = '<div id="root"></div>'
_UNUSED = (
    r'<link\s+rel="preload"[^>]*SourceSans[^>]*>',
    r'<link rel="service-desc"[^>]*>',
    r"<!--(?!\s*Copyright).*?-->",
)


def page(index_html: str, *, signed_in: bool) -> str:
    """Return the portal's page for browsers with or without a sign-in.

    Raises ValueError when `index_html` is not the page that this was written for.
    """
    style = _versioned("portal.css")
    preloads = [tag("link", rel="preload", href=style, as_="style")]
    for name in _FONTS:
        font = f"./app/static/fonts/{name}"
        preloads.append(
            tag("link", rel="preload", href=font, as_="font", type="font/woff2", crossorigin="")
        )
    server = tag("script", Markup(f"{_SERVER};{_ICONS}"))
    made = index_html
    for pattern in _UNUSED:
        made = _replaced(pattern, "", made)
    made = _replaced("<title>.*?</title>", tag("title", "Customer portal"), made)
    made = _replaced("</title>", f"</title>{server}{''.join(preloads)}", made)
    made = _replaced(
        "<noscript>.*?</noscript>",
        tag("noscript", tag("p", "The portal needs JavaScript. Please switch it on.")),
        made,
    )
    # after the root, so that of rules equally specific the portal's win over Streamlit's
    made = _replaced(re.escape(_ROOT), _ROOT + tag("link", rel="stylesheet", href=style), made)
    if signed_in:
        made = _replaced('<html lang="en">', '<html lang="en" data-signed-in>', made)
    return made


def _versioned(name: str) -> str:
    """Return the address of a file in static/ that changes with its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"./app/static/{name}?v={digest[:12]}"


def _replaced(pattern: str, by: str, text: str) -> str:
    made, count = re.subn(pattern, lambda _: by, text, flags=re.DOTALL)
    if not count:
        raise ValueError(f"Streamlit's index.html has no {pattern} any more.")
    return made
