"""Operations on an event itself: its line, its firms, whether it takes people, whether it takes place."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from registration.booking.changes.decide import merge
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.event_settings.closing import cancel_event, close_registration, reopen_registration
from registration.booking.event_settings.waitlist import FirmTerms, change_line, release_allotment, set_firm
from registration.core import clock
from registration.core.database import db
from registration.journal.services import Actor
from registration.proof import terms
from registration.proof.client import Chance, Client, Values, one_of
from registration.proof.decisions import OF_ASKED
from registration.proof.model import Model
from registration.proof.operations import ORGANISER, Hands, Operation, one_registration, target
from registration.proof.plans import EVENT, parts
from registration.proof.stage import OFFER_HOURS, RELEASE_AFTER
from registration.seats import rules
from registration.seats.gate import Terms
from registration.seats.models import Pool

# Long past: who waits is promoted by nobody but the organiser.
_FROZEN_SINCE = timedelta(hours=1)


def _one_hall(chance: Chance, client: Client) -> Values:
    return {"hall": chance.below(len(client.stage.halls))}


def _on_event(service: Callable[[int, Actor], Any]) -> Callable[[Hands, Values], str]:
    def do(hands: Hands, values: Values) -> str:
        service(hands.stage.halls[values["hall"]].id, ORGANISER)
        return "done"

    return do


def _expected(rule: Callable[[Model, int], str]) -> Callable[[Model, Values], str]:
    return lambda model, values: rule(model, values["hall"])


def _twice(chance: Chance, client: Client) -> Values | None:
    """Choose two registrations for one event that the organiser takes for the same people."""
    dropped = one_registration(chance, client)
    if dropped is None:
        return None
    keys = [form.key for form in client.forms if dropped["hall"] in client.halls_of(form)]
    return {**dropped, "keep": one_of(chance, keys)}


def _merge(hands: Hands, values: Values) -> str:
    kept, dropped = (target(hands.stage, values[name], values["hall"]) for name in ("keep", "key"))
    merge(kept, dropped, ORGANISER)
    return "done"


def _should_merge(model: Model, values: Values) -> str:
    return terms.merge(model, values["hall"], values["keep"], values["key"], clock.now())


def _other_line(chance: Chance, client: Client) -> Values:
    number = chance.below(len(client.stage.halls))
    plan = client.stage.halls[number].plan
    caps = (None, 1, 2, 3) if any(parts(one)[2] for one in plan.who()) else (None,)
    promotions = (rules.DIRECT, rules.DIRECT, rules.OFFER, rules.MANUAL)
    return {
        "hall": number,
        "policy": one_of(chance, (rules.FIRST_FIT, rules.STRICT)),
        "promotion": one_of(chance, promotions),
        "needs_approval": chance.below(4) == 0,
        "confirms_address": chance.below(4) == 0,
        "waitlist_limit": one_of(chance, (None, None, 1, 4)),
        "firm_cap": one_of(chance, caps),
        "is_frozen": chance.below(5) == 0,
    }


def _line(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ("hall", "is_frozen")}


def _change_line(hands: Hands, values: Values) -> str:
    freezes_at = clock.now() - _FROZEN_SINCE if values["is_frozen"] else None
    line = rules.LinePolicy(offer_hours=OFFER_HOURS, freezes_at=freezes_at, **_line(values))
    change_line(hands.stage.halls[values["hall"]].id, line, ORGANISER)
    return "done"


def _should_change_line(model: Model, values: Values) -> str:
    line = {**_line(values), "is_frozen": values["is_frozen"]}
    return terms.change_line(model, values["hall"], line, clock.now())


def _one_firm(chance: Chance, client: Client) -> Values | None:
    firms = [
        (number, firm)
        for number, hall in enumerate(client.stage.halls)
        for firm in sorted({parts(one)[2] for one in hall.plan.who()} - {""})
    ]
    if not firms:
        return None
    number, firm = one_of(chance, firms)
    return {"hall": number, "firm": firm}


def _agreement(chance: Chance, client: Client) -> Values | None:
    chosen = _one_firm(chance, client)
    if chosen is None:
        return None
    until = clock.now() + RELEASE_AFTER
    return {**chosen, "cap": one_of(chance, (None, 1, 2, 4)), "seats": chance.below(4), "until": until}


def _agree(hands: Hands, values: Values) -> str:
    agreed = FirmTerms(values["firm"], values["cap"], values["seats"], values["until"])
    set_firm(hands.stage.halls[values["hall"]].id, agreed, ORGANISER)
    return "done"


def _should_agree(model: Model, values: Values) -> str:
    agreed = values["cap"], values["seats"]
    return terms.agree_with_firm(model, values["hall"], values["firm"], agreed, values["until"], clock.now())


def _release(hands: Hands, values: Values) -> str:
    event_id = hands.stage.halls[values["hall"]].id
    of_firm = select(Pool.id).where(
        Pool.event_id == event_id, Pool.kind == "firm", Pool.key == values["firm"]
    )
    pool_id = db.session.scalar(of_firm)
    db.session.rollback()
    release_allotment(event_id, pool_id or 0, ORGANISER)
    return "done"


def _should_release(model: Model, values: Values) -> str:
    return terms.release(model, values["hall"], values["firm"], clock.now())


def _some_reserve(chance: Chance, client: Client) -> Values:
    number = chance.below(len(client.stage.halls))
    seats = client.stage.halls[number].wanted[EVENT]
    return {"hall": number, "wanted": chance.below(2 * seats + 1), "reserve": chance.below(3)}


def _keep_back(hands: Hands, values: Values) -> str:
    hall = hands.stage.halls[values["hall"]]
    asked = Terms(values["wanted"], reserve=values["reserve"])
    change_capacity(hall.id, hall.pools[EVENT], asked, ORGANISER)
    return "done"


def _should_keep_back(model: Model, values: Values) -> str:
    return model.change_capacity(values["hall"], EVENT, values["wanted"], clock.now(), values["reserve"])


OF_EVENTS: Sequence[Operation] = (
    Operation("merge", 6, _twice, _merge, _should_merge),
    Operation("close", 2, _one_hall, _on_event(close_registration), _expected(terms.close)),
    Operation("reopen", 6, _one_hall, _on_event(reopen_registration), _expected(terms.reopen)),
    Operation(
        "cancel event", 1, _one_hall, _on_event(cancel_event), _expected(terms.cancel_event),
        is_repeatable=False,
    ),
    Operation("change line", 10, _other_line, _change_line, _should_change_line),
    Operation("agree with firm", 8, _agreement, _agree, _should_agree),
    Operation("release", 4, _one_firm, _release, _should_release),
    Operation("keep back", 6, _some_reserve, _keep_back, _should_keep_back),
)  # fmt: skip
OF_TERMS: Sequence[Operation] = (*OF_ASKED, *OF_EVENTS)
