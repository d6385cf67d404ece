"""The documents name all that people can set, open or type, and nothing that does not exist."""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from streamlit.proto.BackMsg_pb2 import BackMsg

from portal_data.__main__ import app
from portal_data.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS = {f"PORTAL_{name.upper()}" for name in Settings.model_fields}
# Read by the tests themselves, not by the portal.
TEST_VARIABLES = {"PORTAL_CHROMIUM", "PORTAL_TEST_DATA"}


def commands(command: typer.core.TyperGroup | typer.core.TyperCommand) -> Iterator[str]:
    """`import`, `staff create`, …: every command of the command line, as typed."""
    for name, child in getattr(command, "commands", {}).items():
        below = list(commands(child))
        yield from [f"{name} {rest}" for rest in below] if below else [name]


COMMANDS = set(commands(typer.main.get_command(app)))


def test_readme_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"PORTAL_[A-Z_]+[A-Z]", README))
    assert named - TEST_VARIABLES == SETTINGS


def test_readme_states_each_default() -> None:
    rows = dict(re.findall(r"^\| `(PORTAL_\w+)` \| (.*?) \|", README, re.MULTILINE))
    expected = {
        f"PORTAL_{name.upper()}": "" if field.default is None else f"`{field.default}`".lower()
        for name, field in Settings.model_fields.items()
    }
    assert {name: default.lower() for name, default in rows.items()} == expected


def test_secrets_example_holds_only_settings() -> None:
    text = (ROOT / ".streamlit/secrets.toml.example").read_text(encoding="utf-8")
    uncommented = re.sub(r"^# (?=\w+ = )", "", text, flags=re.MULTILINE)
    assert set(tomllib.loads(uncommented)["portal"]) <= set(Settings.model_fields)


def test_readme_names_every_page() -> None:
    pages = {page.relative_to(ROOT).as_posix() for page in (ROOT / "pages").rglob("*.py")}
    assert set(re.findall(r"`(pages/[\w/]+\.py)`", README)) == pages


def test_readme_names_every_command_and_no_other() -> None:
    typed = re.findall(r"python -m portal_data ([a-z-]+(?: [a-z-]+)?)", README)
    named = {words if words in COMMANDS else words.partition(" ")[0] for words in typed}
    assert named == COMMANDS


def test_readme_names_every_make_target_and_no_other() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)", README)) == targets


_ROUTES = """
import json
from app import app
print(json.dumps([getattr(route, "path", "") for route in app._build_starlette_app().routes]))
"""


def test_security_names_every_way_in() -> None:
    """Routes of ours and of Streamlit, and every kind of message that its page could send."""
    listed = subprocess.run(
        [sys.executable, "-c", _ROUTES], cwd=ROOT, check=True, capture_output=True, text=True
    )
    routes = {path for path in json.loads(listed.stdout.splitlines()[-1]) if path}
    messages = {field.name for field in BackMsg.DESCRIPTOR.fields if field.containing_oneof}
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([^`]+)`", text))
    assert routes - named == set()
    assert messages - named == set()
    tests = {name for name in named if name.startswith("tests/")}
    assert [name for name in sorted(tests) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?://|mailto:)([^)#\s]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_decisions_are_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}
