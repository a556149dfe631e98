"""What calendars say beside the event: until when to accept or register, what is certain, why it ended."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest

from registration.booking.changes.cancel import cancel
from registration.booking.changes.offers import accept
from registration.booking.event_settings.closing import cancel_event
from registration.capability.services import BOOKING, FEED, token_of
from registration.core import clock
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE, SYSTEM, Actor
from registration.seats.models import Registration
from tests import factories
from tests.booking.arranging import calendar_of, fields_in, sent, to
from tests.factories import make_event
from tests.ical.checker import check_calendar, components


def entries_of(answer):
    """Return the entries of a calendar by their titles, each with its facts."""
    assert answer.status_code == 200
    assert check_calendar(answer.data) == []
    found = {}
    for one in components(answer.data).every("VEVENT"):
        told = {each.name: re.sub(r"\\([,;])", r"\1", each.value) for each in one.properties}
        found[told["SUMMARY"]] = told | {"alarms": len(list(one.every("VALARM")))}
    return found


def feed_of(booking_id):
    return f"/feeds/{write_tx(lambda session: token_of(session, booking_id, FEED))}.ics"


@dataclass(frozen=True)
class Line:
    """An event that is full, who sits and who waits."""

    id: int
    slug: str
    ada: Registration
    ben: Registration


@pytest.fixture
def line(page_app):
    """Ada has the one seat, Ben waits."""
    made = make_event(capacity=1, line={"promotion": "offer", "offer_hours": 24})
    ada = factories.register(made, "Ada", email="ada@example.org")
    ben = factories.register(made, "Ben", email="ben@example.org")
    sent()
    return Line(made.id, made.slug, ada, ben)


ORGANISER = Actor("organiser")
TITLE = "Workshop on nomenclatures"


def test_who_is_offered_a_seat_has_the_deadline_as_an_entry_of_its_own(line, page_client):
    feed = feed_of(2)
    assert set(entries_of(page_client.get(feed))) == {TITLE}
    cancel(factories.target(line.ada), ATTENDEE)
    found = entries_of(page_client.get(feed))
    assert set(found) == {TITLE, f"Accept your seat: {TITLE}"}
    deadline = found[f"Accept your seat: {TITLE}"]
    assert deadline["UID"].startswith("offer-event-")
    assert deadline["alarms"] == 1
    assert "Accept it by" in found[TITLE]["DESCRIPTION"]
    mail = calendar_of(to(sent(), "ben@example.org"))
    [told] = mail.walk("VEVENT")
    assert "Accept it by" in told["DESCRIPTION"]
    accept(factories.target(line.ben), ATTENDEE)
    assert set(entries_of(page_client.get(feed))) == {TITLE}


def test_a_feed_with_seats_only_has_nothing_tentative(line, page_client):
    certain = f"{feed_of(2)}?lang=en&only=seats"
    assert entries_of(page_client.get(certain)) == {}
    tag = page_client.get(certain).headers["ETag"]
    assert tag != page_client.get(f"{feed_of(2)}?lang=en").headers["ETag"]
    cancel(factories.target(line.ada), ATTENDEE)
    assert entries_of(page_client.get(certain)) == {}
    accept(factories.target(line.ben), ATTENDEE)
    [told] = entries_of(page_client.get(certain)).values()
    assert told["STATUS"] == "CONFIRMED"
    assert page_client.get(certain, headers={"If-None-Match": tag}).status_code == 200
    cancel_event(line.id, SYSTEM)
    [told] = entries_of(page_client.get(certain)).values()
    assert told["STATUS"] == "CANCELLED"


def test_the_pages_name_the_feed_with_seats_only(line, page_client):
    token = write_tx(lambda session: token_of(session, 2, BOOKING))
    page = page_client.get(f"/bookings/{token}/").text
    assert f"{feed_of(2)}?lang=en&amp;only=seats" in page


@pytest.mark.parametrize("by", ["event", "organiser"])
def test_a_cancelled_entry_says_the_organisers_reason(line, owner, by):
    feed = feed_of(1)
    if by == "event":
        cancel_event(line.id, SYSTEM, "The hall burnt down; we are sorry")
    else:
        cancel(factories.target(line.ada), ORGANISER, "You were here twice; sorry")
    reason = "The hall burnt down; we are sorry" if by == "event" else "You were here twice; sorry"
    [told] = entries_of(owner.get(feed)).values()
    assert f"The organiser gave this reason: {reason}" in told["DESCRIPTION"]
    mail = calendar_of(to(sent(), "ada@example.org"))
    [invited] = mail.walk("VEVENT")
    assert reason in invited["DESCRIPTION"]


def test_what_she_gave_back_herself_has_no_reason(line, page_client):
    cancel(factories.target(line.ada), ATTENDEE)
    [told] = entries_of(page_client.get(feed_of(1))).values()
    assert "reason" not in told["DESCRIPTION"]


def test_the_closing_of_registration_is_an_entry_while_it_is_to_come(page_app, page_client):
    at = clock.now().replace(microsecond=0) + timedelta(days=2)
    event = make_event(closes_at=at)
    address = f"/events/{event.slug}/closing.ics"
    for page in (f"/events/{event.slug}/", f"/events/{event.slug}/register"):
        assert address in page_client.get(page).text
    [(title, told)] = entries_of(page_client.get(address)).items()
    assert title == f"Registration closes: {TITLE}"
    assert (told["UID"][:14], told["alarms"]) == ("closing-event-", 1)
    for values in ({}, {"closes_at": at - timedelta(days=3)}, {"closes_at": at, "status": "cancelled"}):
        other = make_event(**values)
        assert page_client.get(f"/events/{other.slug}/closing.ics").status_code == 404
        assert "closing.ics" not in page_client.get(f"/events/{other.slug}/").text


def test_the_organisers_text_is_in_the_language_of_its_reader(line, owner):
    address = f"/organiser/events/{line.slug}/messages/choices"
    words = f"/organiser/events/{line.slug}/translations/fr"
    assert "calendar_note" not in owner.get(words).text
    typed = fields_in(owner.get(address).text) | {"calendar_note": "Bring your badge"}
    assert owner.post(address, data=typed).status_code == 303
    typed = fields_in(owner.get(words).text) | {"title": "Atelier", "calendar_note": "Prenez votre badge"}
    assert owner.post(words, data=typed).status_code == 303
    feed = feed_of(1)
    assert "Prenez votre badge" in owner.get(f"{feed}?lang=fr").text
    assert "Bring your badge" in owner.get(f"{feed}?lang=en").text
    assert "Bring your badge" in owner.get(f"{feed}?lang=de").text
    assert fields_in(owner.get(words).text)["calendar_note"] == "Prenez votre badge"
    emptied = fields_in(owner.get(address).text) | {"calendar_note": ""}
    owner.post(address, data=emptied)
    assert "badge" not in owner.get(f"{feed}?lang=fr").text
