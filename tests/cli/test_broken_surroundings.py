"""Each command in broken surroundings: one line that says what to do, the right exit code, never a trace.

A new command fails here until it has its line in CALLS: so nobody forgets to try it.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest

from registration.cli import cli
from tests.forking import commanded

# How each command is called, and what it answers where no database of ours can be used.
CALLS: dict[str, tuple[list[str], int]] = {
    "serve": (["--port", "0"], 2),
    "worker": ([], 2),
    "start": (["--port", "0"], 2),
    "migrate": ([], 2),
    "backup": (["copy.sqlite3"], 2),
    "restore": (["copy"], 2),
    "demo": ([], 2),
    "organiser create": (["Fédération", "--email", "f@example.org"], 2),
    "organiser invite": (["cocir", "ada@example.org"], 2),
    "organiser list": ([], 2),
    "organiser team": (["cocir"], 2),
    "organiser remove": (["cocir", "ada@example.org"], 2),
    "account list": ([], 2),
    "account password": (["ada@example.org"], 2),
    "account close": (["ada@example.org"], 2),
    "account open": (["ada@example.org"], 2),
    "mail hold": ([], 2),
    "mail release": ([], 2),
    "event list": ([], 2),
    "event export": (["gala"], 2),
    "export": (["gala"], 2),
    "doctor": ([], 2),
    "why": (["gala"], 2),
    "ledger": (["gala"], 2),
    # What a mail server pipes in is kept by it, whatever is broken here.
    "bounce": ([], 75),
    "reply": ([], 75),
    "stress": ([], 2),
}
# These need no database: they work.
OTHERS = {"config": [], "mail test": ["ada@example.org"], "simulate": ["--seed", "1", "--steps", "3"]}
# A database that is not there yet is what these two are for.
MAKES = ("migrate", "start")


def commands(group: click.Group = cli, before: str = "") -> Iterator[str]:
    """Yield the name of every command that `registration --help` leads to."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def test_every_command_is_tried_here():
    assert set(commands()) == set(CALLS) | set(OTHERS)


@pytest.fixture(scope="module")
def migrated(sqlite_template: Path) -> bytes:
    """The bytes of a database of ours."""
    return sqlite_template.read_bytes()


def of_another_program(folder: Path, _ours: bytes) -> dict[str, str]:
    with closing(sqlite3.connect(file(folder))) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    return {}


def of_another_alembic_program(folder: Path, ours: bytes) -> dict[str, str]:
    of_another_program(folder, ours)
    stamped(
        folder, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('a1')"
    )
    return {}


def newer(folder: Path, ours: bytes) -> dict[str, str]:
    file(folder).write_bytes(ours)
    stamped(folder, "UPDATE alembic_version SET version_num = '9999'")
    return {}


def no_database_at_all(folder: Path, _ours: bytes) -> dict[str, str]:
    file(folder).write_bytes(b"This is a letter and no database, and it is long enough.\n" * 40)
    return {}


def damaged(folder: Path, ours: bytes) -> dict[str, str]:
    file(folder).write_bytes(ours[:100] + b"\xff" * (len(ours) - 100))
    return {}


def a_folder_in_its_place(folder: Path, _ours: bytes) -> dict[str, str]:
    file(folder).mkdir()
    return {}


def never_migrated(_folder: Path, _ours: bytes) -> dict[str, str]:
    return {}


def an_empty_file(folder: Path, _ours: bytes) -> dict[str, str]:
    file(folder).touch()
    return {}


def unwritable(folder: Path, ours: bytes) -> dict[str, str]:
    file(folder).write_bytes(ours)
    file(folder).chmod(0o444)
    (folder / "var").chmod(0o555)
    return {}


def unwritable_and_empty(folder: Path, _ours: bytes) -> dict[str, str]:
    (folder / "var").chmod(0o555)
    return {}


def nobody_answers(_folder: Path, _ours: bytes) -> dict[str, str]:
    return {"DATABASE_URL": "postgresql://me@127.0.0.1:1/registration"}


def an_unknown_kind(_folder: Path, _ours: bytes) -> dict[str, str]:
    return {"DATABASE_URL": "mysql://me@127.0.0.1/registration"}


def no_address(_folder: Path, _ours: bytes) -> dict[str, str]:
    return {"DATABASE_URL": "what is this?"}


def half_an_address(_folder: Path, _ours: bytes) -> dict[str, str]:
    return {"DATABASE_URL": "postgresql://me:secret@[::1/registration"}


def no_settings_file(_folder: Path, _ours: bytes) -> dict[str, str]:
    return {"ENV_FILE": "/nowhere/registration.env"}


Broken = Callable[[Path, bytes], dict[str, str]]
USABLE_BY_MIGRATE = (never_migrated, an_empty_file)
SETTINGS = (an_unknown_kind, no_address, half_an_address, no_settings_file)
SURROUNDINGS = (
    of_another_program,
    of_another_alembic_program,
    newer,
    no_database_at_all,
    damaged,
    a_folder_in_its_place,
    never_migrated,
    an_empty_file,
    unwritable,
    unwritable_and_empty,
    nobody_answers,
    *SETTINGS,
)


def file(folder: Path) -> Path:
    return folder / "var" / "registration.sqlite3"


def stamped(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file(folder))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with an empty data folder, and a copy that is none."""
    (tmp_path / "var").mkdir()
    (tmp_path / "copy").write_bytes(b"no database either")
    yield tmp_path
    if (tmp_path / "var").exists():
        (tmp_path / "var").chmod(0o700)


def called(
    folder: Path, name: str, words: list[str], settings: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    environ = {key: value for key, value in os.environ.items() if not key.startswith("REGISTRATION_")}
    environ |= {f"REGISTRATION_{key}": value for key, value in settings.items()}
    environ.setdefault("REGISTRATION_SECRET_KEY", "x" * 40)
    return commanded(folder, (*name.split(), *words), environ, obeys=True)


@pytest.mark.parametrize("surrounding", SURROUNDINGS, ids=lambda one: one.__name__)
def test_each_command_says_in_one_line_what_is_broken(folder, migrated, surrounding):
    settings = surrounding(folder, migrated)
    for name, (words, code) in CALLS.items():
        if name in MAKES and surrounding in USABLE_BY_MIGRATE:
            continue
        done = called(folder, name, words, settings)
        told = f"{name}: {done.returncode} {done.stderr}"
        assert done.returncode == code, told
        assert "Traceback" not in done.stderr, told
        assert "fault of the program" not in done.stderr, told
        assert len(done.stderr.strip().splitlines()) == 1, told
        assert done.stderr.startswith("registration: "), told
        assert "secret" not in done.stderr, told
        if surrounding is newer and name not in ("restore", "bounce", "reply"):
            assert "This release is older than the database" in done.stderr, told


@pytest.mark.parametrize("surrounding", SURROUNDINGS[:-4], ids=lambda one: one.__name__)
def test_what_needs_no_database_works_without_one(folder, migrated, surrounding):
    settings = surrounding(folder, migrated) | {"MAIL_URL": "console:"}
    for name, words in OTHERS.items():
        done = called(folder, name, words, settings)
        assert done.returncode == 0, f"{name}: {done.stderr}"


@pytest.mark.parametrize("surrounding", SETTINGS, ids=lambda one: one.__name__)
def test_a_broken_setting_stops_these_too_and_help_is_always_there(folder, migrated, surrounding):
    settings = surrounding(folder, migrated)
    done = called(folder, "mail test", ["ada@example.org"], settings)
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr
    for words in ("--help", "--version"):
        assert called(folder, words, [], settings).returncode == 0


def test_nothing_is_left_behind_where_nothing_was_migrated(folder, migrated):
    shutil.rmtree(folder / "var")
    for name in ("doctor", "worker", "serve", "event list", "backup"):
        assert called(folder, name, CALLS[name][0], {}).returncode == 2
    left = sorted(one.name for one in folder.rglob("*"))
    assert left in (["copy"], ["copy", "secret", "var"])
