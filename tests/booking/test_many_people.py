"""An event of many people: no statement takes more parameters for more of them, on either database."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import event as events
from sqlalchemy import func, select

from registration.booking.admission.services import register as register_application
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.closing import cancel_event
from registration.booking.event_settings.sessions import SessionFacts, add_session, change_session
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.core import clock
from registration.core.database import db
from registration.events.models import Event
from registration.events.services import QuestionFacts
from registration.journal.services import SYSTEM
from registration.mail.transport import FolderTransport
from registration.mail.worker import send_due
from registration.organiser.attendees.exports import export
from registration.organiser.attendees.queries import Filters
from registration.organiser.mailing import services as mailing
from registration.reconfirm.chores import reconfirm
from registration.reconfirm.services import plan
from registration.seats.models import Registration
from tests.factories import application, make_account, make_event, pool, sign_in

PEOPLE = 80
# More than any statement has for one person, and fewer than it would have for all of them.
MOST = 60


@pytest.fixture
def bounded(app):
    """Refuse a statement with more than MOST parameters; rows are inserted in batches of SQLAlchemy's own."""

    def look(_connection, _cursor, statement, parameters, _context, is_many):
        if not statement.startswith("INSERT"):
            given = parameters[0] if is_many else parameters
            assert len(given) <= MOST, f"{len(given)} parameters: {statement[:300]}"

    events.listen(db.engine, "before_cursor_execute", look)
    yield app
    events.remove(db.engine, "before_cursor_execute", look)


def test_no_statement_carries_as_many_values_as_there_are_people(bounded, client, tmp_path):
    relay = FolderTransport(tmp_path / "mails")
    event = make_event(capacity=2, questions=(QuestionFacts("Diet"),), starts_in=timedelta(days=30))
    talk = add_session(event.id, hour(event, 0), SYSTEM)
    for number in range(PEOPLE):
        register_application(
            application(
                event,
                f"Ada {number}",
                party=1 + number % 2,
                firm="Agfa",
                sessions=(talk,),
                answers=((event.questions[0], "none"),),
            )
        )
    sign_in(client, "owner@example.org", make_account("owner@example.org", "owner"))
    office = f"/organiser/events/{event.slug}"
    for page in ("waitlist", "attendees", "capacity", "journal"):
        assert client.get(f"{office}/{page}").status_code == 200

    assert change_capacity(event.id, pool(event).id, 2 * PEOPLE, SYSTEM) == PEOPLE - 2
    assert confirmed() == PEOPLE
    set_firm(event.id, FirmTerms("Agfa", PEOPLE, 0), SYSTEM)
    change_session(event.id, talk, hour(event, 1), {}, SYSTEM)
    plan(event.id, 14, 7, frees_seat=True, actor=SYSTEM)
    for days in (14, 8):
        with at(event, days):
            assert reconfirm() == PEOPLE
    send_to_all(event)
    for fmt in ("csv", "xlsx", "json"):
        assert export(db.session(), db.session.get_one(Event, event.id), fmt, io.BytesIO()) > PEOPLE
        db.session.rollback()
    assert client.get(f"{office}/attendees").status_code == 200
    assert send_due(relay) > 3 * PEOPLE
    cancel_event(event.id, SYSTEM, "The hall is closed.")
    assert send_due(relay) == PEOPLE


def hour(event, number):
    starts_at = db.session.get_one(Event, event.id).starts_at + timedelta(hours=number)
    db.session.rollback()
    return SessionFacts("Talk", starts_at, starts_at + timedelta(hours=1))


def at(event, days):
    """Let it be so many days before the event."""
    moment = db.session.get_one(Event, event.id).starts_at - timedelta(days=days)
    db.session.rollback()
    return clock.running(lambda: moment)


def confirmed():
    query = select(func.count()).select_from(Registration).where(Registration.state == "confirmed")
    found = db.session.scalar(query)
    db.session.rollback()
    return found


def send_to_all(event):
    made = mailing.draft(event.id, "Parking", "Use the east gate.", Filters(), None)
    mailing.send(event.id, made, PEOPLE, SYSTEM)
    while mailing.queue_some():
        db.session.rollback()
