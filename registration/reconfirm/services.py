"""Plan the question, ask it, and take the answers; each public function is one transaction."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, insert, or_, select, update
from sqlalchemy.orm import Session

from registration.booking.changes.cancel import cancel_within
from registration.booking.changes.target import Target
from registration.booking.notifications.consequences import Tell, ToBeTold
from registration.core import clock, optimistic_lock
from registration.core.among import among
from registration.core.database import table, write_rows
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.rules import keeps_promises
from registration.journal.services import ATTENDEE, SYSTEM, Actor, Note, record
from registration.reconfirm.messages import ask, question
from registration.reconfirm.models import Reconfirmation, ReconfirmationPlan
from registration.reconfirm.queries import stored_plan, unasked
from registration.reconfirm.rules import (
    NO,
    SILENCE,
    YES,
    asks_at,
    deadline_after,
    deadline_at,
    is_time_to_ask,
)
from registration.seats import gate as gates
from registration.seats.attendance import check_empty
from registration.seats.models import Registration

BATCH = 200
_ASK = insert(table(Reconfirmation))


class TooLate(Refusal):
    """The question is answered already, or was never asked."""

    code = "answered"


def plan(
    event_id: int,
    asks_days: int,
    answer_days: int,
    *,
    frees_seat: bool,
    actor: Actor,
    tell: Tell = True,
    seen: str = "",
) -> None:
    """Ask *asks_days* before the event, to be answered *answer_days* before it. *seen* are the form's marks.

    Who was asked already keeps what she was told. Raises ChangedMeanwhile; ToBeTold where it would ask
    somebody, at another time or with other words than before, and *tell* does not say that it may.
    """

    def work(session: Session) -> None:
        gates.hold(session, [event_id])
        found = session.get(ReconfirmationPlan, event_id)
        wanted = {"asks": True, "asks_days": asks_days, "answer_days": answer_days, "frees_seat": frees_seat}
        optimistic_lock.check(seen, stored_plan(found), wanted)
        if found is None:
            found = ReconfirmationPlan(event_id=event_id, made_at=clock.now())
            session.add(found)
        before = found.asks_days, found.answer_days, found.frees_seat
        found.asks_days, found.answer_days, found.frees_seat = asks_days, answer_days, frees_seat
        facts = {"asks": asks_days, "answer": answer_days, "frees": frees_seat}
        record(session, actor, Note("reconfirm-planned", event_id=event_id, facts=facts))
        if not tell and before != (asks_days, answer_days, frees_seat):
            _check_told(session, found)

    write_tx(work)


def _check_told(session: Session, found: ReconfirmationPlan) -> None:
    """Raise ToBeTold where the plan would ask somebody who has a seat now."""
    session.flush()
    event = session.get_one(Event, found.event_id)
    if not keeps_promises(event.status) or clock.now() >= event.starts_at:
        return
    at = max(asks_at(event.starts_at, found.asks_days, found.made_at), clock.now())
    due = deadline_at(event.starts_at, found.answer_days, at)
    ids = session.scalars(unasked(event.id, at)).all()
    if mails := question(session, ids, due, frees=found.frees_seat):
        raise ToBeTold(event, mails, may_be_silent=False, at=at)


def stop_asking(event_id: int, actor: Actor, seen: str = "") -> None:
    """Ask nobody more; whom silence would cost the seat may stay silent from now on.

    *seen* are the form's marks. Raises ChangedMeanwhile.
    """

    def work(session: Session) -> None:
        gates.hold(session, [event_id])
        found = session.get(ReconfirmationPlan, event_id)
        optimistic_lock.check(seen, stored_plan(found), {"asks": False})
        if found is None:
            return
        session.delete(found)
        registrations = select(Registration.id).where(Registration.event_id == event_id)
        session.execute(
            update(Reconfirmation)
            .where(Reconfirmation.registration_id.in_(registrations), Reconfirmation.answer.is_(None))
            .values(frees_seat=False)
        )
        record(session, actor, Note("reconfirm-stopped", event_id=event_id))

    write_tx(work)


def ask_some(event_id: int) -> int:
    """Ask those who were not asked yet, at most BATCH of them; return how many."""
    return write_tx(lambda session: _ask(session, event_id))


def ask_again(registration_ids: Sequence[int]) -> int:
    """Ask those of *registration_ids* once more who have not answered yet; return how many.

    Who is asked late has until later to answer.
    """

    def work(session: Session) -> int:
        at = clock.now()
        starts = select(Registration.id, Event.starts_at).join(Event, Event.id == Registration.event_id)
        starts_at = {
            row.id: row.starts_at
            for row in session.execute(starts.where(among(Registration.id, registration_ids)))
        }
        rows = session.execute(
            update(Reconfirmation)
            .where(
                among(Reconfirmation.registration_id, registration_ids),
                Reconfirmation.answer.is_(None),
                Reconfirmation.reminded_at.is_(None),
            )
            .values(reminded_at=at)
            .returning(Reconfirmation.registration_id, Reconfirmation.deadline_at)
        ).all()
        for row in rows:
            due = deadline_after(row.deadline_at, at, starts_at[row.registration_id])
            if due != row.deadline_at:
                this = Reconfirmation.registration_id == row.registration_id
                session.execute(update(Reconfirmation).where(this).values(deadline_at=due))
            ask(session, [row.registration_id], due, frees=True, is_again=True)
        return len(rows)

    return write_tx(work)


def answer(registration_id: int, word: str) -> None:
    """Note the answer of a party. The same again is no error. Raises TooLate, HolderIsIn."""
    write_tx(lambda session: _answered(session, registration_id, word))


def give_back(target: Target) -> None:
    """Note that a party does not come, and free its seats, in one step. Raises TooLate, HolderIsIn."""

    def work(session: Session) -> None:
        gates.hold(session, [target.event_id])
        _answered(session, target.registration_id, NO)
        cancel_within(session, target, ATTENDEE)

    write_tx(work)


def note_silence(registration_id: int) -> bool:
    """Note that nobody answered, unless somebody just did; return whether the seats are to be freed."""

    def work(session: Session) -> bool:
        is_new = _note_answer(session, registration_id, SILENCE)
        return is_new or _answer_of(session, registration_id) == SILENCE

    return write_tx(work)


def _ask(session: Session, event_id: int) -> int:
    # Under the gate: of two workers the second finds nobody left to ask.
    gates.hold(session, [event_id])
    event, found = session.get_one(Event, event_id), session.get(ReconfirmationPlan, event_id)
    at = clock.now()
    if found is None or not keeps_promises(event.status):
        return 0
    if not is_time_to_ask(event.starts_at, found.asks_days, found.made_at, at):
        return 0
    since = asks_at(event.starts_at, found.asks_days, found.made_at)
    ids = list(session.scalars(unasked(event_id, since).limit(BATCH)))
    if not ids:
        return 0
    due = deadline_at(event.starts_at, found.answer_days, at)
    told = {"asked_at": at, "deadline_at": due, "frees_seat": found.frees_seat}
    write_rows(session, _ASK, [{"registration_id": one, **told} for one in ids])
    ask(session, ids, due, frees=found.frees_seat)
    record(session, SYSTEM, Note("reconfirm-asked", event_id=event_id, facts={"parties": len(ids)}))
    return len(ids)


def _answered(session: Session, registration_id: int, word: str) -> None:
    if word == NO:
        inside = session.scalar(select(Registration.inside).where(Registration.id == registration_id))
        check_empty(inside or 0, ATTENDEE)
    if _note_answer(session, registration_id, word):
        event_id = session.scalar(select(Registration.event_id).where(Registration.id == registration_id))
        note = Note("reconfirmed", event_id=event_id, registration_id=registration_id, after=word)
        record(session, ATTENDEE, note)
    elif _answer_of(session, registration_id) != word:
        raise TooLate(_("This question was answered already. Reload the page to see how it stands."))


def _note_answer(session: Session, registration_id: int, word: str) -> bool:
    """Write the answer where there is none: of an answer and the end of the time, the first one counts."""
    may_follow: ColumnElement[bool] = Reconfirmation.answer.is_(None)
    # Who said yes may still say no; after that the seats are gone.
    if word == NO:
        may_follow = or_(may_follow, Reconfirmation.answer == YES)
    done = session.execute(
        update(Reconfirmation)
        .where(Reconfirmation.registration_id == registration_id, may_follow)
        .values(answer=word, answered_at=clock.now())
        .returning(Reconfirmation.registration_id)
    )
    return done.first() is not None


def _answer_of(session: Session, registration_id: int) -> str | None:
    return session.scalar(
        select(Reconfirmation.answer).where(Reconfirmation.registration_id == registration_id)
    )
