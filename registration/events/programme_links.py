"""Which events a programme links, and what each requires."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.events.models import ProgrammeEvent


def links_of(session: Session, programme_id: int) -> Sequence[ProgrammeEvent]:
    """Return the events of a programme in their order, drafts included."""
    query = select(ProgrammeEvent).where(ProgrammeEvent.programme_id == programme_id)
    return session.scalars(query.order_by(ProgrammeEvent.rank, ProgrammeEvent.event_id)).all()
