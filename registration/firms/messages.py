"""The mail with a coordinator's link: decided with the change, written when it is sent."""

from flask_babel import get_locale
from sqlalchemy.orm import Session

from registration.capability.links import link
from registration.capability.services import FIRM, token_of
from registration.firms.models import Coordinator
from registration.firms.queries import organiser_of
from registration.mail.composing import Draft, Superseded, rendered
from registration.mail.models import OutgoingMessage
from registration.mail.outbox import Outgoing, enqueue

KIND = "firm"


def send_link(session: Session, one: Coordinator) -> None:
    """Decide the mail with the link to all people of the firm."""
    facts = {"coordinator": one.id}
    enqueue(session, Outgoing(KIND, one.locale, one.name, one.email, one.organiser_id, facts=facts))


def compose(session: Session, message: OutgoingMessage) -> Draft:
    """Return what *message* says now. Raises Superseded when she no longer looks after the firm."""
    one = session.get(Coordinator, message.facts["coordinator"])
    token = None if one is None else token_of(session, one.id, FIRM)
    # SQLite gives the number of somebody who was removed to the next one.
    if one is None or token is None or one.email != message.to_email:
        raise Superseded("nobody looks after this firm by this link any more")
    organiser = organiser_of(session, one)
    letter = rendered(
        KIND,
        firm=one.firm,
        name=one.name,
        organiser=organiser.name,
        url=link(FIRM, token),
        direction=get_locale().text_direction,
        locale=message.locale,
    )
    return Draft(
        *letter,
        organiser=organiser.name,
        organiser_email=organiser.email,
    )
