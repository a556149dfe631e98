"""The one calendar entry that a person has of an event, whatever parts her party was let in by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Attendee, AttendeeSession, Booking, Handover
from registration.core.transaction_cache import keep, once
from registration.core.urls import web_url
from registration.events.models import Event, EventSession
from registration.events.rules import EventStatus
from registration.events.wording import note_in, said
from registration.ical.entries import Entry
from registration.ical.queries import event_entry
from registration.journal.queries import called_off, reasons_given
from registration.seating.obstacles import limits_of
from registration.seats import rules
from registration.seats.models import Registration
from registration.web.filters import moment

Key = tuple[str, int]


@dataclass(frozen=True)
class CalendarRegistration:
    """A registration, as far as a calendar shows it."""

    registration_id: int
    booking_id: int
    state: str
    sequence: int
    changed_at: datetime
    is_handed_on: bool = False
    # Until when a seat is held that is offered.
    accept_until: datetime | None = None


@dataclass(frozen=True)
class Chosen:
    """A session that somebody of the party picked."""

    id: int
    name: str
    hint: str
    starts_at: datetime
    ends_at: datetime
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, compare=False)

    def name_in(self, locale: str) -> str:
        return str(said(self.name, self.translations, "name", locale))

    def hint_in(self, locale: str) -> str:
        return str(said(self.hint, self.translations, "hint", locale))


@dataclass(frozen=True)
class SessionDisplay:
    """How sessions stand in a calendar; *turned* is how often that was changed."""

    turned: int = 0

    @property
    def is_apart(self) -> bool:
        """Say whether each is an entry of its own, and not a line in the text of its event."""
        return self.turned % 2 == 1


@dataclass(frozen=True)
class CalendarRegistrations:
    """All that addresses have registered at some events, the sessions they picked, how these are shown."""

    by_key: Mapping[Key, Sequence[CalendarRegistration]]
    sessions: Mapping[int, Sequence[Chosen]]
    display: SessionDisplay = SessionDisplay()
    # The same, by who picked them.
    picked: Mapping[int, Sequence[Chosen]] = field(default_factory=dict)
    # Which limits, beside the event's own, hold for those who wait, by registration.
    limits: Mapping[int, Sequence[str]] = field(default_factory=dict)
    # Why events were called off, and why the organiser ended registrations, where a reason was given.
    called_off: Mapping[int, str] = field(default_factory=dict)
    endings: Mapping[int, str] = field(default_factory=dict)

    def is_seated(self, email: str, event_id: int, booking_id: int | None) -> bool:
        """Say whether an address has a seat, be its event called off or not."""
        return best(self.shown(email, event_id, booking_id)) == rules.CONFIRMED

    def shown(self, email: str, event_id: int, booking_id: int | None) -> list[CalendarRegistration]:
        """Return what counts in the calendar of an address, or with *booking_id* of that booking alone."""
        every = self.by_key.get((email, event_id), ())
        if booking_id is not None:
            return [one for one in every if one.booking_id == booking_id]
        # An address that nobody has confirmed has registered nothing.
        return [one for one in every if one.state != rules.UNVERIFIED]

    def chosen_in(self, registered: Iterable[CalendarRegistration]) -> list[Chosen]:
        """Return the sessions that were picked with *registered*, in their order."""
        every = {one for made in registered for one in self.picked_in(made)}
        return sorted(every, key=lambda one: (one.starts_at, one.name))

    def picked_in(self, made: CalendarRegistration) -> Sequence[Chosen]:
        """Return the sessions of one registration. What was handed on is somebody else's choice by now."""
        return () if made.is_handed_on else self.sessions.get(made.registration_id, ())


def calendar_registrations(
    session: Session, emails: Iterable[str], event_ids: Iterable[int]
) -> CalendarRegistrations:
    """Return every registration of *emails*, in their normal form, on *event_ids*."""
    asked = tuple(sorted(set(emails))), tuple(sorted(set(event_ids)))
    return once(session, ("registrations", asked), lambda: _read_registrations(session, *asked))


def with_own_seat(
    session: Session, email: str, registration_id: int, attendee_id: int, *, is_hers: bool
) -> CalendarRegistrations:
    """Return what *email* registered together with a seat of a registration that somebody else made.

    A seat that is hers no longer counts as cancelled, a step of the calendar's sequence later.
    """
    registration = session.get_one(Registration, registration_id)
    every = calendar_registrations(session, [email], [registration.event_id])
    state = registration.state if is_hers else rules.CANCELLED
    made = CalendarRegistration(
        registration_id,
        registration.booking_id,
        state,
        registration.calendar_sequence + (0 if is_hers else 1),
        registration.changed_at,
        accept_until=registration.offer_expires_at,
    )
    event = session.get_one(Event, registration.event_id)
    off = [event.id] if event.status == EventStatus.CANCELLED else []
    ended = [registration_id] if registration.state in rules.ENDED else []
    mine = _sessions(session, [registration_id])[1].get(attendee_id, []) if is_hers else []
    key = email, registration.event_id
    return replace(
        every,
        by_key={**every.by_key, key: [*every.by_key.get(key, ()), made]},
        sessions={**every.sessions, registration_id: mine},
        called_off={**every.called_off, **called_off(session, off)},
        endings={**every.endings, **reasons_given(session, ended, rules.ENDED)},
    )


def read_ahead(session: Session, asked: Iterable[Key]) -> None:
    """Read at once what `calendar_registrations` reads for each address and event."""
    asked = set(asked)
    every = _read_registrations(
        session, sorted({email for email, _ in asked}), sorted({event for _, event in asked})
    )
    for email, event_id in asked:
        keep(session, ("registrations", ((email,), (event_id,))), every)


def _read_registrations(
    session: Session, emails: Sequence[str], event_ids: Sequence[int]
) -> CalendarRegistrations:
    rows = session.execute(
        select(
            Booking.email_normal,
            Booking.id.label("booking_id"),
            Registration.id,
            Registration.event_id,
            Registration.state,
            Registration.calendar_sequence,
            Registration.changed_at,
            Registration.offer_expires_at,
            Event.status,
        )
        .join(Booking, Booking.id == Registration.booking_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Booking.email_normal.in_(emails), Registration.event_id.in_(event_ids))
        .order_by(Registration.id)
    )
    found: dict[Key, list[CalendarRegistration]] = {}
    off = set()
    for row in rows:
        if row.status == EventStatus.CANCELLED:
            off.add(row.event_id)
        made = CalendarRegistration(
            row.id,
            row.booking_id,
            row.state,
            row.calendar_sequence,
            row.changed_at,
            accept_until=row.offer_expires_at,
        )
        found.setdefault((row.email_normal, row.event_id), []).append(made)
    for key, made in _handed_on(session, emails, event_ids):
        found.setdefault(key, []).append(made)
    ours = {
        made.registration_id for registered in found.values() for made in registered if not made.is_handed_on
    }
    by_registration, by_attendee = _sessions(session, sorted(ours))
    waiting = [
        one.registration_id for each in found.values() for one in each if one.state == rules.WAITLISTED
    ]
    ended = [one.registration_id for each in found.values() for one in each if one.state in rules.ENDED]
    return CalendarRegistrations(
        found,
        by_registration,
        picked=by_attendee,
        limits=limits_of(session, waiting),
        called_off=called_off(session, sorted(off)),
        endings=reasons_given(session, ended, rules.ENDED),
    )


def _handed_on(
    session: Session, emails: Iterable[str], event_ids: Iterable[int]
) -> list[tuple[Key, CalendarRegistration]]:
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
            CalendarRegistration(
                row.registration_id,
                row.booking_id,
                rules.CANCELLED,
                row.moved_sequence,
                row.decided_at,
                is_handed_on=True,
            ),
        )
        for row in rows
    ]


def own_entry(
    event: Event, locale: str, registered: CalendarRegistrations, email: str, booking_id: int | None = None
) -> Entry:
    """Return the entry that *email* has of *event*; with *booking_id* as that booking alone makes it.

    SEQUENCE is the event's plus those of all that the address ever registered there, so it rises with
    every change of either (RFC 5546 §2.1.4), and is the same in the feed, the download and the mail.
    """
    every = registered.by_key.get((email, event.id), ())
    shown = registered.shown(email, event.id, booking_id)
    state = best(shown)
    status = status_of(event, state)
    sequence = sum(one.sequence for one in every)
    changed_at = max([event.own_changed_at, *(one.changed_at for one in every)])
    entry = event_entry(event, locale)
    online = web_url(event.online_url) if status == "CONFIRMED" else ""
    is_listed = status != "CANCELLED" and not registered.display.is_apart
    chosen = registered.chosen_in(one for one in shown if _is_active(one)) if is_listed else []
    told = (
        _why_cancelled(event, registered, shown) if status == "CANCELLED" else "",
        entry.description,
        " ".join([why(state), *_accept_by(event, shown), *_limits(registered, shown)])
        if status == "TENTATIVE"
        else "",
        _told(chosen, event, locale),
        online_at(online),
        note_in(event, locale) if status == "CONFIRMED" else "",
    )
    alarm = event.alarm_minutes if status == "CONFIRMED" else None
    prefix = _("Cancelled:")
    return replace(
        entry,
        status=status,
        cancelled_prefix=f"{prefix} ",
        sequence=event.sequence + sequence,
        # A second for each change of either: LAST-MODIFIED knows no smaller step, and two may share one.
        changed_at=changed_at + timedelta(seconds=event.seat_revision + sequence + registered.display.turned),
        busy=status == "CONFIRMED" and not event.all_day,
        conference_url=online,
        alarm=None if alarm is None else timedelta(minutes=alarm),
        location=entry.location or online,
        description="\n\n".join(part for part in told if part),
    )


def best(registered: Sequence[CalendarRegistration]) -> str:
    """Return the state that counts: a party may have come in parts, or have registered again."""
    order = (rules.CONFIRMED, rules.OFFERED, rules.WAITLISTED, rules.PENDING, rules.UNVERIFIED)
    states = {one.state for one in registered}
    return next((state for state in order if state in states), rules.CANCELLED)


def status_of(event: Event, state: str) -> str:
    """Return the STATUS of what a registration in *state* has of *event*."""
    if event.status == EventStatus.CANCELLED or state == rules.CANCELLED:
        return "CANCELLED"
    return "CONFIRMED" if state == rules.CONFIRMED else "TENTATIVE"


def why(state: str) -> str:
    """Return why one has no seat yet."""
    sentences: dict[str, str] = {
        rules.OFFERED: _("A seat is held for you: accept it in time, by the link in our mail."),
        rules.WAITLISTED: _("You have no seat yet: you are on the waitlist."),
        rules.PENDING: _("You have no seat yet: the organiser has still to decide."),
        rules.UNVERIFIED: _("You have no seat yet: confirm your address, by the link in our mail."),
    }
    return sentences[state]


def _accept_by(event: Event, shown: Sequence[CalendarRegistration]) -> list[str]:
    """Return until when the seat is held, where one is offered."""
    until = accept_until(shown)
    when = moment(until, event.time_zone) if until else ""
    return [str(_("Accept it by %(when)s.", when=when))] if when else []


def accept_until(shown: Sequence[CalendarRegistration]) -> datetime | None:
    """Return the first deadline of what is offered, or None."""
    return min(
        (one.accept_until for one in shown if one.state == rules.OFFERED and one.accept_until), default=None
    )


def _why_cancelled(
    event: Event, registered: CalendarRegistrations, shown: Sequence[CalendarRegistration]
) -> str:
    """Return the reason that the organiser gave: for the whole event, else for what ended last."""
    if event.status == EventStatus.CANCELLED:
        reason = registered.called_off.get(event.id, "")
    else:
        last = max(shown, key=lambda one: (one.changed_at, one.registration_id), default=None)
        reason = registered.endings.get(last.registration_id, "") if last and not last.is_handed_on else ""
    return str(_("The organiser gave this reason: %(reason)s", reason=reason)) if reason else ""


def _limits(registered: CalendarRegistrations, shown: Sequence[CalendarRegistration]) -> list[str]:
    """Return which limits hold for whoever waits: what is free of them changes too often for a calendar."""
    lines = sorted({one for made in shown for one in registered.limits.get(made.registration_id, ())})
    return [str(_("These limits count for you: %(limits)s.", limits="; ".join(lines)))] if lines else []


def online_at(address: str) -> str:
    """Return the line that says where the meeting is."""
    return str(_("Online: %(address)s", address=address)) if address else ""


def _told(chosen: Sequence[Chosen], event: Event, locale: str) -> str:
    """Return the sessions as lines."""
    lines = as_lines(chosen, event.time_zone, locale)
    return "\n".join([_("Your sessions:"), *lines]) if lines else ""


def as_lines(chosen: Iterable[Chosen], time_zone: str, locale: str) -> tuple[str, ...]:
    """Return sessions in their order, each with its hours in the event's own time."""
    zone = ZoneInfo(time_zone)
    return tuple(
        f"{one.starts_at.astimezone(zone):%H:%M}–{one.ends_at.astimezone(zone):%H:%M} {one.name_in(locale)}"
        for one in sorted(chosen, key=lambda one: (one.starts_at, one.name))
    )


Picked = dict[int, list[Chosen]]


def _sessions(session: Session, registration_ids: Sequence[int]) -> tuple[Picked, Picked]:
    """Return which sessions were picked, by registration and by attendee."""
    by_registration: Picked = {}
    by_attendee: Picked = {}
    if not registration_ids:
        return by_registration, by_attendee
    rows = session.execute(
        select(
            Attendee.registration_id,
            Attendee.id.label("attendee_id"),
            EventSession.id,
            EventSession.name,
            EventSession.hint,
            EventSession.starts_at,
            EventSession.ends_at,
            EventSession.translations,
        )
        .join(AttendeeSession, AttendeeSession.attendee_id == Attendee.id)
        .join(EventSession, EventSession.id == AttendeeSession.session_id)
        .where(Attendee.registration_id.in_(registration_ids), Attendee.removed_at.is_(None))
    )
    for row in rows:
        chosen = Chosen(*row[2:])
        by_registration.setdefault(row.registration_id, []).append(chosen)
        by_attendee.setdefault(row.attendee_id, []).append(chosen)
    return by_registration, by_attendee


def _is_active(made: CalendarRegistration) -> bool:
    return made.state not in rules.ENDED
