"""A programme from its making to its changes: one form, a party of three, a mixed outcome, told truly."""

from sqlalchemy import select

from registration.core.database import db
from registration.seats.models import Registration
from tests import factories
from tests.booking.programme_arranging import hidden
from tests.factories import cancel_registration, make_event, register, sign_in, token_in
from tests.mailbox import sent_to

NEW = "/organiser/organisers/ditta/programmes/new"
FORM = "/programmes/autumn-days/register"


def make_it(client, *rows):
    """Make the programme in the back office of *rows* of (event, what it asks for)."""
    sign_in(client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    data = {"csrf_token": token_in(client.get(NEW).text), "title": "Autumn days", "locale": "en"}
    for number, (event, other) in enumerate(rows):
        data |= {
            f"events-{number}-event_id": str(event.id),
            f"events-{number}-is_in": "y",
            f"events-{number}-rank": str(number + 1),
            f"events-{number}-requires": str(other.id) if other else "",
        }
    assert client.post(NEW, data=data).status_code == 303


def states() -> dict[int, str]:
    db.session.rollback()
    rows = db.session.execute(select(Registration.event_id, Registration.state).where(Registration.size == 3))
    return dict(rows.all())


def test_a_party_of_three_gets_seats_here_and_waits_there(app, client):
    workshop = make_event(capacity=3, title="Workshop")
    meeting = make_event(capacity=5, title="Meeting")
    dinner = make_event(capacity=5, title="Dinner")
    make_it(client, (workshop, None), (meeting, None), (dinner, meeting))
    ben = register(workshop, "Ben")
    page = client.get(FORM).text
    party = {
        **hidden(page),
        "name": "Ada Lovelace",
        "email": "ada@example.org",
        "firm": "Nordlicht Imaging AB",
        "locale": "en",
        "consent": "y",
        "events": [workshop.slug, dinner.slug],
        "attendees-0-name": "",
        "attendees-1-name": "Ben",
        "attendees-2-name": "Cleo",
    }
    refused = client.post(FORM, data=party)
    assert refused.status_code == 409
    assert "“Dinner” is only for people who also attend “Meeting”" in refused.text
    assert states() == {}
    party |= {"events": [workshop.slug, meeting.slug, dinner.slug], "together": "y"}
    nothing = client.post(FORM, data=party)
    assert nothing.status_code == 409
    assert 'value="Cleo"' in nothing.text
    assert states() == {}
    del party["together"]
    done = client.post(FORM, data=party)
    assert done.status_code == 303
    again = client.post(FORM, data=party)
    assert again.headers["Location"] == done.headers["Location"]
    assert states() == {workshop.id: "waitlisted", meeting.id: "confirmed", dinner.id: "confirmed"}
    page = client.get(done.headers["Location"]).text
    assert page.count('data-state="confirmed"') == 2
    assert 'data-state="waitlisted" data-position="1"' in page
    token = done.headers["Location"].split("/")[2]
    calendar = client.get(f"/bookings/{token}/calendar.ics").text
    assert calendar.count("BEGIN:VEVENT") == 3
    assert calendar.count("STATUS:CONFIRMED") == 2
    [(subject, text)] = sent_to("ada@example.org")
    assert subject.startswith("Seats in 2 of 3 events")
    assert "You are number 1 on the waitlist" in text
    cancel_registration(ben)
    assert states()[workshop.id] == "confirmed"
    assert sent_to("ada@example.org")[-1][0].startswith("You now have")
    assert client.get(f"/bookings/{token}/").text.count('data-state="confirmed"') == 3
