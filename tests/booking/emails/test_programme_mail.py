"""The one mail about a form for several events."""

import pytest
from sqlalchemy import select, update

from registration.accounts.models import Organiser
from registration.booking.changes.cancel import Target, cancel
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE
from registration.mail.models import OutgoingMessage
from registration.mail.worker import send_due
from registration.seats.models import Registration
from tests.booking.programme_arranging import filled, make_programme, path
from tests.factories import make_event, register
from tests.mailbox import sent


@pytest.fixture
def mixed(page_app, page_client):
    """Ada and Ben have seats in the meeting and wait for the workshop."""
    workshop, meeting = make_event(capacity=2, title="Workshop"), make_event(capacity=5, title="Meeting")
    programme = make_programme(workshop, meeting)
    register(workshop, "Cleo")
    register(workshop, "Dan")
    send_due()
    data = filled(page_client, programme, workshop, meeting) | {"attendees-1-name": "Ben"}
    page_client.post(path(programme), data=data)
    return workshop, meeting


def test_a_mixed_outcome_is_told_in_one_mail(page_app, mixed):
    assert send_due() == 1
    letter = sent()[-1]
    text = letter.get_body(("plain",)).get_content()
    assert letter["Subject"].startswith("Seats in 1 of 2 events")
    assert "You are number 1 on the waitlist" in text
    assert "Your 2 seats are confirmed" in text
    assert text.count("- Attendee 2") == 2
    html = letter.get_body(("html",)).get_content()
    assert "You have seats in 1 of the 2 events you chose" in html


def test_each_event_has_a_calendar_file_of_its_own(page_app, mixed):
    send_due()
    files = {part.get_filename(): part.get_content() for part in sent()[-1].iter_attachments()}
    assert sorted(files) == sorted(f"{event.slug}.ics" for event in mixed)
    for raw in files.values():
        told = raw if isinstance(raw, str) else raw.decode()
        assert told.count("BEGIN:VEVENT") == 1
        assert "METHOD" not in told


def test_what_is_cancelled_meanwhile_is_not_told(page_app, mixed):
    workshop, _meeting = mixed
    waits = db.session.scalars(
        select(Registration).where(Registration.event_id == workshop.id, Registration.state == "waitlisted")
    ).one()
    cancel(Target(workshop.id, waits.id), ATTENDEE, tells=False)
    send_due()
    text = sent()[-1].get_body(("plain",)).get_content()
    assert "Workshop" not in text
    assert "Meeting" in text


def test_when_nothing_is_left_no_mail_goes(page_app, mixed):
    for row in db.session.scalars(select(Registration).where(Registration.size == 2)).all():
        cancel(Target(row.event_id, row.id), ATTENDEE, tells=False)
    send_due()
    db.session.rollback()
    assert db.session.scalars(
        select(OutgoingMessage.state).where(OutgoingMessage.kind == "programme")
    ).all() == ["superseded"]


def test_an_organiser_without_invitations_attaches_nothing_and_says_so(page_app, mixed):
    write_tx(lambda session: session.execute(update(Organiser).values(calendar_mail="none")))
    send_due()
    letter = sent()[-1]
    assert list(letter.iter_attachments()) == []
    text = letter.get_body(("plain",)).get_content()
    assert "attached" not in text
    assert "/feeds/" in text
