"""Write the mails to guests, from what is true when they are sent."""

from flask import Flask
from flask_babel import get_locale
from sqlalchemy.orm import Session

from registration.capability.links import link
from registration.capability.services import INVITATION, token_of
from registration.core.urls import public_url
from registration.events.rules import Phase
from registration.invitations.messages import INVITED, REMINDED
from registration.invitations.queries import Invite, invite
from registration.invitations.rules import UNANSWERED
from registration.mail.composing import Draft, Superseded, composers, rendered
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing
from registration.mail.wording import Wording, theirs


def init_app(app: Flask) -> None:
    """Register who writes the mails to guests."""
    with app.app_context():
        for kind in (INVITED, REMINDED):
            composers()[kind] = compose


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now. Raises Superseded when there is nothing more to ask."""
    found = invite(session, message.facts["invitation"], message.locale)
    if found is None or found.phase not in (Phase.OPEN, Phase.NOT_YET):
        raise Superseded("nobody can answer the invitation now")
    token = token_of(session, found.id, INVITATION)
    if found.stands != UNANSWERED or token is None:
        raise Superseded(f"the invitation is {found.stands} by now")
    return Draft(
        *_written(found, message.kind, message.locale, link(INVITATION, token)),
        organiser=found.organiser,
        organiser_email=found.organiser_email,
    )


def sample(session: Session, message: Outgoing) -> Wording:
    """Return how *message* will read, with links that open nothing."""
    found = invite(session, message.facts["invitation"], message.locale)
    assert found is not None
    subject, text, _html = _written(found, message.kind, message.locale, public_url("/invitations/link/"))
    return theirs(subject, text, {})


def _written(found: Invite, kind: str, locale: str, url: str) -> tuple[str, str, str]:
    return rendered(
        kind.replace("-", "_"),
        seat=found,
        invite=found,
        invitation_url=url,
        direction=get_locale().text_direction,
        locale=locale,
    )
