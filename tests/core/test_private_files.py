"""Who makes a file private never opens a database that is there: POSIX locks end with any closed descriptor.

They belong to the process (fcntl(2)): to close a second descriptor of the file drops those of the first, and
another process may write into the middle of a transaction, or delete the log that this one still reads.
"""

import os
import sqlite3
import subprocess
import sys

import pytest

from registration.core import private_files
from registration.core.private_files import opened_private, private_file

# Another process: says whether it could write, and what it left of the log when it closed.
_OTHER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO t VALUES (2)")
    other.execute("COMMIT")
    print("wrote")
except sqlite3.OperationalError as error:
    print(error)
other.close()
"""


def other_writes(path):
    return subprocess.run(
        [sys.executable, "-c", _OTHER, str(path)], capture_output=True, text=True, check=True
    ).stdout.strip()


def opens_again(file):
    """Do what an earlier release did."""
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


@pytest.fixture
def connect(tmp_path):
    """Return a database with one table, opened in this process in the journal mode that is asked for."""
    opened = []

    def made(mode):
        connection = sqlite3.connect(tmp_path / "x.db", timeout=0, isolation_level=None)
        opened.append(connection)
        connection.execute(f"PRAGMA journal_mode={mode}")
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (1)")
        return connection, tmp_path / "x.db"

    yield made
    for one in opened:
        one.close()


@pytest.mark.parametrize("make_private", [private_file, opens_again])
def test_a_transaction_keeps_others_out(connect, make_private):
    connection, path = connect("delete")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO t VALUES (3)")
    make_private(path)
    wrote = other_writes(path)
    if make_private is opens_again:
        assert wrote == "wrote", "the test would not notice a lock that was dropped"
    else:
        assert wrote == "database is locked"


@pytest.mark.parametrize("make_private", [private_file, opens_again])
def test_the_log_stays_while_this_process_has_the_database_open(connect, make_private):
    _connection, path = connect("wal")
    log = path.with_name("x.db-wal")
    make_private(path)
    assert other_writes(path) == "wrote"
    # Whoever believes to be the last deletes it, and what is written into it afterwards is lost.
    assert log.exists() is (make_private is not opens_again)


def test_one_that_is_there_is_never_opened(connect, monkeypatch):
    _connection, path = connect("wal")
    path.chmod(0o644)

    def refuse(file, flags, *_mode):
        assert flags & os.O_EXCL, f"{file} may be there"
        raise FileExistsError

    monkeypatch.setattr(private_files.os, "open", refuse)
    private_file(path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_one_that_is_not_there_is_made_for_this_user_alone(tmp_path):
    private_file(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "aimed-at")
    private_file(tmp_path / "link")
    with opened_private(tmp_path / "link") as file:
        file.write(b"x")
    assert (tmp_path / "aimed-at").read_bytes() == b"x"
