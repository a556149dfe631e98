"""What the limits of an event are called: for its organiser, and for who reads in another language."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from registration.core.among import among
from registration.core.database import table
from registration.events.models import Category, Event, EventSession
from registration.events.wording import said
from registration.seats.models import Pool
from registration.seats.rules import PoolKind


def pool_names(session: Session, event_id: int) -> dict[int, str]:
    """Return what each pool of an event is called, by the pool's id."""
    categories = dict(
        session.execute(select(Category.id, Category.name).where(Category.event_id == event_id)).all()
    )
    sessions = dict(
        session.execute(
            select(EventSession.id, EventSession.name).where(EventSession.event_id == event_id)
        ).all()
    )
    found = {}
    rows = session.execute(
        select(Pool.id, Pool.kind, Pool.subject_id, Pool.label).where(Pool.event_id == event_id)
    )
    for row in rows:
        if row.kind == PoolKind.EVENT:
            found[row.id] = _("the event")
        elif row.kind == PoolKind.FIRM:
            found[row.id] = row.label
        else:
            found[row.id] = (categories if row.kind == PoolKind.CATEGORY else sessions).get(
                row.subject_id, "?"
            )
    return found


def names_of(session: Session, pool_ids: Collection[int], locale: str) -> dict[int, tuple[str, bool]]:
    """Return what each pool is called for a reader of *locale*, and whether its event shows numbers."""
    pool = table(Pool)
    rows = session.execute(
        select(
            pool.c.id,
            pool.c.label,
            pool.c.kind,
            Event.shows_seats,
            Category.name.label("category"),
            Category.translations.label("category_words"),
            EventSession.name.label("part"),
            EventSession.translations.label("part_words"),
        )
        .select_from(pool)
        .join(Event, Event.id == pool.c.event_id)
        .outerjoin(Category, and_(pool.c.kind == "category", Category.id == pool.c.subject_id))
        .outerjoin(EventSession, and_(pool.c.kind == "session", EventSession.id == pool.c.subject_id))
        .where(among(pool.c.id, pool_ids))
    )
    found: dict[int, tuple[str, bool]] = {}
    for row in rows:
        name = row.label
        if row.category is not None:
            name = said(row.category, row.category_words or {}, "name", locale) or row.category
        elif row.part is not None:
            name = said(row.part, row.part_words or {}, "name", locale) or row.part
        found[row.id] = (name, bool(row.shows_seats))
    return found
