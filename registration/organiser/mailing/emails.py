"""Write what organisers send: their messages, and samples of them to themselves."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.emails import placeholders as booking_facts
from registration.booking.emails.placeholders import worded
from registration.booking.emails.registration import booking_url, event_url, letter
from registration.booking.notifications.kinds import MESSAGE, MESSAGE_SHAPE, SAMPLE, SHAPES, Shape
from registration.booking.queries.bookings import Seat, seat
from registration.core.urls import public_url
from registration.mail.composing import Draft, Superseded, composers
from registration.mail.models import OutgoingMessage
from registration.mail.wording import Wording, filled, paragraphs, theirs
from registration.organiser.mailing.models import STOPPED, Mailing


def init_app(app: Flask) -> None:
    """Register who writes these mails."""
    with app.app_context():
        composers()[MESSAGE] = _message
        composers()[SAMPLE] = _sample


def own_words(subject: str, body: str, values: Mapping[str, Any]) -> Wording:
    """Return a message as it reads: the organiser's name before the subject, which is also the heading."""
    told = filled(subject, values)
    return Wording(f"[{values['organiser']}] {told}", told, paragraphs(filled(body, values)))


def _message(session: Session, message: OutgoingMessage) -> Draft:
    assert message.registration_id is not None
    mailing = session.get(Mailing, message.mailing_id)
    if mailing is None or mailing.state == STOPPED:
        raise Superseded("the organiser stopped this message")
    found = seat(session, message.registration_id, message.locale)
    if message.to_email != found.contact_email:
        raise Superseded("somebody else is told of this registration by now")
    if not found.is_active and message.facts.get("state") != found.state:
        raise Superseded("the registration has ended by now")
    values = booking_facts.values(found, message.facts, booking_url(session, found), event_url(found))
    words = own_words(mailing.subject, mailing.body, values)
    return letter(session, message, found, MESSAGE_SHAPE, words, values)


def _sample(session: Session, message: OutgoingMessage) -> Draft:
    """Write with the facts of a real person, but lead nowhere of hers: her links are hers alone."""
    told = message.facts
    found = seat(session, told["registration"], message.locale)
    values = sample_values(found)
    words, shape = sample_words(session, found, told, message.locale, values)
    return letter(session, message, found, shape, words, values, is_sample=True)


def sample_values(found: Seat) -> dict[str, Any]:
    """Return the facts of a registration with public links in the place of its own."""
    return booking_facts.values(found, {}, public_url("/"), event_url(found))


def sample_words(
    session: Session, found: Seat, told: Mapping[str, Any], locale: str, values: Mapping[str, Any]
) -> tuple[Wording, Shape]:
    """Return how a message, or a text of a kind, reads for *found*."""
    kind = told.get("kind", MESSAGE)
    if kind == MESSAGE:
        return own_words(told["subject"], told["body"], values), MESSAGE_SHAPE
    if "body" in told:
        return theirs(told["subject"], told["body"], values), SHAPES[kind]
    return worded(session, kind, found.organiser_id, locale, values), SHAPES[kind]


def sample_of(session: Session, organiser_id: int) -> int | None:
    """Return the newest registration at an organiser, to show texts for a real person."""
    return session.scalar(
        select(OutgoingMessage.registration_id)
        .where(OutgoingMessage.organiser_id == organiser_id, OutgoingMessage.registration_id.is_not(None))
        .order_by(OutgoingMessage.id.desc())
        .limit(1)
    )
