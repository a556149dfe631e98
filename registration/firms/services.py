"""Say who looks after the people of a firm, and take that back."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registration.capability.services import FIRM, issue, revoke
from registration.core import clock
from registration.core.children import child_of
from registration.core.firm_names import firm_name_key
from registration.core.refusal import Refusal
from registration.core.text import normal_email
from registration.core.transaction import write_tx
from registration.firms import messages
from registration.firms.models import Coordinator
from registration.journal.services import Actor, Note, record

# Whoever acts by a coordinator's link, for the journal.
COORDINATOR = Actor("coordinator")


class KnownAlready(Refusal):
    """This person looks after this firm already."""

    code = "known"


@dataclass(frozen=True)
class NewCoordinator:
    """Who is to look after which firm."""

    firm: str
    name: str
    email: str
    locale: str


def add_coordinator(organiser_id: int, new: NewCoordinator, actor: Actor) -> int:
    """Give somebody the link to all people of a firm, by mail, and return her id. Raises KnownAlready."""
    return write_tx(lambda session: _add(session, organiser_id, new, actor))


def remove_coordinator(organiser_id: int, coordinator_id: int, actor: Actor) -> None:
    """End the link and forget the person. Raises NotFound."""

    def work(session: Session) -> None:
        one = _one(session, organiser_id, coordinator_id)
        revoke(session, one.id, FIRM)
        session.execute(delete(Coordinator).where(Coordinator.id == one.id))
        _note(session, "coordinator-removed", organiser_id, coordinator_id, actor)

    write_tx(work)


def send_link_again(organiser_id: int, coordinator_id: int) -> None:
    """Send the link once more. Raises NotFound."""
    write_tx(lambda session: messages.send_link(session, _one(session, organiser_id, coordinator_id)))


def _add(session: Session, organiser_id: int, new: NewCoordinator, actor: Actor) -> int:
    folded, email_normal = firm_name_key(new.firm)[:200], normal_email(new.email)
    if not folded:
        raise Refusal(_("Enter the name of the organisation."), field="firm")
    known = select(Coordinator.id).where(
        Coordinator.organiser_id == organiser_id,
        Coordinator.firm_folded == folded,
        Coordinator.email_normal == email_normal,
    )
    if session.scalar(known) is not None:
        raise KnownAlready(_("This person looks after this organisation already."), field="email")
    one = Coordinator(
        organiser_id=organiser_id,
        firm=new.firm,
        firm_folded=folded,
        name=new.name,
        email=new.email,
        email_normal=email_normal,
        locale=new.locale,
        created_at=clock.now(),
    )
    session.add(one)
    session.flush()
    issue(session, [one.id], FIRM)
    messages.send_link(session, one)
    _note(session, "coordinator-added", organiser_id, one.id, actor)
    return one.id


def _one(session: Session, organiser_id: int, coordinator_id: int) -> Coordinator:
    sentence = _("There is nothing at this address, or it is not yours to see.")
    return child_of(session, Coordinator, coordinator_id, sentence, lock=True, organiser_id=organiser_id)


def _note(session: Session, action: str, organiser_id: int, coordinator_id: int, actor: Actor) -> None:
    note = Note(action, organiser_id=organiser_id, facts={"coordinator": coordinator_id})
    record(session, actor, note)
