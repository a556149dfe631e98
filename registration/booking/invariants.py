"""What must hold of bookings: their people, their mail, their links."""

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from registration.booking.kinds import CONFIRMED, PROMOTED, WAITLISTED
from registration.booking.models import Attendee, Booking
from registration.capability.models import Capability
from registration.capability.services import BOOKING
from registration.core.invariant import AnySelect, Invariant
from registration.events.models import Event
from registration.mail.models import OutgoingMessage
from registration.seats import rules
from registration.seats.models import Pool, Registration, RegistrationPool


def _in_event(query: AnySelect, event_id: int | None) -> AnySelect:
    return query if event_id is None else query.where(Registration.event_id == event_id)


def _booked_twice(event_id: int | None) -> AnySelect:
    query = (
        select(Event.slug, Booking.id.label("booking"), func.count(Registration.id).label("registrations"))
        .join(Registration, Registration.booking_id == Booking.id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.state.not_in(rules.ENDED))
        .group_by(Event.slug, Booking.submit_key, Booking.id, Registration.place, Registration.part)
        .having(func.count(Registration.id) > 1)
    )
    return _in_event(query, event_id)


def _untold(event_id: int | None) -> AnySelect:
    told = exists().where(
        # One mail tells of all the parts of a party.
        OutgoingMessage.booking_id == Registration.booking_id,
        OutgoingMessage.event_id == Registration.event_id,
        or_(
            and_(Registration.state == rules.CONFIRMED, OutgoingMessage.kind.in_([CONFIRMED, PROMOTED])),
            and_(Registration.state == rules.WAITLISTED, OutgoingMessage.kind == WAITLISTED),
        ),
    )
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.state)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.state.in_([rules.CONFIRMED, rules.WAITLISTED]), ~told)
    )
    return _in_event(query, event_id)


def _without_link(event_id: int | None) -> AnySelect:
    live = (
        select(func.count())
        .where(
            Capability.purpose == BOOKING,
            Capability.subject_id == Registration.booking_id,
            Capability.revoked_at.is_(None),
        )
        .scalar_subquery()
    )
    query = (
        select(Event.slug, Registration.booking_id.label("booking"), live.label("links"))
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.state.not_in(rules.ENDED), live != 1)
    )
    return _in_event(query, event_id)


def _miscounted_party(event_id: int | None) -> AnySelect:
    present = (
        select(func.count())
        .where(Attendee.registration_id == Registration.id, Attendee.removed_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.size, present.label("present"))
        .join(Event, Event.id == Registration.event_id)
        .where(present != Registration.size)
    )
    return _in_event(query, event_id)


def _miscounted_category(event_id: int | None) -> AnySelect:
    present = func.sum(case((Attendee.removed_at.is_(None), 1), else_=0))
    counted = (
        select(Registration.id.label("registration_id"), Pool.id.label("pool_id"), present.label("present"))
        .select_from(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(
            Pool,
            and_(
                Pool.event_id == Registration.event_id,
                Pool.kind == "category",
                Pool.subject_id == Attendee.category_id,
            ),
        )
        .where(Registration.state.not_in(rules.ENDED))
        .group_by(Registration.id, Pool.id)
        .subquery()
    )
    need = func.coalesce(RegistrationPool.need, 0)
    query = (
        select(Event.slug, Registration.id.label("registration"), counted.c.present, need.label("claimed"))
        .join(counted, counted.c.registration_id == Registration.id)
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(
            RegistrationPool,
            and_(
                RegistrationPool.registration_id == Registration.id,
                RegistrationPool.pool_id == counted.c.pool_id,
            ),
        )
        .where(need != counted.c.present)
    )
    return _in_event(query, event_id)


def _registered_twice(event_id: int | None) -> AnySelect:
    other, others = aliased(Registration), aliased(Booking)
    query = (
        select(Event.slug, Registration.id.label("registration"), other.id.label("other"))
        .join(Booking, Booking.id == Registration.booking_id)
        .join(Event, Event.id == Registration.event_id)
        .join(others, and_(others.email_normal == Booking.email_normal, others.id != Booking.id))
        .join(
            other,
            and_(
                other.booking_id == others.id,
                other.event_id == Registration.event_id,
                other.id > Registration.id,
                other.state.not_in(rules.ENDED),
            ),
        )
        .where(Registration.state.not_in(rules.ENDED))
    )
    return _in_event(query, event_id)


INVARIANTS = (
    Invariant(
        "I5",
        "A form that was sent twice is one registration",
        "Booking {booking} has {registrations} registrations for {slug}.",
        _booked_twice,
    ),
    Invariant(
        "I6",
        "Everyone who holds or waits was told",
        "Registration {registration} of {slug} is {state}, but no mail says so.",
        _untold,
    ),
    Invariant(
        "I12",
        "Every booking has exactly one live link",
        "Booking {booking} ({slug}) has {links} live links.",
        _without_link,
    ),
    Invariant(
        "I13",
        "A registration has as many attendees as seats",
        "Registration {registration} of {slug} is for {size}, but names {present} attendees.",
        _miscounted_party,
    ),
    Invariant(
        "I13b",
        "A registration claims its categories",
        "Registration {registration} of {slug} has {present} attendees of a category, but claims {claimed}.",
        _miscounted_category,
    ),
    Invariant(
        "I14",
        "An address has one active registration for an event",
        "Registrations {registration} and {other} of {slug} are of the same address.",
        _registered_twice,
    ),
)
