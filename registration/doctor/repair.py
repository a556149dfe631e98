"""Mend what takes no decision: counts, promotions that are due, mails that were lost."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registration.booking.event_settings.capacity import go_on_draining
from registration.booking.notifications.notify import announce
from registration.core.database import db
from registration.core.refusal import NotFound
from registration.core.transaction import write_tx
from registration.doctor.unnotified import untold
from registration.events.models import Event
from registration.journal.reasons import Reason, ReasonCode
from registration.journal.services import SYSTEM, Note, record
from registration.mail import outbox
from registration.mail.models import FAILED_HERE, OutgoingMessage
from registration.seats import gate as gates
from registration.seats.firm_keys import renew_firm_keys
from registration.seats.models import Queue
from registration.seats.recount import recount

# What the command prints of it; the journal says the same in its reader's language.
_PRINTED = {
    ReasonCode.MAIL_QUEUED: "mail about registration {id} queued anew",
    ReasonCode.TAKEN_RECOUNTED: "pool {pool}: {before} taken, {after} held",
    ReasonCode.KEPT_RECOUNTED: "pool {pool}: {before} kept, {after} to keep",
    ReasonCode.WAITING_RECOUNTED: "{before} said to wait, {after} do",
}


def repair(slug: str | None = None) -> list[str]:
    """Recount, go on with promotions and queue mails anew, event by event; return what was mended.

    Each event under its gate, and in the journal; then the mails of no event. Raises NotFound for an
    unknown event.
    """
    done: list[str] = []
    for event_id, name in _events(slug):
        done += [f"{name}: {one}" for one in _mended(event_id)]
        promoted = go_on_draining(event_id)
        if promoted:
            done.append(f"{name}: {promoted} promoted")
    if slug is None:
        done += write_tx(lambda session: _sent_again(session, OutgoingMessage.event_id.is_(None)))
    return done


def _mended(event_id: int) -> list[str]:
    return write_tx(lambda session: _mend(session, event_id))


def _mend(session: Session, event_id: int) -> list[str]:
    gates.hold(session, [event_id])
    # Before the gate is read: limits of firms may be merged by it.
    renewed = renew_firm_keys(session.connection(), event_id)
    found: list[Reason | str] = [f"{renewed} keys of firms renewed"] if renewed else []
    with gates.locked(session, event_id) as gate:
        found += recount(session, gate)
        lost = untold(session, event_id)
        announce(session, lost)
        found += [Reason(ReasonCode.MAIL_QUEUED, {"id": one.registration_id}) for one in lost]
        found += _sent_again(session, OutgoingMessage.event_id == event_id)
        for one in found:
            record(session, SYSTEM, Note("repaired", event_id=event_id, reason=one))
    return [_PRINTED[one.code].format(**one.facts) if isinstance(one, Reason) else one for one in found]


def _sent_again(session: Session, of: ColumnElement[bool]) -> list[str]:
    """Queue the mails that failed for a reason of ours, as the same mails; return what was done."""
    count = outbox.retry(session, FAILED_HERE, of)
    return [f"{count} mails that failed for a reason of ours queued again"] if count else []


def _events(slug: str | None) -> Sequence[tuple[int, str]]:
    query = (
        select(Queue.event_id, Event.slug).join(Event, Event.id == Queue.event_id).order_by(Queue.event_id)
    )
    if slug is not None:
        query = query.where(Event.slug == slug)
    found = [(row.event_id, row.slug) for row in db.session.execute(query)]
    db.session.rollback()
    if slug is not None and not found:
        raise NotFound(f"There is no event {slug}. `registration event list` shows them.")
    return found
