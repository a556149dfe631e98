"""Who came in keeps her seat: nothing ends it while somebody of the registration is inside."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.orm import Session

from registration.core.refusal import Refusal
from registration.journal.services import Actor
from registration.seats.models import Registration


class HolderIsIn(Refusal):
    """A seat is to end whose holder came in; *actor* reads what to do."""

    code = "is-in"

    def __init__(self, actor: Actor) -> None:
        super().__init__(_TO_ORGANISERS if actor.kind == "organiser" else _TO_OTHERS)


_TO_ORGANISERS = _l("Someone in this registration has already checked in. Undo the check-in first.")
_TO_OTHERS = _l("This person has already checked in. If that is wrong, contact the organiser.")


def check_empty(inside: int, actor: Actor) -> None:
    """Raise HolderIsIn if anybody of a registration is *inside*."""
    if inside:
        raise HolderIsIn(actor)


def count_in(session: Session, registration_id: int, people: int) -> None:
    """Note under the gate that so many more of a registration are inside; fewer with a negative number."""
    session.execute(
        update(Registration)
        .where(Registration.id == registration_id)
        .values(inside=Registration.inside + people),
        execution_options={"synchronize_session": False},
    )
