"""What the portal makes of Streamlit's own settings before it serves anybody."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session, memory_uploaded_file_manager
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from components import tuning, turns
from portal_data.errors import Invalid


@pytest.fixture
def base_path() -> Iterator[None]:
    """Give `server.baseUrlPath` back as it was."""
    before = config.get_option("server.baseUrlPath")
    yield
    config.set_option("server.baseUrlPath", before)


@pytest.mark.usefixtures("base_path")
@pytest.mark.parametrize("given", ["", "billing/portal", "/billing/portal/"])
def test_streamlit_lives_at_the_root_under_any_path(given: str) -> None:
    config.set_option("server.baseUrlPath", given)
    tuning.take_base_path("/billing/portal")
    assert config.get_option("server.baseUrlPath") == ""


@pytest.mark.usefixtures("base_path")
@pytest.mark.parametrize("path", ["", "/billing"])
def test_two_paths_that_differ_stop_the_start(path: str) -> None:
    config.set_option("server.baseUrlPath", "portal")
    with pytest.raises(Invalid, match="PORTAL_BASE_URL"):
        tuning.take_base_path(path)


SECTIONS = [
    "theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar",
    "theme.dark.sidebar",
]  # fmt: skip


@pytest.fixture
def cached_theme(monkeypatch: pytest.MonkeyPatch) -> Callable[..., CustomThemeConfig]:
    """A section's theme as the cache gives it, or as Streamlit puts it together (`fresh`)."""
    put_together = app_session._populate_theme_msg
    monkeypatch.setattr(app_session, "_populate_theme_msg", put_together)
    tuning.cache_theme()

    def given(section: str, *, fresh: bool = False) -> CustomThemeConfig:
        message = CustomThemeConfig()
        (put_together if fresh else app_session._populate_theme_msg)(message, section)
        return message

    return given


def test_the_cached_theme_is_what_streamlit_puts_together(
    cached_theme: Callable[..., CustomThemeConfig],
) -> None:
    for _ in range(2):
        for section in SECTIONS:
            assert cached_theme(section) == cached_theme(section, fresh=True), section
    assert cached_theme("theme.dark").primary_color == "#4C6BE8"


def test_a_new_colour_of_the_business_is_in_the_next_run(
    cached_theme: Callable[..., CustomThemeConfig],
) -> None:
    before = config.get_option("theme.light.primaryColor")
    cached_theme("theme.light").primary_color = "#000000"  # a run's own message, not the cache
    assert cached_theme("theme.light").primary_color == before
    config.set_option("theme.light.primaryColor", "#123456")
    try:
        assert cached_theme("theme.light").primary_color == "#123456"
    finally:
        config.set_option("theme.light.primaryColor", before)


def test_messages_of_threads_reach_the_loop_in_order_and_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    woken: list[object] = []

    def call_soon(self: SimpleNamespace, callback: Callable[[], None]) -> None:
        woken.append(callback)
        self._event_loop.call_soon_threadsafe(callback)

    monkeypatch.setattr(app_session.AppSession, "_call_soon_on_event_loop", call_soon)
    tuning.batch_messages()
    soon = app_session.AppSession._call_soon_on_event_loop
    arrived: list[tuple[int, int]] = []

    async def serve() -> None:
        session = SimpleNamespace(_event_loop=asyncio.get_running_loop())

        def run(number: int) -> None:
            for place in range(200):
                soon(session, lambda place=place: arrived.append((number, place)))

        with ThreadPoolExecutor(4) as threads:
            runs = [threads.submit(run, number) for number in range(4)]
            while len(arrived) < 800:
                await asyncio.sleep(0.001)
        for each in runs:
            each.result()

    for _ in range(2):  # a loop of its own each time
        arrived.clear()
        woken.clear()
        asyncio.run(asyncio.wait_for(serve(), 30))
        for number in range(4):
            assert [place for each, place in arrived if each == number] == list(range(200))
        assert len(woken) < 200


@pytest.mark.parametrize(
    ("state", "cookie", "line"),
    [
        ({}, None, "nobody"),
        ({}, "a sign-in", "people"),  # a tab that opens
        ({"portal.sign_in": "a sign-in"}, None, "people"),  # one that has signed in meanwhile
    ],
)
def test_whoever_signs_in_does_not_wait_behind_those_who_have(
    monkeypatch: pytest.MonkeyPatch, state: dict[str, str], cookie: str | None, line: str
) -> None:
    runs: list[object] = []
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda self, asked: runs.append(asked))
    lines = {name: turns.Turns(1) for name in ("people", "nobody")}
    monkeypatch.setattr(turns, "of_people", lines["people"])
    monkeypatch.setattr(turns, "of_nobody", lines["nobody"])
    tuning.take_turns()
    runner = SimpleNamespace(
        _session_state=SimpleNamespace(_state=state), _user_info={"sign_in": cookie}
    )
    ScriptRunner._run_script(runner, "asked")  # type: ignore[arg-type]
    assert runs == ["asked"]
    assert {name: each._asked for name, each in lines.items()} == {
        "people": int(line == "people"), "nobody": int(line == "nobody"),
    }  # fmt: skip


def test_uploads_are_held_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    before = memory_uploaded_file_manager.MemoryUploadedFileManager
    monkeypatch.setattr(memory_uploaded_file_manager, "MemoryUploadedFileManager", before)
    monkeypatch.setattr(tuning, "UPLOADS_OF_TAB", 100)
    monkeypatch.setattr(tuning, "UPLOADS_HELD", 250)
    tuning.bound_uploads()
    held = memory_uploaded_file_manager.MemoryUploadedFileManager("/upload")
    assert type(held) is not before

    def add(tab: str, name: str, size: int) -> None:
        held.add_file(tab, UploadedFileRec(name, name, "text/plain", b"x" * size))

    def names(tab: str) -> list[str]:
        every = [f"{n}" for n in range(9)]
        return [each.file_id for each in held.get_files(tab, every)]

    for n in range(4):
        add("one", f"{n}", 40)
    assert names("one") == ["2", "3"]
    add("two", "0", 100)
    add("three", "0", 100)
    assert (names("one"), names("two"), names("three")) == ([], ["0"], ["0"])
