"""Invite people, remind them, and note who does not come; each public function is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registration.booking.models import Invitation
from registration.booking.notifications.consequences import Tell, asking
from registration.capability import services as capabilities
from registration.capability.services import INVITATION
from registration.core import clock
from registration.core.children import child_of
from registration.core.refusal import Refusal
from registration.core.text import normal_email
from registration.core.transaction import write_tx
from registration.events.models import Event
from registration.events.queries import phase_of
from registration.events.rules import Phase
from registration.invitations.messages import write_to
from registration.invitations.queries import answers, guest_list, how_it_stands
from registration.invitations.rules import ACCEPTED, UNANSWERED, Guest
from registration.journal.services import ATTENDEE, Actor, Note, record
from registration.seats import gate as gates

# Pressed twice, or by two colleagues, it still is one reminder.
REMIND_AFTER = timedelta(hours=20)


@dataclass(frozen=True)
class Added:
    """How many are new on the list, and how many were there."""

    new: int
    known: int


def add_guests(event_id: int, guests: Sequence[Guest], locale: str, most: int, actor: Actor) -> Added:
    """Put *guests* on the list; nobody is written to yet. Who was withdrawn is invited again.

    *locale* and *most*, how many others each may bring, hold where a guest says nothing of it.
    """
    return write_tx(lambda session: _add(session, event_id, guests, locale, most, actor))


def send_invitations(event_id: int, actor: Actor, *, tell: Tell = True) -> int:
    """Write to everybody on the list who was not written to; return how many.

    Raises Refusal; ToBeTold where *tell* does not say that they are written to.
    """
    return write_tx(lambda session: _send(session, event_id, actor, tell))


def remind_unanswered(event_id: int, actor: Actor, *, tell: Tell = True) -> int:
    """Write again to whoever was written to and has not answered; return how many.

    Raises Refusal; ToBeTold where *tell* does not say that they are written to.
    """
    return write_tx(lambda session: _remind(session, event_id, actor, tell))


def withdraw_invitation(event_id: int, invitation_id: int, actor: Actor) -> None:
    """End an invitation nobody has accepted; its link opens nothing more. Raises NotFound, Refusal."""
    write_tx(lambda session: _withdraw(session, event_id, invitation_id, actor))


def decline_invitation(invitation_id: int) -> None:
    """Note that the guest does not come; she may still change her mind. Again is no error."""
    write_tx(lambda session: _decline(session, invitation_id))


def _add(
    session: Session, event_id: int, guests: Sequence[Guest], locale: str, most: int, actor: Actor
) -> Added:
    gates.hold(session, [event_id])
    known = {
        one.email_normal: one
        for one in session.scalars(select(Invitation).where(Invitation.event_id == event_id))
    }
    at = clock.now()
    fresh = []
    for guest in guests:
        there = known.get(normal_email(guest.email))
        if there is None:
            one = Invitation(
                event_id=event_id,
                name=guest.name,
                email=guest.email,
                email_normal=normal_email(guest.email),
                locale=guest.locale or locale,
                guests=most if guest.guests is None else guest.guests,
                created_at=at,
            )
            session.add(one)
            # One list may name a person twice.
            known[one.email_normal] = one
            fresh.append(one)
        elif there.withdrawn_at is not None:
            there.withdrawn_at = there.sent_at = there.reminded_at = there.declined_at = None
            fresh.append(there)
    session.flush()
    capabilities.issue(session, [one.id for one in fresh], INVITATION)
    _note(session, actor, "invited", event_id, {"new": len(fresh)})
    return Added(len(fresh), len(guests) - len(fresh))


def _send(session: Session, event_id: int, actor: Actor, tell: Tell) -> int:
    event = _locked(session, event_id)
    unsent = session.scalars(
        select(Invitation)
        .where(
            Invitation.event_id == event_id,
            Invitation.sent_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .order_by(Invitation.id)
    ).all()
    at = clock.now()
    for one in unsent:
        one.sent_at = at
    with asking(session, event_id, tell):
        write_to(session, event, unsent)
    _note(session, actor, "invitations-sent", event_id, {"mails": len(unsent)})
    return len(unsent)


def _remind(session: Session, event_id: int, actor: Actor, tell: Tell) -> int:
    event = _locked(session, event_id)
    at = clock.now()
    due = []
    for row in guest_list(session, event_id):
        last = row.invitation.reminded_at or row.invitation.sent_at
        if row.stands == UNANSWERED and last is not None and last <= at - REMIND_AFTER:
            row.invitation.reminded_at = at
            due.append(row.invitation)
    with asking(session, event_id, tell):
        write_to(session, event, due, reminds=True)
    _note(session, actor, "invited-reminded", event_id, {"mails": len(due)})
    return len(due)


def _withdraw(session: Session, event_id: int, invitation_id: int, actor: Actor) -> None:
    gates.hold(session, [event_id])
    one = child_of(session, Invitation, invitation_id, _("There is no such invitation."), event_id=event_id)
    if one.withdrawn_at is not None:
        return
    if how_it_stands(one, answers(session, [one.id]).get(one.id)) == ACCEPTED:
        raise Refusal(_("This guest has said yes. Cancel the registration instead."))
    one.withdrawn_at = clock.now()
    capabilities.revoke(session, one.id, INVITATION)
    _note(session, actor, "invitation-withdrawn", event_id, {"invitation": one.id})


def _decline(session: Session, invitation_id: int) -> None:
    changed = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.declined_at.is_(None))
        .values(declined_at=clock.now())
        .returning(Invitation.event_id)
    ).scalar_one_or_none()
    if changed is not None:
        _note(session, ATTENDEE, "invitation-declined", changed, {"invitation": invitation_id})


def _locked(session: Session, event_id: int) -> Event:
    """Return the event under its gate. Raises Refusal where nobody could answer an invitation."""
    gates.hold(session, [event_id])
    event = session.get_one(Event, event_id)
    if phase_of(event) not in (Phase.OPEN, Phase.NOT_YET):
        raise Refusal(_("Nobody can register now, so nobody was invited. Publish the event, or open it."))
    return event


def _note(session: Session, actor: Actor, action: str, event_id: int, facts: dict[str, Any]) -> None:
    record(session, actor, Note(action, event_id=event_id, facts=facts))
