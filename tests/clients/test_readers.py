"""The libraries inside calendar programs read every feed, file and mail, and all see the same."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from tests.clients.life import PLACE, STAGES, TITLE

HERE = Path(__file__).parent
STATUS = {"tentative": "TENTATIVE", "confirmed": "CONFIRMED", "moved": "CONFIRMED", "cancelled": "CANCELLED"}
# What each sees of one entry.
FACTS = ("uid", "start", "end", "summary", "location", "status", "sequence")


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(one) for one in command], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def with_libical(files, _clients):
    # The system's Python: its binding to libical is no package of ours.
    found = json.loads(run("/usr/bin/python3", HERE / "read_libical.py", *files.values()))
    assert {path: one["faults"] for path, one in found.items() if one["faults"]} == {}
    return {path: one["events"] for path, one in found.items()}


def with_sabre(files, _clients):
    found = json.loads(run("php", HERE / "read_sabre.php", *files.values()))
    assert {path: one["faults"] for path, one in found.items() if one["faults"]} == {}
    return {path: one["events"] for path, one in found.items()}


def with_node(name):
    def read(files, clients):
        return json.loads(run(clients / "bin" / "node", HERE / "read_node.mjs", clients, *files.values()))[
            name
        ]

    return read


def with_icalendar(files, _clients):
    return {
        str(path): [_event(one) for one in Calendar.from_ical(path.read_bytes()).walk("VEVENT")]
        for path in files.values()
    }


READERS = {
    "libical": with_libical,
    "ical.js": with_node("ical.js"),
    "node-ical": with_node("node-ical"),
    "icalendar": with_icalendar,
}
# Debian 13 has no package of it any more, and no registry that we use has another.
if Path("/usr/share/php/Sabre/VObject").is_dir():
    READERS["sabre/vobject"] = with_sabre


@pytest.fixture(scope="module")
def seen(told, clients) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """What each reader sees in each file, by the names of both."""
    _story, files = told
    names = {str(path): name for name, path in files.items()}
    return {
        reader: {names[path]: events for path, events in read(files, clients).items()}
        for reader, read in READERS.items()
    }


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("source", ["own", "mail"])
def test_a_reader_sees_the_states_change_in_one_entry(seen, told, reader, source):
    story, _files = told
    entries = []
    for stage in STAGES:
        (entry,) = seen[reader][f"{source}-{stage}"]
        assert entry["uid"] == story.uid
        assert entry["status"] == STATUS[stage]
        assert entry["summary"] == ("Cancelled: " + TITLE if stage == "cancelled" else TITLE)
        assert entry["location"] == PLACE
        assert entry["start"] == f"{story.starts[stage]:%Y-%m-%dT%H:%M:%S.000Z}"
        entries.append(entry)
    numbers = [entry["sequence"] for entry in entries]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_sees_the_public_entry_move_and_end(seen, told, reader):
    story, _files = told
    for source in ("all", "organiser", "event", "team"):
        statuses = []
        for stage in STAGES:
            (entry,) = [one for one in seen[reader][f"{source}-{stage}"] if one["uid"] == story.uid]
            statuses.append(entry["status"])
            assert entry["start"] == f"{story.starts[stage]:%Y-%m-%dT%H:%M:%S.000Z}"
        assert statuses == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]


@pytest.mark.parametrize("reader", [name for name in READERS if name != "icalendar"])
def test_all_readers_see_the_same(seen, reader):
    """Among them the hour that comes twice, a day without hours, and eighty characters across a fold."""
    assert len(seen[reader]["hard"]) == 8
    for name, events in seen["icalendar"].items():
        theirs = sorted(seen[reader][name], key=lambda one: one["uid"])
        ours = sorted(events, key=lambda one: one["uid"])
        assert [_told(one) for one in theirs] == [_told(one) for one in ours], name


def test_libical_refuses_what_breaks_itip(tmp_path, told):
    """The table that says nothing about ours says something where something is wrong."""
    _story, files = told
    raw = files["mail-confirmed"].read_bytes()
    broken = tmp_path / "broken.ics"
    broken.write_bytes(b"".join(line for line in raw.splitlines(keepends=True) if b"ORGANIZER" not in line))
    found = json.loads(run("/usr/bin/python3", HERE / "read_libical.py", broken))
    assert "INVALID-ITIP" in str(found[str(broken)]["faults"])


def test_calcurse_takes_every_feed(told, tmp_path):
    _story, files = told
    for name, path in files.items():
        home = tmp_path / name
        home.mkdir()
        answer = run("calcurse", "-D", home, "-q", "-i", path)
        assert "skipped" not in answer
        kept = (home / "apts").read_text(encoding="utf-8").splitlines()
        assert len(kept) == path.read_bytes().count(b"BEGIN:VEVENT"), (name, answer)


def _told(event: dict[str, Any]) -> list[Any]:
    return [event[name] for name in FACTS]


def _event(component: Any) -> dict[str, Any]:
    return {
        "uid": str(component["UID"]),
        "start": _instant(component.decoded("DTSTART")),
        "end": _instant(component.decoded("DTEND")),
        "summary": str(component["SUMMARY"]),
        "location": str(component.get("LOCATION", "")),
        "status": str(component.get("STATUS", "")),
        "sequence": int(component["SEQUENCE"]),
    }


def _instant(at: Any) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}" if isinstance(at, datetime) else f"{at:%Y-%m-%d}"
