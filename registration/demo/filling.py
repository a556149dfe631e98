"""Register people of the demo's crowd, by the service that the web uses."""

from collections.abc import Sequence

from sqlalchemy import select

from registration.booking.admission.services import register
from registration.booking.rules import Application, Person, Wish
from registration.core.database import db
from registration.core.tokens import new_nonce
from registration.demo.people import Crowd
from registration.events.models import Category, Event, EventSession, Question


def event_id(slug: str) -> int:
    """Return the id of an event of the demo."""
    return db.session.scalars(select(Event.id).where(Event.slug == slug)).one()


def category_id(slug: str, name: str | None) -> int | None:
    """Return the id of a category, or None where *name* is None."""
    if name is None:
        return None
    query = select(Category.id).where(Category.event_id == event_id(slug), Category.name == name)
    return db.session.scalars(query).one()


def sessions_of(slug: str) -> list[int]:
    """Return the ids of an event's sessions."""
    query = select(EventSession.id).where(EventSession.event_id == event_id(slug))
    return list(db.session.scalars(query.order_by(EventSession.id)))


def party_of(
    crowd: Crowd,
    size: int,
    slug: str | None = None,
    category: str | None = None,
    like: Sequence[Person] = (),
    sessions: tuple[int, ...] = (),
) -> tuple[Person, ...]:
    """Return new people, or those of *like*, as they come to the event *slug*."""
    known = [(one.name, one.email, one.firm) for one in like]
    if not known:
        contact, email, firm = crowd.person()
        known = [(contact, email, firm), *((crowd.person()[0], "", firm) for _guest in range(size - 1))]
    kind = None if slug is None else category_id(slug, category)
    answers = () if slug is None else _needs(slug, known[0][1])
    return tuple(
        Person(name, email, firm, kind, answers if rank == 0 else (), sessions)
        for rank, (name, email, firm) in enumerate(known)
    )


def apply(people: Sequence[Person], wishes: tuple[Wish, ...]) -> None:
    """Send the form of the first of *people*."""
    contact = people[0]
    register(
        Application(
            submit_key=new_nonce(),
            name=contact.name,
            email=contact.email,
            firm=contact.firm,
            locale="en",
            wishes=wishes,
            consents=(("registration", "Demo: agreed."),),
        )
    )


def _needs(slug: str, email: str) -> tuple[tuple[int, str], ...]:
    """Every seventh guest asks for something."""
    if int(email[5:8]) % 7:
        return ()
    question = db.session.scalar(select(Question.id).where(Question.event_id == event_id(slug)))
    return () if question is None else ((question, "A seat near the door, please."),)
