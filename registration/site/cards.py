"""Events as the lists of public pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from registration.events.models import Event
from registration.events.queries import Words, location, phase_of, words
from registration.seats.queries import Availability, availability


@dataclass(frozen=True)
class Card:
    """One event of a list."""

    event: Event
    words: Words
    location: str
    phase: str
    seats: Availability


def cards(session: Session, events: Sequence[Event], locale: str) -> list[Card]:
    """Return *events* with their seats, in a bounded number of queries."""
    seats = availability(session, [event.id for event in events])
    return [
        Card(event, words(event, locale), location(event), phase_of(event).value, seats[event.id])
        for event in events
        if event.id in seats
    ]
