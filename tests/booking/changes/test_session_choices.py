"""Sessions on the form: each attendee picks hers, none at the same time, full ones make the party wait."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.models import AttendeeSession
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event, EventSession
from registration.seats import gate as gates
from registration.seats.models import Registration
from tests.booking.form.test_questions import filled, path
from tests.booking.programme_arranging import errors, make_programme
from tests.booking.programme_arranging import filled as filled_programme
from tests.booking.programme_arranging import path as programme_path
from tests.factories import make_event
from tests.mailbox import body, sent


def add_session(event, name: str, begins: int, seats: int | None = None) -> int:
    """Add a session of an hour that begins so many hours into the event."""

    def work(session) -> int:
        row = session.get_one(Event, event.id)
        at = row.starts_at + timedelta(hours=begins)
        made = EventSession(event_id=event.id, name=name, starts_at=at, ends_at=at + timedelta(hours=1))
        session.add(made)
        session.flush()
        if seats is not None:
            gates.add_pool(session, event.id, "session", made.id, seats)
        row.revision += 1
        return made.id

    return write_tx(work)


def picked() -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(AttendeeSession.session_id).order_by(AttendeeSession.session_id)))


@pytest.fixture
def event(page_app):
    return make_event(capacity=5)


def test_an_attendee_picks_sessions(page_client, event):
    codes, rules = add_session(event, "Codes", 0, seats=1), add_session(event, "Rules", 1)
    page = page_client.get(path(event)).text
    assert "1 seat left" in page
    data = filled(page_client, event) | {"attendees-0-sessions": [str(codes), str(rules)]}
    assert page_client.post(path(event), data=data).status_code == 303
    assert picked() == [codes, rules]
    assert "full" in page_client.get(path(event)).text


def test_the_page_and_the_mail_say_who_picked_what(page_client, event):
    codes, rules = add_session(event, "Codes", 0), add_session(event, "Rules", 1)
    data = filled(page_client, event) | {
        "attendees-0-sessions": [str(rules), str(codes)],
        "attendees-1-name": "Ben",
        "attendees-1-sessions": str(rules),
    }
    answer = page_client.post(path(event), data=data)
    assert answer.status_code == 303
    page = page_client.get(answer.headers["Location"]).text
    told = re.findall(r"<bdi>\d\d:\d\d–\d\d:\d\d (\w+)</bdi>", page)
    assert told == ["Codes", "Rules", "Rules"]
    (mail,) = sent()
    assert re.findall(r"^- (\w+)|^  \d\d:\d\d–\d\d:\d\d (\w+)", body(mail), re.M) == [
        ("Ada", ""), ("", "Codes"), ("", "Rules"), ("Attendee", ""), ("", "Rules"),
    ]  # fmt: skip
    assert body(mail, "html").count("Rules</bdi>") == 2


def test_sessions_at_the_same_time_are_refused_at_the_field(page_client, event):
    both = [str(add_session(event, "Codes", 0)), str(add_session(event, "Rules", 0))]
    answer = page_client.post(path(event), data=filled(page_client, event) | {"attendees-0-sessions": both})
    assert answer.status_code == 422
    assert "sessions overlap" in errors(answer)["attendees-0-sessions-0"]
    assert answer.text.count(" checked") == 2 + 1  # both sessions and the agreement
    assert picked() == []


def test_a_session_of_elsewhere_is_refused(page_client, event):
    add_session(event, "Codes", 0)
    other = add_session(make_event(title="Other"), "Elsewhere", 0)
    answer = page_client.post(
        path(event), data=filled(page_client, event) | {"attendees-0-sessions": str(other)}
    )
    assert answer.status_code == 422
    assert "attendees-0-sessions-0" in errors(answer)


def test_a_full_session_makes_the_party_wait(page_client, event):
    codes = add_session(event, "Codes", 0, seats=1)
    for name in ("ada", "ben"):
        data = filled(page_client, event, email=f"{name}@example.org")
        page_client.post(path(event), data=data | {"attendees-0-sessions": str(codes)})
    db.session.rollback()
    states = db.session.scalars(select(Registration.state).order_by(Registration.id)).all()
    assert states == ["confirmed", "waitlisted"]


def test_in_a_programme_a_session_of_what_one_does_not_come_to_is_refused_at_the_field(page_client, event):
    other = make_event(title="Other")
    here, there = add_session(event, "Codes", 0), add_session(other, "Rules", 0)
    programme = make_programme(event, other)
    data = filled_programme(page_client, programme, event) | {"attendees-0-sessions": [str(here), str(there)]}
    answer = page_client.post(programme_path(programme), data=data)
    assert answer.status_code == 422
    told = errors(answer)["attendees-0-sessions-0"]
    assert told.startswith("“Rules” is part of “Other”, which is not chosen here.")
    assert picked() == []
    data |= {"attendees-0-sessions": [str(here)]}
    assert page_client.post(programme_path(programme), data=data).status_code == 303
    assert picked() == [here]


def test_a_session_of_what_only_others_come_to_is_refused_at_her_own_field(page_client, event):
    other = make_event(title="Other", capacity=5)
    there = add_session(other, "Rules", 0)
    programme = make_programme(event, other)
    data = filled_programme(page_client, programme, event, other) | {
        "attendees-1-name": "Ben",
        "attendees-1-events": event.slug,
        "attendees-1-sessions": str(there),
    }
    answer = page_client.post(programme_path(programme), data=data)
    assert answer.status_code == 422
    assert list(errors(answer)) == ["attendees-1-sessions-0"]
    assert picked() == []
