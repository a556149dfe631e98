"""Whole programs subscribe to the running server, and a calendar server takes every entry."""

import http.client
import re
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from registration.core.database import db
from registration.events.models import Event
from tests.clients.life import STAGES, TITLE, begin, go_on, own_feed
from tests.serving import serving

BRUSSELS = ZoneInfo("Europe/Brussels")
_VDIRSYNCER = """
[general]
status_path = "{home}/status/"
[pair both]
a = "kept"
b = "feed"
collections = null
conflict_resolution = "b wins"
partial_sync = "revert"
[storage kept]
type = "filesystem"
path = "{home}/kept/"
fileext = ".ics"
[storage feed]
type = "http"
url = "{url}"
"""
_KHAL = """
[calendars]
[[feed]]
path = {home}/kept/
readonly = True
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/Brussels
default_timezone = Europe/Brussels
[sqlite]
path = {home}/khal.db
"""


class AdmissionBatch:
    """A person with vdirsyncer and khal who subscribes to one feed."""

    def __init__(self, clients: Path, home: Path, url: str) -> None:
        self.clients, self.home = clients, home
        (home / "kept").mkdir(parents=True)
        (home / "vdirsyncer").write_text(_VDIRSYNCER.format(home=home, url=url))
        (home / "khal").write_text(_KHAL.format(home=home))
        self._run("vdirsyncer", "-c", home / "vdirsyncer", "discover", "both", told="y\n")

    def sync(self) -> None:
        self._run("vdirsyncer", "-c", self.home / "vdirsyncer", "sync")

    def agenda(self) -> list[str]:
        """Return start, status and title of each entry that khal shows of two months."""
        shape = "{start-long} {status} {title}"
        out = self._run(
            "khal",
            "-c",
            self.home / "khal",
            "list",
            "--once",
            "--day-format",
            "",
            "--format",
            shape,
            "today",
            "60d",
        )
        return [line for line in out.splitlines() if line.strip()]

    def _run(self, program: str, *arguments: object, told: str = "") -> str:
        done = subprocess.run(
            [str(self.clients / "bin" / program), *map(str, arguments)],
            input=told,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={
                "HOME": str(self.home),
                "LC_ALL": "C.UTF-8",
                "PATH": "/usr/bin:/bin",
                "TZ": "Europe/Brussels",
            },
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout


def test_khal_follows_one_entry_from_the_waitlist_to_the_end(page_app, tmp_path, clients):
    event, ben = begin()
    with serving(page_app) as port:
        desk = AdmissionBatch(clients, tmp_path, f"http://127.0.0.1:{port}{own_feed(page_app)}")
        seen = []
        for stage in STAGES:
            go_on(stage, event, ben)
            desk.sync()
            db.session.rollback()
            at = db.session.get_one(Event, event.id).starts_at
            (line,) = desk.agenda()
            day, clock, status, title = line.split(" ", 3)
            assert f"{day} {clock}" == f"{at.astimezone(BRUSSELS):%Y-%m-%d %H:%M}"
            assert title.strip().endswith(TITLE)
            seen.append(status)
        assert seen == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]


@pytest.fixture(scope="module")
def radicale(clients: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A CalDAV server with an empty calendar of Ada's; its port."""
    home = tmp_path_factory.mktemp("radicale")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (home / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n"
        f"[storage]\nfilesystem_folder = {home}/store\n"
    )
    server = subprocess.Popen(
        [str(clients / "bin" / "radicale"), "-C", str(home / "config")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        assert dav(port, "MKCALENDAR", "/ada/calendar/")[0] == 201
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)


def dav(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """Ask the CalDAV server; return the status and what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    token = b64encode(b"ada:ada").decode()
    connection.request(
        method, path, body, {"Content-Type": "text/calendar", "Authorization": f"Basic {token}"}
    )
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_a_calendar_server_takes_every_entry_and_keeps_one_of_each(radicale, told):
    story, files = told
    for name, path in files.items():
        if name.startswith("mail"):
            continue
        for uid, entry in _entries(path.read_bytes()):
            status, said = dav(radicale, "PUT", f"/ada/calendar/{uid}.ics", entry)
            assert status in {201, 204}, (name, said)
    status, kept = dav(radicale, "GET", f"/ada/calendar/{story.uid}.ics")
    assert status == 200
    assert b"STATUS:CANCELLED" in kept
    _status, whole = dav(radicale, "GET", "/ada/calendar/")
    assert whole.count(b"UID:" + story.uid.encode()) == 1


def test_a_calendar_server_refuses_a_second_entry_of_the_same_event(radicale, told):
    """This is why the identifier is one and the same in feeds, files and mails."""
    story, files = told
    uid, entry = _entries(files["own-confirmed"].read_bytes())[0]
    dav(radicale, "PUT", f"/ada/calendar/{uid}.ics", entry)
    assert dav(radicale, "PUT", "/ada/calendar/another.ics", entry)[0] == 409
    assert uid == story.uid


def _entries(raw: bytes) -> list[tuple[str, bytes]]:
    """Return each entry as an object of its own, with the zones of its file, as clients store them."""
    zones = b"".join(re.findall(rb"BEGIN:VTIMEZONE\r\n.*?END:VTIMEZONE\r\n", raw, re.DOTALL))
    found = []
    for entry in re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", raw, re.DOTALL):
        uid = re.search(rb"UID:(\S+(?:\r\n \S+)*)", entry)
        assert uid is not None
        head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//tests//EN\r\n"
        name = uid[1].replace(b"\r\n ", b"").decode()
        found.append((name, head + zones + entry + b"END:VCALENDAR\r\n"))
    return found


def _wait_for(port: int) -> None:
    for _try in range(100):
        try:
            dav(port, "OPTIONS", "/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the calendar server did not start")
