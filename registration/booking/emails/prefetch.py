"""Read for a batch of mails at once what each would read for itself: ten statements, not ten for each."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registration.booking.calendar import owner as calendar_owner
from registration.booking.calendar import registrations as calendar_registrations
from registration.booking.emails import calendar_part
from registration.booking.queries import bookings
from registration.capability import services as capability
from registration.core.among import among
from registration.core.text import normal_email
from registration.core.transaction_cache import keep
from registration.mail.models import OutgoingMessage


def read_ahead(session: Session, messages: Sequence[OutgoingMessage]) -> None:
    """Read what the composers of *messages* will ask for, as far as it is about registrations."""
    ids = sorted({message.registration_id for message in messages if message.registration_id})
    if not ids:
        return
    rows = bookings.read_ahead(session, ids)
    asked = {(row.Booking.email_normal, row.Event.id) for row in rows}
    # An address that was corrected since is asked about too.
    to = {message.registration_id: normal_email(message.to_email) for message in messages}
    asked |= {(to[row.Registration.id], row.Event.id) for row in rows}
    calendar_registrations.read_ahead(session, asked)
    calendar_part.read_ahead(session, asked)
    calendar_owner.read_ahead(session, {calendar_owner.owner_of(row.Booking) for row in rows})
    capability.read_ahead(session, sorted({row.Booking.id for row in rows}), capability.BOOKING)
    _first_mails(session, messages)


def _first_mails(session: Session, messages: Sequence[OutgoingMessage]) -> None:
    """Keep for each mail the first one about its registration, where that is another."""
    first = (
        select(func.min(OutgoingMessage.id))
        .where(among(OutgoingMessage.registration_id, {one.registration_id for one in messages} - {None}))
        .group_by(OutgoingMessage.registration_id)
    )
    rows = session.execute(
        select(OutgoingMessage.registration_id, OutgoingMessage.id, OutgoingMessage.message_id).where(
            OutgoingMessage.id.in_(first)
        )
    )
    found = {row.registration_id: row for row in rows}
    for message in messages:
        earlier = found.get(message.registration_id)
        is_known = earlier is not None and earlier.id < message.id
        keep(session, ("first mail", message.id), earlier.message_id if earlier and is_known else None)
