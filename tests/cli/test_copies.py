"""Copies of the database: made while it is used, put back alone, and sending nothing by themselves."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from registration.core.database import db
from registration.core.server_lock import DatabaseUse
from registration.core.transaction import write_tx
from registration.mail import holding, outbox
from registration.mail.models import OutgoingMessage
from tests.cli.test_commands import database, run
from tests.factories import make_event, register


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    """A folder with a database of ours that has one pending mail, and a copy of it."""
    assert run(tmp_path, "migrate").returncode == 0
    with closing(sqlite3.connect(database(tmp_path))) as connection:
        connection.execute(
            "INSERT INTO outgoing_message (kind, locale, to_name, to_email, facts, message_id, state,"
            " created_at, due_at, tries) VALUES ('x', 'en', 'Ada', 'ada@example.org', '{}', '<1@x>',"
            " 'pending', '2026-12-01', '2026-12-01', 0)"
        )
        connection.commit()
    assert run(tmp_path, "backup", "copy.sqlite3").returncode == 0
    return tmp_path


def mails(folder: Path) -> list[tuple[str, str | None]]:
    with closing(sqlite3.connect(database(folder))) as connection:
        return connection.execute("SELECT state, last_error FROM outgoing_message").fetchall()


def test_beside_anything_that_works_on_it_nothing_is_put_back(folder):
    before = mails(folder)
    with DatabaseUse(database(folder)):
        done = run(folder, "restore", "copy.sqlite3")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    assert "Stop it" in done.stderr
    assert mails(folder) == before


def test_while_a_copy_is_put_back_every_command_waits_its_turn(folder):
    with DatabaseUse(database(folder), alone=True):
        for words in (
            ["worker"],
            ["serve", "--port", "0"],
            ["doctor"],
            ["migrate"],
            ["restore", "copy.sqlite3"],
        ):
            done = run(folder, *words)
            assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr


def test_held_mails_are_released_by_a_command(folder):
    assert run(folder, "restore", "copy.sqlite3").returncode == 0
    assert mails(folder) == [("superseded", holding.HELD)]
    assert "1 mails released" in run(folder, "mail", "release").stdout
    assert mails(folder) == [("pending", None)]
    assert "1 mails held" in run(folder, "mail", "hold").stdout
    assert run(folder, "restore", "copy.sqlite3", "--resend").returncode == 0
    assert mails(folder) == [("pending", None)]


def test_what_was_there_before_is_kept_and_a_broken_database_is_no_obstacle(folder):
    database(folder).write_bytes(b"broken" * 1000)
    done = run(folder, "restore", "copy.sqlite3")
    assert done.returncode == 0, done.stderr
    kept = database(folder).with_name("registration.sqlite3.before-restore")
    assert kept.read_bytes() == b"broken" * 1000
    assert run(folder, "doctor").returncode == 0


def test_a_copy_that_cannot_be_put_back_changes_nothing(folder):
    (folder / "junk").write_bytes(b"SQLite format 3\0" + b"junk" * 1000)
    before = database(folder).read_bytes()
    for name in ("junk", "var/registration.sqlite3"):
        done = run(folder, "restore", name)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    assert database(folder).read_bytes() == before
    assert sorted(one.name for one in (folder / "var").iterdir() if "restor" in one.name) == []


def test_a_copy_needs_nothing_beside_it_and_may_lie_where_nothing_is_written(folder):
    away = folder / "away"
    away.mkdir()
    (folder / "copy.sqlite3").rename(away / "copy.sqlite3")
    away.chmod(0o555)
    assert run(folder, "restore", "away/copy.sqlite3").returncode == 0
    assert [one.name for one in away.iterdir()] == ["copy.sqlite3"]


def test_all_that_is_written_is_this_user_s_alone(folder):
    assert run(folder, "demo").returncode == 0
    event = run(folder, "event", "list").stdout.split()[0]
    assert run(folder, "export", event, "-o", "list.csv").returncode == 0
    assert run(folder, "mail", "test", "ada@example.org").returncode == 0
    assert run(folder, "restore", "copy.sqlite3").returncode == 0
    with closing(sqlite3.connect(database(folder))) as connection:
        connection.execute("UPDATE outgoing_message SET tries = 1")
        connection.commit()
        found = {one: stat.S_IMODE(one.stat().st_mode) for one in folder.rglob("*")}
    assert any(one.name.endswith("-wal") for one in found)
    assert any(one.name.endswith("-shm") for one in found)
    assert any(one.suffix == ".eml" for one in found)
    open_to_others = [f"{one} {mode:o}" for one, mode in found.items() if mode & 0o077]
    assert open_to_others == []


def test_a_database_that_others_could_read_is_closed_to_them_by_migrate(folder):
    database(folder).chmod(0o644)
    assert run(folder, "migrate").returncode == 0
    assert stat.S_IMODE(database(folder).stat().st_mode) & 0o007 == 0


@pytest.fixture
def at_home(app):
    """The application, with a mail that waits, after its worker has looked."""
    register(make_event(), "Ada")
    write_tx(holding.hold_in_copy)
    assert state() == "pending"


def state() -> str:
    db.session.rollback()
    return db.session.scalars(select(OutgoingMessage.state)).one()


def test_the_worker_holds_what_is_pending_in_a_dump_that_was_put_back(at_home):
    is_dumped = db.engine.dialect.name == "postgresql"
    if is_dumped:
        # A dump that is put back makes every table anew, with the rows that it had.
        write_tx(_as_by_a_dump)
    assert write_tx(_claimed) == (0 if is_dumped else 1)
    if is_dumped:
        # It is held once: what is released, or decided from now on, leaves.
        assert write_tx(holding.release) == 1
        assert write_tx(_claimed) == 1


def _as_by_a_dump(session) -> None:
    session.execute(text("CREATE TABLE again (LIKE outgoing_message INCLUDING ALL)"))
    session.execute(text("INSERT INTO again SELECT * FROM outgoing_message"))
    session.execute(text("DROP TABLE outgoing_message CASCADE"))
    session.execute(text("ALTER TABLE again RENAME TO outgoing_message"))
    # So that no other test gets this database.
    session.execute(text("CREATE TABLE used_up (id int)"))


def _claimed(session) -> int:
    holding.hold_in_copy(session)
    return len(outbox.claim(session, 10))


def test_a_worker_that_begins_anew_holds_nothing(at_home):
    for _turn in range(3):
        write_tx(holding.hold_in_copy)
    assert state() == "pending"
