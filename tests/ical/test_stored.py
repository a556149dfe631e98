"""A feed is joined of stored bytes: made once, again when the event changes, and never in vain."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events import queries as event_queries
from registration.events.models import Event, EventText
from registration.events.services import touch
from registration.ical import feeds, queries, services
from registration.ical.feeds import FeedComponent
from registration.ical.models import CalendarEntry
from registration.ical.services import store_entries
from registration.web.locale import LOCALES
from tests.factories import make_event
from tests.ical.checker import check_calendar
from tests.ical.test_entries import lines


@pytest.fixture
def made(monkeypatch):
    """The UIDs of the entries that were made since."""
    uids = []
    make = feeds.component_of

    def noted(entry):
        uids.append(entry.uid)
        return make(entry)

    monkeypatch.setattr(queries, "component_of", noted)
    monkeypatch.setattr(services, "component_of", noted)
    return uids


def stored(event_id: int) -> CalendarEntry | None:
    db.session.rollback()
    return db.session.get(CalendarEntry, (event_id, "en"))


def rename(event_id: int, title: str) -> None:
    def work(session):
        event = session.get_one(Event, event_id)
        session.execute(update(EventText).where(EventText.event_id == event_id).values(title=title))
        touch(event)

    write_tx(work)


def fetched(client, path: str = "/calendar.ics", tag: str = "", language: str = "en"):
    headers = {"Accept-Language": language} | ({"If-None-Match": tag} if tag else {})
    return client.get(path, headers=headers)


def test_entries_are_made_once(app, client, made):
    events = [make_event(title=f"Event {number}") for number in range(3)]
    assert store_entries() == 3 * len(LOCALES)
    assert store_entries() == 0
    made.clear()
    raw = fetched(client).data
    assert made == []
    assert check_calendar(raw) == []
    assert raw.count(b"BEGIN:VEVENT") == len(events)


def test_one_changed_event_makes_one_entry_anew(app, client, made):
    events = [make_event(title=f"Event {number}") for number in range(3)]
    store_entries()
    rename(events[1].id, "Renamed")
    made.clear()
    assert b"SUMMARY:Renamed" in fetched(client).data
    assert len(made) == 1
    assert store_entries() == len(LOCALES)
    made.clear()
    assert b"SUMMARY:Renamed" in fetched(client).data
    assert made == []


def test_stored_or_not_a_feed_is_the_same_bytes(app, client):
    make_event(title="Ascii")
    make_event(title="Gala", all_day=True)
    before = fetched(client)
    store_entries()
    after = fetched(client)
    assert before.data == after.data
    assert before.headers["ETag"] == after.headers["ETag"]


def test_a_feed_moves_with_every_edit_even_within_one_second(app, client):
    event = make_event()
    store_entries()
    seen = [stored(event.id).changed_at]
    tags = {fetched(client).headers["ETag"]}
    for number in range(3):
        rename(event.id, f"Title {number}")
        store_entries()
        seen.append(stored(event.id).changed_at)
        tags.add(fetched(client).headers["ETag"])
    assert len(tags) == 4
    # To the second, which is all that LAST-MODIFIED can tell.
    assert sorted({at.replace(microsecond=0) for at in seen}) == [at.replace(microsecond=0) for at in seen]


def test_another_way_to_write_moves_last_modified(app, client, monkeypatch):
    event = make_event()
    store_entries()
    before, feed_before = stored(event.id).changed_at, fetched(client)
    app.config["BASE_URL"] = "https://events.example.org"
    assert store_entries() == len(LOCALES)
    after = stored(event.id).changed_at
    assert after > before
    assert f"LAST-MODIFIED:{after:%Y%m%dT%H%M%SZ}" in lines(fetched(client).data)
    assert fetched(client, tag=feed_before.headers["ETag"]).status_code == 200


def test_another_way_that_writes_the_same_moves_nothing(app, monkeypatch):
    event = make_event()
    store_entries()
    before = stored(event.id).changed_at
    monkeypatch.setattr(queries, "BUILDER_VERSION", "another")
    assert store_entries() == len(LOCALES)
    assert stored(event.id).changed_at == before


def test_a_slower_worker_does_not_bring_the_old_entry_back(app):
    event = make_event()
    rename(event.id, "Newer")
    store_entries()
    old = {
        "event_id": event.id,
        "locale": "en",
        "revision": 0,
        "maker": queries.maker(),
        "changed_at": clock.now(),
        "raw": b"old",
        "zone": "",
        "first_year": 2026,
        "last_year": 2026,
    }
    write_tx(lambda session: services._write(session, [old]))
    assert b"Newer" in stored(event.id).raw


def test_an_entry_that_cannot_be_made_is_left_out(app, client):
    bad, good = make_event(title="Bad"), make_event(title="Good")
    write_tx(lambda session: session.execute(update(Event).where(Event.id == bad.id).values(time_zone="No")))
    assert store_entries() == 2 * len(LOCALES)
    raw = fetched(client).data
    assert check_calendar(raw) == []
    assert b"SUMMARY:Good" in raw
    assert b"SUMMARY:Bad" not in raw
    assert stored(good.id).raw


def test_drafts_are_never_stored(app):
    make_event(status="draft")
    assert store_entries() == 0


def test_an_event_that_leaves_as_another_comes_is_noticed(app, client):
    leaving = make_event(starts_in=timedelta(days=20))
    tag = fetched(client).headers["ETag"]
    coming = make_event(starts_in=timedelta(days=40))

    def swap(session):
        same = session.get_one(Event, leaving.id).calendar_changed_at
        session.execute(update(Event).where(Event.id == leaving.id).values(status="draft"))
        session.execute(update(Event).where(Event.id == coming.id).values(calendar_changed_at=same))

    write_tx(swap)
    assert fetched(client, tag=tag).status_code == 200


def test_a_feed_holds_at_most_a_thousand_events_and_the_nearest(app, client, monkeypatch):
    monkeypatch.setattr(queries, "MOST", 2)
    make_event(title="Over", starts_in=timedelta(days=-20))
    make_event(title="Soon", starts_in=timedelta(days=2))
    make_event(title="Later", starts_in=timedelta(days=200))
    raw = fetched(client).data
    assert b"SUMMARY:Soon" in raw
    assert b"SUMMARY:Later" in raw
    assert b"SUMMARY:Over" not in raw
    assert fetched(client, "/calendar-all.ics").data.count(b"BEGIN:VEVENT") == 3


def test_what_is_long_over_stands_in_the_full_list_only(app, client):
    make_event(title="Old", starts_in=timedelta(days=-40))
    make_event(title="Far", starts_in=timedelta(days=500))
    assert b"VEVENT" not in fetched(client).data
    for path in ("/calendar-all.ics", "/organisers/ditta/calendar-all.ics"):
        answer = fetched(client, path)
        assert check_calendar(answer.data) == []
        assert answer.data.count(b"BEGIN:VEVENT") == 2
        assert fetched(client, path, answer.headers["ETag"]).status_code == 304


def test_a_feed_stays_below_what_google_reads():
    parts = [FeedComponent(b"x" * 1000, "", 2026, 2026)] * 1000
    assert len(queries.fitting(parts)) == 880
    assert len(queries.fitting(parts[:10])) == 10


def test_cancelled_events_stay_as_cancelled_for_a_month(app, client):
    def cancel(session):
        touch(session.get_one(Event, event.id), is_moved=True)
        session.execute(update(Event).where(Event.id == event.id).values(status="cancelled"))

    event = make_event(title="Off", starts_in=timedelta(days=-29))
    write_tx(cancel)
    shown = lines(fetched(client).data)
    assert "SUMMARY:Cancelled: Off" in shown
    assert "STATUS:CANCELLED" in shown
    assert "SEQUENCE:1" in shown
    back = event_queries.PAST + timedelta(days=1)
    at = db.session.get_one(Event, event.id)
    earlier = update(Event).values(starts_at=at.starts_at - back, ends_at=at.ends_at - back)
    write_tx(lambda session: session.execute(earlier))
    assert b"VEVENT" not in fetched(client).data
