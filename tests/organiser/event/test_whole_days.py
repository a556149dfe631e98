"""An event that lasts all day is asked for dates, the last one included; each zone has one name."""

from datetime import UTC, datetime

from sqlalchemy import update

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.organiser.shared.zones import canonical_zones
from registration.web.filters import span
from tests.factories import make_event
from tests.organiser.shared.test_local_times import create, made

DAYS = {"starts_at": "2026-12-08", "ends_at": "2026-12-10", "all_day": "y", "time_zone": "Europe/Brussels"}


def store(event, **values) -> None:
    write_tx(lambda session: session.execute(update(Event).where(Event.id == event.id).values(**values)))


def test_the_last_day_is_included(owner):
    assert create(owner, **DAYS).status_code == 303
    event = made()
    assert event is not None
    assert event.starts_at == datetime(2026, 12, 7, 23, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 12, 10, 23, tzinfo=UTC)
    page = owner.get(f"/organiser/events/{event.slug}/edit").text
    assert 'type="date" value="2026-12-08"' in page
    assert 'type="date" value="2026-12-10"' in page
    assert "8 December 2026 – Thursday, 10 December 2026" in owner.get(f"/events/{event.slug}/").text


def test_hours_that_were_typed_before_the_box_was_ticked_do_not_count(owner):
    hours = {"starts_at": "2026-12-08T00:00", "ends_at": "2026-12-10T18:00"}
    assert create(owner, **DAYS | hours).status_code == 303
    assert made().ends_at == datetime(2026, 12, 10, 23, tzinfo=UTC)


def test_a_last_day_before_the_first_is_refused_and_stays_as_typed(owner):
    answer = create(owner, **DAYS | {"ends_at": "2026-12-07"})
    assert answer.status_code == 422
    assert "The last day must not come before the first." in answer.text
    assert 'type="date" value="2026-12-07"' in answer.text


def test_a_date_alone_asks_for_the_time_and_is_not_lost(owner):
    answer = create(owner, starts_at="2026-12-08", ends_at="2026-12-08T18:00", time_zone="Europe/Brussels")
    assert answer.status_code == 422
    assert "Enter the time too" in answer.text
    assert 'type="datetime-local" value="2026-12-08T00:00"' in answer.text


def test_days_across_a_change_of_the_clocks_begin_and_end_at_midnight(owner):
    days = {"starts_at": "2027-03-27", "ends_at": "2027-03-28"}
    assert create(owner, **DAYS | days).status_code == 303
    assert made().starts_at == datetime(2027, 3, 26, 23, tzinfo=UTC)
    assert made().ends_at == datetime(2027, 3, 28, 22, tzinfo=UTC)


def test_an_end_after_the_clocks_change_carries_its_own_letters(page_app):
    start, end = datetime(2026, 10, 24, 21, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
    with page_app.test_request_context():
        told = span(start, end, "Europe/Brussels")
        assert "23:00 CEST" in told
        assert "02:00 CET" in told
        assert told.endswith("Brussels time")
        short = span(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), end, "Europe/Brussels")
        assert "02:30 CEST – 02:00 CET" in short


def test_zones_stand_by_region_under_one_name_each(owner):
    page = owner.get("/organiser/organisers/ditta/events/new").text
    assert '<optgroup label="Europe">' in page
    assert 'value="Europe/Brussels"' in page
    for old in ("localtime", "Factory", "EST", "Asia/Calcutta", "posixrules", "Etc/GMT+5", "US/Eastern"):
        assert f'value="{old}"' not in page
        assert old not in canonical_zones()
    assert 400 < len(canonical_zones()) < 450


def test_an_event_with_an_old_name_keeps_it_until_it_is_changed(owner):
    event = make_event()
    store(event, time_zone="Asia/Calcutta")
    page = owner.get(f"/organiser/events/{event.slug}/edit").text
    assert '<option selected value="Asia/Calcutta">' in page
    db.session.rollback()
