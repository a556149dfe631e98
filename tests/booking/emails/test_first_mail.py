"""The first mail to an address that nobody confirmed carries nothing else that a stranger typed."""

import pytest

from registration.booking.admission.services import register
from registration.booking.models import Booking
from registration.core import clock
from registration.core.transaction import write_tx
from tests.booking.arranging import booked, sent, text_of, to
from tests.booking.programme_arranging import filled, make_programme, path
from tests.factories import application, make_event

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

    def confirm(session):
        session.get_one(Booking, registration.booking_id).verified_at = clock.now()

    write_tx(confirm)
    assert "Guest 1 of Ada" in text_of(to(sent(), ADA))
