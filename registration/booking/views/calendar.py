"""A person's own calendar: to download once, or to subscribe to."""

from flask import make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registration.booking.handovers import moved_away
from registration.booking.queries import Seat, seats_of
from registration.booking.views.opening import opened
from registration.capability.services import FEED, find, is_live
from registration.core.database import db
from registration.core.refusal import NotFound
from registration.ical.answers import Told, answer, attachment
from registration.ical.entries import download_many
from registration.ical.queries import refresh_hours
from registration.web.locale import page_locale


def download(token: str) -> ResponseReturnValue:
    """Return the booking's events as one file."""
    booked = opened(token)
    seats = [seat for seat in seats_of(db.session(), booked.id, page_locale()) if seat.is_active]
    return attachment(download_many([seat.entry for seat in seats]), "registration.ics")


def feed(token: str) -> ResponseReturnValue:
    """Return the person's own feed; a revoked address is gone for good (410)."""
    capability = find(db.session(), token, FEED)
    if capability is None:
        raise NotFound(_("There is no such calendar."))
    if not is_live(capability):
        response = make_response(_("This calendar address was revoked. Take the new one.") + "\n", 410)
        response.mimetype = "text/plain"
        return response
    seats = _newest(seats_of(db.session(), capability.subject_id, page_locale()))
    entries = [seat.entry for seat in seats]
    uids = {entry.uid for entry in entries}
    # What was handed on stays as cancelled: a calendar that only lacks it may keep it.
    away = moved_away(db.session(), capability.subject_id, page_locale())
    entries += [entry for _handover, entry in away if entry.uid not in uids]
    hours = refresh_hours([entry.starts_at for entry in entries])
    told = Told(
        name=_("My registrations"),
        path=request.path,
        facts=(hours, *entries),
        refresh_hours=hours,
        changed_at=max((entry.changed_at for entry in entries), default=None),
        is_personal=True,
        zone=seats[0].time_zone if seats else "",
    )
    return answer(told, lambda: entries)


def _newest(seats: list[Seat]) -> list[Seat]:
    """Return one entry per event: the active registration, else the last one that ended."""
    by_event: dict[int, Seat] = {}
    for seat in seats:
        known = by_event.get(seat.event_id)
        if known is None or seat.is_active or not known.is_active:
            by_event[seat.event_id] = seat
    return list(by_event.values())
