"""The first mail to an address that nobody confirmed carries nothing else that a stranger typed."""

import pytest

from registration.booking.admission.services import register
from registration.booking.changes.cancel import cancel
from registration.booking.models import Booking
from registration.booking.rules import Application, Person, Wish
from registration.core import clock
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE
from registration.organiser.mailing.services import choose
from tests.booking.arranging import booked, sent, text_of, to
from tests.booking.programme_arranging import filled, make_programme, path
from tests.factories import application, make_event, registration_of, target

ADA, TYPED = "ada@example.org", ("Buy Now Cheap", "Very Cheap Ltd")


def typed(event):
    """Return a form with words of a stranger in each name but the contact's."""
    return application(event, "Ada", email=ADA, firm=TYPED[1], party=2)


def parts_of(mail) -> str:
    """Return all that a reader or her program sees of a mail."""
    told = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return "\n".join([str(mail["Subject"]), *(one.decode() for one in told)])


@pytest.mark.parametrize("line", [{}, {"needs_approval": True}], ids=["confirmed", "pending"])
@pytest.mark.parametrize("capacity", [5, 1], ids=["free", "too few"])
def test_the_first_mail_names_the_contact_alone(app, line, capacity):
    event = make_event(capacity=3, line=line)
    for _seat in range(3 - capacity if capacity < 3 else 0):
        booked(event, "Cleo")
        sent()
    register(typed(event))
    mail = parts_of(to(sent(), ADA))
    assert "Ada" in mail
    assert "Guest 1 of Ada" not in mail
    assert TYPED[1] not in mail
    assert "Attendee 2" in mail


@pytest.fixture
def set_in_words(monkeypatch):
    """Let a document be the words that it is set from."""
    monkeypatch.setattr("registration.booking.tickets.typeset", lambda _name, facts: repr(facts).encode())


def test_the_tickets_beside_the_first_mail_name_the_contact_alone(app, set_in_words):
    event = make_event(capacity=5)
    choose(event.id, None, attaches_ticket=True)
    register(typed(event))
    mail = to(sent(), ADA)
    assert "application/pdf" in [part.get_content_type() for part in mail.walk()]
    told = parts_of(mail)
    assert told.count("QR code of") == 2
    assert "Guest 1 of Ada" not in told
    assert TYPED[1] not in told


def test_an_address_that_was_confirmed_gets_the_tickets_with_their_names(app, set_in_words):
    event = make_event(capacity=5)
    choose(event.id, None, attaches_ticket=True)
    verified(booked(event, "Ada", email=ADA, party=2)[1])
    assert parts_of(to(sent(), ADA)).count("Guest 1 of Ada") > 2


def test_an_attendees_own_address_gets_nothing_that_the_contact_typed(app, set_in_words):
    event = make_event(capacity=5)
    choose(event.id, None, attaches_ticket=True)
    whole = application(event, TYPED[0], email=ADA)
    people = (*whole.wishes[0].people, Person("Ben", "ben@example.org", TYPED[1], None))
    asked = Application(whole.submit_key, TYPED[0], ADA, TYPED[1], "en", (Wish(event.id, people),))
    registration = registration_of(register(asked))
    first = parts_of(to(sent(), "ben@example.org"))
    cancel(target(registration), ATTENDEE)
    last = parts_of(to(sent(), "ben@example.org"))
    for mail in (first, last):
        assert "Ben" in mail
        assert not [one for one in TYPED if one in mail]
    assert "Someone registered you" in first
    assert "Whoever registered you cancelled your seat." in last


def test_the_mail_about_several_events_names_the_contact_alone(page_app, page_client):
    one, other = make_event(title="Workshop"), make_event(title="Meeting")
    slug = make_programme(one, other)
    data = filled(page_client, slug, one, other, firm=TYPED[1]) | {"attendees-1-name": TYPED[0]}
    assert page_client.post(path(slug), data=data).status_code == 303
    mail = parts_of(to(sent(), ADA))
    assert not [one for one in TYPED if one in mail]


def test_the_link_again_names_the_contact_alone(app):
    event = make_event(capacity=5)
    register(typed(event))
    sent()
    assert register(typed(event)).token is None
    assert "Guest 1 of Ada" not in parts_of(to(sent(), ADA))


def test_an_address_that_was_confirmed_is_told_who_comes(app):
    event = make_event(capacity=5)
    _page, registration = booked(event, "Ada", email=ADA, party=2)

    verified(registration)
    assert "Guest 1 of Ada" in text_of(to(sent(), ADA))


def verified(registration):
    """Let the mailbox of a booking be one that was confirmed."""

    def confirm(session):
        session.get_one(Booking, registration.booking_id).verified_at = clock.now()

    write_tx(confirm)
