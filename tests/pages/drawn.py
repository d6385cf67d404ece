"""Every text that a run of the UI script draws, wherever it stands: for tests of translations."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

_ATTRIBUTES = {"alt", "aria-label", "data-label", "placeholder", "title"}
"""Attributes that people read or hear."""
_UNREAD = {"style", "script"}
_NAMES = {
    "autocomplete", "color", "element_id", "form_id", "format", "fragment_id", "href", "icon", "id",
    "key", "language", "mime_type", "page", "page_script_hash", "query_param_key", "tag", "tone",
    "type", "url",
}  # fmt: skip
"""Fields of Streamlit's messages whose texts nobody reads."""
_DATA = {"currency", "href", "key", "parameter", "place", "shapes", "sorted", "tone"}
"""Values of a list's data that nobody reads."""
_FILLED_LATER = re.compile(r"\{(amount|count|number|numbers)\}")
"""Places in the words of a list that the browser fills."""
_CHART = {"hovertemplate", "name", "text", "texttemplate", "ticktext", "title", "x", "y"}
"""Parts of a chart that hold words; dates on an axis are ISO dates for Plotly."""


class _Reader(HTMLParser):
    """Collects the texts of HTML, but the names of symbols."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [value for name, value in attrs if name in _ATTRIBUTES and value]
        unread = tag in _UNREAD or "pt-icon" in (given.get("class") or "").split()
        if tag not in ("br", "hr", "img", "link", "wbr", "input"):
            self._open.append((tag, unread))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(unread for _tag, unread in self._open):
            self.texts.append(data)


def texts(app: AppTest) -> list[str]:
    """Return every text of a run that people can read or hear."""
    return [text for text in _of_block(app._tree) if text.strip()]


def _of_block(block: Any) -> Iterator[str]:
    proto = getattr(block, "proto", None)
    if isinstance(proto, Message):
        yield from _of_message(proto)
    for child in getattr(block, "children", {}).values():
        yield from _of_block(child)


def _of_message(message: Message) -> Iterator[str]:
    name = message.DESCRIPTOR.name
    if name == "Html":
        yield from of_html(message.body)  # type: ignore[attr-defined]
    elif name == "BidiComponent":
        if message.component_name == "record_list":  # type: ignore[attr-defined]
            yield from _of_data(json.loads(message.json))  # type: ignore[attr-defined]
    elif name == "PlotlyChart":
        yield message.alt  # type: ignore[attr-defined]
        yield from _of_chart(json.loads(message.spec))  # type: ignore[attr-defined]
    else:
        for field, value in message.ListFields():
            if field.name not in _NAMES:
                yield from _of_value(value)


def _of_value(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Message):
        yield from _of_message(value)
    elif not isinstance(value, bytes | int | float):
        for each in value:
            yield from _of_value(each)


def of_html(body: str) -> list[str]:
    """Return the texts of HTML that people can read or hear."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    return reader.texts


def _of_data(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield _FILLED_LATER.sub("", data)
    elif isinstance(data, list):
        for each in data:
            yield from _of_data(each)
    elif isinstance(data, dict):
        for name, value in data.items():
            if name not in _DATA:
                yield from _of_data(value)


def _of_chart(part: Any, read: bool = False) -> Iterator[str]:
    if isinstance(part, str) and read:
        yield from of_html(re.sub(r"%\{[^}]*\}", "", part))
    elif isinstance(part, list):
        for each in part:
            yield from _of_chart(each, read)
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _of_chart(value, name in _CHART)
