"""Write down who was let in: bookings, links, registrations, attendees and what they answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from registration.booking.admission.attendees import name_attendees
from registration.booking.models import Booking, Consent
from registration.booking.notifications.notify import CONTACT
from registration.booking.rules import Application, Person
from registration.capability.services import BOOKING, FEED, VERIFY, issue
from registration.core import clock
from registration.core.database import table, write_rows
from registration.journal.services import Actor
from registration.seats import engine, rules
from registration.seats.changing import Change

_BOOK = insert(table(Booking)).returning(*CONTACT, sort_by_parameter_order=True)
_CONSENT = insert(table(Consent))


@dataclass
class Admission:
    """Who is let in: the claims as the engine admitted them, and the link once it is made."""

    asked: Application
    admitted: list[tuple[engine.Admitted, Sequence[Person]]]
    token: str = ""


def book(session: Session, let_in: Sequence[Admission], organisers: Sequence[int]) -> dict[int, Row[Any]]:
    """Write the bookings with their consents and links; return their contacts."""
    at = clock.now()
    asked = [one.asked for one in let_in]
    rows: list[dict[str, Any]] = [
        {
            "organiser_id": organiser_id,
            "name": one.name,
            "email": one.email,
            "email_normal": one.email_normal,
            "firm": one.firm,
            "locale": one.locale,
            "submit_key": one.key,
            "body_hash": one.body,
            "invitation_id": one.invitation_id,
            "created_at": at,
        }
        for one, organiser_id in zip(asked, organisers, strict=True)
    ]
    contacts = {row.id: row for row in session.connection().execute(_BOOK, rows)}
    consents = [
        {"booking_id": booking_id, "purpose": purpose, "wording": wording, "given_at": at}
        for booking_id, one in zip(contacts, asked, strict=True)
        for purpose, wording in one.consents
    ]
    write_rows(session, _CONSENT, consents)
    tokens = issue(session, list(contacts), BOOKING, FEED)
    unverified = [
        booking_id
        for booking_id, one in zip(contacts, let_in, strict=True)
        if any(part.state == rules.UNVERIFIED for part, _people in one.admitted)
    ]
    if unverified:
        issue(session, unverified, VERIFY)
    for booking_id, admission in zip(contacts, let_in, strict=True):
        admission.token = tokens[booking_id][BOOKING]
    return contacts


def enrol(
    session: Session, let_in: Sequence[Admission], booking_ids: Sequence[int], actor: Actor
) -> list[Change]:
    """Write the registrations with their attendees and answers."""
    admitted, bookings, parties = [], [], []
    for admission, booking_id in zip(let_in, booking_ids, strict=True):
        for one, people in admission.admitted:
            admitted.append(one)
            bookings.append(booking_id)
            parties.append(people)
    changes = engine.join(session, admitted, bookings, actor)
    name_attendees(session, [change.registration_id for change in changes], parties)
    return changes
