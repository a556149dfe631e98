"""How an operation of a proof is described, chosen and done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from registration.booking.models import Booking
from registration.booking.rules import key_hash
from registration.booking.targets import Target
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.journal.services import Actor
from registration.proof.client import Chance, Client, Step, Values
from registration.proof.model import Model
from registration.proof.stage import Stage
from registration.seats.models import Registration

# Somebody at the organiser, with no account in this database.
ORGANISER = Actor("organiser")


@dataclass
class Hands:
    """What does the operations for real. *move_clock* and *deliver* are there in a simulation alone."""

    stage: Stage
    move_clock: Callable[[datetime], None] | None = None
    deliver: Callable[[], object] | None = None
    # What each form was told: its link stays the same whenever it is sent again.
    tokens: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """*choose* returns what to do, or None when there is nothing to do it to; *do* and *expect* return
    what the client is answered."""

    name: str
    weight: int
    choose: Callable[[Chance, Client], Values | None]
    do: Callable[[Hands, Values], str]
    expect: Callable[[Model, Values], str]
    # A crowd shares one clock and one mailer that nobody moves.
    is_for_crowds: bool = True
    # A crash leaves all of it or nothing.
    is_one_step: bool = True
    # What the same is answered once it is done, where that is something else.
    again: str = ""


def perform(operation: Operation, hands: Hands, values: Values) -> str:
    """Do it and return the answer; a refusal is its code, and an error is a finding of its own."""
    try:
        return operation.do(hands, values)
    except Refusal as refusal:
        return refusal.code
    except Exception as error:
        return f"an error ({type(error).__name__})"


def choose(chance: Chance, client: Client, operations: Sequence[Operation]) -> Step:
    """Choose what *client* does next, by weight."""
    total = sum(operation.weight for operation in operations)
    while True:
        number = chance.below(total)
        for operation in operations:
            number -= operation.weight
            if number < 0:
                break
        values = operation.choose(chance, client)
        if values is not None:
            return Step(operation.name, values)


def target(stage: Stage, key: str, hall: int) -> Target:
    """Return the registration of a form for a hall; one that is not there has the number 0."""
    event_id = stage.halls[hall].id
    found = db.session.execute(
        select(Registration.id, Registration.booking_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Booking.submit_key == key_hash(f"{stage.name}:{key}"), Registration.event_id == event_id)
    ).one_or_none()
    db.session.rollback()
    return Target(event_id, 0) if found is None else Target(event_id, found.id, found.booking_id)
