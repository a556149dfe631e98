"""What operators do while people register: back up, migrate, run nodes with different secrets."""

import itertools
import threading

import pytest
from sqlalchemy import func, select

from registration import create_app
from registration.booking.admission.services import register
from registration.cli import cli
from registration.core.database import db
from registration.doctor.examine import examine
from registration.schema.migrations import current_revision, migrate, newest_revision
from registration.seats.models import Registration
from tests import factories, postgres
from tests.booking.form.test_questions import filled, path
from tests.conftest import running, settings_for, with_driver
from tests.faults.killing import killed_at
from tests.faults.tables import tell

COMMAND = "`pytest tests/faults/test_upkeep.py`"
_names = itertools.count(1)


def registrations() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Registration)) or 0


def findings() -> list[str]:
    return [told for finding in examine(db.engine) for told in finding.sentences]


def test_a_backup_made_while_people_register_is_whole(page_app, tmp_path):
    event = factories.make_event(capacity=20)
    copy = tmp_path / "copy" / "copy.sqlite3"
    copy.parent.mkdir()
    stop = threading.Event()

    def write() -> None:
        with page_app.app_context():
            while not stop.is_set():
                register(factories.application(event))
            db.session.remove()

    writers = [threading.Thread(target=write) for _one in range(3)]
    for writer in writers:
        writer.start()
    while registrations() < 30:
        stop.wait(0.01)
    before = registrations()
    answer = page_app.test_cli_runner().invoke(cli, ["backup", str(copy)])
    after = registrations()
    stop.set()
    for writer in writers:
        writer.join()
    assert answer.exit_code == 0, answer.output
    for _copied in running(settings_for(f"sqlite:///{copy}", tmp_path / "copy")):
        assert before <= registrations() <= after + 5
        assert findings() == []
        found = registrations()
    tell(
        "faults",
        "backup while writing, opened elsewhere",
        "sqlite",
        f"{found} registrations",
        "nothing",
        COMMAND,
    )


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request, tmp_path) -> str:
    """The address of a database without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    uri = request.getfixturevalue("postgres_server")
    name = f"empty_{next(_names)}"
    postgres.execute(uri, f"CREATE DATABASE {name}")
    return with_driver(postgres.database_url(uri, name))


def test_a_migration_killed_half_way_is_done_again(empty_url, tmp_path):
    settings = settings_for(empty_url, tmp_path)
    kills = 0
    for point in (1, 5, 40, 90, 150):
        kills += killed_at(settings, "migrate", (), point)
    for _app in running(settings):
        with db.engine.connect() as connection:
            # Nothing of it is there: a migration is one transaction on both.
            assert current_revision(connection) is None
        migrate(db.engine)
        with db.engine.connect() as connection:
            assert current_revision(connection) == newest_revision()
        factories.register(factories.make_event())
        assert findings() == []
        dialect = db.engine.dialect.name
    assert kills == 5
    tell("faults", "migration killed half-way, done again", dialect, f"{kills} points", "nothing", COMMAND)


def test_nodes_with_different_secrets_refuse_with_a_sentence_and_lose_nothing(app, settings):
    event = factories.make_event(capacity=5)
    other = create_app({**settings, "SECRET_KEY": "another secret, long enough to be one too"})
    data = filled(app.test_client(), event)
    with other.app_context():
        refused = other.test_client().post(path(event), data=data)
        db.session.remove()
        db.engine.dispose()
    assert 400 <= refused.status_code < 500
    assert 'value="ada@example.org"' in refused.text
    assert registrations() == 0
    taken = app.test_client().post(path(event), data=data)
    assert taken.status_code == 303
    link = taken.headers["Location"]
    with other.app_context():
        # Links are found by their hash, which needs no secret.
        assert other.test_client().get(link).status_code == 200
        db.session.remove()
        db.engine.dispose()
    assert registrations() == 1
    assert findings() == []
    tell("faults", "two nodes with different secrets", db.engine.dialect.name, "1", "nothing", COMMAND)
