"""What was typed when registering can be corrected: names, answers, the contact, her address."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.changes.cancel import cancel
from registration.booking.changes.change_address import (
    AddressTaken,
    ask_address,
    confirm_address,
    forget_address,
)
from registration.booking.changes.edit import NoLongerYours, change_people
from registration.booking.changes.written import Corrected
from registration.booking.models import AddressChange, Answer, Attendee, Booking, Consent
from registration.capability.services import BOOKING, token_of
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import NotFound
from registration.events.services import QuestionFacts
from registration.journal.services import ATTENDEE
from registration.seats.models import Registration
from tests.booking.arranging import (
    booked,
    calendar_of,
    fields_in,
    key_of,
    link_in,
    sent,
    text_of,
    to,
    troubles,
)
from tests.factories import make_event, register, target

NEED = QuestionFacts("Do you need anything to take part?", "long", is_sensitive=True)
MEAL = QuestionFacts("Meal", "choice", choices=["Fish", "Vegetables"])
LUNCH = QuestionFacts("Stays for lunch", "yes")


def attendees(registration) -> list[Attendee]:
    db.session.rollback()
    db.session.expire_all()
    query = select(Attendee).where(Attendee.registration_id == registration.id).order_by(Attendee.rank)
    return list(db.session.scalars(query))


def contact(registration) -> Booking:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Booking, registration.booking_id)


def answers() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Answer.value).order_by(Answer.id)))


def test_an_attendee_is_corrected_and_found_by_her_new_name(app):
    event = make_event(questions=(MEAL,))
    ada = register(event, "Ada", answers=((event.questions[0], "Fish"),))
    one = attendees(ada)[0]
    people = [Corrected(one.id, "Ada Lovelace", "al@example.org", "Émile", ((event.questions[0], ""),))]
    change_people(target(ada), people, ATTENDEE)
    [now] = attendees(ada)
    assert (now.name, now.email, now.firm) == ("Ada Lovelace", "al@example.org", "Émile")
    assert now.searchable == "ada lovelace al@example.org emile"
    assert answers() == []
    assert troubles() == []


def test_nobody_of_another_registration_is_corrected(app):
    event = make_event(capacity=5)
    ada, ben = register(event, "Ada"), register(event, "Ben")
    with pytest.raises(NotFound):
        change_people(target(ada), [Corrected(attendees(ben)[0].id, "Eve", "", "")], ATTENDEE)
    assert attendees(ben)[0].name == "Ben"


def test_what_has_ended_stays_as_it_was(app):
    ada = register(make_event(), "Ada")
    number = attendees(ada)[0].id
    cancel(target(ada), ATTENDEE)
    with pytest.raises(NoLongerYours):
        change_people(target(ada), [Corrected(number, "Eve", "", "")], ATTENDEE)


def test_the_form_shows_what_there_is_and_saves_what_is_typed(page_app, page_client):
    event = make_event(questions=(MEAL, LUNCH))
    meal, lunch = event.questions
    page, ada = booked(event, "Ada", answers=((meal, "Fish"), (lunch, "yes")))
    form = f"{page}registrations/{ada.id}/edit"
    data = fields_in(page_client.get(form).text)
    assert data["attendees-0-name"] == "Ada"
    assert data[f"attendees-0-question-{meal}"] == "Fish"
    assert f"attendees-0-question-{lunch}" in data
    data |= {"attendees-0-name": "Ada L.", f"attendees-0-question-{meal}": "Vegetables"}
    del data[f"attendees-0-question-{lunch}"]
    assert page_client.post(form, data=data).status_code == 303
    assert attendees(ada)[0].name == "Ada L."
    assert answers() == ["Vegetables"]


def test_a_new_answer_about_needs_asks_for_agreement_once(page_app, page_client):
    event = make_event(questions=(NEED,))
    page, ada = booked(event, "Ada")
    form = f"{page}registrations/{ada.id}/edit"
    data = fields_in(page_client.get(form).text) | {f"attendees-0-question-{event.questions[0]}": "A ramp"}
    refused = page_client.post(form, data=data)
    assert refused.status_code == 422
    assert "Tick this box to let" in refused.text
    assert "A ramp" in refused.text
    assert page_client.post(form, data=data | {"consent_sensitive": "y"}).status_code == 303
    db.session.rollback()
    assert "sensitive" in db.session.scalars(select(Consent.purpose)).all()
    assert "consent_sensitive" not in page_client.get(form).text
    assert page_client.post(form, data=data).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("attendees-0-name", ""),
        ("attendees-0-name", "a\x00b"),
        ("attendees-0-name", "x" * 101),
        ("attendees-0-email", "no address"),
        ("attendees-0-firm", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")),
        ("attendees-0-id", "-1"),
        ("attendees-0-id", "9" * 30),
        ("attendees-0-question-MEAL", "Meat"),
    ],
)
def test_bad_input_is_answered_with_the_form_as_typed(page_app, page_client, field, value):
    event = make_event(questions=(MEAL,))
    page, ada = booked(event, "Ada")
    form = f"{page}registrations/{ada.id}/edit"
    data = fields_in(page_client.get(form).text)
    answer = page_client.post(form, data=data | {field.replace("MEAL", str(event.questions[0])): value})
    assert 400 <= answer.status_code < 500
    assert "error-summary" in answer.text
    assert attendees(ada)[0].name == "Ada"


@pytest.mark.parametrize("key", ["", "forged"])
def test_without_the_key_of_the_page_nothing_is_saved(page_app, page_client, key):
    page, ada = booked(make_event(), "Ada")
    form = f"{page}registrations/{ada.id}/edit"
    data = fields_in(page_client.get(form).text) | {"attendees-0-name": "Eve", "key": key}
    assert page_client.post(form, data=data).status_code == 400
    data = {"key": key, "name": "Eve", "email": "eve@example.org", "locale": "en"}
    assert page_client.post(f"{page}edit", data=data).status_code == 400
    assert (attendees(ada)[0].name, contact(ada).name) == ("Ada", "Ada")


def test_the_contact_changes_her_name(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    data = fields_in(page_client.get(f"{page}edit").text) | {"name": "Ada L."}
    assert page_client.post(f"{page}edit", data=data).status_code == 303
    assert contact(ada).name == "Ada L."
    assert len(sent()) == 1


def asked_for(client, page, email="new@example.org") -> str:
    """Ask for another address by the form and return the path of the link in the mail."""
    data = fields_in(client.get(f"{page}edit").text) | {"email": email}
    assert client.post(f"{page}edit", data=data).status_code == 303
    return link_in(to(sent(), email), "addresses")


def test_a_new_address_is_used_once_it_is_confirmed_and_the_old_link_ends(page_app, page_client):
    page, ada = booked(make_event(), "Ada", email="ada@example.org")
    link = asked_for(page_client, page)
    assert contact(ada).email == "ada@example.org"
    assert "We sent a link to new@example.org" in page_client.get(page).text
    answer = page_client.post(link, data={"key": key_of(page_client, link)})
    assert answer.status_code == 303
    assert contact(ada).email == contact(ada).email_normal == "new@example.org"
    new_page = answer.headers["Location"]
    assert page_client.get(new_page).status_code == 200
    assert new_page != page
    dead = [page_client.get(one) for one in (page, link, "/bookings/nothing/")]
    assert [one.status_code for one in dead] == [404, 404, 404]
    assert len({one.text for one in dead}) == 1
    assert troubles() == []


def test_a_changed_address_moves_the_calendar_entry(app):
    app.config["REPLY_ADDRESS"] = "reply@example.org"
    ada = register(make_event(), "Ada", email="ada@example.org")
    before = calendar_of(to(sent(), "ada@example.org")).walk("VEVENT")[0]
    ask_address(ada.booking_id, "new@example.org")
    token = confirm_address(ada.booking_id, [ada.event_id])
    mails = [mail for mail in sent() if calendar_of(mail[1])]
    gone, come = calendar_of(to(mails, "ada@example.org")), calendar_of(to(mails, "new@example.org"))
    assert (gone["METHOD"], come["METHOD"]) == ("CANCEL", "REQUEST")
    assert before["SEQUENCE"] < gone.walk("VEVENT")[0]["SEQUENCE"] < come.walk("VEVENT")[0]["SEQUENCE"]
    # One ORGANIZER for an address and an event, whatever becomes of the registration.
    assert before["ORGANIZER"] == gone.walk("VEVENT")[0]["ORGANIZER"]
    assert "reply+" in str(come.walk("VEVENT")[0]["ORGANIZER"])
    assert token in text_of(to(mails, "new@example.org"))
    assert token not in to(mails, "ada@example.org").as_string()


def test_mail_that_still_waits_goes_to_the_new_address(app):
    ada = register(make_event(), "Ada", email="ada@example.org")
    ask_address(ada.booking_id, "new@example.org")
    token = confirm_address(ada.booking_id, [ada.event_id])
    assert all(token not in mail.as_string() for address, mail in sent() if address == "ada@example.org")


def test_only_the_newest_wish_for_an_address_counts(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    first = asked_for(page_client, page, "first@example.org")
    second = asked_for(page_client, page, "second@example.org")
    assert page_client.get(first).status_code == 404
    page_client.post(f"{page}address/forget", data={"key": key_of(page_client, page)})
    assert page_client.get(second).status_code == 404
    assert contact(ada).email.startswith("ada")


def test_a_link_to_a_new_address_ends_after_a_day(page_app, page_client):
    page, _ada = booked(make_event(), "Ada")
    link = asked_for(page_client, page)
    later = clock.now() + timedelta(hours=25)
    with clock.running(lambda: later):
        assert page_client.get(link).status_code == 404


def test_an_address_with_a_registration_of_its_own_is_refused(app):
    event = make_event(capacity=5)
    ada = register(event, "Ada")
    register(event, "Ben", email="ben@example.org")
    ask_address(ada.booking_id, "BEN@example.org")
    with pytest.raises(AddressTaken):
        confirm_address(ada.booking_id, [event.id])
    assert troubles() == []


def test_taking_the_wish_back_leaves_no_trace_of_the_address(app):
    ada = register(make_event(), "Ada")
    ask_address(ada.booking_id, "new@example.org")
    forget_address(ada.booking_id)
    assert db.session.scalars(select(AddressChange)).all() == []
    with pytest.raises(NotFound):
        confirm_address(ada.booking_id, [ada.event_id])
    assert token_of(db.session(), ada.booking_id, BOOKING) is not None


def test_getting_the_link_of_a_new_address_changes_nothing(page_app, page_client):
    page, ada = booked(make_event(), "Ada", email="ada@example.org")
    link = asked_for(page_client, page)
    assert page_client.get(link).status_code == 200
    assert page_client.post(link, data={"key": "forged"}).status_code == 400
    assert contact(ada).email == "ada@example.org"
    assert db.session.get_one(Registration, ada.id).calendar_sequence == 0


def test_the_form_speaks_the_language_of_each_reader(page_app, page_client):
    page, ada = booked(make_event(questions=(MEAL,)), "Ada")
    form = f"{page}registrations/{ada.id}/edit"
    titles = {
        re.search(r"<label[^>]*>.*?</label>", page_client.get(f"{form}?lang={code}").text)[0]
        for code in ("en", "fr", "de")
    }
    assert len(titles) == 3
