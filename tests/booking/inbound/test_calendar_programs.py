"""Answers of every calendar program, from the pipe of the mail server to what is noted and mailed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from registration.booking.changes.handover import Successor, Taking, hand_over, take_over
from registration.booking.inbound.calendar_reply import read_answer
from registration.booking.inbound.replies import MOST_ASKED, is_known, note_reply
from registration.booking.notifications.kinds import (
    ANSWERED_ELSEWHERE,
    COUNTER_ANSWERED,
    DECLINE_ASKED,
    REPLIES,
)
from registration.core import clock
from registration.core.database import db
from registration.events.models import Event
from registration.journal.models import JournalEntry
from registration.journal.services import ATTENDEE
from registration.mail.addresses import numbered
from registration.mail.incoming import Ignored
from registration.mail.models import OutgoingMessage
from tests.factories import attendees, cancel_registration, make_event, register, state, target
from tests.mail.answering import Shape, answers
from tests.mailbox import calendars, sent

ADDRESS = "events@events.example.org"
MAILS = {"declined": DECLINE_ASKED, "counter": COUNTER_ANSWERED, "asked": ANSWERED_ELSEWHERE}


@pytest.fixture(autouse=True)
def address(page_app):
    """Answers have somewhere to go, as in production."""
    page_app.config["REPLY_ADDRESS"] = ADDRESS


def invitations(email: str = "") -> list[dict[str, str]]:
    """Return what the invitations to *email* hold, first to last."""
    found = []
    for mail in sent():
        for part in calendars(mail):
            if part.get_content_type() == "text/calendar" and (not email or email in str(mail["To"])):
                text = part.get_content().replace("\r\n ", "")
                found.append(dict(line.split(":", 1) for line in text.splitlines() if ":" in line))
    return found


def organizer(invitation: dict[str, str]) -> str:
    [value] = [value for name, value in invitation.items() if name.partition(";")[0] == "ORGANIZER"]
    return value.removeprefix("mailto:")


def invited(email: str = "ada+gala@example.org", **values) -> tuple:
    """Register Ada, and return her registration with the ORGANIZER and UID that her calendar got."""
    ada = register(make_event(), email=email, **values)
    invitation = invitations(email)[-1]
    return ada, organizer(invitation), invitation["UID"]


def answer(raw: bytes) -> str:
    """Pipe *raw* in, and return what was understood."""
    db.session.rollback()
    try:
        return note_reply(read_answer(raw, known=is_known(ADDRESS)), ADDRESS).answer
    except Ignored:
        return "ignored"


def noted() -> list[str]:
    db.session.rollback()
    query = (
        select(JournalEntry.after).where(JournalEntry.action == "calendar-answer").order_by(JournalEntry.id)
    )
    return list(db.session.scalars(query))


def mails() -> list[str]:
    db.session.rollback()
    return [kind for kind in db.session.scalars(select(OutgoingMessage.kind)) if kind in MAILS.values()]


@pytest.mark.parametrize("shape", [*answers()], ids=lambda shape: shape.name)
def test_what_each_program_answers_is_understood(shape):
    ada, to, uid = invited()
    assert answer(shape.raw(to, uid, "ada+gala@example.org")) == shape.expected
    assert noted() == ([] if shape.expected in ("asked", "ignored") else [shape.expected])
    assert mails() == [kind for says, kind in MAILS.items() if says == shape.expected]
    assert state(ada) == "confirmed"


@pytest.mark.parametrize(
    "shape", [one for one in answers() if one.expected == "declined"], ids=lambda one: one.name
)
def test_invitations_of_earlier_releases_are_answered_for_years(shape):
    ada, _to, uid = invited()
    old = numbered(ADDRESS, REPLIES, ada.id)
    assert answer(shape.raw(old, uid, "ada+gala@example.org")) == "declined"


def test_no_calendar_can_answer_in_circles():
    _ada, to, uid = invited()
    raw = Shape("robot", "declined", headers="Auto-Submitted: auto-replied\r\n").raw(
        to, uid, "ada+gala@example.org"
    )
    start = clock.now()
    for turn in range(30):
        with clock.running(lambda turn=turn: start + turn * timedelta(hours=7)):
            assert answer(raw) == "declined"
    assert len(mails()) == MOST_ASKED


def test_the_parts_of_a_party_have_one_organizer_and_so_has_who_comes_back():
    event = make_event(capacity=2)
    first = register(event, email="ada@example.org")
    sent()
    cancel_registration(first)
    again = register(event, email="Ada@Example.org")
    assert first.id != again.id
    found = invitations()
    assert len(found) >= 3
    assert len({organizer(one) for one in found}) == 1
    assert len({one["UID"] for one in found}) == 1


def test_two_people_at_one_event_and_one_at_two_have_organizers_of_their_own():
    event, other = make_event(), make_event(title="Another")
    for where, email in ((event, "ada@example.org"), (event, "ben@example.org"), (other, "ada@example.org")):
        register(where, email=email)
    assert len({organizer(one) for one in invitations()}) == 3


def test_who_handed_the_seat_on_answers_for_nobody():
    ada, to, uid = invited("ada@example.org")
    [person] = attendees(ada)
    hand_over(target(ada), person.id, Successor("Ben", "ben@example.org", "", "en"), ATTENDEE)
    query = select(OutgoingMessage.facts).where(OutgoingMessage.kind == "handover")
    handover = db.session.scalars(query).one()["handover"]
    db.session.rollback()
    take_over(handover, ada.event_id, Taking("Ben", "", "en", (), (("registration", "I agree."),)))
    decline = Shape("decline", "declined")
    assert answer(decline.raw(to, uid, "ada@example.org")) == "ignored"
    assert answer(decline.raw(numbered(ADDRESS, REPLIES, ada.id), uid, "ada@example.org")) == "asked"
    assert noted() == []
    ben = organizer(invitations("ben@example.org")[-1])
    assert ben != to
    assert answer(decline.raw(ben, uid, "ben@example.org")) == "declined"
    assert answer(decline.raw(to, uid, "ben@example.org")) == "ignored"


def test_an_address_that_was_made_for_another_event_or_purpose_counts_for_nothing():
    ada, to, uid = invited()
    other = register(make_event(title="Another"), email="ada+gala@example.org")
    other_uid = db.session.get_one(Event, other.event_id).uid
    decline = Shape("decline", "declined")
    assert answer(decline.raw(to, other_uid, "ada+gala@example.org")) == "ignored"
    for purpose, number in (("bounce", ada.id), ("answer", ada.event_id)):
        forged = numbered(ADDRESS, purpose, number)
        assert answer(decline.raw(forged, uid, "ada+gala@example.org")) == "ignored"
    assert noted() == []
