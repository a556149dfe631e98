"""The sessions that a person picked as calendar entries of their own, beside the entry of their event."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from registration.booking.calendar.entry import accept_until, online_at, own_entry, status_of, why
from registration.booking.calendar.registrations import (
    CalendarRegistration,
    CalendarRegistrations,
    Chosen,
    best,
)
from registration.events.models import Event
from registration.ical.entries import Entry
from registration.ical.queries import BEFORE_DEADLINE, MOMENT


def own_entries(
    event: Event, locale: str, registered: CalendarRegistrations, email: str, booking_id: int | None = None
) -> list[Entry]:
    """Return the entry that *email* has of *event*, and after it what else she has of it.

    That is until when to accept a seat that is offered and, if she wishes so, each of her sessions.
    """
    whole = own_entry(event, locale, registered, email, booking_id)
    shown = registered.shown(email, event.id, booking_id)
    found = [whole, *_deadline(event, shown, whole)]
    if not registered.display.is_apart:
        return found
    for one in registered.chosen_in(shown):
        picking = [made for made in shown if one in registered.picked_in(made)]
        found.append(_entry(one, picking, event, whole, locale))
    return found


def _deadline(event: Event, shown: Sequence[CalendarRegistration], whole: Entry) -> list[Entry]:
    """Return the last minutes in which an offered seat can be accepted, as an entry that rings before it."""
    until = accept_until(shown)
    if until is None or whole.status != "TENTATIVE":
        return []
    return [
        replace(
            whole,
            uid=f"offer-{event.uid}",
            title=_("Accept your seat: %(title)s", title=whole.title),
            starts_at=until - MOMENT,
            ends_at=until,
            all_day=False,
            location="",
            latitude=None,
            longitude=None,
            status="CONFIRMED",
            alarm=BEFORE_DEADLINE,
        )
    ]


def _entry(
    one: Chosen, picking: Sequence[CalendarRegistration], event: Event, whole: Entry, locale: str
) -> Entry:
    """Return the entry of a session: one for each person, whoever of her party picked it and how often.

    Any edit that is shown may move a session and none of its own counts it, so SEQUENCE has that
    revision where that of the event itself has its moves.
    """
    state = best(picking)
    status = status_of(event, state)
    told = (
        one.hint_in(locale),
        why(state) if status == "TENTATIVE" else "",
        online_at(whole.conference_url),
    )
    return replace(
        whole,
        uid=f"session-{one.id}-{event.uid}",
        title=f"{one.name_in(locale)} – {whole.title}",
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        all_day=False,
        status=status,
        busy=status == "CONFIRMED",
        # One reminder for an event, however many sessions stand apart.
        alarm=None,
        sequence=whole.sequence - event.sequence + event.seat_revision,
        description="\n\n".join(part for part in told if part),
    )
