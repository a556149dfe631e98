"""Who changes what somebody of a registration comes to is told of it: in words, with people and calendar."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from registration.booking.changes import party as changes_party
from registration.booking.changes.cancel import cancel, cancel_attendee
from registration.booking.changes.party import NoRoom, add_people, change_choice
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.rules import Person
from registration.core import clock
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE, SYSTEM
from registration.mail.models import OutgoingMessage
from registration.seats import rules
from registration.seats.models import Registration
from tests import factories
from tests.booking.arranging import booked, calendar_of, fields_in, link_in, sent, text_of, to
from tests.factories import Made, make_event, register, target

ADA = "ada@example.org"


def session_of(event: Made, name: str, hour: int = 0, seats: int | None = None) -> int:
    starts_at = db.session.get_one(Event, event.id).starts_at + timedelta(hours=hour)
    db.session.rollback()
    facts = SessionFacts(name, starts_at, starts_at + timedelta(hours=1), seats=seats)
    return add_session(event.id, facts, SYSTEM)


def choose(registration: Registration, category: int | None, *sessions: int, rank: int = 0) -> None:
    person = factories.attendees(registration)[rank].id
    change_choice(target(registration), person, category, sessions, ATTENDEE)


def put_in(registration: Registration, state: str) -> None:
    values: dict[str, Any] = {"state": state, "offer_expires_at": clock.now() + timedelta(days=1)}
    write_tx(
        lambda session: session.execute(
            update(Registration).where(Registration.id == registration.id).values(values)
        )
    )


def decided(registration: Registration) -> list[str]:
    db.session.rollback()
    query = select(OutgoingMessage.kind).where(OutgoingMessage.registration_id == registration.id)
    return list(db.session.scalars(query.order_by(OutgoingMessage.id)))


def changed_mail() -> str:
    """Return the words of the mail that Ada has got of a change, up to the event."""
    mails = [mail for address, mail in sent() if address == ADA and "changed" in mail["Subject"]]
    words = text_of(mails[-1]).replace("\r\n", "\n")
    return words.partition("Workshop on nomenclatures")[0].strip()


def test_another_session_is_told_with_everybody_and_the_link(page_app):
    event = make_event()
    codes, maps = session_of(event, "Codes"), session_of(event, "Maps", 1)
    page, ada = booked(event, "Ada", email=ADA, party=2, sessions=(codes,))
    sent()
    choose(ada, None, maps)
    mail = to(sent(), ADA)
    assert mail["Subject"] == "Your registration was changed: Workshop on nomenclatures"
    told = text_of(mail)
    [hours] = [line for line in told.splitlines() if line.endswith("Maps") and line.startswith("  ")]
    assert f"Ada is registered for these sessions now: {hours.strip()}." in told
    assert "You have 2 seats." in told
    assert told.index("- Ada") < told.index(hours) < told.index("- Guest 1 of Ada") < told.index(" Codes")
    assert link_in(mail, "bookings") == page


def test_the_entry_in_her_calendar_follows(page_app):
    event = make_event()
    codes, maps = session_of(event, "Codes"), session_of(event, "Maps", 1)
    ada = register(event, "Ada", email=ADA, sessions=(codes,))
    before = calendar_of(to(sent(), ADA))
    choose(ada, None, maps)
    after = calendar_of(to(sent(), ADA))
    assert after["METHOD"] == "REQUEST"
    [old], [new] = before.walk("VEVENT"), after.walk("VEVENT")
    assert ("Codes" in old["DESCRIPTION"], "Maps" in old["DESCRIPTION"]) == (True, False)
    assert ("Codes" in new["DESCRIPTION"], "Maps" in new["DESCRIPTION"]) == (False, True)
    # Text alone moves no number: the later stamp says which of the two holds.
    assert (new["UID"], new["SEQUENCE"]) == (old["UID"], old["SEQUENCE"])
    assert new["DTSTAMP"].dt > old["DTSTAMP"].dt


@pytest.mark.parametrize(
    ("category", "picked", "sentence"),
    [
        ("Press", (), "Ada is registered as “Press” now, and for no session."),
        ("Press", ("Maps",), "Ada is registered as “Press” now, for: 10:00–11:00 Maps."),
        (
            "Guest",
            ("Codes", "Maps"),
            "Ada is registered as “Guest” now, for: 09:00–10:00 Codes and 10:00–11:00 Maps.",
        ),
    ],
)
def test_one_sentence_says_all_that_she_chose(page_app, category, picked, sentence):
    starts_at = (clock.now() + timedelta(days=20)).replace(hour=9, minute=0, second=0, microsecond=0)
    event = make_event(
        categories={"Guest": None, "Press": None},
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=3),
        time_zone="UTC",
    )
    sessions = {"Codes": session_of(event, "Codes"), "Maps": session_of(event, "Maps", 1)}
    ada = register(event, "Ada", email=ADA, category="Guest", sessions=(sessions["Codes"],))
    choose(ada, event.categories[category], *(sessions[one] for one in picked))
    assert sentence in changed_mail()


def test_who_picks_no_session_any_more_is_told_that(page_app):
    event = make_event()
    ada = register(event, "Ada", email=ADA, sessions=(session_of(event, "Codes"),))
    choose(ada, None)
    assert "Ada is registered for no session now." in changed_mail()


def test_a_category_alone_is_told_without_sessions(page_app):
    event = make_event(categories={"Guest": None, "Press": None})
    ada = register(event, "Ada", email=ADA, category="Guest")
    choose(ada, event.categories["Press"])
    assert "Ada is registered as “Press” now.\n\nYou have 1 seat." in changed_mail()


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (rules.CONFIRMED, "You have 1 seat."),
        (rules.OFFERED, "We hold the seat for you until "),
        (rules.PENDING, "You do not have a seat yet: your registration is waiting for approval."),
    ],
)
def test_it_says_where_she_stands(page_app, state, sentence):
    event = make_event(capacity=5, categories={"Guest": None, "Press": None})
    ada = register(event, "Ada", email=ADA, category="Guest")
    sent()
    put_in(ada, state)
    choose(ada, event.categories["Press"])
    assert sentence in changed_mail()


def test_who_waits_is_told_her_number(page_app):
    event = make_event(capacity=1, categories={"Guest": None, "Press": None})
    register(event, "Ben", category="Guest")
    ada = register(event, "Ada", email=ADA, category="Guest")
    choose(ada, event.categories["Press"])
    assert "You are number 1 on the waitlist." in changed_mail()


def test_the_same_choice_again_is_nothing(page_app):
    event = make_event(categories={"Guest": None, "Press": None})
    codes, maps = session_of(event, "Codes"), session_of(event, "Maps", 1)
    ada = register(event, "Ada", email=ADA, category="Guest", sessions=(codes, maps))
    choose(ada, event.categories["Guest"], maps, codes)
    assert decided(ada) == ["confirmed"]
    assert db.session.query(JournalEntry).filter_by(action="changed").count() == 0


def test_what_is_full_is_told_on_the_page_alone(page_app):
    event = make_event()
    ada = register(event, "Ada", email=ADA)
    full = session_of(event, "Codes", seats=1)
    register(event, "Ben", sessions=(full,))
    with pytest.raises(NoRoom):
        choose(ada, None, full)
    assert decided(ada) == ["confirmed"]


def test_whom_the_change_lets_in_gets_her_own_mail(page_app):
    event = make_event(capacity=5)
    codes, maps = session_of(event, "Codes", seats=1), session_of(event, "Maps")
    ada = register(event, "Ada", email=ADA, sessions=(codes,))
    ben = register(event, "Ben", sessions=(codes,))
    choose(ada, None, maps)
    assert decided(ada) == ["confirmed", "changed"]
    assert decided(ben) == ["waitlisted", "promoted"]


def test_the_mail_says_what_is_so_when_it_is_sent(page_app):
    event = make_event()
    codes, maps = session_of(event, "Codes"), session_of(event, "Maps", 1)
    ada = register(event, "Ada", email=ADA, party=2, sessions=(codes,))
    choose(ada, None, maps)
    cancel_attendee(target(ada), factories.attendees(ada)[0].id, ATTENDEE)
    told = changed_mail()
    assert told.splitlines()[2] == "You have 1 seat. These people are registered now:"
    assert "Maps" not in told


def test_who_has_cancelled_since_is_told_of_that_alone(page_app):
    event = make_event()
    codes = session_of(event, "Codes")
    ada = register(event, "Ada", email=ADA)
    choose(ada, None, codes)
    cancel(target(ada), ATTENDEE)
    assert not [mail for _address, mail in sent() if "changed" in mail["Subject"]]


def test_one_more_in_a_party_that_waits_is_told(page_app, page_client):
    event = make_event(capacity=2)
    register(event, "Ben", party=2)
    page, ada = booked(event, "Ada", email=ADA)
    address = f"{page}registrations/{ada.id}/attendees/add"
    data = fields_in(page_client.get(address).text) | {"name": "Cleo"}
    assert page_client.post(address, data=data).status_code == 303
    assert decided(ada) == ["waitlisted", "changed"]
    assert "Added: Cleo.\n\nYou are number 1 on the waitlist." in changed_mail()


def test_who_joins_a_party_with_seats_is_told_as_whoever_registers(page_app):
    ada = register(make_event(capacity=5), "Ada", email=ADA)
    add_people(target(ada), [Person("Cleo")])
    db.session.rollback()
    query = select(OutgoingMessage.kind).order_by(OutgoingMessage.id)
    assert list(db.session.scalars(query)) == ["confirmed", "confirmed"]


def test_the_mail_is_decided_with_the_change_or_not_at_all(page_app, monkeypatch):
    event = make_event()
    ada = register(event, "Ada", email=ADA)
    codes = session_of(event, "Codes")

    def broken(*_args: object, **_values: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(changes_party, "settle", broken)
    with pytest.raises(RuntimeError):
        choose(ada, None, codes)
    assert decided(ada) == ["confirmed"]
