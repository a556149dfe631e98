"""What every test may ask for: an application on a database of its own, migrated once and copied."""

import gc
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry
from werkzeug.routing import Rule

from registration import create_app
from registration.core import database
from registration.core.database import db
from registration.core.transaction import SlowWithin, is_writing
from registration.schema.migrations import migrate
from tests import factories, postgres
from tests.ical.watch import History, watch_answer, watch_mails

# A test leaves a whole application behind, so Python looked through all there is every few tests: a tenth of
# the time. Now it looks once the leavings of several are there.
gc.set_threshold(50_000, 10, 10)

SECRET = "a secret for tests, long enough to be one"

# The same examples in every run, and no failure because a machine is busy.
hypothesis_settings.register_profile("ours", deadline=None, derandomize=True)
hypothesis_settings.load_profile("ours")


# What the standard library says before it starts a program or opens a connection (PEP 578).
_SLOW = frozenset(
    {"subprocess.Popen", "os.posix_spawn", "os.system", "socket.connect", "http.client.connect"}
)


def _refuse_slow_work(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise where a write transaction starts a program, opens a connection, or writes a file."""
    if event in _SLOW and is_writing():
        raise SlowWithin(f"{event} within a transaction")
    if event == "open" and is_writing() and set(str(arguments[1])) & set("wax+"):
        raise SlowWithin(f"writing {arguments[0]} within a transaction")


sys.addaudithook(_refuse_slow_work)


class FreshClient(FlaskClient):
    """A client whose requests have a context, a session and a snapshot of their own, as in a server."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            # Read to the end and closed, as a server does with every answer.
            answer = super().open(*args, buffered=True, **kwargs)
        watch_answer(self.application.extensions["watched"], str(answer.request.path), answer)
        return answer


class _Templates(BytecodeCache):
    """Templates are compiled once for all the applications of a run."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_templates = _Templates()
_statements: dict[str, tuple[Dialect, dict[Any, Any]]] = {}


def _compiled_once(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """Return *compile_rule* so that a rule's own text is compiled once for all the applications of a run.

    Each application makes the same 180 rules: that was half of what it took to make one.
    """
    known: dict[tuple[str, str], tuple[Any, ...]] = {}

    def compiled(rule: Rule) -> None:
        key = (rule.rule, repr(rule.defaults))
        if key not in known:
            compile_rule(rule)
            builds = (rule._build.__func__, rule._build_unknown.__func__)
            known[key] = (rule._parts, rule._trace, rule._converters, frozenset(rule.arguments), *builds)
            return
        rule._parts, rule._trace, rule._converters, arguments, build, build_unknown = known[key]
        rule.arguments |= arguments
        rule._build = build.__get__(rule, None)
        rule._build_unknown = build_unknown.__get__(rule, None)

    return compiled


# Werkzeug has no hook for it, and every application makes its rules by this class.
Rule.compile = _compiled_once(Rule.compile)  # type: ignore[method-assign] - see above


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server with a migrated database called template_registration."""
    with postgres.server() as uri:
        postgres.execute(uri, "CREATE DATABASE template_registration")
        _migrated(with_driver(postgres.database_url(uri, "template_registration")))
        yield uri


@pytest.fixture(scope="session")
def postgres_databases(postgres_server: str) -> postgres.Databases:
    """Databases of that server, to be lent."""
    return postgres.Databases(postgres_server, "template_registration")


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with our schema, on each of the two engines."""
    if request.param == "sqlite":
        yield sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    with request.getfixturevalue("postgres_databases").lent() as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> dict[str, Any]:
    """The settings of the application under test."""
    return settings_for(database_url, tmp_path)


@pytest.fixture
def app(settings: dict[str, Any]) -> Iterator[Flask]:
    """The application on each of the two databases, its context pushed."""
    yield from running(settings)


@pytest.fixture
def page_app(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on SQLite alone, for what no database can change: pages, words, files."""
    yield from running(settings_for(sqlite_copy(sqlite_template, tmp_path), tmp_path))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def page_client(page_app: Flask) -> FlaskClient:
    return page_app.test_client()


@pytest.fixture
def owner(page_app: Flask, page_client: FlaskClient) -> FlaskClient:
    """A client that is signed in as owner of the organiser that the factories make events for."""
    factories.sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    return page_client


@pytest.fixture
def make_event() -> Callable[..., factories.Made]:
    return factories.make_event


def settings_for(url: str, folder: Path) -> dict[str, Any]:
    """Return the settings of an application that touches nothing outside *folder*."""
    return {
        "DATABASE_URL": with_driver(url),
        "SECRET_KEY": SECRET,
        "DATA": str(folder / "var"),
        "MAIL_URL": f"file://{folder / 'mails'}",
        "BASE_URL": "http://localhost",
        "UID_HOST": "registration.example.org",
        # Nobody guesses at these passwords.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {"argon2__memory_cost": 32, "argon2__time_cost": 1},
    }


def _without_waiting_for_the_disk(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Tests ask for rules and races, as on PostgreSQL (tests/postgres.py); what is committed stays real.

    That commits wait for the disk where people rely on it is tested in tests/core/test_database.py.
    """
    connection.cursor().execute("PRAGMA synchronous=OFF")


def running(settings: dict[str, Any]) -> Iterator[Flask]:
    """Yield the application with its context, and close what it opened."""
    app = create_app(settings)
    app.config["TESTING"] = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.bytecode_cache = _templates
    app.test_client_class = FreshClient
    app.extensions["watched"] = History()
    with app.app_context():
        share_statements(db.engine)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _without_waiting_for_the_disk)
        yield app
        watch_mails(Path(settings["MAIL_URL"].removeprefix("file://")))
        db.session.remove()
        db.engine.dispose()


def share_statements(engine: Engine) -> None:
    """Let *engine* use what engines of its kind compiled before: statements are the same in every test."""
    name = engine.dialect.name
    if name not in _statements:
        with engine.connect():
            # Its dialect has looked at a server once by now.
            _statements[name] = engine.dialect, {}
    engine.dialect, compiled = _statements[name]
    engine.update_execution_options(compiled_cache=compiled)


def sqlite_copy(template: Path, folder: Path) -> str:
    """Copy the migrated file and return the copy's address."""
    path = folder / "registration.sqlite3"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


def with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _migrated(url: str) -> None:
    engine = create_engine(url)
    database.prepare(engine)
    migrate(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            # All into the one file that is copied.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
