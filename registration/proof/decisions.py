"""Operations on who is asked something first: approval, a confirmed address, a seat by hand."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select

from registration.booking.changes.decide import approve, reject, seat_by_hand
from registration.booking.changes.verify_address import verify
from registration.booking.models import Booking
from registration.booking.rules import key_hash
from registration.core import clock
from registration.core.database import db
from registration.proof import changes
from registration.proof.client import Chance, Client, Values, one_of
from registration.proof.model import Model
from registration.proof.operations import ORGANISER, Hands, Operation, on_registration, one_where, target
from registration.seats import rules

REASONS = ("", "Speaks at the event")


def _to_decide(chance: Chance, client: Client) -> Values | None:
    return one_where(chance, client, lambda plan: plan.needs_approval)


def _to_seat(chance: Chance, client: Client) -> Values | None:
    # Elsewhere nobody waits whom there is a seat for; now and then that is tried too.
    elsewhere = chance.below(6) == 0
    chosen = one_where(chance, client, lambda plan: elsewhere or plan.promotion == rules.MANUAL)
    return None if chosen is None else {**chosen, "reason": one_of(chance, REASONS)}


def _to_confirm(chance: Chance, client: Client) -> Values | None:
    chosen = one_where(chance, client, lambda plan: plan.confirms_address)
    return None if chosen is None else {"key": chosen["key"]}


_approve = on_registration(approve, ORGANISER)
_reject = on_registration(reject, ORGANISER)


def _seat(hands: Hands, values: Values) -> str:
    seat_by_hand(target(hands.stage, values["key"], values["hall"]), ORGANISER, values["reason"])
    return "done"


def _confirm(hands: Hands, values: Values) -> str:
    key = key_hash(f"{hands.stage.name}:{values['key']}")
    booking_id = db.session.scalar(select(Booking.id).where(Booking.submit_key == key))
    db.session.rollback()
    if booking_id is None:
        return "not-found"
    return "done" if verify(booking_id) else "late"


def _expected(rule: Callable[[Model, str, int, datetime], str]) -> Callable[[Model, Values], str]:
    return lambda model, values: rule(model, values["key"], values["hall"], clock.now())


def _should_seat(model: Model, values: Values) -> str:
    return changes.seat_by_hand(model, values["key"], values["hall"], values["reason"], clock.now())


def _should_confirm(model: Model, values: Values) -> str:
    return changes.confirm_address(model, values["key"], clock.now())


OF_ASKED: Sequence[Operation] = (
    Operation("approve", 16, _to_decide, _approve, _expected(changes.approve), is_repeatable=False),
    Operation("reject", 4, _to_decide, _reject, _expected(changes.reject), is_repeatable=False),
    Operation("confirm address", 14, _to_confirm, _confirm, _should_confirm),
    Operation("seat by hand", 12, _to_seat, _seat, _should_seat, is_repeatable=False),
)
