"""Events as the lists of public pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from registration.events.models import Event
from registration.events.queries import Words, location, phase_and_opening_of, words
from registration.seats.queries import Availability, availability
from registration.site.queries import ProgrammeLink, programmes_by_event


@dataclass(frozen=True)
class Card:
    """One event of a list."""

    event: Event
    words: Words
    location: str
    phase: str
    opens_at: datetime | None
    seats: Availability
    programmes: Sequence[ProgrammeLink]


def cards(session: Session, events: Sequence[Event], locale: str) -> list[Card]:
    """Return *events* with their seats, in a bounded number of queries."""
    event_ids = [event.id for event in events]
    if not event_ids:
        return []
    seats = availability(session, event_ids)
    programmes = programmes_by_event(session, event_ids, locale)
    stands = {event.id: phase_and_opening_of(event) for event in events}
    return [
        Card(
            event=event,
            words=words(event, locale),
            location=location(event),
            phase=stands[event.id][0].value,
            opens_at=stands[event.id][1],
            seats=seats[event.id],
            programmes=programmes[event.id],
        )
        for event in events
        if event.id in seats
    ]
