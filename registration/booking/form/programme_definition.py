"""The one form of a programme's events."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.form.definition import FormDefinition
from registration.booking.form.spec import spec_of
from registration.events.models import PUBLIC, Event, Programme, ProgrammeEvent
from registration.events.rules import EventStatus
from registration.events.wording import programme_words
from registration.web.locale import fall_back_to, page_locale


def programme_definition(session: Session, slug: str) -> FormDefinition | None:
    """Return the form of the programme at *slug*, or None; drafts and unlisted events are left out."""
    programme = session.scalar(select(Programme).where(Programme.slug == slug))
    if programme is None:
        return None
    fall_back_to(programme.locale)
    told = programme_words(programme, page_locale())
    rows = session.execute(
        select(Event.id, Event.uid, Event.slug, Event.revision, ProgrammeEvent.requires_event_id)
        .join(ProgrammeEvent, ProgrammeEvent.event_id == Event.id)
        .where(
            ProgrammeEvent.programme_id == programme.id,
            Event.status != EventStatus.DRAFT,
            Event.visibility == PUBLIC,
        )
        .order_by(ProgrammeEvent.rank, Event.starts_at, Event.id)
    ).all()
    return FormDefinition(
        specs=tuple(spec_of(session, row) for row in rows),
        slug=slug,
        title=told.title,
        title_locale=told.locale,
        summary=told.summary,
        requires=tuple((row.id, row.requires_event_id) for row in rows if row.requires_event_id is not None),
    )
