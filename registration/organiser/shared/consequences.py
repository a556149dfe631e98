"""Before many people are told: whom, what they read in each language, and what their calendars do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from registration.booking.emails.own_seat import introduced, own_part
from registration.booking.emails.placeholders import values, worded
from registration.booking.emails.registration import event_url
from registration.booking.notifications.consequences import Tell, ToBeTold
from registration.booking.notifications.kinds import SHAPES
from registration.booking.queries.bookings import Seat, seat
from registration.core.database import db
from registration.core.languages import NAMES
from registration.core.urls import public_url
from registration.events.models import Event
from registration.events.rules import EventStatus
from registration.invitations import letters as invitations_letters
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing
from registration.mail.wording import Wording
from registration.organiser.shared.screen import event_screen
from registration.seats import rules
from registration.web.filters import span
from registration.web.locale import LOCALES, babel_name

FIELD = "tell"
_YES, _NO, _BACK = "yes", "no", "back"
# What the page writes anew.
_OURS = (FIELD, "csrf_token", "submit_key")
SEATED, WAITING, OWN, GUESTS = "seated", "waiting", "own", "guests"
KINDS = (SEATED, WAITING, GUESTS, OWN)


@dataclass(frozen=True)
class Example:
    """How a mail reads in one language, and what its calendar part shows."""

    language: str
    words: Wording
    title: str
    when: str
    where: str
    status: str
    has_calendar: bool


@dataclass(frozen=True)
class Group:
    """People who read the same: with a seat, on the waitlist, guests, attendees at their own addresses."""

    kind: str
    count: int
    examples: Sequence[Example]


def whether_to_tell() -> Tell:
    """Return what the form says about telling people; None where nobody was asked yet."""
    return {_YES: True, _NO: False}.get(request.form.get(FIELD, ""))


def goes_back() -> bool:
    """Say whether the form is wanted back as it was typed, and nothing is to be done."""
    return request.form.get(FIELD) == _BACK


def saved_sentence(told: int | None) -> str:
    """Return what is said of a change that was saved; *told* is None where there was nothing to tell."""
    sentence = str(_("Saved."))
    return sentence if told is None else f"{sentence} {told_sentence(told)}"


def told_sentence(told: int) -> str:
    """Return how many people are told by mail."""
    if not told:
        return str(_("Nobody is told by mail; pages and calendars follow."))
    return str(
        ngettext(
            "%(num)s person is told by mail, and calendars follow.",
            "%(num)s people are told by mail, and calendars follow.",
            told,
        )
    )


def ask(asked: ToBeTold) -> ResponseReturnValue:
    """Show what an act would tell whom, with the form that asked for it; nothing is done yet."""
    session = db.session()
    event = session.get_one(Event, asked.event_id)
    return event_screen(
        "consequences.html",
        event,
        409,
        count=len(asked.mails),
        groups=[_group(session, asked, kind) for kind in KINDS if _mails(asked, kind)],
        may_be_silent=asked.may_be_silent,
        calendar_mail=event.organiser.calendar_mail,
        has_more=asked.has_more,
        at=asked.at,
        typed=[(name, value) for name, value in request.form.items(multi=True) if name not in _OURS],
    )


def _kind(mail: Outgoing) -> str:
    if mail.attendee_id is not None:
        return OWN
    if mail.registration_id is None:
        return GUESTS
    return SEATED if mail.facts.get("state") == rules.CONFIRMED else WAITING


def _mails(asked: ToBeTold, kind: str) -> list[Outgoing]:
    return [one for one in asked.mails if _kind(one) == kind]


def _group(session: Session, asked: ToBeTold, kind: str) -> Group:
    mails = _mails(asked, kind)
    # The first of each language and kind stands for all of it.
    samples = {(one.locale, one.kind): one for one in reversed(mails)}
    ranks = {code: rank for rank, code in enumerate(LOCALES)}
    spoken = sorted(samples, key=lambda one: (ranks.get(one[0], len(ranks)), one))
    return Group(kind, len(mails), [_example(session, asked, samples[one]) for one in spoken])


def _example(session: Session, asked: ToBeTold, mail: Outgoing) -> Example:
    """Return *mail* as it will read, with the event as it is going to be and links that open nothing."""
    with force_locale(babel_name(mail.locale)):
        language = NAMES.get(mail.locale, mail.locale)
        if mail.registration_id is None:
            return Example(language, invitations_letters.sample(session, mail), "", "", "", "", False)
        whole = seat(session, mail.registration_id, mail.locale)
        whole = replace(whole, **_as_it_will_be(asked, mail, whole))
        found = whole if mail.attendee_id is None else own_part(_unsent(mail), whole)
        facts = values(found, mail.facts, public_url("/"), event_url(found))
        words = worded(session, mail.kind, found.organiser_id, mail.locale, facts)
        if mail.attendee_id is not None:
            words = introduced(words, mail.kind)
        has_calendar = SHAPES[mail.kind].has_calendar
        return Example(language, words, found.title, *_entry(found), has_calendar)


def _as_it_will_be(asked: ToBeTold, mail: Outgoing, now: Seat) -> dict[str, Any]:
    """Return what a mail reads of its seat once the act is done."""
    state = mail.facts.get("state", now.state)
    until = asked.deadlines.get(now.registration_id, now.offer_expires_at)
    will_be = {"state": state, "offer_expires_at": until}
    if mail.event_id != asked.event_id:
        # Whoever moves up here may give back a place at another event, which stays as it is.
        return will_be
    return will_be | {"title": asked.titles[mail.locale], **asked.shown}


def _unsent(mail: Outgoing) -> OutgoingMessage:
    return OutgoingMessage(kind=mail.kind, to_email=mail.to_email, attendee_id=mail.attendee_id)


def _entry(found: Seat) -> tuple[str, str, str]:
    """Return when and where the entry will be, and its status by the name of RFC 5545."""
    is_off = found.event_status == EventStatus.CANCELLED
    status = "CANCELLED" if is_off else "CONFIRMED" if found.state == rules.CONFIRMED else "TENTATIVE"
    return span(found.starts_at, found.ends_at, found.time_zone, found.all_day), found.location, status
