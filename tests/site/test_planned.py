"""What is planned beyond the seats is the organiser's: no public number is larger than the seats."""

import re
from itertools import product

import pytest
from sqlalchemy import update

from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.sessions import SessionFacts, add_session
from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.journal.services import SYSTEM
from registration.seats.gate import Terms
from registration.seats.models import Pool
from registration.seats.queries import availability, seats_now
from registration.seats.rules import LinePolicy
from tests.booking.arranging import booked
from tests.factories import make_event, pool, register
from tests.site.arranging import link

SEATS = 10
# Words of numbers that are not seats stand in no such place.
NUMBERS = (
    re.compile(r'data-seats-left="(\d+)"'),
    re.compile(r"(\d+) of \d+ left"),
    re.compile(r"\d+ of (\d+) left"),
    re.compile(r"(\d+) seats? left"),
    re.compile(r'"(?:maximum|remaining)AttendeeCapacity": ?(\d+)'),
    re.compile(r"(\d+) (?:other )?seats? (?:of the event )?(?:is|are) free"),
)


@pytest.mark.parametrize("taken", [0, 3, 10, 12])
def test_no_public_page_tells_of_planned_overbooking(page_app, page_client, taken):
    event = make_event(capacity=SEATS, categories={"Member": SEATS})
    begins = db.session.get_one(Event, event.id).starts_at
    ends = db.session.get_one(Event, event.id).ends_at
    db.session.rollback()
    part = add_session(event.id, SessionFacts("Codes", begins, ends, seats=SEATS), SYSTEM)
    change_capacity(event.id, pool(event).id, Terms(SEATS, 2), SYSTEM)
    change_capacity(event.id, pool(event, "Member").id, Terms(SEATS, 2), SYSTEM)

    def more(session):
        wider = {"overbooking": 2, "wanted": SEATS + 2, "capacity": SEATS + 2}
        session.execute(update(Pool).where(Pool.kind == "session").values(**wider))

    write_tx(more)
    programme = link("Two days", event)
    for _each in range(taken):
        register(event, "Ada", category="Member", sessions=(part,))
    waiting, _ben = booked(event, "Ben", category="Member", sessions=(part,), party=3)
    told = []
    for path in ("/", f"/events/{event.slug}/", f"/events/{event.slug}/register", f"/programmes/{programme}/",
                 f"/programmes/{programme}/register", "/organisers/ditta/", waiting):  # fmt: skip
        html = page_client.get(path).text
        told += [(path, int(number)) for pattern in NUMBERS for number in pattern.findall(html)]
    assert told
    assert [one for one in told if one[1] > SEATS] == []


def test_what_is_shown_is_never_more_than_the_seats(page_app):
    event = make_event(capacity=1)
    for seats, overbooking, taken in product((0, 1, 5), (0, 1, 7), range(0, 13, 3)):
        wanted = seats + overbooking
        values = {"seats": seats, "overbooking": overbooking, "wanted": wanted, "taken": taken}
        fill = update(Pool).values(**values, capacity=max(wanted, taken))
        write_tx(lambda session, fill=fill: session.execute(fill))
        found = availability(db.session(), [event.id])[event.id]
        now = seats_now(found, [], LinePolicy())
        assert max(found.left, now.left, now.capacity, found.left_in(0)) <= seats
        assert (now.left > 0) == (seats > 0 and taken < wanted)
        db.session.rollback()
