"""The watch over every test notices what it is there for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from registration.ical.entries import Entry, download
from tests.ical.test_entries import MEETING, invited
from tests.ical.watch import History

LATER = replace(MEETING, changed_at=MEETING.changed_at + timedelta(seconds=1))


def told(*entries: Entry) -> list[str]:
    history = History()
    return [fault for entry in entries for fault in history.check("Ada", download(entry))]


def test_an_honest_history_is_let_pass():
    moved = replace(LATER, title="Renamed", starts_at=MEETING.starts_at - timedelta(hours=1), sequence=3)
    moved = replace(moved, changed_at=moved.changed_at + timedelta(seconds=1))
    assert told(MEETING, MEETING, replace(LATER, title="Renamed"), moved) == []


@pytest.mark.parametrize(
    ("after", "fault"),
    [
        (replace(LATER, sequence=1), "SEQUENCE went back."),
        (replace(LATER, starts_at=MEETING.starts_at - timedelta(hours=1)), "DTSTART changed."),
        (replace(LATER, status="TENTATIVE"), "STATUS changed."),
        (replace(LATER, location="Elsewhere"), "LOCATION changed."),
        (replace(MEETING, title="Renamed"), "The entry changed and LAST-MODIFIED did not."),
        (replace(MEETING, changed_at=MEETING.changed_at - timedelta(hours=1)), "LAST-MODIFIED went back."),
    ],
)
def test_a_broken_history_is_noticed(after, fault):
    (found,) = told(MEETING, after)
    assert found.endswith(fault)


def test_two_readers_have_histories_of_their_own():
    history = History()
    assert history.check("Ada", download(MEETING)) == []
    assert history.check("Ben", download(replace(MEETING, sequence=0))) == []


def test_a_message_with_the_stamp_of_the_one_before_is_noticed():
    history = History()
    assert history.check("Ada", invited()) == []
    assert history.check("Ada", invited(name="Ada Lovelace")) == ["DTSTAMP did not rise."]


def test_what_breaks_a_rule_by_itself_is_noticed():
    assert History().check("Ada", download(MEETING).replace(b"\r\n", b"\n")) != []
