"""What tests of invitations arrange: a gala by invitation, guests, and their links."""

from sqlalchemy import select

from registration.booking.models import Invitation
from registration.capability.services import INVITATION, token_of
from registration.core.database import db
from registration.invitations.queries import guest_list
from registration.invitations.rules import Guest
from registration.invitations.services import add_guests, send_invitations
from registration.journal.services import SYSTEM
from registration.organiser.access.services import WaysIn, change_ways_in
from tests.factories import Made, make_event


def make_gala(capacity: int = 2, **values) -> Made:
    """Make an event by invitation only."""
    gala = make_event(capacity=capacity, title="Gala dinner", **values)
    change_ways_in(gala.id, WaysIn(by_invitation=True), SYSTEM)
    return gala


def invite(event: Made, *names: str, guests: int = 0, sends: bool = True) -> None:
    """Put people on the list by their first names, and write to them."""
    people = [Guest(f"{name.lower()}@example.org", name) for name in names]
    add_guests(event.id, people, "en", guests, SYSTEM)
    if sends:
        send_invitations(event.id, SYSTEM)


def invitation(name: str) -> Invitation:
    db.session.rollback()
    return db.session.scalars(select(Invitation).where(Invitation.name == name)).one()


def link(name: str) -> str:
    """Return the path of a guest's own page."""
    found = invitation(name)
    return f"/invitations/{token_of(db.session(), found.id, INVITATION)}/"


def stands(event: Made) -> dict[str, str]:
    """Return how each invitation of the event stands, by name."""
    db.session.rollback()
    return {row.invitation.name: row.stands for row in guest_list(db.session(), event.id)}
