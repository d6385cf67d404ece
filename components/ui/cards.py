"""The pieces screens are made of, as markup: heads, cards, figures, timelines, facts, empty states.

One `draw` call draws many of them: every element that Streamlit handles costs time in each run.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from components.ui import format as say
from components.ui.downloads import File
from components.ui.markup import Markup, join, lines, said, tag
from portal_data.text.language import _, counted


@dataclass(frozen=True, slots=True)
class Figure:
    """A labelled amount: tone is `bad`, `good`, `none` (nothing there) or empty."""

    label: str
    value: str
    note: str = ""
    tone: str = ""
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a timeline."""

    words: object
    when: str
    detail: str = ""
    amount: str = ""


def draw(*parts: Markup | None) -> None:
    """Draw markup; `tag` has escaped every value in it."""
    st.html(join(*parts))


def link(label: object, href: str, *, class_: str = "pt-link") -> Markup:
    """Return a link to another screen of the portal."""
    return tag("a", label, class_=class_, href=href, data_turn="page")


def opened(label: object, href: str, *, class_: str = "pt-link") -> Markup:
    """Return a link to a document, which opens in a new tab."""
    return tag("a", label, class_=class_, href=href, target="_blank", rel="noopener")


def icon(name: str) -> Markup:
    """Return a Material symbol that says nothing by itself."""
    return tag("span", name, class_="pt-icon", translate="no", aria_hidden="true")


def head(title: str, *below: Markup | None, back: tuple[str, str] | None = None) -> Markup:
    """Return a page's title with what stands below it, and a way back as (label, address)."""
    way = link(join(icon("arrow_back"), back[0]), back[1], class_="pt-back") if back else None
    return tag("header", way, said(title, "h1"), *below, class_="pt-head")


def sub(text: object) -> Markup:
    """Return a quieter line below a title or a figure."""
    return tag("p", text, class_="pt-sub")


def title(text: str) -> Markup:
    """Return the title of a card."""
    return tag("h2", text, class_="pt-title")


def card(name: str, *inside: Markup | None, leads: tuple[str, str] | None = None) -> Markup:
    """Return a card with its title, and beside it where more stands as (label, address)."""
    head = title(name) if name else None
    if head and leads:
        head = tag("div", head, link(*leads), class_="pt-between")
    return tag("section", head, *inside, class_="pt-card")


def grid(*columns: Markup, class_: str = "") -> Markup:
    """Return columns that stand below each other on a phone."""
    return tag("div", *columns, class_=f"pt-grid {class_}".strip())


def stack(*below: Markup | None) -> Markup:
    """Return parts below each other."""
    return tag("div", *below, class_="pt-stack")


def documents(pdf: str, files: Sequence[File] = ()) -> Markup:
    """Return the buttons that print the screen, which is then the document alone, and open its PDF.

    `files` are in a menu.
    """
    return tag(
        "div",
        tag("button", icon("print"), _("Print"), class_="pt-button", type="button", data_print=""),
        opened(join(icon("picture_as_pdf"), "PDF"), pdf, class_="pt-button"),
        _menu(files) if files else None,
        class_="pt-actions",
    )


def _menu(files: Sequence[File]) -> Markup:
    """Return the button that opens the choice of files to download."""
    button = tag("summary", icon("download"), _("Download"), class_="pt-button")
    each = [tag("a", file.label, tag("small", file.note), href=file.href, download="")
            for file in files]  # fmt: skip
    return tag("details", button, tag("div", each, class_="menu"), class_="pt-menu", data_menu="")


def views(choices: Iterable[tuple[str, str, bool]]) -> Markup:
    """Return the views of one thing as (label, address, whether it is the current one)."""
    each = [
        tag("a", label, href=href, data_turn="page", aria_current="page" if current else None)
        for label, href, current in choices
    ]
    return tag("nav", each, class_="pt-views", aria_label=_("Views"))


def tabs(label: str, screens: Iterable[tuple[str, str]], current: str) -> Markup:
    """Return screens of one kind side by side as (label, address); `current` is where one is."""
    each = [
        tag(
            "a", name, href=href, data_turn="page", aria_current="page" if href == current else None
        )
        for name, href in screens
    ]
    return tag("nav", each, class_="pt-tabs", aria_label=label)


def email(address: str | None) -> Markup | None:
    """Return an e-mail address, which goes on in the next line behind its @ where it must."""
    if not address:
        return None
    name, at, host = address.partition("@")
    return said(join(name, at, tag("wbr"), host))


def pills(statuses: Iterable[tuple[str, str]]) -> Markup:
    """Return statuses as (text, tone) side by side."""
    each = [tag("span", text, class_=f"pt-pill {tone}") for text, tone in statuses]
    return tag("div", each, class_="pt-pills")


def banner(text: str) -> Markup:
    """Return the business's message to its customers."""
    return said(text, "div", class_="pt-banner", role="note")


def wrong(refused: Iterable[str]) -> Markup:
    """Return what is to be said of an address that asks for what there is not."""
    return tag("p", " ".join(refused), class_="pt-wrong", role="status")


def attention(message: Markup, label: str, href: str) -> Markup:
    """Return what cannot wait, with the way to it."""
    button = link(label, href, class_="pt-button main")
    return tag("div", tag("span", message), button, class_="pt-attention", role="status")


def figure(given: Figure) -> Markup:
    """Return one figure, a link where it leads somewhere."""
    inner = (
        tag("div", given.label, class_="label"),
        tag("div", given.value, class_="value"),
        tag("div", given.note, class_="note") if given.note else None,
    )
    name = f"pt-figure {given.tone}".strip()
    if given.href:
        return tag("a", *inner, class_=name, href=given.href, data_turn="page")
    return tag("div", *inner, class_=name)


def bar(done: int, total: int, words: str, *, pending: int = 0) -> Markup:
    """Return how much of a total is done, with what is on its way.

    `words` say what done is, with its `{percent}`.
    """
    share = done * 100 // total if total else 100
    moving = pending * 100 // total if total else 0
    return tag(
        "div",
        tag("i", style=f"width: {share}%"),
        tag("i", class_="pending", style=f"width: {moving}%") if moving else None,
        class_="pt-bar",
        role="img",
        aria_label=words.format(percent=say.percent(share)),
    )


def hero(given: Figure) -> Markup:
    """Return the one figure that matters most; long amounts are set smaller."""
    size = "value long" if len(given.value) > 13 else "value"
    return tag(
        "div",
        tag("div", given.label, class_="label"),
        tag("div", given.value, class_=size),
        tag("div", given.note, class_="note") if given.note else None,
        class_="pt-hero",
    )


def figures(given: Sequence[Figure]) -> Markup:
    """Return figures side by side."""
    return tag("div", [figure(each) for each in given], class_="pt-figures")


def empty(words: str, text: str, *, tall: bool = False) -> Markup:
    """Return a kind word where there is nothing yet."""
    return tag("div", tag("b", words), text, class_="pt-empty tall" if tall else "pt-empty")


def timeline(happenings: Iterable[Happening]) -> Markup:
    """Return what happened, in the order given."""
    items = []
    for each in happenings:
        amount = tag("span", each.amount, class_="pt-num") if each.amount else None
        detail = (said(each.detail), " · ") if each.detail else None
        words = tag("span", each.words)
        below = tag("div", detail, each.when, class_="more")
        items.append(tag("li", tag("div", words, amount, class_="head"), below))
    return tag("ul", items, class_="pt-timeline")


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """Return labels and values: text of several lines or markup; what is empty is left out."""
    rows = []
    for label, value in pairs:
        if value:
            shown = value if isinstance(value, Markup) else lines(str(value))
            rows += [tag("dt", label), tag("dd", shown)]
    return tag("dl", rows, class_="pt-facts")


def rows(items: Iterable[Markup]) -> Markup:
    """Return simple rows, one below the other."""
    return tag("ul", [tag("li", item) for item in items], class_="pt-rows")


def more(items: Sequence[Markup]) -> Markup | None:
    """Return further rows behind *View more*; None when there are none."""
    if not items:
        return None
    button = tag("summary", _("View more"), class_="pt-link")
    return tag("details", button, rows(items), class_="pt-more")


def row(
    words: object, note: object = "", *, before: Markup | None = None, after: Markup | None = None
) -> Markup:
    """Return the inside of one of `rows`: words with a note below, something before and after."""
    text = tag("div", said(words), said(note, "small") if note else None, class_="grow")
    return join(before, text, after)


def when(value: date, today: date, locale: str) -> str:
    """Return a day with how far it is, when it is near: 18 Nov 2026 (2 days ago)."""
    shown = say.day(value, locale)
    if abs((value - today).days) >= 14:
        return shown
    return _("{day} ({ago})", day=shown, ago=say.ago(value, today))


def stars(rating: int) -> Markup:
    """Return a rating from one to five as stars."""
    drawn, rest = ([icon("star") for _each in range(count)] for count in (rating, 5 - rating))
    said = counted(rating, "{count} of 5 stars", "{count} of 5 stars")
    return tag(
        "span", drawn, tag("span", rest, class_="rest"), class_="pt-stars", role="img",
        aria_label=said,
    )  # fmt: skip
