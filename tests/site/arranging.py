"""What tests of the public pages arrange: edits, words, papers, and a database that is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.core.database import db
from registration.core.transaction import write_tx
from registration.events.models import Event, EventText
from registration.events.services import add_material, create_programme, touch
from tests.factories import Made


@contextmanager
def away() -> Iterator[None]:
    """Take the database away: its folder is not where it was."""
    folder = Path(db.engine.url.database or "").parent
    db.session.remove()
    db.engine.dispose()
    elsewhere = folder.with_name(f"{folder.name}-elsewhere")
    folder.rename(elsewhere)
    try:
        yield
    finally:
        elsewhere.rename(folder)


def edit(made: Made, **values: object) -> None:
    """Change columns of an event as an edit does."""

    def work(session: Session) -> None:
        session.execute(update(Event).where(Event.id == made.id).values(**values))
        touch(session.get_one(Event, made.id))

    write_tx(work)


def word(made: Made, code: str = "en", **values: str) -> None:
    """Change or add the words of an event in one language."""

    def work(session: Session) -> None:
        found = session.scalar(
            select(EventText).where(EventText.event_id == made.id, EventText.locale == code)
        )
        if found is None:
            session.add(EventText(event_id=made.id, locale=code, **values))
        for name, value in values.items():
            if found is not None:
                setattr(found, name, value)
        touch(session.get_one(Event, made.id))

    write_tx(work)


def publish(made: Made, title: str, url: str, locale: str = "en") -> None:
    """Publish a paper of an event."""

    def work(session: Session) -> None:
        one = session.get_one(Event, made.id)
        add_material(session, one, title, url, locale, 0)
        touch(one)

    write_tx(work)


def link(title: str, *events: Made) -> str:
    """Link events in a programme and return its slug."""

    def work(session: Session) -> str:
        found = [session.get_one(Event, made.id) for made in events]
        return create_programme(
            session, events[0].organiser_id, title, "Two in a day.", "**Both.**", found
        ).slug

    return write_tx(work)
