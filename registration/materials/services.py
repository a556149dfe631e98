"""Publish papers, order and remove them; each public function is one transaction."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registration.core import clock
from registration.core.file_types import FILE_TYPES
from registration.core.locking import locked
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.events import services as events
from registration.events.models import ALL, Event, Material, MaterialFile
from registration.journal.services import Actor, Note, record
from registration.materials.rules import ending_of, is_of_kind, own_name


@dataclass(frozen=True)
class NewPaper:
    """What is published: a web address, or a file with the name it had."""

    title: str
    locale: str
    audience: str = ALL
    url: str = ""
    file_name: str = ""
    data: bytes = b""


def publish(event_id: int, paper: NewPaper, actor: Actor) -> None:
    """Publish a presentation or paper. Raises Refusal for a file that may not be."""
    ending = ""
    if not paper.url:
        ending = _ending(paper)
    write_tx(lambda session: _publish(session, event_id, paper, ending, actor))


def move_up(event_id: int, material_id: int, actor: Actor) -> None:
    """Show a paper before the one that stands above it. Raises NotFound."""
    write_tx(lambda session: _move_up(session, event_id, material_id, actor))


def remove(event_id: int, material_id: int, actor: Actor) -> None:
    """Take a paper, and its file, away. Raises NotFound."""
    write_tx(lambda session: _remove(session, event_id, material_id, actor))


def _ending(paper: NewPaper) -> str:
    if not paper.file_name:
        raise Refusal(_("Enter the address where it lies, or choose a file."), field="url")
    ending = ending_of(paper.file_name)
    if not ending:
        told = ", ".join(FILE_TYPES)
        raise Refusal(_("Choose a file of one of these kinds: %(kinds)s.", kinds=told), field="file")
    if not paper.data:
        raise Refusal(_("This file is empty. Choose another one."), field="file")
    if not is_of_kind(ending, paper.data):
        raise Refusal(
            _(
                "This file is not what its name says (%(kind)s). Save it anew and choose it again.",
                kind=ending,
            ),
            field="file",
        )
    return ending


def _publish(session: Session, event_id: int, paper: NewPaper, ending: str, actor: Actor) -> None:
    event = _event(session, event_id)
    last = session.scalar(select(func.max(Material.rank)).where(Material.event_id == event_id))
    material = Material(
        event_id=event_id,
        title=paper.title,
        url=paper.url,
        locale=paper.locale,
        rank=0 if last is None else last + 1,
        audience=paper.audience,
    )
    session.add(material)
    session.flush()
    if ending:
        session.add(
            MaterialFile(
                material_id=material.id,
                name=own_name(paper.title, ending),
                media_type=FILE_TYPES[ending].media_type,
                size=len(paper.data),
                data=paper.data,
                created_at=clock.now(),
            )
        )
    _changed(session, event, "added-material", actor)


def _move_up(session: Session, event_id: int, material_id: int, actor: Actor) -> None:
    event = _event(session, event_id)
    found = list(
        session.scalars(
            select(Material).where(Material.event_id == event_id).order_by(Material.rank, Material.id)
        )
    )
    at = next((index for index, one in enumerate(found) if one.id == material_id), None)
    if at is None:
        raise NotFound(_("There is no such paper."))
    if at > 0:
        found[at - 1], found[at] = found[at], found[at - 1]
    # Written anew for all: papers of earlier releases may share a rank.
    for rank, one in enumerate(found):
        one.rank = rank
    _changed(session, event, "moved-material", actor)


def _remove(session: Session, event_id: int, material_id: int, actor: Actor) -> None:
    event = _event(session, event_id)
    found = session.scalar(
        select(Material.id).where(Material.id == material_id, Material.event_id == event_id)
    )
    if found is None:
        raise NotFound(_("There is no such paper."))
    session.execute(delete(MaterialFile).where(MaterialFile.material_id == found))
    session.execute(delete(Material).where(Material.id == found))
    _changed(session, event, "removed-material", actor)


def _event(session: Session, event_id: int) -> Event:
    event = locked(session, Event, event_id)
    if event is None:
        raise NotFound(_("There is no such event."))
    return event


def _changed(session: Session, event: Event, action: str, actor: Actor) -> None:
    events.touch(event)
    record(session, actor, Note(action, organiser_id=event.organiser_id, event_id=event.id))
