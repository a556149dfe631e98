"""Every command refuses to start half configured: exit 2, one line, no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from registration.cli import COMMANDS
from tests.cli.test_commands import run

# What a command needs beside its name to get as far as its settings.
WORDS = {
    "backup": ["copy"],
    "restore": [__file__],
    "organiser": ["invite", "cocir", "ada@example.org", "--role", "door"],
    "event": ["list"],
    "account": ["list"],
    "mail": ["release"],
    "export": ["gala"],
    "why": ["gala"],
    "ledger": ["gala"],
    "stress": [],
    "simulate": ["--seed", "1", "--steps", "1"],
}
# They keep the mail that was piped in for later, whatever is wrong here.
PIPES = {"bounce", "reply"}
GOOD = {
    "ENV": "production",
    "SECRET_KEY": "0123456789abcdef0123456789abcdeg",
    "BASE_URL": "https://events.example.org",
    "MAIL_URL": "smtp://relay.cocir.test",
    "MAIL_FROM": "events@cocir.test",
}


def said(folder: Path, *words: str, **settings: str) -> str:
    """Run a command that must refuse, and return its one line."""
    done = run(folder, *words, **settings)
    assert done.returncode == 2, (words, done.stderr)
    assert done.stdout == ""
    assert len(done.stderr.strip().split("\n")) == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", sorted({one.name for one in COMMANDS} - PIPES))
def test_every_command_refuses_to_start_half_configured(tmp_path, name):
    words = [name, *WORDS.get(name, [])]
    assert "REGISTRATION_THREADS must be" in said(tmp_path, *words, THREADS="0")
    assert "did you mean REGISTRATION_THREADS?" in said(tmp_path, *words, THREDS="4")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": ""}, "REGISTRATION_SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "at least 32"),
        ({"SECRET_KEY": "x" * 40}, "easy to guess"),
        ({"BASE_URL": ""}, "REGISTRATION_BASE_URL"),
        ({"MAIL_URL": ""}, "REGISTRATION_MAIL_URL"),
        ({"MAIL_FROM": "events@example.org", "DATA": "/srv/x"}, "REGISTRATION_MAIL_FROM"),
        ({}, "REGISTRATION_DATA must be a full path in production"),
        ({"DATABASE_URL": "sqlite:///x.db", "DATA": "/srv/x"}, "REGISTRATION_DATABASE_URL"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_production_refuses_to_start_half_configured(tmp_path, command, changed, sentence):
    assert sentence in said(tmp_path, command, **GOOD | changed)


def test_help_is_there_all_the_same(tmp_path):
    done = run(tmp_path, "--help", THREADS="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "serve" in done.stdout


def test_flask_shows_no_traceback_either(tmp_path):
    flask = str(Path(sys.executable).with_name("flask"))
    done = subprocess.run(
        [flask, "--app", "registration", "doctor"],
        cwd=tmp_path,
        env=os.environ | {"REGISTRATION_THREADS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "REGISTRATION_THREADS must be" in done.stderr


def test_a_relative_database_lies_where_the_command_stands(tmp_path):
    assert run(tmp_path, "migrate", DATABASE_URL="sqlite:///x.db").returncode == 0
    assert (tmp_path / "x.db").is_file()
