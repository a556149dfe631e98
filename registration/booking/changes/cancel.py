"""Give seats back: a whole registration, or one attendee of it."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.booking.admission.pool_needs import members_of, needs_of, priority_of
from registration.booking.answers.shared import pass_on
from registration.booking.changes.target import Target, locked, registration_of, settle
from registration.booking.models import Attendee
from registration.booking.notifications.kinds import REMOVED
from registration.booking.notifications.notify import announce_one, announce_shrunk
from registration.booking.notifications.own_seat import announce_own, announce_seat_ended
from registration.core import clock
from registration.core.refusal import NotFound
from registration.core.transaction import write_tx
from registration.journal.services import Actor
from registration.seats import engine, parties, rules
from registration.seats.attendance import check_empty

__all__ = ["Target", "cancel", "cancel_all", "cancel_attendee", "cancel_within"]


def cancel(
    target: Target, actor: Actor, reason: str | None = None, *, tells: bool = True, by: str = ""
) -> int:
    """Cancel a registration and promote whoever is next, in one step; again is no error.

    Return how many parties from the waitlist have, or are offered, what came free.
    *by* is who or what did it, where that is not the actor: `silence`.
    *tells* says whether the person herself gets a mail; who is promoted always does.
    Raises HolderIsIn, NotFound, Unavailable.
    """
    return write_tx(lambda session: cancel_within(session, target, actor, reason, tells=tells, by=by))


def cancel_all(targets: Sequence[Target], actor: Actor) -> int:
    """Cancel all parts of a party at one event in one step, as `cancel` does. Raises NotFound."""
    return write_tx(lambda session: sum(cancel_within(session, target, actor) for target in targets))


def cancel_attendee(
    target: Target, attendee_id: int, actor: Actor, reason: str | None = None, *, by_self: bool = False
) -> int:
    """Give back one attendee's seat; the last one's cancels the registration. Raises HolderIsIn, NotFound.

    *by_self* says that she did it herself, by the link to her own address, and not the contact.

    Return how many parties from the waitlist have, or are offered, what came free.
    """
    return write_tx(
        lambda session: _cancel_attendee(session, target, attendee_id, actor, reason, by_self=by_self)
    )


def cancel_within(
    session: Session,
    target: Target,
    actor: Actor,
    reason: str | None = None,
    *,
    tells: bool = True,
    by: str = "",
) -> int:
    """Do what `cancel` does, as a step of another change."""
    with locked(session, target) as gate:
        if registration_of(session, target).state in rules.ENDED:
            return 0
        change = engine.release(session, gate, target.registration_id, rules.CANCELLED, actor, reason)
        return len(settle(session, gate, [change], actor, reason, tells=tells, by=by))


def _cancel_attendee(
    session: Session, target: Target, attendee_id: int, actor: Actor, reason: str | None, *, by_self: bool
) -> int:
    with locked(session, target) as gate:
        if registration_of(session, target).state in rules.ENDED:
            return 0
        attendee = session.execute(
            select(Attendee.removed_at, Attendee.checked_in_at, Attendee.name).where(
                Attendee.id == attendee_id, Attendee.registration_id == target.registration_id
            )
        ).one_or_none()
        if attendee is None:
            raise NotFound(_("This person is not in this registration."))
        if attendee.removed_at is not None:
            return 0
        check_empty(int(attendee.checked_in_at is not None), actor)
        members = members_of(session, target.registration_id)
        by = {"by": "self", "who": attendee.name} if by_self else {}
        if len(members) == 1:
            change = engine.release(session, gate, target.registration_id, rules.CANCELLED, actor, reason)
            if by_self:
                announce_one(session, target.registration_id, REMOVED, **by)
                announce_own(session, [change], None, "self")
            return len(settle(session, gate, [change], actor, reason, tells=not by_self))
        announce_seat_ended(session, attendee_id, "self" if by_self else actor.kind)
        session.execute(update(Attendee).where(Attendee.id == attendee_id).values(removed_at=clock.now()))
        pass_on(session, attendee_id, next(one for one in members if one != attendee_id))
        left = [member for member_id, member in members.items() if member_id != attendee_id]
        needs = needs_of(session, gate, left)
        priority = priority_of(session, [member.category_id for member in left])
        parties.change_needs(session, gate, target.registration_id, len(left), needs, actor, priority)
        announce_shrunk(session, target.registration_id, actor, **by)
        return len(settle(session, gate, [], actor))
