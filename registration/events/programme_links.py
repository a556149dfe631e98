"""The programmes of organisers: which events each links, and what they require."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.events.models import Programme, ProgrammeEvent


def links_of(session: Session, programme_id: int) -> Sequence[ProgrammeEvent]:
    """Return the events of a programme in their order, drafts included."""
    query = select(ProgrammeEvent).where(ProgrammeEvent.programme_id == programme_id)
    return session.scalars(query.order_by(ProgrammeEvent.rank, ProgrammeEvent.event_id)).all()


def programmes_of(session: Session, organiser_ids: Iterable[int]) -> Sequence[Programme]:
    """Return the programmes of these organisers, the newest first."""
    query = select(Programme).where(among(Programme.organiser_id, list(organiser_ids)))
    return session.scalars(query.order_by(Programme.id.desc())).all()
