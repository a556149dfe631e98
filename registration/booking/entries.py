"""The one calendar entry that a person has of an event, whatever parts her party was let in by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, AttendeeSession, Booking, Handover
from registration.core.snapshot import keep, once
from registration.core.urls import web_url
from registration.events.models import Event, EventSession
from registration.ical.entries import Entry
from registration.ical.queries import event_entry
from registration.seats import rules
from registration.seats.models import Registration

Key = tuple[str, int]


@dataclass(frozen=True)
class Claim:
    """A registration, as far as a calendar shows it."""

    registration_id: int
    booking_id: int
    state: str
    sequence: int
    changed_at: datetime


@dataclass(frozen=True)
class Chosen:
    """A session that somebody of the party picked."""

    name: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Claims:
    """All that addresses have registered at some events, and the sessions they picked."""

    by_key: Mapping[Key, Sequence[Claim]]
    sessions: Mapping[int, Sequence[Chosen]]


def claims_of(session: Session, emails: Iterable[str], event_ids: Iterable[int]) -> Claims:
    """Return every claim of *emails*, in their normal form, on *event_ids*."""
    asked = tuple(sorted(set(emails))), tuple(sorted(set(event_ids)))
    return once(session, ("claims", asked), lambda: _claims_of(session, *asked))


def read_ahead(session: Session, asked: Iterable[Key]) -> None:
    """Read at once what `claims_of` reads for each address and event."""
    asked = set(asked)
    every = _claims_of(session, sorted({email for email, _ in asked}), sorted({event for _, event in asked}))
    for email, event_id in asked:
        keep(session, ("claims", ((email,), (event_id,))), every)


def _claims_of(session: Session, emails: Sequence[str], event_ids: Sequence[int]) -> Claims:
    rows = session.execute(
        select(
            Booking.email_normal,
            Booking.id.label("booking_id"),
            Registration.id,
            Registration.event_id,
            Registration.state,
            Registration.calendar_sequence,
            Registration.changed_at,
        )
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Booking.email_normal.in_(emails), Registration.event_id.in_(event_ids))
        .order_by(Registration.id)
    )
    found: dict[Key, list[Claim]] = {}
    for row in rows:
        claim = Claim(row.id, row.booking_id, row.state, row.calendar_sequence, row.changed_at)
        found.setdefault((row.email_normal, row.event_id), []).append(claim)
    for key, claim in _handed_on(session, emails, event_ids):
        found.setdefault(key, []).append(claim)
    active = [claim.registration_id for claims in found.values() for claim in claims if _is_active(claim)]
    return Claims(found, _sessions(session, active))


def _handed_on(session: Session, emails: Iterable[str], event_ids: Iterable[int]) -> list[tuple[Key, Claim]]:
    """Return the seats that *emails* handed on: for them it is as if they had cancelled."""
    rows = session.execute(
        select(
            Booking.email_normal,
            Booking.id.label("booking_id"),
            Registration.event_id,
            Handover.registration_id,
            Handover.moved_sequence,
            Handover.decided_at,
        )
        .join(Booking, Booking.id == Handover.booking_id)
        .join(Registration, Registration.id == Handover.registration_id)
        .where(
            Booking.email_normal.in_(sorted(set(emails))),
            Registration.event_id.in_(sorted(set(event_ids))),
            Handover.moved_sequence.is_not(None),
        )
        .order_by(Handover.id)
    )
    return [
        (
            (row.email_normal, row.event_id),
            Claim(row.registration_id, row.booking_id, rules.CANCELLED, row.moved_sequence, row.decided_at),
        )
        for row in rows
    ]


def own_entry(event: Event, locale: str, claims: Claims, email: str, booking_id: int | None = None) -> Entry:
    """Return the entry that *email* has of *event*; with *booking_id* as that booking alone makes it.

    SEQUENCE is the event's plus those of all that the address ever registered there, so it rises with
    every change of either (RFC 5546 §2.1.4), and is the same in the feed, the download and the mail.
    """
    every = claims.by_key.get((email, event.id), ())
    shown = [one for one in every if booking_id in (None, one.booking_id)]
    if booking_id is None:
        # An address that nobody has confirmed has registered nothing.
        shown = [one for one in shown if one.state != rules.UNVERIFIED]
    state = _best(shown)
    status = _status(event, state)
    sequence = sum(one.sequence for one in every)
    changed_at = max([event.changed_at, *(one.changed_at for one in every)])
    entry = event_entry(event, locale)
    online = web_url(event.online_url) if status == "CONFIRMED" else ""
    chosen = [] if status == "CANCELLED" else _chosen(claims, shown)
    told = (
        entry.description,
        _why(state) if status == "TENTATIVE" else "",
        _told(chosen, event),
        _online(online),
    )
    return replace(
        entry,
        status=status,
        cancelled_prefix=f"{_('Cancelled:')} ",
        sequence=event.sequence + sequence,
        # A second for each change of either: LAST-MODIFIED knows no smaller step, and two may share one.
        changed_at=changed_at + timedelta(seconds=event.revision + sequence),
        busy=status == "CONFIRMED" and not event.all_day,
        conference_url=online,
        location=entry.location or online,
        description="\n\n".join(part for part in told if part),
    )


def _best(claims: Sequence[Claim]) -> str:
    """Return the state that counts: a party may have come in parts, or have registered again."""
    order = (rules.CONFIRMED, rules.OFFERED, rules.WAITLISTED, rules.PENDING, rules.UNVERIFIED)
    states = {one.state for one in claims}
    return next((state for state in order if state in states), rules.CANCELLED)


def _status(event: Event, state: str) -> str:
    if event.status == "cancelled" or state == rules.CANCELLED:
        return "CANCELLED"
    return "CONFIRMED" if state == rules.CONFIRMED else "TENTATIVE"


def _why(state: str) -> str:
    sentences: dict[str, str] = {
        rules.OFFERED: _("A seat is held for you: accept it in time, by the link in our mail."),
        rules.WAITLISTED: _("You have no seat yet: you are on the waitlist."),
        rules.PENDING: _("You have no seat yet: the organiser has still to decide."),
        rules.UNVERIFIED: _("You have no seat yet: confirm your address, by the link in our mail."),
    }
    return sentences[state]


def _online(address: str) -> str:
    return str(_("Online: %(address)s", address=address)) if address else ""


def _told(chosen: Sequence[Chosen], event: Event) -> str:
    """Return the sessions as lines, in the event's own time."""
    zone = ZoneInfo(event.time_zone)
    lines = [
        f"{one.starts_at.astimezone(zone):%H:%M}–{one.ends_at.astimezone(zone):%H:%M} {one.name}"
        for one in chosen
    ]
    return "\n".join([_("Your sessions:"), *lines]) if lines else ""


def _chosen(claims: Claims, shown: Sequence[Claim]) -> list[Chosen]:
    every = {one for claim in shown for one in claims.sessions.get(claim.registration_id, ())}
    return sorted(every, key=lambda one: (one.starts_at, one.name))


def _sessions(session: Session, registration_ids: Sequence[int]) -> dict[int, list[Chosen]]:
    found: dict[int, list[Chosen]] = {}
    if not registration_ids:
        return found
    rows = session.execute(
        select(Attendee.registration_id, EventSession.name, EventSession.starts_at, EventSession.ends_at)
        .join(AttendeeSession, AttendeeSession.attendee_id == Attendee.id)
        .join(EventSession, EventSession.id == AttendeeSession.session_id)
        .where(Attendee.registration_id.in_(registration_ids), Attendee.removed_at.is_(None))
    )
    for row in rows:
        found.setdefault(row.registration_id, []).append(Chosen(row.name, row.starts_at, row.ends_at))
    return found


def _is_active(claim: Claim) -> bool:
    return claim.state not in rules.ENDED
