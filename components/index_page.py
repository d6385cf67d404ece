"""The page that every screen is drawn in: Streamlit's own index.html, made the portal's.

Streamlit's page loads a font that the portal does not use, looks for the server below every
screen's address first, which browsers log as errors, and has no style before the first run has sent
one. Here it knows its server, has the portal's styles from its first frame, keeps the place of the
navigation for whoever is signed in, and follows links without being loaded anew (navigator.js,
transition.js).
"""

import hashlib
import re
from pathlib import Path

from components.ui.markup import Markup, tag

STATIC = Path(__file__).parent / "static"
_SCRIPTS = ("navigator.js", "transition.js")
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


# The elements of a first screen, which Streamlit else looks for one after the other.
_ELEMENTS = ("Html", "purify.es", "BidiComponent")
_ELEMENTS_SIGNED_OUT = ("TextInput", "PageLink")
_ELEMENTS_SIGNED_IN = ("MenuButton", "Button", "ButtonGroup")
_IMPORT = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')


def page(client: Path, *, signed_in: bool) -> str:
    """Return the portal's page for browsers with or without a sign-in.

    `client` is the folder of Streamlit's index.html. Raises ValueError when that is not the page
    that this was written for.
    """
    index_html = (client / "index.html").read_text(encoding="utf-8")
    style = f"./{stylesheet()}"
    scripts = [tag("script", type="module", src=f"./{_address(name)}") for name in _SCRIPTS]
    preloads = [tag("link", rel="preload", href=style, as_="style")]
    for name in _FONTS:
        font = f"./app/static/fonts/{name}"
        preloads.append(
            tag("link", rel="preload", href=font, as_="font", type="font/woff2", crossorigin="")
        )
    elements = _ELEMENTS + (_ELEMENTS_SIGNED_IN if signed_in else _ELEMENTS_SIGNED_OUT)
    for script in _scripts(client / "static" / "js", elements):
        if script not in index_html:
            address = f"./static/js/{script}"
            preloads.append(tag("link", rel="modulepreload", href=address, crossorigin=""))
    server = tag("script", Markup(f"{_SERVER};{_ICONS}"))
    made = index_html
    for pattern in _UNUSED:
        made = _replaced(pattern, "", made)
    made = _replaced("<title>.*?</title>", tag("title", "Customer portal"), made)
    made = _replaced("</title>", f"</title>{server}{''.join([*preloads, *scripts])}", made)
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


def stylesheet() -> str:
    """Return the address of portal.css below the portal's own, which changes with its content."""
    return _address("portal.css")


def _address(name: str) -> str:
    """Return the address of a file in static/, with a version that is a hash of its content."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"app/static/{name}?v={digest[:12]}"


def _scripts(folder: Path, elements: tuple[str, ...]) -> list[str]:
    """Return the names of the scripts of elements and of all that these import."""
    found: list[str] = []
    waiting = []
    for element in elements:
        names = [file.name for file in folder.glob(f"{element}.*.js")]
        if len(names) != 1:
            raise ValueError(f"Streamlit has no single script of {element} any more.")
        waiting += names
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting += _IMPORT.findall((folder / name).read_text(encoding="utf-8"))
    return found


def _replaced(pattern: str, by: str, text: str) -> str:
    made, count = re.subn(pattern, lambda _: by, text, flags=re.DOTALL)
    if not count:
        raise ValueError(f"Streamlit's index.html has no {pattern} any more.")
    return made
