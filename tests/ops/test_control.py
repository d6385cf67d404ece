"""Commands beside the running portal: what they do, what they say, and who may not."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from PIL import Image

from portal_data import settings, store
from portal_data.errors import Conflict, Unavailable
from portal_data.ops.control import channel, client
from portal_data.ops.control.server import AT_ONCE, ControlServer, Lines
from tools.browser import Portal, demo_portal

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "duckdb:////books.duckdb"
NOBODY = 65534
OTHERS_PYTHON = shutil.which("python3", path="/usr/bin") or ""
"""A Python that every user may run."""

Command = Callable[..., subprocess.CompletedProcess[str]]


# --- a whole portal ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A running portal with the demo organisation."""
    with demo_portal(tmp_path_factory.mktemp("portal")) as running:
        yield running
    settings.load.cache_clear()


def typed(data: Path, *words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command as somebody in `folder` types it, on the portal of the folder `data`."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PORTAL_DATABASE": f"duckdb:///{data}/portal.duckdb",
        "PORTAL_DATA_DIR": str(data),
    }
    return subprocess.run(
        [sys.executable, "-m", "portal_data", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_backup_beside_writers_is_consistent(portal: Portal, tmp_path: Path) -> None:
    added: list[str] = []
    stop = threading.Event()

    def add_staff(writer: int) -> None:
        while not stop.is_set():
            email = f"writer{writer}.{len(added)}@staff.example"
            _ask(portal, "staff create", _staff(email))
            added.append(email)

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(add_staff, writer) for writer in range(2)]
        while not added:
            time.sleep(0.01)
        before = len(added)
        done = typed(portal.data, "backup", "copy.duckdb", folder=tmp_path)
        after = len(added)
        stop.set()
        for writer in writers:
            writer.result()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Wrote {tmp_path / 'copy.duckdb'}" in done.stdout
    assert sorted(each.name for each in tmp_path.iterdir()) == ["copy.duckdb"]
    assert (tmp_path / "copy.duckdb").stat().st_mode & 0o777 == 0o600
    copy = store.open_store(f"duckdb:///{tmp_path / 'copy.duckdb'}")
    try:
        assert copy.check_integrity() == []
        with copy.system_reading() as session:
            staff = session.rows("select email from core.staff order by email")
            without = session.rows(
                "select s.email from core.staff s left join core.logins l on l.id = s.login_id"
                " where l.id is null order by s.email"
            )
    finally:
        copy.close()
    assert without == []
    copied = {row["email"] for row in staff} & set(added)
    assert before <= len(copied) <= after + 2


def test_commands_say_what_they_did(portal: Portal, tmp_path: Path) -> None:
    checked = typed(portal.data, "check")
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "The books hold.\n", "")
    told = json.loads(typed(portal.data, "totals", "--json", "--as-of", "2026-01-31").stdout)
    assert told["today"] == "2026-01-31"
    assert told["all"]["customers"] == len(told["closing_balances"])
    table = typed(portal.data, "totals", "--customer", next(iter(told["closing_balances"])))
    assert table.stdout.count("closing balance") == 2
    created = typed(portal.data, "staff", "create", "eve@staff.example", "--name", "Eve Ede")
    assert "Eve Ede sets the password here" in created.stdout
    assert "/staff" in created.stdout or "token=" in created.stdout
    published = typed(portal.data, "publish")
    assert f"{portal.data / 'analytics.duckdb'}" in published.stdout
    assert {each.returncode for each in (table, created, published)} == {0}


def test_the_business_is_described_while_the_portal_runs(portal: Portal, tmp_path: Path) -> None:
    Image.new("RGB", (300, 100), "navy").save(tmp_path / "logo.png")
    words = ("organisation", "set", "city=Ely", "--logo", "logo.png")
    assert typed(portal.data, *words, folder=tmp_path).stdout == "Changed: city, logo.\n"
    shown = json.loads(typed(portal.data, "organisation", "show", "--json").stdout)
    assert shown["city"] == "Ely"
    with urllib.request.urlopen(f"{portal.url}/app/static/brand/{shown['logo']}.png") as answer:
        assert answer.read(4) == b"\x89PNG"
    refused = typed(portal.data, "organisation", "set", "iban=GB33 1")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "check digits" in refused.stderr


def test_errors_are_the_same_sentences(portal: Portal, tmp_path: Path) -> None:
    typed(portal.data, "staff", "create", "twice@staff.example", "--name", "Two Ice")
    (tmp_path / "there").touch()
    for words, sentence in (
        (("staff", "create", "twice@staff.example", "--name", "Two Ice"), "twice@staff.example"),
        (("invite", "C-404"), "There is no customer with the number, name or id C-404."),
        (("totals", "--customer", "C-404"), "There is no customer 'C-404'."),
        (("backup", str(tmp_path / "there")), f"{tmp_path / 'there'} exists already."),
        (("backup", str(tmp_path / "no" / "x")), f"there is no folder {tmp_path / 'no'}"),
    ):
        done = typed(portal.data, *words)
        assert done.returncode == 1, words
        assert done.stdout == ""
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr


def test_what_needs_the_portal_stopped_says_so(portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "Contacts.csv").write_text("Display Name\nAcme\n")
    for words in (("import", str(tmp_path)), ("demo",)):
        done = typed(portal.data, *words)
        assert done.returncode == 1
        said = " ".join((done.stdout + done.stderr).split())
        assert "is in use by another process, most likely the running portal. Stop it" in said


def test_only_the_portals_user_reaches_it(portal: Portal) -> None:
    path = channel.path_of(portal.data)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600
    process = psutil.Process(portal.pid)
    listening = [each for each in process.net_connections("inet") if each.status == "LISTEN"]
    port = int(portal.url.rsplit(":", 1)[1])
    assert {each.laddr.port for each in listening} == {port}


def _staff(email: str) -> dict[str, object]:
    return {"email": email, "name": "Wim Writer", "owner": False, "password_hash": None}


def _ask(portal: Portal, operation: str, arguments: dict[str, object]) -> int | None:
    database = f"duckdb:///{portal.data}/portal.duckdb"
    return client.ask(portal.data, database, operation, arguments, lambda line: None)


# --- one end or the other ---------------------------------------------------------------------


def _greet(name: str) -> Lines:
    yield f"Hello {name}"
    if name == "Nobody":
        raise Conflict("Nobody was greeted already.")
    if name == "Fault":
        raise RuntimeError("secret")
    return 3 if name == "Three" else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder whose path is too long for a socket's address."""
    folder = tmp_path / ("a" * 60) / ("b" * 60)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[..., ControlServer]]:
    """Start servers in `folder`, which are stopped at the end."""
    started = []

    def start(**operations: Callable[..., Lines]) -> ControlServer:
        server = ControlServer(folder, DATABASE, operations or {"greet": _greet})
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


def _greeted(folder: Path, name: str, database: str = DATABASE) -> tuple[int | None, list[str]]:
    lines: list[str] = []
    status = client.ask(folder, database, "greet", {"name": name}, lines.append)
    return status, lines


@pytest.mark.usefixtures("serve")
def test_lines_status_and_errors_come_back(
    folder: Path, serve: Callable[..., ControlServer]
) -> None:
    serve()
    assert _greeted(folder, "Zoë") == (0, ["Hello Zoë"])
    assert _greeted(folder, "Three") == (3, ["Hello Three"])
    with pytest.raises(Conflict, match="Nobody was greeted already"):
        _greeted(folder, "Nobody")
    with pytest.raises(Unavailable, match="log has the details") as refused:
        _greeted(folder, "Fault")
    assert "secret" not in str(refused.value)


def test_nothing_but_operations_can_be_asked(
    folder: Path, serve: Callable[..., ControlServer]
) -> None:
    serve()
    with pytest.raises(Unavailable, match="does not know this command"):
        client.ask(folder, DATABASE, "__import__", {"name": "os"}, print)
    with pytest.raises(Unavailable, match="another database"):
        _greeted(folder, "Ann", database="duckdb:////other.duckdb")
    for junk in (b"\n", b"[]\n", b"{}\n", b"\xff\xfe\n", b"x" * 3 * channel.REQUEST_BYTES):
        with socket.socket(socket.AF_UNIX) as raw, channel.address_of(_path(folder)) as address:
            raw.connect(address)
            try:
                raw.sendall(junk)
                answer = raw.recv(1000)
            except ConnectionError:
                continue
            assert b"does not know this command" in answer
    assert _greeted(folder, "Ann") == (0, ["Hello Ann"])


@pytest.mark.skipif(
    os.geteuid() != 0 or not OTHERS_PYTHON, reason="only root can run a Python as somebody else"
)
def test_another_user_is_refused_even_when_the_files_let_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = []

    def note() -> Lines:
        done.append(os.geteuid())
        yield "done"
        return 0

    request = channel.encoded({"operation": "note", "arguments": {}, "database": DATABASE})
    script = (
        "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
        f"s.sendall({request!r}); sys.stdout.write(repr(s.recv(1000)))"
    )
    # not pytest's folder, which others cannot pass through
    with tempfile.TemporaryDirectory(dir="/tmp") as open_folder:
        server = ControlServer(Path(open_folder), DATABASE, {"note": note})
        server.start()
        path = channel.path_of(Path(open_folder))
        for each, mode in ((Path(open_folder), 0o755), (path.parent, 0o755), (path, 0o666)):
            each.chmod(mode)
        answers = [
            subprocess.run(
                [OTHERS_PYTHON, "-I", "-S", "-c", script, str(path)],
                user=user,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            ).stdout
            for user in (NOBODY, 0)
        ]
        server.stop()
    assert "done" not in answers[0]
    assert "done" in answers[1]
    assert done == [0]
    assert "a command of another user was refused" in caplog.text


def test_a_portal_that_is_there_is_not_replaced(
    folder: Path, serve: Callable[..., ControlServer], caplog: pytest.LogCaptureFixture
) -> None:
    serve()

    def other(name: str) -> Lines:
        yield f"Another hello {name}"
        return 0

    serve(greet=other).stop()
    assert "another portal listens" in caplog.text
    assert _greeted(folder, "Ann") == (0, ["Hello Ann"])


def test_a_socket_that_was_left_behind_is_replaced(
    folder: Path, serve: Callable[..., ControlServer]
) -> None:
    _path(folder).parent.mkdir()
    with socket.socket(socket.AF_UNIX) as dead, channel.address_of(_path(folder)) as address:
        dead.bind(address)
    assert _greeted(folder, "Ann") == (None, [])
    serve()
    assert _greeted(folder, "Ann") == (0, ["Hello Ann"])


def test_without_a_portal_nobody_answers(folder: Path) -> None:
    assert _greeted(folder, "Ann") == (None, [])


def test_whoever_has_an_answer_may_ask_again(
    folder: Path, serve: Callable[..., ControlServer]
) -> None:
    serve()

    def repeat(_: int) -> set[tuple[int | None, str]]:
        answers = (_greeted(folder, "Ann") for _ in range(40))
        return {(status, *lines) for status, lines in answers}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert set().union(*pool.map(repeat, range(AT_ONCE))) == {(0, "Hello Ann")}


def test_many_at_once_are_sent_away(folder: Path, serve: Callable[..., ControlServer]) -> None:
    begun, go = threading.Semaphore(0), threading.Event()

    def slow() -> Lines:
        begun.release()
        yield "begun"
        go.wait()
        return 0

    serve(slow=slow)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [
            pool.submit(client.ask, folder, DATABASE, "slow", {}, lambda line: None)
            for _ in range(AT_ONCE)
        ]
        for _ in running:
            assert begun.acquire(timeout=30)
        try:
            with pytest.raises(Unavailable, match="busy with other commands"):
                client.ask(folder, DATABASE, "slow", {}, print)
        finally:
            go.set()
        assert [each.result() for each in running] == [0] * AT_ONCE


def test_an_operation_that_takes_long_shows_signs_of_life(
    folder: Path, serve: Callable[..., ControlServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "ALIVE_EVERY", 0.05)
    monkeypatch.setattr(channel, "SILENT_FOR", 3.0)  # a busy machine holds its breath

    def slow() -> Lines:
        time.sleep(4)
        yield "done"
        return 0

    serve(slow=slow)
    assert client.ask(folder, DATABASE, "slow", {}, lambda line: None) == 0


def test_whoever_goes_away_stops_what_they_asked_for(
    folder: Path, serve: Callable[..., ControlServer]
) -> None:
    ended = threading.Event()

    def endless() -> Lines:
        try:
            while True:
                yield "more"
        finally:
            ended.set()

    serve(endless=endless)

    class Gone(Exception):
        pass

    def leave(line: str) -> None:
        raise Gone

    with pytest.raises(Gone):
        client.ask(folder, DATABASE, "endless", {}, leave)
    assert ended.wait(30)


_SLOW_PORTAL = """
import sys, time
from pathlib import Path
from portal_data.ops.control.server import ControlServer

def slow():
    yield "begun"
    time.sleep(600)
    return 0

ControlServer(Path(sys.argv[1]), sys.argv[2], {"slow": slow}).start()
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def slow_portal(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process whose only operation takes ten minutes."""
    with subprocess.Popen(
        [sys.executable, "-c", _SLOW_PORTAL, str(folder), DATABASE],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


@pytest.mark.parametrize(
    ("blow", "sentence"),
    [
        (signal.SIGKILL, "The portal stopped before it had finished this."),
        (signal.SIGSTOP, "The running portal has said nothing for 2 seconds."),
    ],
)
def test_a_portal_that_dies_or_hangs_in_the_middle(
    blow: int,
    sentence: str,
    folder: Path,
    slow_portal: subprocess.Popen[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # whoever is killed is known at once, by the end of the connection
    monkeypatch.setattr(channel, "SILENT_FOR", 2.0 if blow == signal.SIGSTOP else 60.0)
    with pytest.raises(Unavailable) as failed:
        client.ask(folder, DATABASE, "slow", {}, lambda line: slow_portal.send_signal(blow))
    assert str(failed.value).startswith(sentence)
    slow_portal.send_signal(signal.SIGCONT if blow == signal.SIGSTOP else signal.SIGKILL)


def _path(folder: Path) -> Path:
    return channel.path_of(folder)
