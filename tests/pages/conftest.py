"""Screens run without a browser: the whole UI script, as a signed-in person or as nobody."""

import functools
import json
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.app_test import calc_hash

from portal_data import store
from portal_data.clock import utc_now
from portal_data.kinds import KINDS
from portal_data.scope import Scope, Staff

SHELL = Path(__file__).resolve().parents[2] / "components" / "shell.py"
TODAY = utc_now().date()
"""Screens ask the clock themselves, so their tests live in the present."""

DOCUMENTS = {address for kind in KINDS.values() for address in (kind.key, kind.path)}
"""Screens of documents: their lists, and one of each."""

Open = Callable[..., "Screen"]


class Screen:
    """What one run of the UI script drew."""

    def __init__(self, app: AppTest) -> None:
        self.app = app
        assert not app.exception, app.exception

    @property
    def html(self) -> str:
        """All HTML on the screen but styles, entities resolved."""
        bodies = [element.proto.body for element in self.app.get("html")]
        return unescape("\n".join(body for body in bodies if not body.startswith("<style>")))

    @property
    def text(self) -> str:
        """All words of Streamlit's own elements."""
        found = [*self.app.markdown, *self.app.info, *self.app.error, *self.app.subheader]
        return "\n".join(str(element.value) for element in found)

    def controls(self) -> dict[str, str]:
        """Return the labels of the buttons that act on a document, by key.

        Not those of a form, nor the one that forwards any document.
        """
        return {
            each.key: each.label
            for each in self.app.button
            if each.key and not each.key.startswith("FormSubmitter") and each.key != "forward"
        }

    def records(self) -> dict[str, Any]:
        """Return the data of the list on the screen."""
        lists = [
            element.proto
            for element in self.app.get("bidi_component")
            if element.proto.component_name == "record_list"
        ]
        assert len(lists) == 1
        data: dict[str, Any] = json.loads(lists[0].json)
        return data

    def numbers(self) -> list[str]:
        """Return the first cell of every row of the list."""
        return [row["cells"][0] for row in self.records()["rows"]]

    def rerun(self) -> "Screen":
        """Run the script again after something was touched."""
        return Screen(self.app.run())


def app_as(app: AppTest, who: Scope | Staff | None) -> AppTest:
    """Let an app run as somebody of the cast, signed in just now; None is nobody."""
    if who is not None:
        with store.system_writing() as session:
            session.change(
                "update core.sign_ins set last_seen_at = $now where id = $id",
                now=utc_now(),
                id=who.sign_in_id,
            )
        app.session_state["portal.sign_in"] = who.sign_in_id
    return app


@pytest.fixture(scope="session", autouse=True)
def one_scan_for_components() -> Iterator[None]:
    """Let Streamlit look through the installed packages once, and not before every run.

    A server does it once at its start; AppTest does it again for each run, which takes four times
    as long as the run itself.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture
def screen(db: store.Store) -> Open:
    """Open a screen: screen(alice, "invoices", status="overdue"); None is nobody."""

    def opened(who: Scope | Staff | None, page: str = "home", /, **query: str) -> Screen:
        app = app_as(AppTest.from_file(str(SHELL), default_timeout=30), who)
        if page in DOCUMENTS:
            # one script draws all kinds: the screen is known by its address
            app._page_hash = calc_hash(page)
        elif page != "home":
            app.switch_page(f"../pages/{page}.py")
        for name, value in query.items():
            app.query_params[name] = value
        return Screen(app.run())

    return opened
