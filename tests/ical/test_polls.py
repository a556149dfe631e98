"""A calendar that asks again is told that nothing changed, at once, and never once too often."""

import http.client

import pytest
from sqlalchemy import event as events

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.services import touch
from tests.factories import make_event
from tests.serving import serving

FEED = "/calendar.ics"


@pytest.fixture
def statements(page_app):
    """The statements that were run since."""
    run = []

    def note(_connection, _cursor, statement, *_rest):
        run.append(statement)

    events.listen(db.engine, "before_cursor_execute", note)
    yield run
    events.remove(db.engine, "before_cursor_execute", note)


def poll(client, tag, path=FEED, **headers):
    return client.get(path, headers={"If-None-Match": tag} | headers)


def edit(event_id):
    def work(session):
        event = session.get_one(Event, event_id)
        event.venue = f"{event.venue}, upstairs"
        touch(event, is_moved=True)

    write_tx(work)


def test_the_same_poll_again_asks_nobody(page_app, page_client, statements):
    make_event()
    tag = page_client.get(FEED).headers["ETag"]
    first = poll(page_client, tag)
    statements.clear()
    again = poll(page_client, tag)
    assert (first.status_code, again.status_code) == (304, 304)
    assert statements == []
    assert dict(again.headers) == dict(first.headers)


def test_a_change_is_told_to_the_very_next_poll(page_app, page_client):
    event = make_event()
    tag = page_client.get(FEED).headers["ETag"]
    assert poll(page_client, tag).status_code == 304
    edit(event.id)
    changed = poll(page_client, tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_what_one_reader_has_is_not_told_to_another(page_app, page_client):
    make_event()
    tag = page_client.get(FEED).headers["ETag"]
    assert poll(page_client, tag).status_code == 304
    assert page_client.get(FEED).status_code == 200
    assert poll(page_client, 'W/"other"').status_code == 200
    assert poll(page_client, tag, path="/organisers/ditta/calendar.ics").status_code == 200
    assert poll(page_client, tag, Host="elsewhere.example.org").status_code == 400


def test_a_poll_with_a_date_alone_is_answered_too(page_app, page_client):
    make_event()
    since = page_client.get(FEED).headers["Last-Modified"]
    for _turn in range(2):
        assert page_client.get(FEED, headers={"If-Modified-Since": since}).status_code == 304


def test_a_whole_answer_is_never_kept_at_the_door(page_app, page_client):
    make_event()
    assert page_client.get(FEED).data == page_client.get(FEED).data != b""


@pytest.fixture
def connection(page_app):
    with serving(page_app) as port:
        kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        yield kept
        kept.close()


def answered(connection, **headers):
    connection.request("GET", FEED, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def test_the_connection_of_a_poll_stays_open(connection):
    make_event()
    tag = answered(connection).getheader("ETag")
    there = connection.sock
    for _turn in range(3):
        answer = answered(connection, **{"If-None-Match": tag})
        assert answer.status == 304
        assert answer.getheader("Connection") is None
        assert connection.sock is there
    assert answered(connection).status == 200


def test_whoever_asks_to_close_is_closed(connection):
    make_event()
    tag = answered(connection).getheader("ETag")
    answer = answered(connection, **{"If-None-Match": tag, "Connection": "close"})
    assert answer.status == 304
    assert answer.getheader("Connection") == "close"
