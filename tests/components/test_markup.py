"""Markup escapes whatever people wrote, wherever it stands."""

from html.parser import HTMLParser

import pytest

from components.ui import cards
from components.ui.brand import _css_text
from components.ui.cards import Figure, Happening
from components.ui.markup import Markup, join, lines, said, tag
from tests.components.payloads import PAYLOADS


class Elements(HTMLParser):
    """Collects the elements, attributes and text that a browser would make of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("payload", PAYLOADS)
def test_text_stays_text(payload: str) -> None:
    made = Elements(tag("p", payload, title=payload))
    assert (made.elements, made.attributes, made.text) == (["p"], {"title"}, payload)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_pieces_let_no_element_in(payload: str) -> None:
    happening = Happening(payload, payload, payload, payload)
    pieces = join(
        cards.head(payload, cards.sub(payload), back=(payload, payload)),
        cards.banner(payload),
        cards.attention(join(payload), payload, payload),
        cards.figures([Figure(payload, payload, payload, href=payload)]),
        cards.hero(Figure(payload, payload, payload)),
        cards.timeline([happening]),
        cards.facts([(payload, payload)]),
        cards.rows([cards.row(payload, payload)]),
        cards.pills([(payload, "red")]),
        cards.card(payload, cards.empty(payload, payload)),
    )
    made = Elements(pieces)
    allowed = {"header", "a", "span", "h1", "h2", "p", "div", "b", "ul", "li", "dl", "dt", "dd"}
    assert set(made.elements) <= allowed | {"section", "small"}
    assert {name for name in made.attributes if name.startswith("on")} == set()


def test_children() -> None:
    assert tag("p", "a", None, ["b", tag("i", "c")], 4) == "<p>ab<i>c</i>4</p>"
    assert (
        tag("a", "x", class_="y", aria_label="z", href=None) == '<a class="y" aria-label="z">x</a>'
    )
    assert tag("br") == "<br>"
    assert isinstance(join("<", tag("b", ">")), Markup)
    assert join("<", tag("b", ">")) == "&lt;<b>&gt;</b>"


def test_people_are_read_in_their_own_direction() -> None:
    assert said("שלום") == '<span dir="auto">שלום</span>'
    assert lines("a\nb") == '<div dir="auto">a</div><div dir="auto">b</div>'


def test_empty_facts_are_left_out() -> None:
    assert "Phone" not in cards.facts([("Phone", None), ("E-mail", "a@b.example")])


@pytest.mark.parametrize("name", ['"; } body { display: none } /*', "Fern & Bloom", "北京 \\ '"])
def test_business_name_stays_inside_its_css_string(name: str) -> None:
    written = _css_text(name)
    inside = written[1:-1]
    assert written[0] == written[-1] == '"'
    assert not set(inside) & set("\"'{};/*<>&\n ")
    decoded = "".join(
        chr(int(part[:6], 16)) + part[6:] if i else part
        for i, part in enumerate(inside.split("\\"))
    )
    assert decoded == name
