"""Write down who was let in: the bookings, with what was agreed to and their links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from registration.booking.models import Booking, Consent
from registration.booking.notifications.notify import CONTACT
from registration.booking.rules import Application, Person
from registration.capability.services import BOOKING, FEED, VERIFY, issue
from registration.core import clock
from registration.core.database import insert_returning, table, write_rows
from registration.seats import engine, rules

_BOOK = insert(table(Booking)).returning(*CONTACT, sort_by_parameter_order=True)
_CONSENT = insert(table(Consent))


@dataclass(frozen=True)
class Receipt:
    """What came of a form: the booking's link, or none when the address is registered already.

    *is_waiting* says that it got a place on a waitlist, in one event at least.
    """

    token: str | None
    is_waiting: bool = False


@dataclass
class Admission:
    """Who is let in: the claims as the engine admitted them, and the link once it is made."""

    asked: Application
    admitted: list[tuple[engine.Admitted, Sequence[Person]]]
    token: str = ""

    def receipt(self) -> Receipt:
        states = {one.state for one, _people in self.admitted}
        return Receipt(self.token, rules.WAITLISTED in states)


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
    contacts = {row.id: row for row in insert_returning(session, _BOOK, rows)}
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
