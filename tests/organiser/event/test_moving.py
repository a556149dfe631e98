"""What hangs on an event's time moves with it: each moment that belongs to an event has a decision here."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from registration.booking.changes.handover import Successor, hand_over
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.booking.event_settings.waitlist import FirmTerms, set_firm
from registration.booking.models import Attendee
from registration.core import clock
from registration.core.database import Model, UtcDateTime, db
from registration.core.transaction import write_tx
from registration.events.models import Category, Event, EventSession
from registration.journal.services import ATTENDEE, SYSTEM
from registration.reconfirm.models import Reconfirmation
from registration.seats.models import Pool, Queue
from tests import factories
from tests.booking.arranging import fields_in, sent, troubles
from tests.factories import make_event, sign_in

MOVES = "moves"
# A new column fails until somebody decides. What moves is looked at in the tests below.
DECISIONS = {
    "event.starts_at": "typed by whoever moves the event",
    "event.ends_at": "typed by whoever moves the event",
    "event.opens_at": MOVES,
    "event.closes_at": MOVES,
    "event.changed_at": "when it was edited",
    "event.calendar_changed_at": "when an edit was shown by calendars",
    "event.seat_changed_at": "when an edit was shown by the calendars of its people",
    "event.created_at": "when it was made",
    "session.starts_at": MOVES,
    "session.ends_at": MOVES,
    "category.opens_at": MOVES,
    "category.closes_at": MOVES,
    "queue.freezes_at": MOVES,
    "pool.release_at": MOVES,
    "reconfirmation.deadline_at": MOVES,
    "reconfirmation.asked_at": "when somebody was asked",
    "reconfirmation.answered_at": "when somebody answered",
    "reconfirmation_plan.made_at": "when the plan was made; its days are counted from the event",
    "event_mail.reminded_for": "which date was reminded of: another one is reminded of anew",
    "registration.offer_expires_at": "the hours to answer were promised in a mail",
    "registration.hold_expires_at": "the minutes to confirm were promised in a mail",
    "registration.created_at": "when it was made",
    "registration.changed_at": "when it changed",
    "attendee.removed_at": "when somebody was taken out",
    "attendee.checked_in_at": "when somebody came in",
    "handover.asked_at": "when somebody was asked",
    "handover.decided_at": "when somebody answered",
    "invitation.created_at": "when the guest was put on the list",
    "invitation.sent_at": "when the guest was written to",
    "invitation.reminded_at": "when the guest was reminded",
    "invitation.declined_at": "when the guest declined",
    "invitation.withdrawn_at": "when it was withdrawn",
    "booking.created_at": "when it was made",
    "booking.verified_at": "when the address was confirmed",
    "booking.sessions_turned_at": "when the calendar's sessions were turned",
    "booking.unreachable_at": "when mail came back",
    "attendee.unsubscribed_at": "when messages were ended",
    "reconfirmation.reminded_at": "when somebody was reminded of the question",
    "booking.unsubscribed_at": "when messages were ended",
    "consent.given_at": "when somebody agreed",
    "upload.created_at": "when the file came",
    "address_change.asked_at": "when another address was asked for",
    "question.archived_at": "when it was asked no more",
    "material_file.created_at": "when the file came",
    "mailing.created_at": "when it was written",
    "journal.at": "when it happened",
    "ledger_entry.at": "when it happened",
    "outgoing_message.created_at": "when it was decided",
    "outgoing_message.due_at": "when it is tried next",
    "outgoing_message.lease_until": "when a worker gives it up",
    "outgoing_message.retried_at": "when it was queued anew",
    "outgoing_message.sent_at": "when it left",
    "delivery.at": "when it was reported",
    "calendar_entry.changed_at": "made of the event anew",
}


def owned():
    """Return the tables that belong to an event: those whose rows name one, or name a row that does."""
    tables = {"event"}
    while True:
        more = {
            table.name
            for table in Model.metadata.sorted_tables
            if any(key.column.table.name in tables for key in table.foreign_keys)
        } - tables
        if not more:
            return tables
        tables |= more


def test_each_moment_of_an_event_has_a_decision():
    there = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.sorted_tables
        if table.name in owned()
        for column in table.c
        if isinstance(column.type, UtcDateTime)
    }
    assert there == set(DECISIONS)


BRUSSELS = ZoneInfo("Europe/Brussels")
# The next year's March: whatever day it is, all of it is still to come.
YEAR = clock.now().year + 1
STARTS = datetime(YEAR, 3, 1, 10, tzinfo=BRUSSELS)


def at(day, hour, month=3, zone=BRUSSELS):
    return datetime(YEAR, month, day, hour, tzinfo=zone).astimezone(UTC)


@pytest.fixture
def event(page_app, page_client):
    """A day in March with everything that has a date; summer time begins on the 28th."""
    made = make_event(
        categories={"Member": None},
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=7),
        closes_at=at(20, 18, month=2),
        line={"freezes_at": at(27, 12, month=2)},
    )
    add_session(made.id, SessionFacts("Codes", at(1, 11), at(1, 12)), SYSTEM)
    set_firm(made.id, FirmTerms("Agfa", 2, 1, at(15, 9, month=2)), SYSTEM)
    ada = factories.register(made, "Ada", email="ada@example.org", category="Member")
    [person] = factories.attendees(ada)
    hand_over(factories.target(ada), person.id, Successor("Ben", "ben@example.org", "", "en"), ATTENDEE)

    def work(session):
        session.execute(
            update(Category).where(Category.event_id == made.id).values(
                opens_at=at(1, 9, month=1), closes_at=at(10, 18, month=2)
            )
        )  # fmt: skip
        session.add(
            Reconfirmation(
                registration_id=ada.id, asked_at=clock.now(), deadline_at=at(22, 10, month=2), frees_seat=True
            )
        )

    write_tx(work)
    sent()
    sign_in(page_client, "owner@example.org", factories.make_account("owner@example.org", "owner"))
    return made


def dates(starts, ends):
    return {"starts_at": f"{YEAR}-{starts}", "ends_at": f"{YEAR}-{ends}"}


APRIL = dates("04-01T10:00", "04-01T17:00")


def edit(client, event, **changed):
    address = f"/organiser/events/{event.slug}/edit"
    return client.post(address, data=fields_in(client.get(address).text) | {"tell": "yes"} | changed)


def moments(event):
    """Return every moment that moves, as the event's own clock shows it."""
    db.session.rollback()
    session = db.session()
    one = session.get_one(Event, event.id)
    zone = ZoneInfo(one.time_zone)
    part = session.scalars(select(EventSession).where(EventSession.event_id == event.id)).one()
    category = session.scalars(select(Category).where(Category.event_id == event.id)).one()
    firm = session.scalars(select(Pool).where(Pool.event_id == event.id, Pool.kind == "firm")).one()
    found = {
        "event.closes_at": one.closes_at,
        "event.opens_at": one.opens_at,
        "session.starts_at": part.starts_at,
        "session.ends_at": part.ends_at,
        "category.opens_at": category.opens_at,
        "category.closes_at": category.closes_at,
        "queue.freezes_at": session.get_one(Queue, event.id).freezes_at,
        "pool.release_at": firm.release_at,
        "reconfirmation.deadline_at": session.scalars(select(Reconfirmation)).one().deadline_at,
    }
    db.session.rollback()
    assert set(found) == {name for name, decision in DECISIONS.items() if decision == MOVES}
    return {name: moment and moment.astimezone(zone).replace(tzinfo=None) for name, moment in found.items()}


def test_everything_moves_by_the_same_span_of_the_clock_and_one_mail_tells_it(page_client, event):
    before = moments(event)
    # Over the beginning of summer time: the clock's hours stay.
    answer = edit(page_client, event, starts_at=f"{YEAR}-04-02T10:00", ends_at=f"{YEAR}-04-02T17:00")
    assert answer.status_code == 303, answer.text
    assert moments(event) == {name: moment and moment + timedelta(days=32) for name, moment in before.items()}
    assert [address for address, _mail in sent()] == ["ada@example.org"]
    assert not troubles()


def test_a_corrected_zone_keeps_the_clock(page_client, event):
    before = moments(event)
    assert edit(page_client, event, time_zone="Europe/London").status_code == 303
    assert moments(event) == before
    assert db.session.get_one(Event, event.id).starts_at == at(1, 10, zone=ZoneInfo("Europe/London"))
    assert not troubles()


def test_the_same_moment_named_in_another_zone_moves_nothing(page_client, event):
    part = select(EventSession.starts_at).where(EventSession.event_id == event.id)
    db.session.rollback()
    before = db.session.scalar(part)
    db.session.rollback()
    answer = edit(
        page_client,
        event,
        time_zone="Europe/London",
        starts_at=f"{YEAR}-03-01T09:00",
        ends_at=f"{YEAR}-03-01T16:00",
    )
    assert answer.status_code == 303
    assert db.session.scalar(part) == before


def test_what_is_typed_with_the_new_date_counts(page_client, event):
    changed = {
        "starts_at": f"{YEAR}-04-01T10:00",
        "ends_at": f"{YEAR}-04-01T17:00",
        "closes_at": f"{YEAR}-03-30T12:00",
    }
    assert edit(page_client, event, **changed).status_code == 303
    assert moments(event)["event.closes_at"] == datetime(YEAR, 3, 30, 12)  # noqa: DTZ001 - the clock on the wall


def test_what_has_passed_stays(page_client, event):
    def work(session):
        session.execute(update(Event).values(closes_at=clock.now() - timedelta(days=1)))
        session.execute(update(Category).values(opens_at=clock.now() - timedelta(days=2)))

    write_tx(work)
    before = moments(event)
    assert edit(page_client, event, **APRIL).status_code == 303
    after = moments(event)
    assert after["event.closes_at"].replace(second=0, microsecond=0) == before["event.closes_at"].replace(
        second=0, microsecond=0
    )
    assert after["category.opens_at"] == before["category.opens_at"]


def test_an_event_is_not_made_shorter_than_its_sessions(page_client, event):
    answer = edit(page_client, event, ends_at=f"{YEAR}-03-01T11:30")
    assert answer.status_code == 422
    assert "1 session would lie outside the event." in answer.text


def test_who_was_asked_to_take_a_seat_over_may_until_the_new_end(page_client, event):
    assert edit(page_client, event, **APRIL).status_code == 303
    ends = db.session.scalars(
        text("SELECT expires_at FROM capability WHERE purpose = 'handover'").columns(expires_at=UtcDateTime())
    ).one()
    assert ends == at(1, 17, month=4)
    assert db.session.scalars(select(Attendee.name)).one() == "Ada"
