"""The facts of a registration as short texts: what our words and an organiser's placeholders are made of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.queries.bookings import Companion, Seat
from registration.core import clock
from registration.core.transaction_cache import once
from registration.mail.models import MailText
from registration.mail.wording import Wording, isolated, ours, theirs
from registration.seats import rules
from registration.web.filters import day, listed, moment, span

# What organisers may write into their own texts, in the order in which it is offered.
PLACEHOLDERS = (
    "name",
    "event",
    "when",
    "day",
    "where",
    "seats",
    "position",
    "deadline",
    "reason",
    "was_when",
    "was_where",
    "session",
    "session_when",
    "change",
    "organiser",
    "link",
    "event_link",
)


def worded(session: Session, kind: str, organiser_id: int, locale: str, values: Mapping[str, Any]) -> Wording:
    """Return what a mail of *kind* says: the organiser's own words where there are any, else ours."""
    query = select(MailText.subject, MailText.body).where(
        MailText.organiser_id == organiser_id, MailText.kind == kind, MailText.locale == locale
    )
    key = ("text", organiser_id, kind, locale)
    own = once(session, key, lambda: session.execute(query).one_or_none())
    return ours(kind, values) if own is None else theirs(own.subject, own.body, values)


def values(seat: Seat, facts: Mapping[str, Any], booking_url: str, event_url: str) -> dict[str, Any]:
    """Return the facts of *seat*, and those that were noted with the mail, for reading."""
    deadline = _deadline(seat, facts)
    return {
        "name": isolated(seat.contact),
        "event": isolated(seat.title),
        "organiser": isolated(seat.organiser),
        "when": span(seat.starts_at, seat.ends_at, seat.time_zone, seat.all_day),
        "day": day(seat.starts_at, seat.time_zone),
        "hour": seat.starts_at.astimezone(ZoneInfo(seat.time_zone)).strftime("%H:%M"),
        "where": isolated(seat.location),
        "n": seat.size,
        "seats": ngettext("%(num)s seat", "%(num)s seats", seat.size),
        "position": "" if seat.position is None or seat.is_mixed else str(seat.position),
        "deadline": moment(deadline, seat.time_zone) if deadline else "",
        "deadline_short": _short(deadline, seat.time_zone) if deadline else "",
        "reason": isolated(str(facts.get("reason") or "")),
        "link": booking_url,
        "event_link": event_url,
        "days": _days_until(seat),
        "next_step": seat.next_step,
        "is_seated": seat.is_seated,
        "in_the_way": isolated(" ".join(seat.obstacles)),
        "state": seat.state,
        "has_seat": seat.state == rules.CONFIRMED and not seat.is_mixed,
        "moved": bool(facts.get("moved")),
        "again": bool(facts.get("again")),
        "frees_seat": bool(facts.get("frees_seat")),
        "by_firm": facts.get("by") == "coordinator",
        "by": str(facts.get("by") or ""),
        "left": isolated(str(facts.get("who") or "")),
        "was_unverified": facts.get("was") == rules.UNVERIFIED,
        "was_waitlisted": facts.get("was") == rules.WAITLISTED,
        **_before(seat, facts.get("before")),
        **_session(seat, facts.get("moved_session")),
        "change": _change(seat, facts),
    }


def _deadline(seat: Seat, facts: Mapping[str, Any]) -> datetime | None:
    noted = facts.get("deadline")
    if noted:
        return datetime.fromisoformat(noted)
    return seat.hold_expires_at if seat.state == rules.UNVERIFIED else seat.offer_expires_at


def _short(at: datetime, zone: str) -> str:
    """Return *at* for a subject: "Fri, 5 Mar, 17:00 CET"."""
    local = at.astimezone(ZoneInfo(zone))
    date = format_skeleton("MMMEd", local.replace(tzinfo=None), locale=str(get_locale()))
    return str(_("%(day)s, %(time)s", day=date, time=f"{local:%H:%M %Z}"))


def _days_until(seat: Seat) -> int:
    zone = ZoneInfo(seat.time_zone)
    return max((seat.starts_at.astimezone(zone).date() - clock.now().astimezone(zone).date()).days, 0)


def _before(seat: Seat, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return when and where it was, each empty where it stayed the same, and whether the day did."""
    if not isinstance(before, Mapping):
        return {"was_when": "", "was_where": "", "keeps_day": False}
    starts_at, ends_at = (datetime.fromisoformat(before[name]) for name in ("starts_at", "ends_at"))
    is_same = (starts_at, ends_at, before["all_day"]) == (seat.starts_at, seat.ends_at, seat.all_day)
    was_when = span(starts_at, ends_at, before["time_zone"], before["all_day"])
    was_where = "" if before["location"] == seat.location else before["location"]
    zone = ZoneInfo(seat.time_zone)
    return {
        "was_when": "" if is_same else was_when,
        "was_where": isolated(was_where),
        "keeps_day": starts_at.astimezone(zone).date() == seat.starts_at.astimezone(zone).date(),
    }


def _session(seat: Seat, told: Mapping[str, Any] | None) -> dict[str, str]:
    """Return which session has another time, when it is now and when it was; empty where none has."""
    if not isinstance(told, Mapping):
        return {"session": "", "session_when": ""}
    names = ("starts_at", "ends_at", "was_starts_at", "was_ends_at")
    starts_at, ends_at, was_starts_at, was_ends_at = (datetime.fromisoformat(told[name]) for name in names)
    return {
        "session": isolated(told["name"]),
        "session_when": span(starts_at, ends_at, seat.time_zone),
        "was_when": span(was_starts_at, was_ends_at, seat.time_zone),
    }


def _change(seat: Seat, facts: Mapping[str, Any]) -> str:
    """Return in a sentence who joined or what somebody chose; empty where she is no longer of the party."""
    joined = [isolated(one.name) for one in seat.present if one.id in facts.get("joined", ())]
    if joined:
        return str(_("Also registered now: %(names)s.", names=listed(joined)))
    chose = [one for one in seat.present if one.id == facts.get("chose")]
    return _choice(chose[0], had_sessions=bool(facts.get("had_sessions"))) if chose else ""


def _choice(person: Companion, *, had_sessions: bool) -> str:
    """Return as what and for what somebody is registered; that it is for no session only where it was."""
    told = {
        "name": isolated(person.name),
        "category": isolated(person.category),
        "sessions": listed(isolated(one) for one in person.sessions),
    }
    if person.category and person.sessions:
        return str(_("%(name)s is registered as “%(category)s” now, for: %(sessions)s.", **told))
    if person.sessions:
        return str(_("%(name)s is registered for these sessions now: %(sessions)s.", **told))
    if person.category and had_sessions:
        return str(_("%(name)s is registered as “%(category)s” now, and for no session.", **told))
    if person.category:
        return str(_("%(name)s is registered as “%(category)s” now.", **told))
    return str(_("%(name)s is registered for no session now.", **told))
