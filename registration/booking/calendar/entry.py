"""The one calendar entry that a person has of an event, whatever parts her party was let in by."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from registration.booking.calendar.registrations import (
    CalendarRegistration,
    CalendarRegistrations,
    Chosen,
    best,
)
from registration.core.urls import web_url
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.events.wording import note_in
from registration.ical.entries import Entry
from registration.ical.queries import event_entry
from registration.seats import rules
from registration.web.filters import moment


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


def status_of(event: Event, state: str) -> str:
    """Return the STATUS of what a registration in *state* has of *event*."""
    if event.status == EventStatus.CANCELLED or state == rules.CANCELLED:
        return "CANCELLED"
    return "CONFIRMED" if state == rules.CONFIRMED else "TENTATIVE"


def why(state: str) -> str:
    """Return why one has no seat yet."""
    sentences: dict[str, str] = {
        rules.OFFERED: _("We hold a seat for you. Accept it in time with the link in our email."),
        rules.WAITLISTED: _("You do not have a seat yet: you are on the waitlist."),
        rules.PENDING: _("You do not have a seat yet: your registration is waiting for approval."),
        rules.UNVERIFIED: _(
            "You do not have a seat yet: confirm your email address with the link in our email."
        ),
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
    return [str(_("These limits apply to you: %(limits)s.", limits="; ".join(lines)))] if lines else []


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


def _is_active(made: CalendarRegistration) -> bool:
    return made.state not in rules.ENDED
