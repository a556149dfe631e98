"""A seat is handed on: asked by who has it, confirmed by who gets it, and both are told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from registration.booking.changes.cancel import cancel
from registration.booking.changes.handover import (
    NotToHandOn,
    Successor,
    Taking,
    hand_over,
    refuse,
    take_over,
    withdraw,
)
from registration.booking.models import Answer, Attendee, Booking, Consent
from registration.capability.services import BOOKING, FEED, token_of
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.events.services import QuestionFacts
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE
from tests import factories
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
from tests.factories import make_event, register, state, target

BEN = Successor("Ben", "ben@example.org", "Miers", "en")
YES = Taking("Ben", "Miers", "en", (), (("registration", "I agree."),))
NEED = QuestionFacts("Do you need anything to take part?", "long", is_sensitive=True)
BADGE = QuestionFacts("Name on the badge", "text", is_required=True)


def attendee_of(registration, rank=0) -> Attendee:
    db.session.rollback()
    query = select(Attendee).where(Attendee.registration_id == registration.id, Attendee.rank == rank)
    return db.session.scalars(query).one()


def asked(registration, rank=0, successor=BEN) -> int:
    """Ask the successor and return the handover's id."""
    hand_over(target(registration), attendee_of(registration, rank).id, successor, ATTENDEE)
    return db.session.scalar(select(func.max(JournalEntry.facts["handover"].as_integer())))


def owner(registration) -> Booking:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(Booking, db.session.get_one(type(registration), registration.id).booking_id)


def test_until_the_new_person_says_yes_the_seat_stays(app):
    ada = register(make_event(), "Ada")
    asked(ada)
    assert attendee_of(ada).name == "Ada"
    assert owner(ada).name == "Ada"


def test_who_comes_alone_hands_the_whole_registration_on(app):
    ada = register(make_event(), "Ada", email="ada@example.org")
    number = asked(ada)
    token = take_over(number, ada.event_id, YES)
    ben = owner(ada)
    assert (ben.name, ben.email, ben.firm) == ("Ben", "ben@example.org", "Miers")
    assert token == token_of(db.session(), ben.id, BOOKING)
    assert token_of(db.session(), ben.id, FEED) is not None
    assert state(ada) == "confirmed"
    assert troubles() == []


def test_one_of_a_party_is_replaced_and_the_contact_stays(app):
    ada = register(make_event(capacity=5), "Ada", party=2)
    number = asked(ada, rank=1)
    assert take_over(number, ada.event_id, YES) is None
    assert attendee_of(ada, 1).name == "Ben"
    assert owner(ada).name == "Ada"
    assert troubles() == []


def test_the_new_person_has_her_own_code_and_answers_and_agreed_herself(app):
    event = make_event(questions=(NEED,))
    ada = register(event, "Ada", answers=((event.questions[0], "A ramp"),))
    before = attendee_of(ada).code
    number = asked(ada)
    take_over(number, ada.event_id, YES)
    assert attendee_of(ada).code != before
    assert db.session.scalars(select(Answer.value)).all() == []
    consents = select(Consent.wording).where(Consent.booking_id == owner(ada).id)
    assert db.session.scalars(consents).all() == ["I agree."]


def test_both_are_told_and_both_calendars_are_right(app):
    ada = register(make_event(), "Ada", email="ada@example.org")
    before = calendar_of(to(sent(), "ada@example.org")).walk("VEVENT")[0]
    number = asked(ada)
    assert "Ada is offering you their seat" in to(sent(), "ben@example.org")["Subject"]
    take_over(number, ada.event_id, YES)
    mails = sent()
    gone = calendar_of(to(mails, "ada@example.org"))
    come = calendar_of(to(mails, "ben@example.org"))
    assert (gone["METHOD"], come["METHOD"]) == ("CANCEL", "REQUEST")
    assert gone.walk("VEVENT")[0]["UID"] == come.walk("VEVENT")[0]["UID"] == before["UID"]
    assert before["SEQUENCE"] < gone.walk("VEVENT")[0]["SEQUENCE"] < come.walk("VEVENT")[0]["SEQUENCE"]
    assert "ben@example.org" in str(come.walk("VEVENT")[0]["ATTENDEE"])
    assert "/bookings/" not in text_of(to(mails, "ada@example.org"))


def test_in_a_party_the_replaced_person_the_contact_and_the_new_one_are_told(app):
    ada = register(make_event(capacity=5), "Ada", email="ada@example.org", party=2)
    number = asked(ada, rank=1)
    sent()
    take_over(number, ada.event_id, YES)
    mails = sent()
    assert sorted(address for address, _mail in mails) == ["ada@example.org", "ben@example.org"]
    assert all(calendar_of(mail) is None for _address, mail in mails)
    assert "Ben attends instead of Guest 1 of Ada" in text_of(to(mails, "ada@example.org"))


def test_the_old_feed_says_that_she_no_longer_goes(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    feed = token_of(db.session(), ada.booking_id, FEED)
    take_over(asked(ada), ada.event_id, YES)
    told = page_client.get(f"/feeds/{feed}.ics")
    assert "STATUS:CANCELLED" in told.text
    assert "Transferred to Ben" in page_client.get(page).text


def test_a_mail_that_was_still_to_go_to_the_old_contact_does_not_carry_the_new_link(app):
    ada = register(make_event(), "Ada", email="ada@example.org")
    token = take_over(asked(ada), ada.event_id, YES)
    assert token is not None
    assert all(token not in mail.as_string() for address, mail in sent() if address == "ada@example.org")


def test_saying_no_leaves_the_seat_and_tells_the_contact(app):
    ada = register(make_event(), "Ada", email="ada@example.org")
    number = asked(ada)
    sent()
    refuse(number)
    refuse(number)
    assert "Ben declined the seat" in to(sent(), "ada@example.org")["Subject"]
    assert owner(ada).name == "Ada"
    with pytest.raises(NotToHandOn):
        take_over(number, ada.event_id, YES)


def test_what_was_taken_back_cannot_be_taken_over(app):
    ada = register(make_event(), "Ada")
    number = asked(ada)
    withdraw(ada.booking_id, number, ATTENDEE)
    with pytest.raises(NotToHandOn):
        take_over(number, ada.event_id, YES)
    assert [mail["Subject"] for address, mail in sent() if address == "ben@example.org"] == []


def test_a_seat_that_was_given_back_meanwhile_cannot_be_taken_over(app):
    ada = register(make_event(), "Ada")
    number = asked(ada)
    cancel(target(ada), ATTENDEE)
    with pytest.raises(Exception, match="ended"):
        take_over(number, ada.event_id, YES)
    assert state(ada) == "cancelled"


def test_saying_yes_twice_is_no_error(app):
    ada = register(make_event(), "Ada")
    number = asked(ada)
    assert take_over(number, ada.event_id, YES) is not None
    assert take_over(number, ada.event_id, YES) is None
    assert troubles() == []


def test_a_seat_is_asked_of_one_person_at_a_time(app):
    ada = register(make_event(), "Ada")
    asked(ada)
    with pytest.raises(NotToHandOn, match="already"):
        asked(ada, successor=Successor("Cleo", "cleo@example.org", "", "en"))


def test_asking_the_same_person_twice_sends_one_mail(app):
    ada = register(make_event(), "Ada")
    asked(ada)
    asked(ada, successor=Successor("Ben", "BEN@example.org", "", "en"))
    assert [address for address, _mail in sent() if address.lower() == "ben@example.org"] == [
        "ben@example.org"
    ]


def test_a_place_on_the_waitlist_is_not_handed_on(app):
    event = make_event(capacity=1)
    register(event, "Ada")
    waiting = register(event, "Cleo")
    with pytest.raises(NotToHandOn, match="confirmed seat"):
        asked(waiting)


def test_who_is_registered_already_does_not_get_a_second_seat(app):
    event = make_event(capacity=5)
    ada = register(event, "Ada")
    register(event, "Ben", email="BEN@example.org")
    number = asked(ada)
    with pytest.raises(NotToHandOn, match="already registered for this event"):
        take_over(number, ada.event_id, YES)


def test_the_journal_says_who_did_what(app):
    ada = register(make_event(), "Ada")
    take_over(asked(ada), ada.event_id, YES)
    states = db.session.scalars(select(JournalEntry.after).where(JournalEntry.action == "handover")).all()
    assert states == ["open", "taken"]
    assert "ben" not in repr(db.session.scalars(select(JournalEntry.facts)).all()).lower()


def asked_by_the_page(client, page, registration) -> str:
    """Ask Ben by the form and return the path of the link in his mail."""
    form = f"{page}registrations/{registration.id}/attendees/{attendee_of(registration).id}/hand-over"
    assert form in client.get(page).text
    data = {"key": key_of(client, page), "name": "Ben", "email": "ben@example.org", "firm": "Miers"}
    assert client.post(form, data=data).status_code == 303
    assert "Nothing changes until" in client.get(page).text
    return link_in(to(sent(), "ben@example.org"), "handovers")


def test_the_whole_way_through_the_pages(page_app, page_client):
    event = make_event(questions=(BADGE,))
    page, ada = booked(event, "Ada", answers=((event.questions[0], "Ada L."),))
    link = asked_by_the_page(page_client, page, ada)
    shown = page_client.get(link)
    assert "Ada is offering you their seat" in shown.text
    assert "Ada L." not in shown.text
    data = fields_in(shown.text) | {"consent": "y"}
    refused = page_client.post(link, data=data)
    assert refused.status_code == 422
    assert "Answer this question." in refused.text
    answer = page_client.post(link, data=data | {f"question-{event.questions[0]}": "Ben"})
    assert answer.status_code == 303
    own = page_client.get(answer.headers["Location"])
    assert 'data-state="confirmed"' in own.text
    assert "Ben" in own.text
    assert "You now have a seat" in page_client.get(link).text
    assert 'data-state="confirmed"' not in page_client.get(page).text


def test_no_is_one_press_as_yes_is(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    link = asked_by_the_page(page_client, page, ada)
    data = {"key": key_of(page_client, link)}
    assert page_client.post(f"{link}refuse", data=data).status_code == 303
    assert "You declined the seat" in page_client.get(link).text
    assert owner(ada).name == "Ada"


def test_what_is_sensitive_needs_its_own_agreement(page_app, page_client):
    event = make_event(questions=(NEED,))
    page, ada = booked(event, "Ada")
    link = asked_by_the_page(page_client, page, ada)
    data = fields_in(page_client.get(link).text)
    data |= {"consent": "y", f"question-{event.questions[0]}": "A ramp"}
    assert page_client.post(link, data=data).status_code == 422
    assert page_client.post(link, data=data | {"consent_sensitive": "y"}).status_code == 303


@pytest.mark.parametrize("key", ["", "forged"])
def test_without_the_key_of_the_page_nothing_is_handed_on(page_app, page_client, key):
    page, ada = booked(make_event(), "Ada")
    link = asked_by_the_page(page_client, page, ada)
    data = {"key": key, "name": "Eve", "consent": "y"}
    assert page_client.post(link, data=data).status_code == 400
    assert page_client.post(f"{link}refuse", data=data).status_code == 400
    assert owner(ada).name == "Ada"


def test_another_booking_can_neither_ask_nor_withdraw(page_app, page_client):
    event = make_event(capacity=5)
    page, ada = booked(event, "Ada")
    other, _cleo = booked(event, "Cleo")
    asked_by_the_page(page_client, page, ada)
    key = key_of(page_client, other)
    for path in (
        f"{other}registrations/{ada.id}/attendees/{attendee_of(ada).id}/hand-over",
        f"{other}handovers/1/withdraw",
        f"{other}registrations/{ada.id}/edit",
    ):
        data = {"key": key, "name": "Eve", "email": "eve@example.org"}
        assert page_client.post(path, data=data).status_code == 404
    assert "Nothing changes until" in page_client.get(page).text


def test_a_scanner_that_follows_every_link_changes_nothing(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    link = asked_by_the_page(page_client, page, ada)
    for path in (
        link,
        f"{link}refuse",
        page,
        f"{page}edit",
        f"{page}feed/end",
        f"{page}handovers/1/withdraw",
    ):
        page_client.get(path)
    assert owner(ada).name == "Ada"
    assert "is offering you their seat" in page_client.get(link).text


def test_the_link_ends_with_the_event(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    link = asked_by_the_page(page_client, page, ada)
    later = clock.now().replace(year=clock.now().year + 1)
    with clock.running(lambda: later):
        over = page_client.get(link)
    assert over.status_code == 404
    assert over.text == page_client.get("/handovers/nothing/").text


def test_a_hostile_name_is_text_in_page_and_mail(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    form = f"{page}registrations/{ada.id}/attendees/{attendee_of(ada).id}/hand-over"
    name = "<script>alert(1)</script>{{7*7}}"
    data = {"key": key_of(page_client, page), "name": name, "email": "ben@example.org"}
    assert page_client.post(form, data=data).status_code == 303
    mail = to(sent(), "ben@example.org")
    html = mail.get_body(("html",)).get_content()
    for text in (page_client.get(page).text, page_client.get(link_in(mail, "handovers")).text, html):
        assert "<script>alert" not in text
    data["name"], data["email"] = "a\x00b", "no address"
    withdraw(ada.booking_id, 1, ATTENDEE)
    assert page_client.post(form, data=data).status_code == 422
    data["name"], data["email"] = "x" * 70000, "ben@example.org"
    assert page_client.post(form, data=data).status_code == 413


def test_many_questions_from_one_booking_are_slowed(page_app, page_client):
    page, ada = booked(make_event(), "Ada")
    form = f"{page}registrations/{ada.id}/attendees/{attendee_of(ada).id}/hand-over"
    data = {"key": key_of(page_client, page), "name": "Ben", "email": "ben@example.org"}
    answers = [
        page_client.post(form, data=data | {"email": f"{number}@example.org"}).status_code
        for number in range(11)
    ]
    assert answers[0] == 303
    assert answers[-1] == 429
    assert factories.state(ada) == "confirmed"


def at_once(app, *acts) -> list[str]:
    """Do *acts* at the same moment; return how each ended."""
    start = threading.Barrier(len(acts))

    def run(act) -> str:
        with app.app_context():
            start.wait()
            try:
                act()
            except Refusal as refusal:
                return type(refusal).__name__
            return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_taking_over_while_the_seat_is_given_back_ends_in_one_of_the_two(app):
    for number_of_try in range(5):
        event = make_event(capacity=1)
        ada = register(event, "Ada")
        ben = f"ben{number_of_try}@example.org"
        number = asked(ada, successor=Successor("Ben", ben, "", "en"))
        before = target(ada)
        took, _gave = at_once(
            app,
            partial(take_over, number, event.id, YES),
            partial(cancel, before, ATTENDEE),
        )
        # Whose link it is, is judged under the lock: a seat that moved is not hers to give back.
        assert (took, state(ada)) in {("done", "confirmed"), ("NoLongerYours", "cancelled")}
    assert troubles() == []


def test_one_seat_is_taken_over_once_however_often_yes_is_pressed(app):
    ada = register(make_event(), "Ada")
    number = asked(ada)
    assert at_once(app, *[partial(take_over, number, ada.event_id, YES)] * 4) == ["done"] * 4
    query = select(func.count(Booking.id)).where(Booking.email_normal == "ben@example.org")
    db.session.rollback()
    assert db.session.scalar(query) == 1
    assert troubles() == []
