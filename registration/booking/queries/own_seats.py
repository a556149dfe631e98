"""The link of an attendee with an address of her own: to her seat alone, known to her mailbox alone.

The token is not stored: it is made of her code, her address and the secret key, as that of a ticket is. It
ends when her address is corrected or her seat becomes somebody else's.
"""

import hmac
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee
from registration.capability.links import OWN_SEAT, link
from registration.core.tokens import derived, signing_keys
from registration.seats.models import Registration

_PURPOSE = "own seat"
_UNSUBSCRIBE = "own unsubscribe"
_CODE_LENGTH = 12


@dataclass(frozen=True)
class OwnSeat:
    """Whose seat a link opens, in which registration."""

    attendee_id: int
    registration_id: int
    event_id: int
    booking_id: int


def own_url(code: str, email_normal: str) -> str:
    """Return the address of the page of her who has *code* and reads *email_normal*."""
    return link(OWN_SEAT, _token(signing_keys()[0], _PURPOSE, code, email_normal))


def own_unsubscribe_token(code: str, email_normal: str) -> str:
    """Return what stands in the address that ends reminders and messages to her."""
    return _token(signing_keys()[0], _UNSUBSCRIBE, code, email_normal)


def opened_seat(session: Session, token: str) -> OwnSeat | None:
    """Return whose seat *token* opens, or None."""
    return _opened(session, token, _PURPOSE)


def unsubscribing(session: Session, token: str) -> OwnSeat | None:
    """Return whose reminders and messages *token* ends, or None."""
    return _opened(session, token, _UNSUBSCRIBE)


def _opened(session: Session, token: str, purpose: str) -> OwnSeat | None:
    code = token.partition("-")[0][:_CODE_LENGTH]
    row = session.execute(
        select(
            Attendee.id,
            Attendee.email_normal,
            Attendee.registration_id,
            Registration.event_id,
            Registration.booking_id,
        )
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(Attendee.code == code, Attendee.email_normal != "")
    ).one_or_none()
    if row is None:
        return None
    given = token.encode("utf-8", "surrogatepass")
    made = [_token(key, purpose, code, row.email_normal).encode() for key in signing_keys()]
    if not any(hmac.compare_digest(one, given) for one in made):
        return None
    return OwnSeat(row.id, row.registration_id, row.event_id, row.booking_id)


def _token(secret_key: str, purpose: str, code: str, email_normal: str) -> str:
    return f"{code}-{derived(secret_key, purpose, f'{email_normal}:{code}')}"
