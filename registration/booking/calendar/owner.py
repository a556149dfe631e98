"""The attendee's own calendar address: one for all that her e-mail address has registered at one organiser.

Whoever fills in the form may type anybody's address, and sees the page of that booking. So that page has the
feed of its booking alone. The address of this feed goes out by mail, to the e-mail address that it is about.
The token is not stored: it is made of what the feed is about and the secret key (docs/decisions/0009), so
each mail has the same one. Renewing it counts its generation up, and the earlier ones answer as revoked.
"""

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registration.booking.models import Booking, PersonalFeed
from registration.core import tokens
from registration.core.among import among
from registration.core.transaction_cache import keep, kept

# The booking that leads to the address, and the proof. Tokens of bookings hold no full stop.
_TOKEN = re.compile(r"([1-9][0-9]{0,9})\.([A-Za-z0-9_-]{27})")


@dataclass(frozen=True)
class FeedOwner:
    """An e-mail address, in its normal form, at one organiser."""

    organiser_id: int
    email: str


def owner_of(booked: Booking) -> FeedOwner:
    """Return who made the booking, by its address."""
    return FeedOwner(booked.organiser_id, booked.email_normal)


def owner_token(session: Session, owner: FeedOwner) -> str | None:
    """Return the token of the feed of *owner*, or None where she has no booking."""
    first, number = kept(session, ("person", owner), lambda: (_first(session, owner), None))
    if first is None:
        return None
    if number is None:
        number = generation(session, owner)
    return f"{first}.{_proof(tokens.signing_keys()[0], owner, number)}"


def read_ahead(session: Session, people: Collection[FeedOwner]) -> None:
    """Read at once what `owner_token` reads for each of *people*."""
    bookings = session.execute(
        select(Booking.email_normal, Booking.organiser_id, func.min(Booking.id).label("first"))
        .where(
            among(Booking.email_normal, {one.email for one in people}),
            among(Booking.organiser_id, {one.organiser_id for one in people}),
        )
        .group_by(Booking.email_normal, Booking.organiser_id)
    )
    first = {FeedOwner(row.organiser_id, row.email_normal): row.first for row in bookings}
    renewed = session.scalars(
        select(PersonalFeed).where(
            among(PersonalFeed.organiser_id, {one.organiser_id for one in people}),
            among(PersonalFeed.address_hash, {address_hash(one) for one in people}),
        )
    )
    generations = {(one.organiser_id, one.address_hash): one.generation for one in renewed}
    for one in people:
        number = generations.get((one.organiser_id, address_hash(one)), 0)
        keep(session, ("person", one), (first.get(one), number))


def opened(session: Session, token: str) -> tuple[FeedOwner, bool] | None:
    """Return whose feed *token* opens, and whether it still does; None where it never did."""
    found = _TOKEN.fullmatch(token)
    booked = session.get(Booking, int(found[1])) if found else None
    if found is None or booked is None or not booked.email_normal:
        return None
    owner = owner_of(booked)
    now = generation(session, owner)
    for number in range(now, -1, -1):
        if any(hmac.compare_digest(_proof(key, owner, number), found[2]) for key in tokens.signing_keys()):
            return owner, number == now
    return None


def generation(session: Session, owner: FeedOwner) -> int:
    """Return how often the token was renewed."""
    known = session.get(PersonalFeed, (owner.organiser_id, address_hash(owner)))
    return known.generation if known else 0


def address_hash(owner: FeedOwner) -> str:
    """Return what the database keeps of the address."""
    return hashlib.sha256(owner.email.encode()).hexdigest()


def _first(session: Session, owner: FeedOwner) -> int | None:
    return session.scalar(
        select(func.min(Booking.id)).where(
            Booking.email_normal == owner.email, Booking.organiser_id == owner.organiser_id
        )
    )


def _proof(key: str, owner: FeedOwner, number: int) -> str:
    return tokens.derived(key, "person", f"{owner.organiser_id}:{number}:{owner.email}")
