"""Add, change and remove the sessions of an event; each public function is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, aliased

from registration.booking.event_settings.capacity import check_terms
from registration.booking.event_settings.usage import IS_COMING, drop_pool, holders, in_session
from registration.booking.models import Attendee, AttendeeSession
from registration.booking.notifications.consequences import Tell, tell_or_ask
from registration.booking.notifications.notify import session_moved_mails
from registration.core import clock, optimistic_lock
from registration.core.among import among
from registration.core.children import child_of
from registration.core.locking import locked_one
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.events.models import Event, EventSession
from registration.events.rules import keeps_promises
from registration.events.services import touch
from registration.events.wording import flat, translate
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates
from registration.seats.gate import Terms
from registration.seats.models import Registration

Span = tuple[datetime, datetime]
_CHANGED = ("name", "hint", "starts_at", "ends_at", "is_offered")


@dataclass(frozen=True)
class SessionFacts:
    """A session as the organiser enters it; *seats* is None where it has no limit of its own."""

    name: str
    starts_at: datetime
    ends_at: datetime
    hint: str = ""
    seats: int | None = None
    is_offered: bool = True


def add_session(event_id: int, facts: SessionFacts, actor: Actor) -> int:
    """Add a part of the event that people pick. Raises Refusal at the field."""
    if facts.seats is not None:
        check_terms(Terms(facts.seats))

    def work(session: Session) -> int:
        with gates.locked(session, event_id):
            event = locked_one(session, Event, event_id)
            _check(session, event, facts)
            made = EventSession(
                event_id=event_id,
                name=facts.name,
                hint=facts.hint,
                starts_at=facts.starts_at,
                ends_at=facts.ends_at,
            )
            session.add(made)
            session.flush()
            if facts.seats is not None:
                gates.add_pool(session, event_id, "session", made.id, facts.seats)
            _noted(session, event, "added-session", made, actor)
            return made.id

    return write_tx(work)


def change_session(
    event_id: int,
    session_id: int,
    facts: SessionFacts,
    words: Mapping[str, Mapping[str, str]],
    actor: Actor,
    seen: str = "",
    *,
    tell: Tell = True,
) -> int | None:
    """Change a session; who picked it is told of another time, and the calendars follow.

    *words* are its words in other languages, *seen* the marks of the form. Its seats stay as they are.
    Return how many are told, or None where the time stays or nobody is told yet. Raises Refusal at the
    field, ChangedMeanwhile, NotFound; ToBeTold where *tell* is None and somebody would be told.
    """

    def work(session: Session) -> int | None:
        with gates.locked(session, event_id):
            event, found = locked_one(session, Event, event_id), _found(session, event_id, session_id)
            before, after = (found.starts_at, found.ends_at), (facts.starts_at, facts.ends_at)
            optimistic_lock.check(seen, stored_session(found), asdict(facts) | flat(words))
            # An event that was moved may have left its sessions behind: their words can be corrected still.
            _check(session, event, facts, but=found)
            if after != before:
                _check_others(session, found, after)
            for name in _CHANGED:
                setattr(found, name, getattr(facts, name))
            for code, told in words.items():
                translate(session, found, code, told)
            session.flush()
            _noted(session, event, "changed-session", found, actor)
            return None if after == before else _moved(session, event, found, before, tell)

    return write_tx(work)


def stored_session(one: EventSession) -> dict[str, object]:
    """Return what is stored of a session, by the names of its form."""
    return {name: getattr(one, name) for name in _CHANGED} | flat(one.translations)


def remove_session(event_id: int, session_id: int, actor: Actor) -> None:
    """Remove a session that nobody has picked, with its seats. Raises Refusal, NotFound."""

    def work(session: Session) -> None:
        with gates.locked(session, event_id) as gate:
            event, found = locked_one(session, Event, event_id), _found(session, event_id, session_id)
            had = holders(session, in_session(session_id))
            if had.coming:
                raise Refusal(
                    ngettext(
                        "%(num)s person has picked this session. Let them pick another one first, or take "
                        "the tick at “Offered to those who register now” away: then nobody else can pick it.",
                        "%(num)s people have picked this session. Let them pick another one first, or take "
                        "the tick at “Offered to those who register now” away: then nobody else can pick it.",
                        had.coming,
                    )
                )
            # Who no longer comes has no use for it; the journal keeps what happened.
            session.execute(delete(AttendeeSession).where(AttendeeSession.session_id == session_id))
            drop_pool(session, gate, "session", session_id)
            session.delete(found)
            _noted(session, event, "removed-session", found, actor)

    write_tx(work)


def _check(session: Session, event: Event, facts: SessionFacts, but: EventSession | None = None) -> None:
    is_same = but is not None and (but.starts_at, but.ends_at) == (facts.starts_at, facts.ends_at)
    if facts.ends_at <= facts.starts_at:
        raise Refusal(_l("The end must come after the start."), field="ends_at")
    if not is_same and (facts.starts_at < event.starts_at or facts.ends_at > event.ends_at):
        raise Refusal(_l("A session lies within its event. Change one of the two."), field="starts_at")
    known = select(EventSession.id).where(EventSession.event_id == event.id, EventSession.name == facts.name)
    if session.scalar(known) not in (None, but.id if but else None):
        raise Refusal(_l("There is a session of this name already."), field="name")


def _check_others(session: Session, moved: EventSession, to: Span) -> None:
    """Raise Refusal where somebody who picked the session has another one at its new time."""
    other = aliased(AttendeeSession)
    starts_at, ends_at = to
    clashing = session.scalar(
        select(func.count(Attendee.id.distinct()))
        .select_from(Attendee)
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(other, other.attendee_id == Attendee.id)
        .join(EventSession, EventSession.id == other.session_id)
        .where(
            in_session(moved.id),
            IS_COMING,
            EventSession.id != moved.id,
            EventSession.starts_at < ends_at,
            EventSession.ends_at > starts_at,
        )
    )
    if clashing:
        raise Refusal(
            ngettext(
                "%(num)s person who picked this session has another one at that time. Choose another time.",
                "%(num)s people who picked this session have another one at that time. Choose another time.",
                clashing,
            ),
            field="starts_at",
        )


def _moved(session: Session, event: Event, moved: EventSession, before: Span, tell: Tell) -> int | None:
    """Let the calendars of those who picked the session follow, and tell them; return how many are told."""
    if not keeps_promises(event.status):
        return None
    picked = _registrations(session, moved.id)
    session.execute(
        update(Registration)
        .where(among(Registration.id, picked))
        .values(calendar_sequence=Registration.calendar_sequence + 1, changed_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    return tell_or_ask(session, event, session_moved_mails(session, picked, moved, before), tell)


def _registrations(session: Session, session_id: int) -> Sequence[int]:
    query = (
        select(Registration.id)
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(in_session(session_id), IS_COMING)
    )
    return session.scalars(query.distinct().order_by(Registration.id)).all()


def _found(session: Session, event_id: int, session_id: int) -> EventSession:
    return child_of(session, EventSession, session_id, _l("There is no such session."), event_id=event_id)


def _noted(session: Session, event: Event, action: str, one: EventSession, actor: Actor) -> None:
    touch(event)
    facts = {"session": one.id, "starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat()}
    record(session, actor, Note(action, organiser_id=event.organiser_id, event_id=event.id, facts=facts))
