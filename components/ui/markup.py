"""HTML that cannot forget to escape: every text becomes markup only through `tag`."""

from html import escape

from portal_data.text.language import counted


class Markup(str):
    """HTML made by `tag`. Any other string is text and gets escaped."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Return itself for `st.html`, which would look for a file of that name otherwise."""
        return self


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return the element `name` around its children.

    Children that are Markup stay as they are, lists are joined, None is left out, everything else
    is escaped text. `class_` writes `class`, underscores elsewhere become hyphens (`aria_label`),
    and an attribute of None is left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{_inner(children)}</{name}>")


def join(*children: object) -> Markup:
    """Return children side by side, with the rules of `tag`."""
    return Markup(_inner(children))


def said(text: object, name: str = "span", **attributes: object) -> Markup:
    """Return what a person wrote, in its own direction and apart from the text around it."""
    return tag(name, text, dir="auto", **attributes)


def lines(text: str | list[str], **attributes: object) -> Markup:
    """Return several lines of what people wrote, each in its own direction."""
    each = text.splitlines() if isinstance(text, str) else text
    return join(*(said(line, "div", **attributes) for line in each))


def filled(text: str, /, **parts: object) -> Markup:
    """Return a translated text with markup in its `{places}`; all else in it is escaped text."""
    return Markup(_inner(text).format(**{name: _inner(part) for name, part in parts.items()}))


def filled_count(number: int, one: str, many: str, /, **parts: object) -> Markup:
    """Return how many of something there are, as `counted` does, with markup in its `{places}`."""
    return filled(counted(number, one, many, **{name: f"{{{name}}}" for name in parts}), **parts)


_VOID = {"br", "hr", "img", "input", "link", "wbr"}


def _inner(children: object) -> str:
    if children is None:
        return ""
    if isinstance(children, Markup):
        return children
    if isinstance(children, list | tuple):
        return "".join(_inner(child) for child in children)
    return escape(str(children))
