"""An event whose entry cannot be made keeps no other from being shown, stored or looked after."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.doctor.examine import examine
from registration.events.models import EventText
from registration.ical.models import CalendarEntry
from registration.ical.services import store_entries
from registration.journal.services import SYSTEM
from registration.seats.models import Pool, Registration
from registration.web.locale import LOCALES
from tests import factories
from tests.factories import make_event


@pytest.fixture
def events(page_app):
    """Three events; the one in the middle has no words at all."""
    made = [make_event(title=title) for title in ("First", "Broken", "Last")]
    write_tx(lambda session: session.execute(delete(EventText).where(EventText.event_id == made[1].id)))
    return made


def test_the_entries_of_the_others_are_stored(events, caplog):
    for _round in range(2):
        store_entries()
    db.session.rollback()
    kept = db.session.execute(select(CalendarEntry.event_id, CalendarEntry.locale)).all()
    assert set(kept) == {(one.id, code) for one in (events[0], events[2]) for code in LOCALES}
    assert f"of event={events[1].id}" in caplog.text


def test_the_feed_shows_the_others(events, page_client):
    answer = page_client.get("/calendar.ics")
    assert answer.status_code == 200
    assert ("SUMMARY:First" in answer.text, "SUMMARY:Last" in answer.text) == (True, True)
    assert answer.text.count("BEGIN:VEVENT") == 2


def broken(code):
    db.session.remove()
    [found] = [one for one in examine(db.engine) if one.code == code]
    return found.count


def test_the_doctor_sees_seats_kept_beyond_their_date(page_app):
    event = make_event(capacity=5)
    set_firm(event.id, FirmTerms("Agfa", None, 2, clock.now() + timedelta(days=1)), SYSTEM)
    assert broken("I24") == 0
    past = clock.now() - timedelta(hours=1)
    write_tx(lambda session: session.execute(update(Pool).where(Pool.allotted > 0).values(release_at=past)))
    assert broken("I24") == 1


def test_the_doctor_sees_a_move_that_was_not_finished(page_app):
    ada, other = (factories.register(make_event(), "Ada", email="ada@example.org") for _number in range(2))
    values = {"replaces_id": ada.id, "changed_at": clock.now() - timedelta(hours=1)}
    write_tx(
        lambda session: session.execute(
            update(Registration).where(Registration.id == other.id).values(**values)
        )
    )
    assert broken("I25") == 1
