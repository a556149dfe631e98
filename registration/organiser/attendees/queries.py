"""The attendee list of an event: one query for the page, the export and the command line."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, Booking
from registration.core.text import fold
from registration.events.models import Category
from registration.seats import rules
from registration.seats.models import Registration

ACTIVE = "active"
SORTS: Mapping[str, tuple[Any, ...]] = {
    "place": (Registration.place, Attendee.rank),
    "name": (Attendee.searchable, Attendee.id),
    "firm": (func.lower(Attendee.firm), Attendee.searchable, Attendee.id),
    "newest": (Registration.id.desc(), Attendee.rank),
}


@dataclass(frozen=True)
class Filters:
    """Which attendees are meant; they stand in the address, so a list can be shared and exported."""

    q: str = ""
    state: str = ACTIVE
    category: str = ""
    firm: str = ""
    sort: str = "place"

    def query(self) -> dict[str, Any]:
        """Return what of the filters differs from the plain list, for an address."""
        plain = asdict(Filters())
        return {name: value for name, value in asdict(self).items() if value != plain[name]}


def filters_from(given: Mapping[str, str]) -> Filters:
    """Return the filters that *given* names; unknown values are as if left out."""
    state = given.get("state", ACTIVE)
    sort = given.get("sort", "place")
    category = given.get("category", "")
    return Filters(
        q=given.get("q", "").strip()[:100],
        state=state if state in (ACTIVE, "all", *rules.STATES) else ACTIVE,
        category=category if category.isascii() and category.isdigit() and len(category) < 10 else "",
        firm=given.get("firm", "").strip()[:200],
        sort=sort if sort in SORTS else "place",
    )


def attendees(event_id: int, filters: Filters) -> Select[*tuple[Any, ...]]:
    """Return the query of the attendees meant, with their registration, booking and category."""
    return (
        select(Attendee, Registration, Booking, Category.name.label("category"))
        .join(Registration, Registration.id == Attendee.registration_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .outerjoin(Category, Category.id == Attendee.category_id)
        .where(*_conditions(event_id, filters))
        .order_by(*SORTS[filters.sort])
    )


def registrations(event_id: int, filters: Filters) -> Select[int]:
    """Return the query of the ids of the registrations whose attendees are meant, each once."""
    return (
        select(Registration.id)
        .join(Attendee, Attendee.registration_id == Registration.id)
        .where(*_conditions(event_id, filters))
        .distinct()
    )


@dataclass(frozen=True)
class Totals:
    """How many the filters leave."""

    attendees: int
    registrations: int


def totals(session: Session, event_id: int, filters: Filters) -> Totals:
    """Return how many attendees and registrations the filters leave."""
    row = session.execute(
        select(func.count(Attendee.id), func.count(func.distinct(Registration.id)))
        .join(Registration, Registration.id == Attendee.registration_id)
        .where(*_conditions(event_id, filters))
    ).one()
    return Totals(int(row[0]), int(row[1]))


def _conditions(event_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Registration.event_id == event_id]
    if filters.state == ACTIVE:
        found += [Registration.state.not_in(rules.ENDED), Attendee.removed_at.is_(None)]
    elif filters.state != "all":
        found.append(Registration.state == filters.state)
    for word in fold(filters.q).split():
        found.append(Attendee.searchable.contains(word, autoescape=True))
    if filters.category:
        found.append(Attendee.category_id == int(filters.category))
    if filters.firm:
        found.append(Attendee.firm == filters.firm)
    return found
