"""One event of which something cannot be done holds up no other."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from registration.booking.tasks import sweep as sweeping
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.background_loop import each
from registration.core.database import db
from registration.core.transaction import Unavailable, write_tx
from registration.doctor.examine import examine
from registration.events.models import Event
from registration.seats import rules
from registration.seats.models import Registration
from tests.factories import make_event, register, state


@pytest.fixture
def offers(app) -> list[Registration]:
    """Three events, each with an offer that ran out long ago."""
    found = [register(make_event(title=title), "Ada") for title in ("First", "Second", "Third")]
    past = clock.now() - timedelta(days=1)
    values = {"state": rules.OFFERED, "offer_expires_at": past}
    write_tx(lambda session: session.execute(update(Registration).values(**values)))
    return found


def test_an_event_that_cannot_be_swept_stops_no_other(offers, monkeypatch, caplog):
    broken = offers[0].event_id
    whole = sweeping._expire

    def expire(session, event_id, is_due):
        session.execute(update(Event).where(Event.id == event_id).values(sequence=Event.sequence))
        if event_id == broken:
            raise ZeroDivisionError("of this event alone")
        return whole(session, event_id, is_due)

    monkeypatch.setattr(sweeping, "_expire", expire)
    for _round in range(3):
        sweep()
    assert [state(one) for one in offers] == ["offered", "expired", "expired"]
    assert f"chore failed event={broken}" in caplog.text
    db.session.remove()
    [overdue] = [one for one in examine(db.engine) if one.code == "I9"]
    assert overdue.count == 1
    monkeypatch.setattr(sweeping, "_expire", whole)


def test_what_fails_waits_longer_each_time_and_is_done_once_it_can(page_app, monkeypatch):
    tried: list[int] = []

    def work(thing: int) -> int:
        tried.append(thing)
        if thing == 1 and len(tried) < 8:
            raise ValueError
        return 1

    now = [1000.0]
    monkeypatch.setattr("registration.core.background_loop.time.monotonic", lambda: now[0])
    assert each(work, [1, 2], "thing") == 1
    # Again in the next round, then not before a second is over.
    assert [each(work, [1, 2], "thing") for _round in range(3)] == [1, 1, 1]
    assert tried == [1, 2, 1, 2, 2, 2]
    now[0] += 1.5
    each(work, [1, 2], "thing")
    now[0] += 2.5
    assert each(work, [1, 2], "thing") == 2


def test_a_database_that_is_away_is_not_asked_for_each(page_app):
    asked: list[int] = []

    def away(thing: int) -> int:
        asked.append(thing)
        raise Unavailable("away")

    with pytest.raises(Unavailable):
        each(away, range(500), "thing")
    assert len(asked) == 2
