"""Operations that let somebody in who registered: the organiser's yes or no, an address confirmed."""

from collections.abc import Sequence

from sqlalchemy import select

from registration.booking.models import Booking
from registration.booking.rules import key_hash
from registration.booking.services.address import verify
from registration.booking.services.deciding import approve, reject
from registration.core import clock
from registration.core.database import db
from registration.proof.acting import ORGANISER, Hands, Operation, target
from registration.proof.client import Chance, Client, Values, one_of
from registration.proof.model import Model


def _awaiting_approval(chance: Chance, client: Client) -> Values | None:
    """Choose a registration where the organiser decides; whether she has, nobody looks first."""
    awaiting = [
        (form.key, number)
        for form in client.forms
        for number, _party in form.wishes
        if client.stage.halls[number].plan.needs_approval
    ]
    if not awaiting:
        return None
    key, number = one_of(chance, awaiting)
    return {"key": key, "hall": number}


def _approve(hands: Hands, values: Values) -> str:
    approve(target(hands.stage, values["key"], values["hall"]), ORGANISER)
    return "done"


def _should_approve(model: Model, values: Values) -> str:
    return model.approve(values["key"], values["hall"], clock.now())


def _reject(hands: Hands, values: Values) -> str:
    reject(target(hands.stage, values["key"], values["hall"]), ORGANISER)
    return "done"


def _should_reject(model: Model, values: Values) -> str:
    return model.reject(values["key"], values["hall"], clock.now())


def _to_verify(chance: Chance, client: Client) -> Values | None:
    awaiting = [
        form.key
        for form in client.forms
        if any(client.stage.halls[number].plan.confirms_address for number, _party in form.wishes)
    ]
    return {"key": one_of(chance, awaiting)} if awaiting else None


def _verify(hands: Hands, values: Values) -> str:
    submit_key = key_hash(f"{hands.stage.name}:{values['key']}")
    booking_id = db.session.scalar(select(Booking.id).where(Booking.submit_key == submit_key))
    db.session.rollback()
    return "done" if verify(booking_id or 0) else "too-late"


def _should_verify(model: Model, values: Values) -> str:
    return model.verify(values["key"], clock.now())


LETTING_IN: Sequence[Operation] = (
    Operation("approve", 6, _awaiting_approval, _approve, _should_approve, again="not-now"),
    Operation("reject", 2, _awaiting_approval, _reject, _should_reject, again="not-now"),
    Operation("verify", 10, _to_verify, _verify, _should_verify),
)
