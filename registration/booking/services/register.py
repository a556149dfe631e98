"""Register people for an event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from registration.booking.messages import Contact, announce, send_link_again
from registration.booking.models import Answer, Attendee, Booking, Consent
from registration.booking.rules import Application, Person, Wish, body_hash, category_counts, key_hash
from registration.capability.services import BOOKING, FEED, issue, token_of
from registration.core import clock
from registration.core.database import table
from registration.core.refusal import NotFound, Refusal
from registration.core.text import fold, normal_email
from registration.core.tokens import new_code
from registration.core.transaction import write_tx
from registration.events.models import Category, Event
from registration.events.rules import Phase, is_open_between, phase
from registration.journal.services import ATTENDEE, Actor
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.gate import Gate
from registration.seats.models import Registration


class RegistrationClosed(Refusal):
    """The event, or a category of it, takes no registrations now."""

    code = "closed"


class EventFull(Refusal):
    """No seat is left and there is no waitlist."""

    code = "full"


class SubmittedDifferently(Refusal):
    """The form was sent before, with other answers."""

    code = "conflict"


@dataclass(frozen=True)
class Receipt:
    """What came of a form: the booking's link, or none when the address is registered already."""

    token: str | None
    is_repeat: bool = False


def register(application: Application, actor: Actor = ATTENDEE) -> Receipt:
    """Give the people of *application* seats, or places on the waitlist.

    The same form sent again answers with what is there. Raises RegistrationClosed, EventFull,
    SubmittedDifferently, Unavailable.
    """
    return write_tx(lambda session: _register(session, application, actor))


def _register(session: Session, application: Application, actor: Actor) -> Receipt:
    locked = gates.lock(session, [wish.event_id for wish in application.wishes])
    known = session.connection().execute(_KNOWN, {"key": key_hash(application.submit_key)}).one_or_none()
    if known is not None:
        return _repeated(session, known, application)
    events = _open_events(session, application)
    email = normal_email(application.email)
    earlier = _earlier(session, email, list(locked))
    if any(row.state not in rules.ENDED for row in earlier):
        send_link_again(session, email, list(locked))
        return Receipt(token=None)
    organiser_id = next(iter(events.values())).organiser_id
    booking_id = _book(session, application, email, organiser_id)
    changes = []
    for wish in application.wishes:
        gate = locked[wish.event_id]
        sequence = 1 + max(
            (row.calendar_sequence for row in earlier if row.event_id == wish.event_id), default=-1
        )
        change = _claim(session, gate, booking_id, wish, sequence, actor)
        if change.after == rules.WAITLISTED and not events[wish.event_id].has_waitlist:
            raise EventFull(_("All seats are taken, and this event has no waitlist."))
        changes.append(change)
        if gate.is_draining or gate.policy == rules.STRICT:
            changes += engine.drain(session, gate, actor)
        gates.close(session, gate)
    token = issue(session, booking_id, BOOKING, FEED)[BOOKING]
    contact = Contact(booking_id, organiser_id, application.name, application.email, application.locale)
    announce(session, changes, known=contact)
    return Receipt(token)


_booked, _event, _category = table(Booking).c, table(Event).c, table(Category).c
_registration = table(Registration).c
_KNOWN = select(_booked.id, _booked.body_hash).where(_booked.submit_key == bindparam("key"))
_EVENTS = select(
    _event.id,
    _event.organiser_id,
    _event.status,
    _event.opens_at,
    _event.closes_at,
    _event.starts_at,
    _event.ends_at,
    _event.has_waitlist,
).where(_event.id.in_(bindparam("ids", expanding=True)))
_EARLIER = (
    select(_registration.event_id, _registration.state, _registration.calendar_sequence)
    .join_from(table(Registration), table(Booking), _booked.id == _registration.booking_id)
    .where(
        _booked.email_normal == bindparam("email"),
        _registration.event_id.in_(bindparam("ids", expanding=True)),
    )
)
_CATEGORIES = select(
    _category.id, _category.event_id, _category.priority, _category.opens_at, _category.closes_at
).where(_category.id.in_(bindparam("ids", expanding=True)))
_BOOK = insert(table(Booking)).returning(_booked.id)
_CONSENT = insert(table(Consent))
_ATTEND = insert(table(Attendee))
_ANSWER = insert(table(Answer))


def _repeated(session: Session, known: Any, application: Application) -> Receipt:
    if known.body_hash != body_hash(application):
        raise SubmittedDifferently(
            _("This form was already sent with other answers. Open the link in our mail to change them.")
        )
    return Receipt(token_of(session, known.id, BOOKING), is_repeat=True)


def _open_events(session: Session, application: Application) -> dict[int, Any]:
    """Return the events asked for, re-read under their gates. Raises RegistrationClosed, NotFound."""
    ids = [wish.event_id for wish in application.wishes]
    events = {row.id: row for row in session.connection().execute(_EVENTS, {"ids": ids})}
    for event_id in ids:
        event = events.get(event_id)
        if event is None or event.status == "draft":
            raise NotFound(_("There is no such event."))
        now_is = phase(
            event.status, event.opens_at, event.closes_at, event.starts_at, event.ends_at, clock.now()
        )
        if now_is is not Phase.OPEN:
            raise RegistrationClosed(_why_closed(now_is))
    return events


def _why_closed(now_is: Phase) -> str:
    sentences = {
        Phase.NOT_YET: _("Registration has not opened yet."),
        Phase.CLOSED: _("Registration has closed. Ask the organiser if you still want to come."),
        Phase.OVER: _("This event is over."),
        Phase.CANCELLED: _("This event is cancelled."),
    }
    return str(sentences[now_is])


def _earlier(session: Session, email: str, event_ids: Sequence[int]) -> Sequence[Any]:
    return session.connection().execute(_EARLIER, {"email": email, "ids": event_ids}).all()


def _book(session: Session, application: Application, email: str, organiser_id: int) -> int:
    at = clock.now()
    booking_id = (
        session.connection()
        .execute(
            _BOOK,
            {
                "organiser_id": organiser_id,
                "name": application.name,
                "email": application.email,
                "email_normal": email,
                "firm": application.firm,
                "locale": application.locale,
                "submit_key": key_hash(application.submit_key),
                "body_hash": body_hash(application),
                "created_at": at,
            },
        )
        .scalar_one()
    )
    consents = [
        {"booking_id": booking_id, "purpose": purpose, "wording": wording, "given_at": at}
        for purpose, wording in application.consents
    ]
    if consents:
        session.connection().execute(_CONSENT, consents)
    return int(booking_id)


def _claim(
    session: Session, gate: Gate, booking_id: int, wish: Wish, sequence: int, actor: Actor
) -> engine.Change:
    categories = _categories(session, wish)
    counts = category_counts(person.category_id for person in wish.people)
    claim = engine.Claim(
        booking_id=booking_id,
        size=len(wish.people),
        needs=gate.needs(len(wish.people), counts),
        priority=min((categories[one].priority for one in counts), default=0),
        calendar_sequence=sequence,
    )
    change = engine.join(session, gate, claim, actor)
    _name(session, change.registration_id, wish.people)
    return change


def _categories(session: Session, wish: Wish) -> Mapping[int, Any]:
    """Return the categories asked for. Raises Refusal for one that is not this event's or not open."""
    ids = {person.category_id for person in wish.people if person.category_id is not None}
    if not ids:
        return {}
    found = {row.id: row for row in session.connection().execute(_CATEGORIES, {"ids": sorted(ids)})}
    for category_id in ids:
        category = found.get(category_id)
        if category is None or category.event_id != wish.event_id:
            raise Refusal(_("Choose one of the categories that are listed."), field="category")
        if not is_open_between(category.opens_at, category.closes_at, clock.now()):
            raise RegistrationClosed(
                _("This category is not open now. Choose another one."), field="category"
            )
    return found


def _name(session: Session, registration_id: int, people: Sequence[Person]) -> None:
    rows = [
        {
            "registration_id": registration_id,
            "rank": rank,
            "name": person.name,
            "email": person.email,
            "firm": person.firm,
            "searchable": fold(f"{person.name} {person.email} {person.firm}"),
            "category_id": person.category_id,
            "code": new_code(10),
        }
        for rank, person in enumerate(people)
    ]
    if not any(person.answers for person in people):
        session.connection().execute(_ATTEND, rows)
        return
    ids = session.scalars(_ATTEND.returning(table(Attendee).c.id, sort_by_parameter_order=True), rows).all()
    answers = [
        {"attendee_id": attendee_id, "question_id": question_id, "value": value}
        for attendee_id, person in zip(ids, people, strict=True)
        for question_id, value in person.answers
    ]
    session.connection().execute(_ANSWER, answers)
