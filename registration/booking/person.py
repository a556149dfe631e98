"""The attendee's own calendar address: one for all that her e-mail address has registered at one organiser.

Whoever fills in the form may type anybody's address, and sees the page of that booking. So that page has the
feed of its booking alone. The address of this feed goes out by mail, to the e-mail address that it is about.
The token is not stored: it is made of what the feed is about and the secret key (docs/decisions/0009), so
each mail has the same one. Renewing it counts its generation up, and the earlier ones answer as revoked.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registration.booking.models import Booking, PersonalFeed
from registration.core import tokens

# The booking that leads to the address, and the proof. Tokens of bookings hold no full stop.
_TOKEN = re.compile(r"([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{27})")


@dataclass(frozen=True)
class Person:
    """An e-mail address, in its normal form, at one organiser."""

    organiser_id: int
    email: str


def person_of(booked: Booking) -> Person:
    """Return who made the booking, by its address."""
    return Person(booked.organiser_id, booked.email_normal)


def person_token(session: Session, person: Person) -> str | None:
    """Return the token of the feed of *person*, or None where she has no booking."""
    first = session.scalar(
        select(func.min(Booking.id)).where(
            Booking.email_normal == person.email, Booking.organiser_id == person.organiser_id
        )
    )
    if first is None:
        return None
    return f"{first}.{_proof(tokens.signing_keys()[0], person, generation(session, person))}"


def opened(session: Session, token: str) -> tuple[Person, bool] | None:
    """Return whose feed *token* opens, and whether it still does; None where it never did."""
    found = _TOKEN.fullmatch(token)
    booked = session.get(Booking, int(found[1])) if found else None
    if found is None or booked is None or not booked.email_normal:
        return None
    person = person_of(booked)
    now = generation(session, person)
    for number in range(now, -1, -1):
        if any(hmac.compare_digest(_proof(key, person, number), found[2]) for key in tokens.signing_keys()):
            return person, number == now
    return None


def generation(session: Session, person: Person) -> int:
    """Return how often the token was renewed."""
    known = session.get(PersonalFeed, (person.organiser_id, address_hash(person)))
    return known.generation if known else 0


def address_hash(person: Person) -> str:
    """Return what the database keeps of the address."""
    return hashlib.sha256(person.email.encode()).hexdigest()


def _proof(key: str, person: Person, number: int) -> str:
    return tokens.derived(key, "person", f"{person.organiser_id}:{number}:{person.email}")
