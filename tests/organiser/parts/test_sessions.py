"""Sessions are changed and removed: who picked one is told, and nobody loses what she has."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from registration.booking.changes.cancel import cancel
from registration.booking.changes.party import change_choice
from registration.booking.event_settings.sessions import (
    SessionFacts,
    add_session,
    change_session,
    remove_session,
)
from registration.booking.models import AttendeeSession
from registration.booking.notifications.notify import SESSION_MOVED
from registration.core.database import db
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.events.models import Event, EventSession
from registration.events.services import Text, put_text
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.models import OutgoingMessage
from registration.seats.models import Pool, Registration
from tests import factories
from tests.booking.arranging import booked, calendar_of, sent, text_of
from tests.factories import make_account, make_event, register, sign_in, target, token_in
from tests.seats.sound import assert_sound


def facts(event, name: str, hour: int, **values) -> SessionFacts:
    """Return a session of one hour, so many hours into the event."""
    begins = db.session.get_one(Event, event.id).starts_at
    db.session.rollback()
    starts_at = begins + timedelta(hours=hour)
    return SessionFacts(name, starts_at, starts_at + timedelta(hours=1), **values)


def session_of(event, name: str, hour: int, seats: int | None = None) -> int:
    return add_session(event.id, facts(event, name, hour, seats=seats), SYSTEM)


def change(event, session_id: int, name: str, hour: int, **values) -> int | None:
    return change_session(event.id, session_id, facts(event, name, hour, **values), {}, SYSTEM)


def test_another_time_is_told_to_those_who_picked_it_and_to_nobody_else(app):
    event = make_event(capacity=5)
    codes = session_of(event, "Codes", 0)
    ada = register(event, "Ada", email="ada@example.org", sessions=(codes,))
    register(event, "Ben", email="ben@example.org")
    gone = register(event, "Cleo", email="cleo@example.org", sessions=(codes,))
    cancel(target(gone), ATTENDEE)
    sent()
    before = db.session.get_one(Registration, ada.id).calendar_sequence
    assert change(event, codes, "Codes", 1) == 1
    [(address, mail)] = sent()
    assert address == "ada@example.org"
    assert mail["Subject"] == "New time of Codes: Workshop on nomenclatures"
    assert "Before:" in text_of(mail)
    begins = facts(event, "Codes", 1).starts_at.astimezone(ZoneInfo("Europe/Brussels"))
    [entry] = calendar_of(mail).walk("VEVENT")
    assert f"{begins:%H:%M}–" in entry["DESCRIPTION"]
    db.session.rollback()
    assert db.session.get_one(Registration, ada.id).calendar_sequence == before + 1
    assert_sound()


def test_words_alone_are_told_to_nobody(app):
    event = make_event(capacity=5)
    codes = session_of(event, "Codes", 0)
    register(event, "Ada", sessions=(codes,))
    words = {"fr": {"name": "Les codes", "hint": ""}}
    assert change_session(event.id, codes, facts(event, "All codes", 0), words, SYSTEM) is None
    found = db.session.get_one(EventSession, codes)
    assert (found.name, found.translations) == ("All codes", {"fr": {"name": "Les codes"}})
    assert db.session.query(OutgoingMessage).filter_by(kind=SESSION_MOVED).count() == 0
    noted = db.session.query(JournalEntry).filter_by(action="changed-session").one()
    assert noted.facts["session"] == codes


def test_a_time_at_which_somebody_has_another_session_is_refused(app):
    event = make_event(capacity=5)
    codes, rules = session_of(event, "Codes", 0), session_of(event, "Rules", 1)
    register(event, "Ada", sessions=(codes, rules))
    register(event, "Ben", sessions=(codes,))
    gone = register(event, "Cleo", sessions=(codes, rules))
    cancel(target(gone), ATTENDEE)
    with pytest.raises(Refusal, match="1 person who picked this session") as refused:
        change(event, codes, "Codes", 1)
    assert refused.value.field == "starts_at"
    assert change(event, codes, "Codes", 2) == 2


@pytest.mark.parametrize(
    ("name", "hour", "field"), [("Rules", 0, "name"), ("Codes", 3, "starts_at"), ("Codes", -1, "starts_at")]
)
def test_a_change_that_cannot_be_is_refused_at_its_field(app, name, hour, field):
    event = make_event(capacity=5)
    codes = session_of(event, "Codes", 0)
    session_of(event, "Rules", 1)
    with pytest.raises(Refusal) as refused:
        change(event, codes, name, hour)
    assert refused.value.field == field


def test_a_session_that_somebody_picked_is_not_removed(app):
    event = make_event(capacity=5)
    codes = session_of(event, "Codes", 0, seats=2)
    ada = register(event, "Ada", sessions=(codes,))
    with pytest.raises(Refusal, match="1 person has picked this session"):
        remove_session(event.id, codes, SYSTEM)
    cancel(target(ada), ATTENDEE)
    remove_session(event.id, codes, SYSTEM)
    db.session.rollback()
    assert db.session.get(EventSession, codes) is None
    assert db.session.query(Pool).filter_by(kind="session").count() == 0
    assert db.session.query(AttendeeSession).count() == 0
    assert db.session.query(JournalEntry).filter_by(action="removed-session").count() == 1
    assert_sound()


def test_what_is_no_longer_offered_stays_with_those_who_have_it(app):
    event = make_event(capacity=5)
    codes, rules = session_of(event, "Codes", 0), session_of(event, "Rules", 1)
    ada, ben = register(event, "Ada", sessions=(codes,)), register(event, "Ben")
    change(event, codes, "Codes", 0, is_offered=False)
    with pytest.raises(Refusal, match="sessions that are listed"):
        register(event, "Cleo", sessions=(codes,))
    with pytest.raises(Refusal, match="sessions that are listed"):
        change_choice(target(ben), factories.attendees(ben)[0].id, None, (codes,), ATTENDEE)
    [adas] = factories.attendees(ada)
    change_choice(target(ada), adas.id, None, (codes, rules), ATTENDEE)
    db.session.rollback()
    assert db.session.query(AttendeeSession).filter_by(attendee_id=adas.id).count() == 2


def test_a_session_of_another_event_is_not_there(app):
    event, other = make_event(), make_event(title="Other")
    codes = session_of(event, "Codes", 0)
    with pytest.raises(NotFound):
        remove_session(other.id, codes, SYSTEM)
    with pytest.raises(NotFound):
        change(other, codes, "Codes", 0)


@pytest.fixture
def office(page_app, page_client):
    event = make_event(capacity=5)
    write_tx(lambda session: put_text(session, session.get_one(Event, event.id), Text("fr", "Atelier")))
    sign_in(page_client, "ada@example.org", make_account("ada@example.org", "manager"))
    return event, page_client, session_of(event, "Codes", 0)


def test_a_session_is_changed_on_its_page_in_every_language(office):
    event, client, codes = office
    address = f"/organiser/events/{event.slug}/sessions/{codes}"
    assert address in client.get(f"/organiser/events/{event.slug}/sessions").text
    before = facts(event, "Codes", 0)
    page = client.get(address).text
    data = {"name": "", "is_offered": "y", "name-fr": "Les codes", "csrf_token": token_in(page)}
    data |= {name: found_value(page, name) for name in ("starts_at", "ends_at")}
    wrong = client.post(address, data=data)
    assert wrong.status_code == 422
    assert "Les codes" in wrong.text
    assert client.post(address, data=data | {"name": "Codes"}).status_code == 303
    db.session.rollback()
    found = db.session.get_one(EventSession, codes)
    assert found.translations == {"fr": {"name": "Les codes"}}
    # What was not touched is the same moment, seconds included.
    assert (found.starts_at, found.ends_at) == (before.starts_at, before.ends_at)


def test_removing_asks_first_and_says_why_it_cannot_be(office):
    event, client, codes = office
    ada = register(event, "Ada", sessions=(codes,))
    address = f"/organiser/events/{event.slug}/sessions/{codes}"
    page = client.get(address).text
    assert "Yes, remove “Codes”" in page
    refused = client.post(f"{address}/remove", data={"csrf_token": token_in(page)})
    assert refused.status_code == 409
    assert "1 person has picked this session" in refused.text
    # The page shows what is stored: saving it must not take the session away.
    assert 'name="is_offered" value="y" checked' in refused.text
    cancel(target(ada), ATTENDEE)
    assert client.post(f"{address}/remove", data={"csrf_token": token_in(page)}).status_code == 303
    assert client.get(address).status_code == 404


def test_who_has_a_session_that_is_no_longer_offered_sees_it_on_her_page(page_app, page_client):
    event = make_event(capacity=5)
    codes = session_of(event, "Codes", 0)
    page, ada = booked(event, "Ada", sessions=(codes,))
    change(event, codes, "Codes", 0, is_offered=False)
    [one] = factories.attendees(ada)
    shown = page_client.get(f"{page}registrations/{ada.id}/attendees/{one.id}/choice").text
    assert f'value="{codes}" checked' in shown
    assert "Codes" not in page_client.get(f"/events/{event.slug}/register").text


def found_value(html: str, name: str) -> str:
    return token_in(html, name)
