"""The moment when registration opens, as a calendar entry of its own."""

from datetime import timedelta

from registration.core import clock
from tests.factories import make_event
from tests.ical.checker import check_calendar
from tests.site.arranging import edit


def soon(days=3):
    return clock.now().replace(microsecond=0) + timedelta(days=days)


def test_it_is_linked_and_served_while_registration_has_not_opened(page_app, page_client):
    event = make_event(opens_at=soon())
    address = f"/events/{event.slug}/opening.ics"
    assert address in page_client.get(f"/events/{event.slug}/").text
    assert address in page_client.get(f"/events/{event.slug}/register").text
    answer = page_client.get(address)
    assert answer.status_code == 200
    assert check_calendar(answer.data) == []
    assert b"SUMMARY:Registration opens: Workshop on nomenclatures" in answer.data
    assert f"DTSTART;TZID=Europe/Brussels:{soon().year}".encode() in answer.data


def test_its_uid_stays_and_its_sequence_rises_when_the_opening_moves(page_app, page_client):
    event = make_event(opens_at=soon())
    address = f"/events/{event.slug}/opening.ics"
    before = facts(page_client.get(address).text)
    edit(event, opens_at=soon(4))
    after = facts(page_client.get(address).text)
    assert before["UID"] == after["UID"]
    assert before["UID"].startswith("opening-event-")
    assert before["UID"] not in page_client.get(f"/events/{event.slug}/event.ics").text
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


def test_there_is_none_once_it_has_opened_or_is_called_off(page_app, page_client):
    for values in ({}, {"opens_at": soon(-1)}, {"opens_at": soon(), "status": "cancelled"}):
        event = make_event(**values)
        assert page_client.get(f"/events/{event.slug}/opening.ics").status_code == 404
        assert "opening.ics" not in page_client.get(f"/events/{event.slug}/").text


def facts(text):
    return dict(row.split(":", 1) for row in text.replace("\r\n", "\n").split("\n") if ":" in row)
