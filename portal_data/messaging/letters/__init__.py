"""Letters: the files that mails are written from, in the language that is written now.

A letter has blocks: its subject, its body of paragraphs and, where it has one, its link's label.
`layout.*.jinja` is what stands around every letter, in plain text and in HTML.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal_data.text.language import _, counted

FOLDER = Path(__file__).parent

_FILES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=select_autoescape(["html.jinja"], default=False),
    undefined=StrictUndefined,  # a value that is missing must not become a gap in a sentence
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_FILES.globals = {"_": _, "counted": counted}
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says; an empty line stands between paragraphs of the body."""

    subject: str
    body: str
    label: str | None


def write(name: str, values: Mapping[str, Any]) -> Letter:
    """Return a letter with its values, which are text and nothing else."""
    template = _FILES.get_template(f"{name}.jinja")
    context = template.new_context(dict(values))
    parts = {block: "".join(draw(context)) for block, draw in template.blocks.items()}
    return Letter(
        " ".join(parts["subject"].split()),
        _GAPS.sub("\n\n", parts["body"].strip()),
        parts.get("label", "").strip() or None,
    )


def lay_out(kind: str, values: Mapping[str, Any]) -> str:
    """Return a whole mail as `txt` or `html`, with every value escaped as that needs."""
    return _FILES.get_template(f"layout.{kind}.jinja").render(values).strip() + "\n"
