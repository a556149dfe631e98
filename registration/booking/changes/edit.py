"""Correct what was typed: the contact's name and language, the attendees, their answers."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.orm import Session

from registration.booking.admission.attendees import identity
from registration.booking.admission.pool_needs import members_of, needs_of
from registration.booking.answers.shared import gather
from registration.booking.changes.target import Target, settle
from registration.booking.changes.written import Corrected, merged
from registration.booking.models import Answer, Attendee, Booking, Consent, Upload
from registration.booking.notifications.own_seat import announce_new_address
from registration.core import clock
from registration.core.among import among
from registration.core.database import write_rows
from registration.core.locking import locked_one
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates
from registration.seats import parties, rules
from registration.seats.gate import Gate
from registration.seats.line import held
from registration.seats.models import Registration


class FirmFull(Refusal):
    """The firm that somebody is to belong to has no seats left."""

    code = "firm-full"


class NoLongerYours(Refusal):
    """The registration has ended, or the event is over."""

    code = "ended"


def change_people(
    target: Target, people: Sequence[Corrected], actor: Actor, sensitive_wording: str = "", seen: str = ""
) -> None:
    """Change the attendees of a registration; *sensitive_wording* is what was agreed to with it.

    *seen* are the marks of the form: what somebody else has changed since stays.
    Raises ChangedMeanwhile, NoLongerYours, FirmFull, FirmMissing, NotFound.
    """
    write_tx(lambda session: _change_people(session, target, people, actor, sensitive_wording, seen))


def _change_people(
    session: Session,
    target: Target,
    people: Sequence[Corrected],
    actor: Actor,
    sensitive_wording: str,
    seen: str,
) -> None:
    with gates.locked(session, target.event_id) as gate:
        check_changeable(session, target)
        present = {
            row.id: row.email
            for row in session.execute(
                select(Attendee.id, Attendee.email).where(
                    Attendee.registration_id == target.registration_id, Attendee.removed_at.is_(None)
                )
            )
        }
        if any(one.attendee_id not in present for one in people):
            raise NotFound(_("There is no such attendee in this registration."))
        for one in merged(session, target.registration_id, people, seen):
            rename(session, one)
            if one.email != present[one.attendee_id]:
                announce_new_address(session, one.attendee_id, present[one.attendee_id])
            asked = [question_id for question_id, _value in one.answers]
            gather(session, target.registration_id, one.attendee_id, asked)
            put_answers(session, one.attendee_id, one.answers)
        if sensitive_wording and target.booking_id is not None:
            agree_sensitive(session, target.booking_id, sensitive_wording)
        note = Note("edited", event_id=target.event_id, registration_id=target.registration_id)
        record(session, actor, note)
        follow_firms(session, gate, [target.registration_id], actor)


def follow_firms(session: Session, gate: Gate, registration_ids: Sequence[int], actor: Actor) -> None:
    """Let registrations need seats of the firms that their people now belong to. Raises FirmFull.

    Where firms have no limits nothing changes hands.
    """
    if not gate.limits_firms:
        return
    has_moved = False
    for one in held(session, gate, registration_ids):
        needs = needs_of(session, gate, list(members_of(session, one.id).values()))
        if needs == one.needs:
            continue
        if not parties.change_needs(session, gate, one.id, one.size, needs, actor):
            raise FirmFull(_("This organisation has no seats left for this event. Nothing was changed."))
        has_moved = True
    if has_moved:
        settle(session, gate, [], actor)


def check_changeable(session: Session, target: Target) -> str:
    """Return the registration's state. Raises NoLongerYours where nothing can be changed, NotFound."""
    row = session.execute(
        select(Registration.state, Registration.booking_id, Event.ends_at, Event.status)
        .join(Event, Event.id == Registration.event_id)
        .where(Registration.id == target.registration_id, Registration.event_id == target.event_id)
    ).one_or_none()
    if row is None or target.booking_id not in (None, row.booking_id):
        raise NotFound(_("There is no such registration."))
    if row.state in rules.ENDED:
        raise NoLongerYours(_("This registration has ended, so nothing in it can be changed."))
    if row.ends_at <= clock.now() or row.status == EventStatus.CANCELLED:
        raise NoLongerYours(_("This event is over or cancelled, so nothing can be changed."))
    return str(row.state)


def rename(session: Session, one: Corrected) -> None:
    """Write how an attendee is called, reached and found."""
    session.execute(
        update(Attendee).where(Attendee.id == one.attendee_id).values(identity(one.name, one.email, one.firm))
    )


def put_answers(session: Session, attendee_id: int, answers: Sequence[tuple[int, str]]) -> None:
    """Replace an attendee's answers to the questions in *answers*; a file that was replaced is deleted."""
    asked = [question_id for question_id, _value in answers]
    mine = (Answer.attendee_id == attendee_id) & among(Answer.question_id, asked)
    before = set(session.scalars(select(Answer.value).where(mine)))
    session.execute(delete(Answer).where(mine))
    rows = [
        {"attendee_id": attendee_id, "question_id": question_id, "value": value}
        for question_id, value in answers
        if value
    ]
    write_rows(session, insert(Answer), rows)
    gone = before - {value for _question_id, value in answers}
    named = exists().where(Answer.question_id == Upload.question_id, Answer.value == Upload.value)
    if gone:
        session.execute(
            delete(Upload).where(among(Upload.question_id, asked), among(Upload.value, gone), ~named),
            execution_options={"synchronize_session": False},
        )


def agree_sensitive(session: Session, booking_id: int, wording: str) -> None:
    """Note what the contact agreed to about health, food and access."""
    locked_one(session, Booking, booking_id)
    known = select(Consent.id).where(Consent.booking_id == booking_id, Consent.purpose == "sensitive")
    if session.scalar(known) is None:
        values = {"purpose": "sensitive", "wording": wording, "given_at": clock.now()}
        session.execute(insert(Consent).values(booking_id=booking_id, **values))
