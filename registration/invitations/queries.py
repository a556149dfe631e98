"""Read invitations: what the guest's page and mail show, and how the organiser's list stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from registration.accounts.models import Organiser
from registration.booking.models import Booking, Invitation
from registration.core.among import among
from registration.events.models import Event
from registration.events.queries import phase_and_opening_of, words
from registration.events.rules import DRAFT, Phase
from registration.events.summary import EventSummary, summary_of
from registration.invitations.rules import stands
from registration.seats import rules
from registration.seats.models import Registration
from registration.seats.queries import position


@dataclass(frozen=True)
class InvitedRegistration:
    """One registration that came of an invitation; a party that may be split has several."""

    registration_id: int
    booking_id: int
    state: str
    size: int
    priority: int
    place: int


@dataclass(frozen=True)
class Answer:
    """What came of an invitation: what is active, or the last one that ended; who sits comes first."""

    parts: tuple[InvitedRegistration, ...]

    @property
    def main(self) -> InvitedRegistration:
        return self.parts[0]

    @property
    def is_active(self) -> bool:
        return self.main.state not in rules.ENDED

    @property
    def size(self) -> int:
        return sum(one.size for one in self.parts)

    @property
    def seats(self) -> int:
        """How many of the party have a seat."""
        return sum(one.size for one in self.parts if one.state == rules.CONFIRMED)


@dataclass(frozen=True)
class Invite(EventSummary):
    """An invitation with all that its guest is told."""

    id: int
    name: str
    email: str
    locale: str
    guests: int
    stands: str
    state: str
    position: int | None
    parts: tuple[InvitedRegistration, ...]
    summary: str
    opens_at: datetime | None
    closes_at: datetime | None
    phase: Phase


@dataclass(frozen=True)
class Invited:
    """One line of the organiser's list."""

    invitation: Invitation
    stands: str
    answer: Answer | None


def invite(session: Session, invitation_id: int, locale: str) -> Invite | None:
    """Return one invitation for a reader of *locale*, or None for an event that nobody may see."""
    row = session.execute(
        select(Invitation, Event, Organiser)
        .join(Event, Event.id == Invitation.event_id)
        .join(Organiser, Organiser.id == Event.organiser_id)
        .options(selectinload(Event.texts), selectinload(Event.categories))
        .where(Invitation.id == invitation_id)
    ).one_or_none()
    if row is None:
        return None
    one, event, organiser = row.Invitation, row.Event, row.Organiser
    answer = answers(session, [one.id]).get(one.id)
    active = answer if answer is not None and answer.is_active else None
    if event.status == DRAFT and active is None:
        # Who said yes keeps her page; for everybody else a draft is not there.
        return None
    now_is, opens_at = phase_and_opening_of(event)
    return Invite(
        **summary_of(event, organiser, locale),
        id=one.id,
        name=one.name,
        email=one.email,
        locale=one.locale,
        guests=one.guests,
        stands=how_it_stands(one, answer),
        state=active.main.state if active else "",
        position=_position(session, event.id, active),
        parts=active.parts if active else (),
        summary=words(event, locale).summary,
        opens_at=opens_at,
        closes_at=event.closes_at,
        phase=now_is,
    )


def guest_list(session: Session, event_id: int) -> list[Invited]:
    """Return everybody who is or was invited to an event, by name, with how each invitation stands."""
    found = session.scalars(
        select(Invitation)
        .where(Invitation.event_id == event_id)
        .order_by(Invitation.name, Invitation.email_normal)
    ).all()
    by_id = answers(session, [one.id for one in found]) if found else {}
    return [Invited(one, how_it_stands(one, by_id.get(one.id)), by_id.get(one.id)) for one in found]


def answers(session: Session, invitation_ids: Sequence[int]) -> dict[int, Answer]:
    """Return what came of each invitation, in one query."""
    rows = session.execute(
        select(
            Booking.invitation_id,
            Registration.id,
            Registration.booking_id,
            Registration.state,
            Registration.size,
            Registration.priority,
            Registration.place,
        )
        .join(Registration, Registration.booking_id == Booking.id)
        .join(Invitation, Invitation.id == Booking.invitation_id)
        # A form may have asked for other events too; the invitation is to one.
        .where(among(Booking.invitation_id, invitation_ids), Registration.event_id == Invitation.event_id)
        .order_by(Registration.id)
    )
    parts: dict[int, list[InvitedRegistration]] = {}
    for row in rows:
        parts.setdefault(row.invitation_id, []).append(_part(row))
    return {invitation_id: Answer(_newest(found)) for invitation_id, found in parts.items()}


def how_it_stands(invitation: Invitation, answer: Answer | None) -> str:
    """Return the word for how an invitation stands."""
    return stands(
        is_active=answer is not None and answer.is_active,
        has_ended=answer is not None,
        is_declined=invitation.declined_at is not None,
        is_withdrawn=invitation.withdrawn_at is not None,
        is_sent=invitation.sent_at is not None,
    )


def _part(row: Any) -> InvitedRegistration:
    return InvitedRegistration(row.id, row.booking_id, row.state, row.size, row.priority, row.place)


def _newest(parts: Sequence[InvitedRegistration]) -> tuple[InvitedRegistration, ...]:
    """Return those that are active, who sits first, else the last one that ended."""
    active = [one for one in parts if one.state not in rules.ENDED]
    return tuple(sorted(active, key=lambda one: one.state != rules.CONFIRMED)) or (parts[-1],)


def _position(session: Session, event_id: int, answer: Answer | None) -> int | None:
    if answer is None or answer.main.state != rules.WAITLISTED:
        return None
    return position(session, event_id, answer.main.priority, answer.main.place)
