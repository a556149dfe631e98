"""What must hold of bookings: their people, their mail, their links."""

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from registration.booking.models import Answer, Attendee, Booking, Handover, Upload
from registration.booking.notifications.handover import TAKEN
from registration.booking.notifications.kinds import (
    CONFIRMED,
    OFFERED,
    PENDING,
    PROGRAMME,
    PROMOTED,
    VERIFY,
    WAITLISTED,
)
from registration.capability.models import Capability
from registration.capability.services import BOOKING, HANDOVER
from registration.core.invariant import AnySelect, Invariant, OfEvent, ago
from registration.events.asking import FILE
from registration.events.models import Event, EventSession, Question
from registration.mail.models import OutgoingMessage
from registration.seats import rules
from registration.seats.invariants import GRACE, those_of
from registration.seats.models import Pool, Registration, RegistrationPool
from registration.seats.rules import PoolKind


def _in_event(query: AnySelect, event_id: OfEvent | None) -> AnySelect:
    return query if event_id is None else query.where(Registration.event_id == event_id)


def _booked_twice(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(Event.slug, Booking.id.label("booking"), func.count(Registration.id).label("registrations"))
        .join(Registration, Registration.booking_id == Booking.id)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.state.not_in(rules.ENDED))
        .group_by(Event.slug, Booking.submit_key, Booking.id, Registration.place, Registration.part)
        .having(func.count(Registration.id) > 1)
    )
    return _in_event(query, event_id)


# Which mail tells of a state.
_TELLING = {
    rules.CONFIRMED: [CONFIRMED, PROMOTED, PROGRAMME, TAKEN],
    rules.WAITLISTED: [WAITLISTED, PROGRAMME],
    rules.PENDING: [PENDING, PROGRAMME],
    rules.OFFERED: [OFFERED],
    rules.UNVERIFIED: [VERIFY],
}


def is_untold() -> ColumnElement[bool]:
    """Return the SQL condition that a registration holds or waits and no mail says so."""
    says_so = [
        and_(Registration.state == state, OutgoingMessage.kind.in_(kinds))
        for state, kinds in _TELLING.items()
    ]
    told = exists().where(
        OutgoingMessage.booking_id == Registration.booking_id,
        OutgoingMessage.attendee_id.is_(None),
        # One mail tells of all the parts of a party, and one of all that came of a programme's form.
        or_(OutgoingMessage.event_id == Registration.event_id, OutgoingMessage.kind.in_([PROGRAMME, VERIFY])),
        or_(*says_so),
    )
    return and_(Registration.state.in_(list(_TELLING)), ~told.correlate(Registration))


def _untold(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(Event.slug, Registration.id.label("registration"), Registration.state)
        .join(Event, Event.id == Registration.event_id)
        .where(is_untold())
    )
    return _in_event(query, event_id)


def _without_link(event_id: OfEvent | None) -> AnySelect:
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


def _miscounted_party(event_id: OfEvent | None) -> AnySelect:
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


def _miscounted_category(event_id: OfEvent | None) -> AnySelect:
    present = func.sum(case((Attendee.removed_at.is_(None), 1), else_=0))
    counted = (
        select(Registration.id.label("registration_id"), Pool.id.label("pool_id"), present.label("present"))
        .select_from(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(
            Pool,
            and_(
                Pool.event_id == Registration.event_id,
                Pool.kind == PoolKind.CATEGORY,
                Pool.subject_id == Attendee.category_id,
            ),
        )
        .where(Registration.state.not_in(rules.ENDED), *those_of(event_id))
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


def _registered_twice(event_id: OfEvent | None) -> AnySelect:
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


def _lost_file(event_id: OfEvent | None) -> AnySelect:
    kept = exists().where(Upload.question_id == Answer.question_id, Upload.value == Answer.value)
    query = (
        select(Event.slug, Answer.id.label("answer"))
        .join(Question, Question.id == Answer.question_id)
        .join(Event, Event.id == Question.event_id)
        .where(Question.kind == FILE, ~kept)
    )
    return query if event_id is None else query.where(Question.event_id == event_id)


def _session_outside(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(Event.slug, EventSession.id.label("session"))
        .join(Event, Event.id == EventSession.event_id)
        .where((EventSession.starts_at < Event.starts_at) | (EventSession.ends_at > Event.ends_at))
    )
    return query if event_id is None else query.where(Event.id == event_id)


def _handover_link_astray(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(Event.slug, Handover.id.label("handover"))
        .join(Registration, Registration.id == Handover.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .join(Capability, (Capability.subject_id == Handover.id) & (Capability.purpose == HANDOVER))
        .where(
            Handover.state == "open", Capability.revoked_at.is_(None), Capability.expires_at != Event.ends_at
        )
    )
    return _in_event(query, event_id)


def _gone_inside(event_id: OfEvent | None) -> AnySelect:
    came_in = (
        select(Attendee.registration_id, func.count().label("people"))
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(Attendee.checked_in_at.is_not(None), Attendee.removed_at.is_(None), *those_of(event_id))
        .group_by(Attendee.registration_id)
        .subquery()
    )
    people = func.coalesce(came_in.c.people, 0)
    is_seated = Registration.state == rules.CONFIRMED
    query = (
        select(
            Event.slug,
            Registration.id.label("registration"),
            Registration.state,
            Registration.inside,
            people.label("people"),
        )
        .join(Event, Event.id == Registration.event_id)
        .outerjoin(came_in, came_in.c.registration_id == Registration.id)
        # What ended before there was this rule counts nobody.
        .where(or_(and_(is_seated, Registration.inside != people), and_(~is_seated, Registration.inside > 0)))
    )
    return _in_event(query, event_id)


def _overdue_allotment(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(Event.slug, Pool.id.label("pool"), Pool.allotted.label("kept"))
        .join(Event, Event.id == Pool.event_id)
        .where(Pool.allotted > 0, Pool.release_at < ago(GRACE))
    )
    return query if event_id is None else query.where(Pool.event_id == event_id)


def _undone_move(event_id: OfEvent | None) -> AnySelect:
    query = (
        select(Event.slug, Registration.id.label("registration"))
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.replaces_id.is_not(None),
            Registration.state == rules.CONFIRMED,
            Registration.changed_at < ago(GRACE),
        )
    )
    return _in_event(query, event_id)


INVARIANTS = (
    Invariant(
        "I19",
        "Whoever came in has her seat",
        "Registration {registration} of {slug} is {state} and counts {inside} people as in; {people} are.",
        _gone_inside,
    ),
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
    Invariant(
        "I20",
        "Every file that was sent is there",
        "Answer {answer} of {slug} names a file that is not there.",
        _lost_file,
    ),
    Invariant(
        "I22",
        "A session lies within its event",
        "Session {session} of {slug} lies outside the hours of its event.",
        _session_outside,
    ),
    Invariant(
        "I23",
        "A seat can be taken over until the event ends",
        "The link of handover {handover} of {slug} does not end with the event.",
        _handover_link_astray,
    ),
    Invariant(
        "I24",
        "Seats that a firm did not use by the date agreed are everybody's",
        "Pool {pool} of {slug} still keeps {kept} seats after the date agreed.",
        _overdue_allotment,
    ),
    Invariant(
        "I25",
        "Who moved keeps only what was moved to",
        "Registration {registration} of {slug} is confirmed, and what it replaces was not given back.",
        _undone_move,
    ),
)
