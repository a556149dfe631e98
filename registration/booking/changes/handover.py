"""Hand a seat to somebody else: asked by who has it, confirmed by who gets it."""

import secrets
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from registration.booking.answers.shared import leave_to_others
from registration.booking.changes.cancel import Target
from registration.booking.changes.edit import check_changeable, follow_firms, put_answers, rename
from registration.booking.changes.written import Corrected
from registration.booking.models import Answer, Attendee, Booking, Consent, Handover
from registration.booking.notifications import handover as handing
from registration.booking.queries.bookings import has_enough
from registration.booking.rules import key_hash
from registration.capability import services as capability
from registration.core import clock
from registration.core.children import child_of
from registration.core.locking import locked_one
from registration.core.refusal import NotFound, Refusal
from registration.core.text import normal_email
from registration.core.tokens import new_code
from registration.core.transaction import write_tx
from registration.events.asking import ATTENDEE as ATTENDEE_SCOPE
from registration.events.models import Event, Question
from registration.journal.services import ATTENDEE, Actor, Note, record
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.attendance import check_empty
from registration.seats.models import Registration


class NotToHandOn(Refusal):
    """The seat cannot be handed on, or taken over, now."""

    code = "handover"


@dataclass(frozen=True)
class Successor:
    """Who is asked to take a seat over."""

    name: str
    email: str
    firm: str
    locale: str


@dataclass(frozen=True)
class Taking:
    """What the new person says: her name and firm, her answers, and what she agreed to."""

    name: str
    firm: str
    locale: str
    answers: tuple[tuple[int, str], ...]
    consents: tuple[tuple[str, str], ...]


def hand_over(target: Target, attendee_id: int, to: Successor, actor: Actor) -> None:
    """Ask *to* to take an attendee's seat over; the same person again is no error.

    Raises NotToHandOn, NoLongerYours, NotFound.
    """
    write_tx(lambda session: _hand_over(session, target, attendee_id, to, actor))


def withdraw(booking_id: int, handover_id: int, actor: Actor) -> None:
    """Take the question back; its link says so. Raises NotFound."""

    def work(session: Session) -> None:
        sentence = _("There is no such registration.")
        found = child_of(session, Handover, handover_id, sentence, lock=True, booking_id=booking_id)
        if found.state == "open":
            _decide(session, found, "withdrawn", actor)

    write_tx(work)


def refuse(handover_id: int) -> None:
    """Say no for whoever was asked; the seat stays where it is."""

    def work(session: Session) -> None:
        found = locked_one(session, Handover, handover_id)
        if found.state != "open":
            return
        event_id = _decide(session, found, "refused", ATTENDEE)
        booked = session.get_one(Booking, found.booking_id)
        to = (booked.name, booked.email, booked.locale)
        handing.about_handover(session, handing.NOT_TAKEN, found, event_id, to)

    write_tx(work)


def take_over(handover_id: int, event_id: int, taking: Taking) -> str | None:
    """Give the seat to whoever was asked; return the link of her booking.

    One of a party stays in it, so there is no such link then. Again is no error. Raises NotToHandOn,
    NoLongerYours, FirmFull, FirmMissing.
    """
    return write_tx(lambda session: _take_over(session, handover_id, event_id, taking))


def _hand_over(session: Session, target: Target, attendee_id: int, to: Successor, actor: Actor) -> None:
    gates.hold(session, [target.event_id])
    if check_changeable(session, target) != rules.CONFIRMED:
        raise NotToHandOn(_("You can only transfer a confirmed seat."))
    sentence = _("This person is not in this registration.")
    attendee = child_of(session, Attendee, attendee_id, sentence, registration_id=target.registration_id)
    if attendee.removed_at:
        raise NotFound(sentence)
    check_empty(int(attendee.checked_in_at is not None), actor)
    asked = session.scalar(
        select(Handover.email).where(Handover.attendee_id == attendee_id, Handover.state == "open")
    )
    if asked is not None and normal_email(asked) == normal_email(to.email):
        return
    if asked is not None:
        raise NotToHandOn(_("Someone has already been asked to take this seat. Withdraw that request first."))
    registration = session.get_one(Registration, target.registration_id)
    handover = Handover(
        booking_id=registration.booking_id,
        registration_id=registration.id,
        attendee_id=attendee_id,
        old_name=attendee.name,
        name=to.name,
        email=to.email,
        firm=to.firm,
        state="open",
        wording="",
        asked_at=clock.now(),
    )
    session.add(handover)
    session.flush()
    event = session.get_one(Event, target.event_id)
    if event.by_invitation:
        raise NotToHandOn(
            _("Seats at this event are for invited guests only. Ask the organiser to transfer yours.")
        )
    capability.issue(session, [handover.id], capability.HANDOVER, expires_at=event.ends_at)
    handing.about_handover(
        session, handing.HANDOVER, handover, target.event_id, (to.name, to.email, to.locale)
    )
    _note(session, "handover", handover, target.event_id, actor)


def _take_over(session: Session, handover_id: int, event_id: int, taking: Taking) -> str | None:
    with gates.locked(session, event_id) as gate:
        handover = locked_one(session, Handover, handover_id)
        if handover.state == "taken":
            return None
        attendee = session.get_one(Attendee, handover.attendee_id)
        registration = session.get_one(Registration, handover.registration_id, populate_existing=True)
        if handover.state != "open" or attendee.removed_at or registration.booking_id != handover.booking_id:
            raise NotToHandOn(_("This seat is no longer available."))
        target = Target(event_id, registration.id)
        if check_changeable(session, target) != rules.CONFIRMED:
            raise NotToHandOn(_("This seat is no longer available."))
        if attendee.checked_in_at is not None:
            raise NotToHandOn(
                _(
                    "The person who offered you this seat has already checked in, so it is no longer "
                    "available."
                )
            )
        old = session.get_one(Booking, handover.booking_id)
        told = [(old.name, old.email, old.locale)]
        if attendee.email and normal_email(attendee.email) not in (old.email_normal, ""):
            told.append((attendee.name, attendee.email, old.locale))
        is_alone = _present(session, registration.id) == 1
        if is_alone and has_enough(session, normal_email(handover.email), event_id):
            raise NotToHandOn(
                _(
                    "Your email address is already registered for this event. Cancel that registration "
                    "first, or decline here."
                )
            )
        _replace(session, attendee, handover, taking, is_alone=is_alone)
        follow_firms(session, gate, [registration.id], ATTENDEE)
        token = _move(session, registration, handover, old, taking) if is_alone else None
        handover.wording = "\n".join(wording for _purpose, wording in taking.consents)
        _decide(session, handover, "taken", ATTENDEE)
        session.flush()
        handing.about_handover(session, handing.HANDED, handover, event_id, *told)
        to = (taking.name, handover.email, taking.locale)
        hers = session.get_one(Registration, registration.id, populate_existing=True).booking_id
        handing.about_handover(session, handing.TAKEN, handover, event_id, to, booking_id=hers)
        return token


def _replace(
    session: Session, attendee: Attendee, handover: Handover, taking: Taking, *, is_alone: bool
) -> None:
    """Put the new person where the old one was: a code of her own, and only her own answers.

    What the contact of a party answered for all lies with its first attendee, and stays.
    """
    gone = delete(Answer).where(Answer.attendee_id == attendee.id)
    if not is_alone:
        of_each = select(Question.id).where(Question.scope == ATTENDEE_SCOPE)
        gone = gone.where(Answer.question_id.in_(of_each))
    else:
        registration = session.get_one(Registration, attendee.registration_id)
        leave_to_others(session, registration, attendee.id)
    session.execute(gone)
    attendee.code = new_code(10)
    session.flush()
    rename(session, Corrected(attendee.id, taking.name, handover.email, taking.firm))
    put_answers(session, attendee.id, taking.answers)


def _move(
    session: Session, registration: Registration, handover: Handover, old: Booking, taking: Taking
) -> str:
    """Give the registration a booking of the new person's own, and return its link.

    Two steps of the calendar's sequence: one takes it out of the old calendar, one puts it into hers.
    """
    at = clock.now()
    booked = Booking(
        organiser_id=old.organiser_id,
        name=taking.name,
        email=handover.email,
        email_normal=normal_email(handover.email),
        firm=taking.firm,
        locale=taking.locale,
        submit_key=key_hash(f"handover:{secrets.token_hex(16)}"),
        body_hash="",
        created_at=at,
    )
    session.add(booked)
    session.flush()
    session.add_all(
        Consent(booking_id=booked.id, purpose=purpose, wording=wording, given_at=at)
        for purpose, wording in taking.consents
    )
    handover.moved_sequence = registration.calendar_sequence + 1
    session.execute(
        update(Registration)
        .where(Registration.id == registration.id)
        .values(
            booking_id=booked.id,
            calendar_sequence=Registration.calendar_sequence + 2,
            changed_at=at,
        )
    )
    made = capability.issue(session, [booked.id], capability.BOOKING, capability.FEED)
    return made[booked.id][capability.BOOKING]


def _decide(session: Session, handover: Handover, state: str, actor: Actor) -> int:
    """Close *handover* and return its event."""
    handover.state = state
    handover.decided_at = clock.now()
    event_id = session.get_one(Registration, handover.registration_id).event_id
    _note(session, "handover", handover, event_id, actor)
    return event_id


def _note(session: Session, action: str, handover: Handover, event_id: int, actor: Actor) -> None:
    note = Note(
        action,
        event_id=event_id,
        registration_id=handover.registration_id,
        after=handover.state,
        facts={"handover": handover.id, "attendee": handover.attendee_id},
    )
    record(session, actor, note)


def _present(session: Session, registration_id: int) -> int:
    query = select(func.count()).where(
        Attendee.registration_id == registration_id, Attendee.removed_at.is_(None)
    )
    return int(session.scalar(query) or 0)
