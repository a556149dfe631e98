"""The mail that asks who still comes: decided with the question, written when it is sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.booking.notifications.kinds import RECONFIRM
from registration.core.among import among
from registration.mail.outbox import Outgoing, enqueue
from registration.seats import rules
from registration.seats.models import Registration


def ask(
    session: Session,
    registration_ids: Sequence[int],
    deadline_at: datetime,
    *,
    frees: bool,
    is_again: bool = False,
) -> None:
    """Decide a mail to the contact of each of *registration_ids*, with what each is told."""
    enqueue(session, *question(session, registration_ids, deadline_at, frees=frees, is_again=is_again))


def question(
    session: Session,
    registration_ids: Sequence[int],
    deadline_at: datetime,
    *,
    frees: bool,
    is_again: bool = False,
) -> list[Outgoing]:
    """Return a mail to the contact of each of *registration_ids*, with what each is told."""
    facts = {"deadline": deadline_at.isoformat(), "frees_seat": frees, "again": is_again}
    rows = session.execute(
        select(
            Registration.id,
            Registration.event_id,
            Booking.id.label("booking_id"),
            Booking.organiser_id,
            Booking.name,
            Booking.email,
            Booking.locale,
        )
        .join(Booking, Booking.id == Registration.booking_id)
        .where(among(Registration.id, registration_ids))
        .order_by(Registration.id)
    )
    return [
        Outgoing(
            kind=RECONFIRM,
            locale=row.locale,
            to_name=row.name,
            to_email=row.email,
            organiser_id=row.organiser_id,
            event_id=row.event_id,
            booking_id=row.booking_id,
            registration_id=row.id,
            facts={**facts, "state": rules.CONFIRMED},
        )
        for row in rows
    ]
