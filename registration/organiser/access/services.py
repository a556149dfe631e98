"""Change who finds an event and who may register for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.core import optimistic_lock
from registration.core.locking import locked
from registration.core.refusal import NotFound
from registration.core.transaction import write_tx
from registration.events import services as events
from registration.events.models import PUBLIC, Category, Event
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates


@dataclass(frozen=True)
class WaysIn:
    """Who finds an event, and what its form asks for; *category_codes* are by the category's id."""

    visibility: str = PUBLIC
    by_invitation: bool = False
    access_code: str = ""
    category_codes: Mapping[int, str] = field(default_factory=dict)


def ways_of(event: Event) -> WaysIn:
    """Return what is stored."""
    codes = {category.id: category.access_code for category in event.categories}
    return WaysIn(event.visibility, event.by_invitation, event.access_code, codes)


def values_of(ways: WaysIn) -> dict[str, object]:
    """Return what a form shows of *ways*, by the names of its fields."""
    codes = {code_field(category_id): code for category_id, code in ways.category_codes.items()}
    return {
        "visibility": ways.visibility,
        "by_invitation": ways.by_invitation,
        "access_code": ways.access_code,
    } | codes


def code_field(category_id: int) -> str:
    """Return the name of the field with a category's code."""
    return f"access_code_{category_id}"


def change_ways_in(event_id: int, ways: WaysIn, actor: Actor, seen: str = "") -> None:
    """Change the ways in; whoever has registered stays registered.

    *seen* are the marks of the form. Raises ChangedMeanwhile, NotFound.
    """
    write_tx(lambda session: _change(session, event_id, ways, actor, seen))


def _change(session: Session, event_id: int, ways: WaysIn, actor: Actor, seen: str) -> None:
    # Under the gate: a registration is judged by the ways before the change or after it.
    gates.hold(session, [event_id])
    event = locked(session, Event, event_id)
    if event is None:
        raise NotFound(_("There is no such event."))
    optimistic_lock.check(seen, values_of(ways_of(event)), values_of(ways))
    before = _told(event)
    event.visibility = ways.visibility
    event.by_invitation = ways.by_invitation
    event.access_code = ways.access_code
    for category in session.scalars(select(Category).where(Category.event_id == event_id)):
        category.access_code = ways.category_codes.get(category.id, "")
    events.touch(event)
    # The codes themselves are not for the journal.
    note = Note(
        "ways-in", organiser_id=event.organiser_id, event_id=event_id, before=before, after=_told(event)
    )
    record(session, actor, note)


def _told(event: Event) -> str:
    ways = [event.visibility]
    ways += ["invitation"] if event.by_invitation else []
    ways += ["code"] if event.access_code else []
    return ", ".join(ways)
