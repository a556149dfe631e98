"""An attendee with an address of her own hears of her own seat, by a link that is hers alone."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from registration.booking.changes.cancel import cancel, cancel_attendee
from registration.booking.changes.edit import change_people
from registration.booking.changes.written import Corrected
from registration.booking.event_settings.closing import cancel_event
from registration.booking.inbound.calendar_reply import read_answer
from registration.booking.inbound.replies import is_known, note_reply
from registration.booking.models import Booking, EventMail
from registration.booking.rules import Person, Wish
from registration.booking.tasks.event_reminders import remind
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.models import OutgoingMessage
from registration.mail.worker import send_due
from registration.seats.models import Registration
from tests import factories
from tests.factories import attendees, make_event, register, state, target
from tests.mail.answering import Shape
from tests.mailbox import body, calendars, sent

BEN = "ben@example.org"


def party(event, *others: tuple[str, str], email: str = "ada@example.org") -> Registration:
    """Register Ada with *others*, each with an address of their own or none."""
    whole = factories.application(event, "Ada", email=email)
    people = (*whole.wishes[0].people, *(Person(name, address, "", None) for name, address in others))
    wish = Wish(event.id, people)
    receipt = factories.register_application(
        factories.Application(whole.submit_key, "Ada", email, "", "en", (wish,))
    )
    return factories.registration_of(receipt)


def to(address: str) -> list:
    return [mail for mail in sent() if address in str(mail["To"])]


def link_in(mail) -> str:
    found = re.search(r"http://localhost(/attendees/[^/\s]+/)", body(mail))
    assert found is not None, body(mail)
    return found[1]


def entry(mail):
    [part] = [one for one in calendars(mail) if one.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_content()).walk("VEVENT")[0], part


def test_she_gets_her_own_confirmation_with_her_entry_and_a_link_of_her_own(page_app, page_client):
    registration = party(make_event(capacity=9), ("Ben", BEN), ("Cleo", ""))
    [mail] = to(BEN)
    assert str(mail["Subject"]).startswith("Your seat is confirmed: Workshop on nomenclatures")
    text = body(mail)
    assert "Somebody registered you for this event." in text
    assert "- Ben" in text
    assert "Cleo" not in text
    event, part = entry(mail)
    assert event["ATTENDEE"].lower() == f"mailto:{BEN}"
    assert event["STATUS"] == "CONFIRMED"
    assert part.get_param("method") == "REQUEST"
    page = page_client.get(link_in(mail))
    assert 'data-state="confirmed"' in page.text
    assert "Cleo" not in page.text
    assert attendees(registration)[1].code in page.text
    # Nothing of the booking's own link is in her mail.
    assert "/bookings/" not in text


def test_who_gave_the_contacts_address_or_none_gets_nothing_twice(page_app):
    party(make_event(capacity=9), ("Ben", "ada@example.org"), ("Cleo", ""))
    assert [str(mail["To"]) for mail in sent()] == ["Ada <ada@example.org>"]


def test_who_waits_is_not_written_to_before_there_is_a_seat(page_app):
    event = make_event(capacity=2)
    first = register(event, "Cleo", party=2)
    party(event, ("Ben", BEN))
    assert to(BEN) == []
    cancel(target(first), ATTENDEE)
    [mail] = to(BEN)
    assert str(mail["Subject"]).startswith("Your seat is confirmed")


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        (lambda one, ben: cancel(target(one), ATTENDEE), "Whoever registered you cancelled your seat."),
        (
            lambda one, ben: cancel_attendee(target(one), ben, ATTENDEE),
            "Whoever registered you cancelled your seat.",
        ),
        (lambda one, ben: cancel(target(one), SYSTEM, "no room"), "The organiser cancelled your seat."),
    ],
)
def test_she_hears_when_the_seat_is_hers_no_longer_and_her_entry_goes(page_app, end, sentence):
    registration = party(make_event(capacity=9), ("Ben", BEN))
    [first] = to(BEN)
    end(registration, attendees(registration)[1].id)
    last = to(BEN)[-1]
    assert str(last["Subject"]).startswith("Your seat was cancelled: Workshop on nomenclatures")
    assert sentence in body(last)
    before, _part = entry(first)
    after, part = entry(last)
    assert part.get_param("method") == "CANCEL"
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_she_cancels_by_her_link_and_the_contact_is_told_who_did(page_app, page_client):
    event = make_event(capacity=2)
    registration = party(event, ("Ben", BEN))
    waiting = register(event, "Cleo")
    address = link_in(to(BEN)[0])
    key = factories.token_in(page_client.get(address).text, "key")
    assert page_client.post(f"{address}cancel", data={"key": key}).status_code == 303
    assert [one.name for one in attendees(registration)] == ["Ada"]
    assert state(waiting) == "confirmed"
    assert "Ben cancelled their own seat." in body(to("ada@example.org")[-1])
    assert "You cancelled your seat." in body(to(BEN)[-1])
    page = page_client.get(address)
    assert "You no longer have a seat" in page.text
    # The same press again changes nothing more.
    assert page_client.post(f"{address}cancel", data={"key": key}).status_code == 303
    assert len(to(BEN)) == 2


def test_the_only_attendee_cancels_for_whom_her_assistant_registered(page_app, page_client):
    event = make_event(capacity=2)
    application = factories.application(event, "Ada", email="ada@example.org")
    wish = Wish(event.id, (Person("Ben", BEN, "", None),))
    receipt = factories.register_application(
        factories.Application(application.submit_key, "Ada", "ada@example.org", "", "en", (wish,))
    )
    address = link_in(to(BEN)[0])
    key = factories.token_in(page_client.get(address).text, "key")
    page_client.post(f"{address}cancel", data={"key": key})
    assert state(factories.registration_of(receipt)) == "cancelled"
    last = to("ada@example.org")[-1]
    assert str(last["Subject"]).startswith("Ben cancelled their seat:")
    assert "The organiser" not in body(last).split("--")[0]


def test_she_corrects_her_name_and_nothing_else(page_app, page_client):
    registration = party(make_event(capacity=9), ("Ben", BEN))
    address = link_in(to(BEN)[0])
    key = factories.token_in(page_client.get(address).text, "key")
    empty = page_client.post(address, data={"key": key, "name": "", "firm": "Agfa"})
    assert empty.status_code == 422
    assert 'value="Agfa"' in empty.text
    answer = page_client.post(address, data={"key": key, "name": "Benedict", "firm": "Agfa"})
    assert answer.status_code == 303
    assert "Saved." in page_client.get(answer.location).text
    assert [(one.name, one.email, one.firm) for one in attendees(registration)] == [
        ("Ada", "ada@example.org", ""),
        ("Benedict", BEN, "Agfa"),
    ]


def test_a_corrected_address_gets_the_seat_and_the_old_one_hears_that_it_is_gone(page_app, page_client):
    registration = party(make_event(capacity=9), ("Ben", BEN))
    old = link_in(to(BEN)[0])
    ben = attendees(registration)[1]
    change_people(target(registration), [Corrected(ben.id, "Ben", "benedict@example.org", "")], ATTENDEE)
    [new] = to("benedict@example.org")
    assert page_client.get(link_in(new)).status_code == 200
    assert page_client.get(old).status_code == 404
    last = to(BEN)[-1]
    assert "Whoever registered you changed the email address of this registration." in body(last)
    assert entry(last)[1].get_param("method") == "CANCEL"


def test_a_cancelled_event_and_a_reminder_reach_her_and_she_can_end_the_latter(page_app, page_client):
    event = make_event(capacity=9, starts_in=timedelta(days=2))
    registration = party(event, ("Ben", BEN))
    send_due()
    write_tx(lambda session: session.add(EventMail(event_id=event.id, reminder_days=3)))
    remind()
    reminder = to(BEN)[-1]
    assert str(reminder["Subject"]).startswith("Soon:")
    stop = re.search(r"<http://localhost(/unsubscribe/[^>]+)>", str(reminder["List-Unsubscribe"]))
    assert page_client.get(stop[1]).status_code == 200
    assert page_client.post(stop[1]).status_code == 303
    db.session.rollback()
    assert attendees(registration)[1].unsubscribed_at is not None
    assert db.session.scalar(select(Booking.unsubscribed_at)) is None
    cancel_event(event.id, SYSTEM, "ill")
    assert str(to(BEN)[-1]["Subject"]).startswith("Cancelled: ")


def test_a_seat_that_came_back_before_the_mail_left_is_not_reported_lost(page_app):
    registration = party(make_event(capacity=9), ("Ben", BEN))
    send_due()
    ben = attendees(registration)[1]
    change = target(registration)
    change_people(change, [Corrected(ben.id, "Ben", "benedict@example.org", "")], ATTENDEE)
    change_people(change, [Corrected(ben.id, "Ben", BEN, "")], ATTENDEE)
    sent()
    query = select(OutgoingMessage.kind, OutgoingMessage.to_email, OutgoingMessage.state)
    rows = db.session.execute(query.where(OutgoingMessage.attendee_id == ben.id)).all()
    ended = [row for row in rows if row.kind == "seat_ended" and row.to_email == BEN]
    assert [row.state for row in ended] == ["superseded"]


@pytest.mark.parametrize("token", ["nothing", "ABCDEFGHJK-wrong", "-", "ABCDEFGHJK-" + "x" * 27])
def test_a_link_that_was_never_ours_opens_nothing(page_app, page_client, token):
    for ending in ("", "qr.svg", "ticket.pdf", "calendar.ics"):
        assert page_client.get(f"/attendees/{token}/{ending}").status_code == 404
    assert page_client.post(f"/attendees/{token}/cancel").status_code == 404


def test_her_page_has_her_code_and_her_entry(page_app, page_client):
    registration = party(make_event(capacity=9), ("Ben", BEN))
    address = link_in(to(BEN)[0])
    assert page_client.get(f"{address}qr.svg").mimetype == "image/svg+xml"
    file = page_client.get(f"{address}calendar.ics")
    assert Calendar.from_ical(file.data).walk("VEVENT")[0]["STATUS"] == "CONFIRMED"
    cancel(target(registration), ATTENDEE)
    assert page_client.get(f"{address}qr.svg").status_code == 410


def test_her_calendar_declines_and_she_is_asked_herself(page_app):
    page_app.config["REPLY_ADDRESS"] = "events@events.example.org"
    registration = party(make_event(capacity=9), ("Ben", BEN))
    event, _part = entry(to(BEN)[0])
    organiser = str(event["ORGANIZER"]).removeprefix("mailto:")
    declined = Shape("Google declines", "declined").raw(organiser, str(event["UID"]), BEN)
    db.session.rollback()
    known = is_known("events@events.example.org")
    noted = note_reply(read_answer(declined, known=known), "events@events.example.org")
    assert noted.answer == "declined"
    last = to(BEN)[-1]
    assert "/attendees/" in body(last)
    assert len(to("ada@example.org")) == 1
    assert state(registration) == "confirmed"
