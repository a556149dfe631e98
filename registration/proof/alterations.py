"""Operations that change what a registration asks for: its people, their choice, its event."""

from collections.abc import Sequence

from sqlalchemy import select

from registration.booking.changes.move import move
from registration.booking.changes.party import add_people, change_choice, split
from registration.booking.models import Attendee
from registration.core import clock
from registration.core.database import db
from registration.journal.services import ATTENDEE
from registration.proof import changes
from registration.proof.client import Chance, Client, Values, one_of, person_in
from registration.proof.model import Model
from registration.proof.operations import (
    Hands,
    Operation,
    attendee,
    on_registration,
    one_registration,
    one_where,
    target,
)
from registration.proof.plans import parts


def _other_choice(chance: Chance, client: Client) -> Values | None:
    chosen = one_where(chance, client, lambda plan: bool(plan.sessions))
    if chosen is None:
        return None
    who = client.stage.halls[chosen["hall"]].plan.who()
    return {**chosen, "rank": chance.below(2), "choice": one_of(chance, who).partition("@")[0]}


def _one_more(chance: Chance, client: Client) -> Values | None:
    chosen = one_registration(chance, client)
    if chosen is None:
        return None
    return {**chosen, "person": one_of(chance, client.stage.halls[chosen["hall"]].plan.who())}


def _elsewhere(chance: Chance, client: Client) -> Values | None:
    chosen = one_registration(chance, client)
    if chosen is None:
        return None
    to = chance.below(len(client.stage.halls))
    client.moves.append((chosen["key"], to))
    labels = tuple(client.stage.halls[to].plan.categories) or ("",)
    return {**chosen, "to": to, "category": one_of(chance, labels)}


def _change(hands: Hands, values: Values) -> str:
    hall = hands.stage.halls[values["hall"]]
    found = target(hands.stage, values["key"], values["hall"])
    category, sessions, _firm = parts(values["choice"])
    picked = [hall.sessions[one] for one in sessions]
    change_choice(found, attendee(found, values["rank"]), hall.categories.get(category), picked, ATTENDEE)
    return "done"


def _grow(hands: Hands, values: Values) -> str:
    person = person_in(hands.stage.halls[values["hall"]], "Ben", values["person"])
    add_people(target(hands.stage, values["key"], values["hall"]), [person])
    return "done"


def _move(hands: Hands, values: Values) -> str:
    found, to = target(hands.stage, values["key"], values["hall"]), hands.stage.halls[values["to"]]
    category_id = to.categories.get(values["category"])
    people = db.session.scalars(
        select(Attendee.id).where(Attendee.registration_id == found.registration_id)
    ).all()
    db.session.rollback()
    move(found, to.id, dict.fromkeys(people, category_id))
    return "done"


def _should_change(model: Model, values: Values) -> str:
    return changes.change_choice(
        model, values["key"], values["hall"], values["rank"], values["choice"], clock.now()
    )


def _should_grow(model: Model, values: Values) -> str:
    return changes.grow(model, values["key"], values["hall"], values["person"], clock.now())


def _should_split(model: Model, values: Values) -> str:
    return changes.split(model, values["key"], values["hall"], clock.now())


def _should_move(model: Model, values: Values) -> str:
    return changes.move(model, values["key"], values["hall"], values["to"], values["category"], clock.now())


OF_CHOICES: Sequence[Operation] = (
    Operation("change choice", 14, _other_choice, _change, _should_change),
    Operation("grow", 8, _one_more, _grow, _should_grow, is_repeatable=False),
    Operation(
        "split", 8, one_registration, on_registration(split, ATTENDEE), _should_split, is_repeatable=False
    ),
    Operation("move", 9, _elsewhere, _move, _should_move, is_repeatable=False),
)
