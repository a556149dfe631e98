"""The commands as people run them: in a process of their own, in an empty folder."""

import csv
import io
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from registration.seats import rules
from tests.forking import commanded

REGISTRATION = str(Path(sys.executable).with_name("registration"))


def run(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own, with nothing but *settings*."""
    return commanded(folder, words, _environ(settings))


def run_installed(folder: Path, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run the program that was installed, from its first line."""
    return subprocess.run(
        [REGISTRATION, *words],
        cwd=folder,
        env=_environ(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _environ(settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRATION_")}
    return kept | {f"REGISTRATION_{name}": value for name, value in settings.items()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo in it."""
    folder = tmp_path_factory.mktemp("demo")
    assert run(folder, "migrate").returncode == 0
    made = run(folder, "demo", "--json")
    assert made.returncode == 0, made.stderr
    (folder / "demo.json").write_text(made.stdout)
    return folder


def database(folder: Path) -> Path:
    return folder / "var" / "registration.sqlite3"


def test_the_demo_is_what_the_newsletter_tells(demo):
    told = json.loads((demo / "demo.json").read_text())
    assert {one["slug"] for one in told["organisers"]} == {"cocir", "ditta"}
    events = {one["slug"]: one for one in json.loads(run(demo, "event", "list", "--json").stdout)}
    workshop, meeting, gala = (
        events[slug] for slug in ("workshop-on-nomenclatures", "ditta-annual-meeting", "gala-60-years")
    )
    assert (workshop["taken"], workshop["waiting"] > 0) == (workshop["capacity"], True)
    assert 0 < meeting["taken"] < meeting["capacity"]
    assert gala["capacity"] == 120
    assert workshop["starts_at"] < meeting["starts_at"]
    assert "-12-11T" in workshop["starts_at"]
    assert gala["starts_at"] < time.strftime("%Y-%m-%d")
    with closing(sqlite3.connect(database(demo))) as connection:
        states = {row[0] for row in connection.execute("SELECT DISTINCT state FROM registration")}
        names = " ".join(row[0] for row in connection.execute("SELECT name FROM attendee"))
        addresses = [
            row[0] for row in connection.execute("SELECT email FROM booking UNION SELECT email FROM account")
        ]
        materials = connection.execute("SELECT count(DISTINCT locale) FROM material").fetchone()[0]
    assert states == set(rules.STATES)
    assert all(part in names for part in ("O'Brien", "van der", "李", "Å", "d'Alembert"))
    assert all(address.endswith("@example.org") for address in addresses)
    assert materials >= 4
    assert len({one["password"] for one in told["sign_ins"]}) == len(told["sign_ins"])


def test_the_demo_again_changes_nothing_but_passwords(demo):
    before = run(demo, "event", "list").stdout
    assert "is there" in run(demo, "demo").stdout
    again = json.loads(run(demo, "demo", "--json").stdout)
    assert run(demo, "event", "list").stdout == before
    old = json.loads((demo / "demo.json").read_text())
    assert again["sign_ins"][0]["password"] != old["sign_ins"][0]["password"]


def test_the_doctor_finds_nothing_and_then_what_was_falsified(demo, tmp_path):
    healthy = run_installed(demo, "doctor")
    assert healthy.returncode == 0, healthy.stdout
    told = json.loads(run(demo, "doctor", "--json").stdout)
    assert told["ok"] is True
    assert {one["code"] for one in told["invariants"]} >= {f"I{number}" for number in range(1, 15)}
    run(demo, "backup", str(tmp_path / "copy.sqlite3"))
    ill = tmp_path / "ill"
    (ill / "var").mkdir(parents=True)
    for falsehood, sentence in (
        ("UPDATE pool SET taken = taken - 1 WHERE kind = 'event' AND taken > 5", "seats taken, but"),
        (
            "UPDATE registration SET state = 'confirmed' WHERE state = 'waitlisted'",
            "which the journal does not say",
        ),
        ("DELETE FROM outgoing_message", "but no mail says so"),
        ("UPDATE attendee SET removed_at = '2026-01-01' WHERE rank = 0", "but names"),
        ("UPDATE capability SET revoked_at = '2026-01-01' WHERE purpose = 'booking'", "0 live links"),
    ):
        (ill / "var" / "registration.sqlite3").write_bytes((tmp_path / "copy.sqlite3").read_bytes())
        with closing(sqlite3.connect(ill / "var" / "registration.sqlite3")) as connection:
            connection.execute(falsehood)
            connection.commit()
        done = run(ill, "doctor")
        assert done.returncode == 1, falsehood
        assert sentence in done.stdout, falsehood
        assert "Traceback" not in done.stderr


def test_why_says_why(demo):
    full = run(demo, "why", "workshop-on-nomenclatures").stdout
    assert "24 of 24 seats are taken" in full
    assert "parties are waiting" in full
    with closing(sqlite3.connect(database(demo))) as connection:
        waiting = connection.execute(
            "SELECT id FROM registration WHERE state = 'waitlisted' LIMIT 1"
        ).fetchone()[0]
    assert "waits as number" in run(demo, "why", str(waiting)).stdout
    unknown = run(demo, "why", "nothing")
    assert (unknown.returncode, len(unknown.stderr.strip().split("\n"))) == (2, 1)


@pytest.mark.parametrize("command", [["export"], ["event", "export"]])
def test_the_export_opens_in_a_spreadsheet(demo, tmp_path, command):
    file = tmp_path / "list.xlsx"
    done = run(demo, *command, "ditta-annual-meeting", "--format", "xlsx", "-o", str(file))
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(file).active
    rows = list(
        csv.DictReader(io.StringIO(run(demo, *command, "ditta-annual-meeting").stdout.lstrip("\ufeff")))
    )
    assert sheet.max_row == len(rows) + 1
    firms = {sheet.cell(row, 3).value for row in range(2, sheet.max_row + 1)}
    assert "=1+1 Health" in firms
    assert all(row["state"] in {"confirmed", "waitlisted"} for row in rows)
    listed = json.loads(run(demo, *command, "ditta-annual-meeting", "--format", "json").stdout)
    assert [row["name"] for row in listed] == [row["name"].removeprefix("'") for row in rows]


def test_wrong_use_is_one_line_and_two(demo):
    for runs, words in (
        (run_installed, ["export", "nothing"]),
        (run, ["export"]),
        (run, ["export", "x", "--format", "pdf"]),
        (run, ["nonsense"]),
    ):
        done = runs(demo, *words)
        assert done.returncode == 2
        assert len(done.stderr.strip().split("\n")) == 1
        assert done.stderr.startswith("registration: ")


def test_config_masks_what_is_secret(tmp_path):
    told = run(
        tmp_path, "config", SECRET_KEY="s3cret" * 8, DATABASE_URL="postgresql://me:pa55@localhost/x",
        MAIL_URL="smtp://me:pa55@mail.example.org:587",
    )  # fmt: skip
    assert "s3cret" not in told.stdout
    assert "pa55" not in told.stdout
    assert "MAIL_URL=smtp://me:***@mail.example.org:587" in told.stdout


def test_an_organiser_is_created_with_its_owner(demo):
    done = run(
        demo, "organiser", "create", "Fédération", "--email", "f@example.org", "--owner", "cleo@example.org"
    )
    assert done.returncode == 0, done.stderr
    assert "organiser federation" in done.stdout
    assert "account cleo@example.org password " in done.stdout
    again = run(demo, "organiser", "invite", "federation", "cleo@example.org", "--role", "viewer")
    assert again.returncode == 1
    assert len(again.stderr.strip().split("\n")) == 1
    invited = run(demo, "organiser", "invite", "cocir", "cleo@example.org", "--role", "door")
    assert "it had one already" in invited.stdout


def test_a_copy_made_while_in_use_is_whole_and_sends_no_mail_again(demo, tmp_path):
    copy = tmp_path / "copy.sqlite3"
    assert run(demo, "backup", str(copy)).returncode == 0
    other = tmp_path / "other"
    other.mkdir()
    done = run(other, "restore", str(copy))
    assert done.returncode == 0, done.stderr
    assert run(other, "event", "list").stdout == run(demo, "event", "list").stdout
    assert run(other, "doctor").returncode == 0
    with closing(sqlite3.connect(database(other))) as connection:
        assert {row[0] for row in connection.execute("SELECT DISTINCT state FROM outgoing_message")} <= {
            "sent",
            "superseded",
            "failed",
        }
    junk = tmp_path / "junk"
    junk.write_bytes(b"no database")
    assert run(other, "restore", str(junk)).returncode != 0
    assert run(other, "doctor").returncode == 0


@pytest.fixture
def served(demo) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """A server of the demo on a free port."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRATION_")}
    server = subprocess.Popen(
        [REGISTRATION, "serve", "--port", "0"], cwd=demo, env=environ, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    line = server.stdout.readline()
    yield int(line.rstrip("/\n").rsplit(":", 1)[1]), server
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=20) == 0
    server.stdout.close()


def test_a_second_server_on_the_same_file_is_refused_and_commands_are_not(demo, served):
    port, _server = served
    second = run(demo, "serve", "--port", "0")
    assert second.returncode == 2
    assert "Another server works on this SQLite file" in second.stderr
    assert run(demo, "doctor").returncode == 0
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10).read() == b"ready\n"


def test_many_slow_visitors_keep_nobody_waiting(served):
    port, _server = served
    slow = []
    try:
        for _one in range(300):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            slow.append(connection)
        begun = time.monotonic()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/events/gala-60-years/", timeout=10).read()
        assert time.monotonic() - begun < 5
    finally:
        for connection in slow:
            connection.close()


def test_a_port_or_a_mail_address_that_cannot_be_is_one_line(demo, served):
    port, _server = served
    other = demo.parent / "beside"
    other.mkdir(exist_ok=True)
    assert run(other, "migrate").returncode == 0
    taken = run(other, "serve", "--port", str(port))
    assert (taken.returncode, len(taken.stderr.strip().split("\n"))) == (2, 1)
    assert "cannot be had" in taken.stderr
    wrong = run(other, "serve", "--port", "0", MAIL_URL="pigeon://coop")
    assert (wrong.returncode, len(wrong.stderr.strip().split("\n"))) == (2, 1)
    away = run(other, "migrate", DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert (away.returncode, len(away.stderr.strip().split("\n"))) == (2, 1)


def test_development_serves_this_machine_alone(demo):
    done = run(demo, "serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert "REGISTRATION_ENV=production" in done.stderr


def test_flask_runs_the_same_commands(demo):
    flask = str(Path(sys.executable).with_name("flask"))
    done = subprocess.run(
        [flask, "--app", "registration", "doctor"], cwd=demo, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "I14" in done.stdout
