"""The page that shows what became of each mail."""

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from sqlalchemy import func, select

from registration.accounts.access import EDIT, READ
from registration.booking.changes import contact_again
from registration.core.database import db
from registration.events.access import event_page
from registration.events.models import Event
from registration.mail.models import (
    BOUNCED,
    FAILED,
    PENDING,
    SENDING,
    SENT,
    SUPERSEDED,
    OutgoingMessage,
)
from registration.mail.queries import count_failed, deliveries
from registration.organiser.mailing.services import messages_of
from registration.organiser.shared.screen import actor, done, event_screen
from registration.web.paging import page

STATES = (PENDING, SENDING, SENT, FAILED, BOUNCED, SUPERSEDED)


@event_page(READ)
def messages(event: Event) -> ResponseReturnValue:
    """List the mails of the event, newest first."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    query = select(OutgoingMessage).where(OutgoingMessage.event_id == event.id)
    if state in STATES:
        query = query.where(OutgoingMessage.state == state)
    if kind:
        query = query.where(OutgoingMessage.kind == kind[:32])
    here = page(db.session.scalar(select(func.count()).select_from(query.subquery())) or 0)
    newest = query.order_by(OutgoingMessage.id.desc()).limit(here.size).offset(here.offset)
    mails = db.session.scalars(newest).all()
    kinds = db.session.scalars(
        select(OutgoingMessage.kind).where(OutgoingMessage.event_id == event.id).distinct()
    )
    return event_screen(
        "messages.html",
        event,
        mails=mails,
        deliveries=deliveries(db.session(), [mail.id for mail in mails]),
        page=here,
        state=state,
        states=STATES,
        kind=kind,
        kinds=sorted(kinds),
        failed=count_failed(db.session(), event.id),
        mailings=messages_of(db.session(), event.id),
    )


@event_page(EDIT)
def retry(event: Event) -> ResponseReturnValue:
    """Try all failed mails of the event again."""
    count = contact_again.retry(event.id, actor())
    sentence = ngettext("%(num)s email is tried again.", "%(num)s emails are tried again.", count)
    return done(sentence, "messages", slug=event.slug)
