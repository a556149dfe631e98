"""Look on while any test runs: every calendar that is answered or sent keeps the rules, and its history."""

import re
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path

from werkzeug.test import TestResponse

from tests.ical.checker import Component, check_calendar, components

# What a new SEQUENCE must come with (RFC 5546 §2.1.4), and LOCATION by our own choice.
MAJOR = ("DTSTART", "DTEND", "STATUS", "LOCATION")


class History:
    """What one reader has seen of each entry."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Component] = {}

    def check(self, reader: str, raw: bytes) -> list[str]:
        """Return what is wrong with *raw*, by itself and after what *reader* saw before."""
        faults = check_calendar(raw)
        if faults:
            return faults
        calendar = components(raw)
        is_message = calendar.value("METHOD") is not None
        for event in calendar.every("VEVENT"):
            key = (reader, event.value("UID") or "")
            before = self._seen.get(key)
            if before is not None:
                faults += _against(before, event, is_message=is_message)
            self._seen[key] = event
        return faults


def watch_answer(history: History, path: str, answer: TestResponse) -> None:
    """Fail when a calendar in *answer* breaks a rule."""
    if answer.mimetype != "text/calendar" or answer.status_code != 200 or not answer.data:
        return
    language = answer.request.headers.get("Accept-Language", "")
    asked = answer.request.query_string.decode()
    faults = history.check(f"{path}?{asked} {language}", answer.data)
    assert faults == [], f"{path}: {faults}"


def watch_mails(folder: Path) -> None:
    """Fail when a calendar in a mail of *folder* breaks a rule, or does not follow the mail before it."""
    history = History()
    for path in sorted(folder.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        parts = {
            part.get_payload(decode=True)
            for part in mail.walk()
            if part.get_content_type() in {"text/calendar", "application/ics"}
        }
        messages = [raw for raw in parts if b"\r\nMETHOD:" in raw]
        assert len(messages) <= 1, "the invitations of one mail differ"
        for raw in parts:
            kind = "invited" if raw in messages else "sent a file"
            faults = history.check(f"{mail['To']} {kind}".lower(), raw)
            assert faults == [], f"{mail['Subject']}: {faults}"


def _against(before: Component, after: Component, *, is_message: bool) -> list[str]:
    faults = []
    was, now = (int(one.value("SEQUENCE") or 0) for one in (before, after))
    if now < was:
        faults.append("SEQUENCE went back.")
    moved = [name for name in MAJOR if after.value("STATUS") and _said(before, name) != _said(after, name)]
    if now == was and moved:
        faults.append(f"SEQUENCE stayed though {', '.join(moved)} changed.")
    stamps = [datetime.fromisoformat(one.value("DTSTAMP") or "") for one in (before, after)]
    if is_message and stamps[1] <= stamps[0]:
        faults.append("DTSTAMP did not rise.")
    if not is_message and stamps[1] < stamps[0]:
        faults.append("LAST-MODIFIED went back.")
    if not is_message and stamps[1] == stamps[0] and _text(before) != _text(after):
        faults.append("The entry changed and LAST-MODIFIED did not.")
    return faults


def _said(event: Component, name: str) -> list[tuple[str, str]]:
    return [(one.params.get("TZID", ""), one.value) for one in event.all(name)]


def _text(event: Component) -> list[tuple[str, str]]:
    return [(one.name, re.sub(r"\s", "", one.value)) for one in event.properties]
