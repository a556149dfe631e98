"""The one form of a programme's events, and who depends on whom among them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.form.sheet import Sheet
from registration.booking.form.spec import spec_of
from registration.booking.models import Booking
from registration.booking.queries.bookings import Seat, seats_where
from registration.events.models import PUBLIC, Event, Programme, ProgrammeEvent
from registration.events.wording import programme_words
from registration.seats import rules
from registration.seats.models import Registration
from registration.web.locale import fall_back_to, page_locale


def programme_sheet(session: Session, slug: str) -> Sheet | None:
    """Return the form of the programme at *slug*, or None; drafts and unlisted events are left out."""
    programme = session.scalar(select(Programme).where(Programme.slug == slug))
    if programme is None:
        return None
    fall_back_to(programme.locale)
    told = programme_words(programme, page_locale())
    rows = session.execute(
        select(Event.id, Event.uid, Event.slug, Event.revision, ProgrammeEvent.requires_event_id)
        .join(ProgrammeEvent, ProgrammeEvent.event_id == Event.id)
        .where(
            ProgrammeEvent.programme_id == programme.id, Event.status != "draft", Event.visibility == PUBLIC
        )
        .order_by(ProgrammeEvent.rank, Event.starts_at, Event.id)
    ).all()
    return Sheet(
        specs=tuple(spec_of(session, row) for row in rows),
        slug=slug,
        title=told.title,
        title_locale=told.locale,
        summary=told.summary,
        requires=tuple((row.id, row.requires_event_id) for row in rows if row.requires_event_id is not None),
    )


def dependants(session: Session, registration: Registration, locale: str = "en") -> list[Seat]:
    """Return what the same address holds or waits for and may only have with *registration*'s event.

    Whoever gives that one up is asked about these; none of them is dropped by itself.
    """
    asking = select(ProgrammeEvent.event_id).where(ProgrammeEvent.requires_event_id == registration.event_id)
    address = select(Booking.email_normal).where(Booking.id == registration.booking_id).scalar_subquery()
    condition = (
        Registration.event_id.in_(asking)
        & Registration.state.not_in(rules.ENDED)
        & (Booking.email_normal == address)
    )
    return seats_where(session, condition, locale)
