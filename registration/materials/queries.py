"""Read the papers of events, and who was there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee
from registration.booking.queries.bookings import Seat
from registration.core import clock
from registration.core.among import among
from registration.events.models import ALL, Event, Material, MaterialFile
from registration.events.rules import EventStatus
from registration.materials.rules import was_there
from registration.seats import rules
from registration.seats.models import Registration


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
        .where(among(Material.event_id, event_ids))
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
            Event.status != EventStatus.DRAFT,
            Material.id == material_id,
            Material.audience == ALL,
        )
    )


def file_of(session: Session, event_ids: Sequence[int], material_id: int) -> MaterialFile | None:
    """Return the file of a paper of one of *event_ids*, whoever it is for, or None."""
    return session.scalar(
        select(MaterialFile)
        .join(Material, Material.id == MaterialFile.material_id)
        .where(among(Material.event_id, event_ids), Material.id == material_id)
    )


@dataclass(frozen=True)
class Present:
    """Somebody who was there, as her certificate names her."""

    attendee_id: int
    name: str
    firm: str


@dataclass(frozen=True)
class After:
    """What a booking's page shows of one registration when all is over."""

    papers: list[Paper]
    present: list[Present]


def after(session: Session, seats: Sequence[Seat]) -> dict[int, After]:
    """Return papers and certificates for the confirmed ones among *seats*, by registration."""
    held = [one for one in seats if one.state == rules.CONFIRMED]
    if not held:
        return {}
    found = papers(session, [one.event_id for one in held])
    there = present(session, held)
    shown = {
        one.registration_id: After(found[one.event_id], there.get(one.registration_id, [])) for one in held
    }
    return {key: one for key, one in shown.items() if one.papers or one.present}


def present(session: Session, seats: Sequence[Seat]) -> dict[int, list[Present]]:
    """Return who of *seats* may have a certificate, by registration; nothing is asked before an end."""
    at = clock.now()
    over = {one.registration_id: one for one in seats if one.ends_at <= at and one.state == rules.CONFIRMED}
    if not over:
        return {}
    event_ids = {one.event_id for one in over.values()}
    with_checkin = set(
        session.scalars(
            select(Registration.event_id)
            .join(Attendee, Attendee.registration_id == Registration.id)
            .where(among(Registration.event_id, event_ids), Attendee.checked_in_at.is_not(None))
            .distinct()
        )
    )
    rows = session.scalars(
        select(Attendee)
        .where(among(Attendee.registration_id, over), Attendee.removed_at.is_(None))
        .order_by(Attendee.registration_id, Attendee.rank)
    )
    found: dict[int, list[Present]] = {}
    for one in rows:
        seat = over[one.registration_id]
        if was_there(
            event_status=seat.event_status,
            ends_at=seat.ends_at,
            now=at,
            checked_in_at=one.checked_in_at,
            has_checkin=seat.event_id in with_checkin,
        ):
            found.setdefault(one.registration_id, []).append(Present(one.id, one.name, one.firm))
    return found
