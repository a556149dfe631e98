"""Every state is told in words, with what happens next, and every act works by one press."""

import re
from datetime import timedelta

import pytest

from registration.booking.admission.prerequisites import NotWithoutTheOther
from registration.booking.admission.services import register as register_application
from registration.booking.changes.cancel import cancel
from registration.booking.changes.decide import merge, reject
from registration.booking.event_settings.closing import cancel_event
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.journal.services import ATTENDEE, Actor
from tests import factories
from tests.booking.arranging import booked, fields_in, key_of, link_in, sent, text_of, to, troubles
from tests.booking.programme_arranging import make_programme
from tests.factories import make_event, register, state, target

OFFER = {"promotion": "offer", "offer_hours": 28}
ORGANISER = Actor("organiser")


def posted(client, page, path, **data):
    """Send a form of *page* and return the answer."""
    return client.post(f"{page}{path}", data={"key": key_of(client, page)} | data)


def of(registration, act) -> str:
    return f"registrations/{registration.id}/{act}"


def an_offer(**values):
    """Return the page and the registration of somebody who was just offered a seat."""
    event = make_event(capacity=1, line=OFFER)
    ada = register(event, "Ada")
    page, ben = booked(event, "Ben", email="ben@example.org")
    cancel(target(ada), ATTENDEE)
    return page, ben, event


def test_an_offer_says_until_when_and_how_long_that_is(page_app, page_client):
    page, _ben, _event = an_offer()
    shown = page_client.get(page).text
    assert re.search(r"A seat is free for you – answer by [^<]+ time \(CE", shown)
    assert re.search(r"You have 1 day (3 hours|4 hours)\.", shown)
    assert "Accept the seat" in shown
    assert "No, thank you" in shown


def test_an_offer_is_accepted_by_one_press(page_app, page_client):
    page, ben, _event = an_offer()
    assert posted(page_client, page, of(ben, "accept")).status_code == 303
    assert "Your seat is confirmed" in page_client.get(page).text
    assert posted(page_client, page, of(ben, "accept")).status_code == 303
    assert troubles() == []


def test_an_offer_is_declined_by_one_press(page_app, page_client):
    page, ben, event = an_offer()
    cleo = register(event, "Cleo")
    assert posted(page_client, page, of(ben, "decline")).status_code == 303
    shown = page_client.get(page).text
    assert "You declined the seat" in shown
    assert "Join the waitlist again" in shown
    assert state(cleo) == "offered"


def test_a_button_that_comes_too_late_leads_back_to_the_page(page_app, page_client):
    page, ben, _event = an_offer()
    posted(page_client, page, of(ben, "accept"))
    late = posted(page_client, page, of(ben, "decline"))
    assert late.status_code == 409
    assert f'<a href="{page}">Reload the page</a>' in late.text
    unknown = page_client.post("/bookings/unknown/registrations/1/decline", data={"key": "x"})
    assert "Reload the page" not in unknown.text


def test_a_missed_offer_says_so_and_cannot_be_accepted(page_app, page_client):
    page, ben, _event = an_offer()
    key = key_of(page_client, page)
    later = clock.now() + timedelta(hours=29)
    with clock.running(lambda: later):
        late = page_client.post(f"{page}{of(ben, 'accept')}", data={"key": key})
        assert late.status_code == 409
        assert "This offer has expired" in late.text
        sweep()
        shown = page_client.get(page).text
    assert "Your offer has expired" in shown
    assert "You did not answer in time" in shown


@pytest.mark.parametrize("act", ["accept", "decline", "split"])
def test_no_act_works_by_get_without_the_key_or_for_a_stranger(page_app, page_client, act):
    page, ben, event = an_offer()
    other, _cleo = booked(event, "Cleo")
    assert page_client.get(f"{page}{of(ben, act)}").status_code == 405
    assert page_client.post(f"{page}{of(ben, act)}", data={"key": "forged"}).status_code == 400
    assert posted(page_client, other, of(ben, act)).status_code == 404
    assert state(ben) == "offered"


def unverified():
    event = make_event(capacity=1, line={"confirms_address": True, "hold_minutes": 30})
    return booked(event, "Ada", email="ada@example.org")


def test_the_address_is_confirmed_by_the_link_in_the_mail_and_not_by_the_page(page_app, page_client):
    page, ada = unverified()
    shown = page_client.get(page).text
    assert "Confirm your email address" in shown
    assert "We hold your registration until" in shown
    mail = to(sent(), "ada@example.org")
    link = link_in(mail, "addresses")
    assert page not in text_of(mail)
    assert page_client.get(link).status_code == 200
    assert state(ada) == "unverified"
    answer = page_client.post(link, data={"key": key_of(page_client, link)})
    own = answer.headers["Location"]
    assert own != page
    assert "Your seat is confirmed" in page_client.get(own).text
    assert page_client.post(link, data={"key": key_of(page_client, link)}).status_code == 303
    assert troubles() == []


def test_the_confirming_mail_comes_again_a_few_times(page_app, page_client):
    page, _ada = unverified()
    link = link_in(to(sent(), "ada@example.org"), "addresses")
    answers = [posted(page_client, page, "verify").status_code for _try in range(4)]
    assert answers == [303, 303, 303, 429]
    assert {link_in(mail, "addresses") for _address, mail in sent()} == {link}


def test_a_wrong_address_is_changed_before_it_is_confirmed(page_app, page_client):
    page, ada = unverified()
    sent()
    data = fields_in(page_client.get(f"{page}edit").text) | {"email": "right@example.org"}
    page_client.post(f"{page}edit", data=data)
    link = link_in(to(sent(), "right@example.org"), "addresses")
    assert page_client.post(link, data={"key": key_of(page_client, link)}).status_code == 303
    assert state(ada) == "confirmed"
    assert troubles() == []


def test_who_confirms_too_late_is_told(page_app, page_client):
    _page, ada = unverified()
    link = link_in(to(sent(), "ada@example.org"), "addresses")
    key = key_of(page_client, link)
    later = clock.now() + timedelta(minutes=31)
    with clock.running(lambda: later):
        answer = page_client.post(link, data={"key": key})
        assert answer.status_code == 303
        assert (
            "Your email address was not confirmed in time" in page_client.get(answer.headers["Location"]).text
        )
    assert state(ada) == "expired"


def test_a_request_waits_for_the_organiser_and_reads_the_reason(page_app, page_client):
    event = make_event(line={"needs_approval": True})
    page, ada = booked(event, "Ada")
    assert "We have received your request" in page_client.get(page).text
    reject(target(ada), ORGANISER, "For members only.")
    shown = page_client.get(page).text
    assert "Your registration was not accepted" in shown
    assert "For members only." in shown
    assert "Register again" not in shown


def test_who_takes_a_request_back_reads_of_no_seat(page_app, page_client):
    page, _ada = booked(make_event(line={"needs_approval": True}), "Ada")
    shown = page_client.get(page).text
    assert "This withdraws your registration" in shown
    assert "Your seat is released" not in shown


def test_who_was_cancelled_by_the_organiser_reads_by_whom_and_why(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    cancel(target(ada), ORGANISER, "The room is smaller.")
    shown = page_client.get(page).text
    assert "The organiser cancelled your registration" in shown
    assert "The room is smaller." in shown
    assert "Your registration is cancelled" not in shown


@pytest.mark.parametrize(
    "line", [{}, OFFER, {"promotion": "manual"}, {"confirms_address": True}, {"needs_approval": True}]
)
def test_of_an_event_that_was_called_off_nothing_is_asked_any_more(page_app, page_client, line):
    event = make_event(capacity=2, line=line)
    ada = register(event, "Ada", party=2)
    page, _ben = booked(event, "Ben", party=2)
    if line == OFFER:
        cancel(target(ada), ATTENDEE)
    cancel_event(event.id, ORGANISER, "The venue was flooded.")
    shown = page_client.get(page).text
    assert "This event is cancelled" in shown
    section = re.search(r'<section class="card registration off".*?</section>', shown, re.S)
    assert section is not None
    assert "The organiser gave this reason: The venue was flooded." in section[0]
    assert "Ticket" not in section[0]
    assert "Add this event" not in shown
    assert "<form" not in section[0]
    assert "<button" not in section[0]


def test_whoever_was_registered_twice_reads_of_no_mail_that_was_never_sent(page_app, page_client):
    event = make_event()
    page, twice = booked(event, "Ada", email="ada@example.org")
    merge(target(register(event, "Ada")), target(twice), ORGANISER)
    shown = page_client.get(page).text
    assert "The organiser cancelled your registration" in shown
    assert "We emailed a confirmation" not in shown
    again, ben = booked(event, "Ben", email="ben@example.org")
    cancel(target(ben), ORGANISER)
    assert "We emailed a confirmation to ben@example.org." in page_client.get(again).text


def test_a_party_that_waits_may_go_on_each_for_themselves(page_app, page_client):
    event = make_event(capacity=2)
    register(event, "Ada")
    page, party = booked(event, "Ben", party=2)
    shown = page_client.get(page).text
    assert "You asked for 2 seats together." in shown
    assert "1 is free now." in shown
    assert posted(page_client, page, of(party, "split")).status_code == 303
    shown = page_client.get(page).text
    assert re.findall(r'data-state="(\w+)"', shown).count("waitlisted") == 1
    assert "Your seat is confirmed" in shown
    assert troubles() == []


def programme():
    """Make a meeting and a dinner that asks for it; return both."""
    meeting, dinner = make_event(title="Meeting", capacity=5), make_event(title="Dinner", capacity=5)
    make_programme(meeting, dinner, requires={dinner.id: meeting.id})
    return meeting, dinner


def booked_both(meeting, dinner) -> tuple[str, int, int]:
    """Return the page of a booking of both, with the ids of its registrations."""
    asked = factories.application(meeting, "Ada", email="ada@example.org")
    other = factories.application(dinner, "Ada", email="ada@example.org")
    both = type(asked)(**{**vars(asked), "wishes": (*asked.wishes, *other.wishes)})
    receipt = register_application(both)
    page = f"/bookings/{receipt.token}/"
    registrations = db.session.execute(
        db.select(factories.Registration.event_id, factories.Registration.id)
    ).all()
    by_event = {row.event_id: row.id for row in registrations}
    return page, by_event[meeting.id], by_event[dinner.id]


def test_losing_the_meeting_asks_about_the_dinner_and_drops_nothing(page_app, page_client):
    meeting, dinner = programme()
    page, at_meeting, at_dinner = booked_both(meeting, dinner)
    assert "Are you still coming to" not in page_client.get(page).text
    posted(page_client, page, f"registrations/{at_meeting}/cancel")
    shown = page_client.get(page).text
    assert "You are also registered for Dinner, which is only for people who attend Meeting." in shown
    assert "Contact the organiser" in shown
    assert "Cancel it too" in shown
    assert shown.index("<h1") < shown.index("Are you still coming to")
    posted(page_client, page, f"registrations/{at_dinner}/cancel")
    assert "Are you still coming to" not in page_client.get(page).text
    assert troubles() == []


def test_a_dinner_in_a_booking_of_its_own_is_asked_about_too(page_app, page_client):
    meeting, dinner = programme()
    page, ada = booked(meeting, "Ada", email="ada@example.org")
    # The form says the same to everybody who asks for the dinner alone; whoever has the meeting is in.
    with pytest.raises(NotWithoutTheOther):
        booked(dinner, "Ada", email="ada@example.org")
    posted(page_client, page, of(ada, "cancel"))
    shown = page_client.get(page).text
    assert "You are also registered for Dinner" in shown
    assert "Email me its link" in shown
    assert shown.index("<h1") < shown.index("Are you still coming to")


def test_who_comes_to_the_meeting_again_is_not_asked(page_app, page_client):
    meeting, dinner = programme()
    page, at_meeting, _dinner = booked_both(meeting, dinner)
    posted(page_client, page, f"registrations/{at_meeting}/cancel")
    register(meeting, "Ada", email="ada@example.org")
    assert "Are you still coming to" not in page_client.get(page).text
