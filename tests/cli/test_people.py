"""Accounts and teams from the command line; the program's own options."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.test_commands import REGISTRATION, database, run
from tests.forking import commanded


@pytest.fixture
def cocir(tmp_path: Path) -> Path:
    """A folder with an organiser, its owner Ada and the manager Ben."""
    assert run(tmp_path, "migrate").returncode == 0
    words = ("organiser", "create", "COCIR", "--email", "cocir@example.org", "--owner", "ada@example.org")
    assert run(tmp_path, *words).returncode == 0
    assert run(tmp_path, "organiser", "invite", "cocir", "ben@example.org").returncode == 0
    return tmp_path


def uniquifier(folder: Path, email: str) -> str:
    with closing(sqlite3.connect(database(folder))) as connection:
        return connection.execute("SELECT fs_uniquifier FROM account WHERE email = ?", [email]).fetchone()[0]


def test_accounts_and_teams_are_listed(cocir):
    assert run(cocir, "account", "list").stdout.splitlines() == [
        "ada@example.org  owner of cocir",
        "ben@example.org  manager of cocir",
    ]
    listed = json.loads(run(cocir, "account", "list", "--json").stdout)
    assert listed[1] == {
        "email": "ben@example.org",
        "name": "",
        "active": True,
        "roles": {"cocir": "manager"},
    }
    assert run(cocir, "organiser", "list").stdout == "cocir  cocir@example.org  COCIR\n"
    assert "ben@example.org  manager" in run(cocir, "organiser", "team", "cocir").stdout


def test_a_colleague_who_leaves_is_shut_out(cocir):
    before = uniquifier(cocir, "ben@example.org")
    assert run(cocir, "organiser", "remove", "cocir", "ben@example.org").returncode == 0
    assert "ben" not in run(cocir, "organiser", "team", "cocir").stdout
    assert uniquifier(cocir, "ben@example.org") != before
    again = run(cocir, "organiser", "remove", "cocir", "ben@example.org")
    assert (again.returncode, len(again.stderr.strip().splitlines())) == (1, 1)


def test_the_last_owner_stays(cocir):
    for words in (("organiser", "remove", "cocir"), ("account", "close")):
        done = run(cocir, *words, "ada@example.org")
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert run(cocir, "organiser", "invite", "cocir", "ben@example.org", "--role", "owner").returncode == 0
    assert run(cocir, "account", "close", "ada@example.org").returncode == 0
    assert "(closed)" in run(cocir, "account", "list").stdout
    # One that is closed keeps nothing open.
    assert run(cocir, "organiser", "remove", "cocir", "ben@example.org").returncode == 1
    assert run(cocir, "account", "open", "ada@example.org").returncode == 0
    assert run(cocir, "organiser", "remove", "cocir", "ben@example.org").returncode == 0


def test_a_new_password_is_printed_once_and_ends_the_sessions(cocir):
    before = uniquifier(cocir, "ada@example.org")
    done = run(cocir, "account", "password", "Ada@Example.org")
    assert done.stdout.startswith("account ada@example.org password ")
    assert uniquifier(cocir, "ada@example.org") != before
    unknown = run(cocir, "account", "password", "cleo@example.org")
    assert (unknown.returncode, len(unknown.stderr.strip().splitlines())) == (2, 1)


def test_a_test_mail_is_sent_at_once_and_says_what_the_relay_says(cocir):
    done = run(cocir, "mail", "test", "cleo@example.org")
    assert (done.returncode, done.stdout.startswith("taken by file://")) == (0, True)
    assert len(list((cocir / "var" / "mails").glob("*.eml"))) == 1
    away = run(cocir, "mail", "test", "cleo@example.org", MAIL_URL="smtp://me:pa55@127.0.0.1:1")
    assert (away.returncode, len(away.stderr.strip().splitlines())) == (1, 1)
    assert "cannot be reached" in away.stderr
    assert "pa55" not in away.stderr
    assert run(cocir, "mail", "test", "nobody").returncode == 2


def test_the_version_is_told_and_options_of_flask_are_gone(tmp_path):
    assert run(tmp_path, "--version").stdout == f"registration {version('registration')}\n"
    told = run(tmp_path, "--help").stdout
    assert "--debug" not in told
    assert "--app" not in told
    for words in (("-A", "x", "config"), ("-e", "x", "config"), ("--debug", "config"), ("-x",), ()):
        done = run(tmp_path, *words)
        assert (done.returncode, len(done.stderr.strip().splitlines())) == (2, 1), done.stderr


def test_settings_come_from_a_file_that_the_environment_overrides(tmp_path):
    file = tmp_path / "registration.env"
    file.write_text('# ours\n; too\n\nREGISTRATION_SITE_NAME="Our \\"events\\""\nREGISTRATION_LOCALE=fr\n')
    told = run(tmp_path, "--env-file", str(file), "config").stdout
    assert 'SITE_NAME=Our "events"' in told
    assert "LOCALE=fr" in told
    assert "LOCALE=nl" in run(tmp_path, "config", ENV_FILE=str(file), LOCALE="nl").stdout
    file.write_text("REGISTRATION_SECRET_KEY s3cret")
    broken = run(tmp_path, "--env-file", str(file), "config")
    assert broken.returncode == 2
    assert "Line 1" in broken.stderr
    assert "s3cret" not in broken.stderr


@pytest.mark.parametrize("command", ["bounce", "reply"])
def test_a_mail_server_pipes_mail_in_with_an_empty_environment(cocir, command):
    file = cocir / "registration.env"
    file.write_text(
        f"REGISTRATION_DATA={cocir / 'var'}\nREGISTRATION_BOUNCE_ADDRESS=bounces@events.example.org\n"
        "REGISTRATION_REPLY_ADDRESS=events@events.example.org\n"
    )
    words = ("--env-file", str(file), command)
    mail = b"From: ada@example.org\nTo: events@events.example.org\nSubject: hello\n\nhello\n"

    def piped(*more: str) -> "subprocess.CompletedProcess[str]":
        return commanded(Path("/"), (*words, *more), {}, given=mail)

    # From its first line, once.
    program = [sys.executable, REGISTRATION, *words]
    ignored = subprocess.run(program, input=mail, cwd="/", env={}, capture_output=True, check=False)
    assert (ignored.returncode, b"ignored" in ignored.stderr) == (1, True), ignored.stderr
    # pipe(8) of Postfix and Exim's pipe take anything but 0 and 75 for a reason to send it back.
    assert piped("--drop-ignored").returncode == 0
    file.unlink()
    assert piped("--drop-ignored").returncode == 75
    assert os.listdir(cocir / "var") != []
