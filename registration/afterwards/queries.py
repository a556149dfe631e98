"""Read the papers of events."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.events.models import ALL, Event, Material, MaterialFile


@dataclass(frozen=True)
class Paper:
    """Something published. *file_name* is empty where it lies at a web address."""

    id: int
    title: str
    url: str
    locale: str
    audience: str
    file_name: str
    size: int


def papers(session: Session, event_ids: Sequence[int]) -> dict[int, list[Paper]]:
    """Return what was published of each event, in its order, in one query and without the contents."""
    found: dict[int, list[Paper]] = {event_id: [] for event_id in event_ids}
    rows = session.execute(
        select(Material, MaterialFile.name, MaterialFile.size)
        .outerjoin(MaterialFile, MaterialFile.material_id == Material.id)
        .where(Material.event_id.in_(event_ids))
        .order_by(Material.rank, Material.id)
    )
    for row in rows:
        one: Material = row.Material
        found[one.event_id].append(
            Paper(one.id, one.title, one.url, one.locale, one.audience, row.name or "", row.size or 0)
        )
    return found


def public_papers(session: Session, event_id: int) -> list[Paper]:
    """Return what everybody may see."""
    return [one for one in papers(session, [event_id])[event_id] if one.audience == ALL]


def public_file(session: Session, slug: str, material_id: int) -> MaterialFile | None:
    """Return the file of a paper that everybody may see, or None."""
    return session.scalar(
        select(MaterialFile)
        .join(Material, Material.id == MaterialFile.material_id)
        .join(Event, Event.id == Material.event_id)
        .where(
            Event.slug == slug,
            Event.status != "draft",
            Material.id == material_id,
            Material.audience == ALL,
        )
    )


def file_of(session: Session, event_ids: Sequence[int], material_id: int) -> MaterialFile | None:
    """Return the file of a paper of one of *event_ids*, whoever it is for, or None."""
    return session.scalar(
        select(MaterialFile)
        .join(Material, Material.id == MaterialFile.material_id)
        .where(Material.event_id.in_(event_ids), Material.id == material_id)
    )
