"""What an operation is: how it is chosen, done and expected; and those that every kind of event knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from registration.booking.admission.services import register
from registration.booking.changes.attendance import check_in
from registration.booking.changes.cancel import Target, cancel, cancel_attendee
from registration.booking.changes.offers import accept, decline
from registration.booking.event_settings.capacity import change_capacity
from registration.booking.models import Attendee, Booking
from registration.booking.rules import key_hash
from registration.booking.tasks.sweep import sweep
from registration.core import clock
from registration.core.database import db
from registration.core.refusal import Refusal
from registration.journal.services import ATTENDEE, Actor
from registration.proof.client import Chance, Client, Form, Step, Values, application, one_of
from registration.proof.model import Model
from registration.proof.plans import CHANGING, EVENT, Plan
from registration.proof.stage import Stage
from registration.seats import rules
from registration.seats.models import Registration

PARTIES = (1, 1, 1, 2, 2, 3)
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
    # Done twice it is as if done once. Of others the client looks first whether it was done.
    is_repeatable: bool = True


def perform(operation: Operation, hands: Hands, values: Values) -> str:
    """Do it and return the answer; a refusal is its code, and an error is a finding of its own."""
    try:
        return operation.do(hands, values)
    except Refusal as refusal:
        return refusal.code
    except Exception as error:
        return f"an error ({type(error).__name__})"


def choose(chance: Chance, client: Client, operations: "Sequence[Operation]") -> Step:
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


def _new_form(chance: Chance, client: Client) -> Values:
    halls = list(range(len(client.stage.halls)))
    chosen = [halls.pop(chance.below(len(halls)))]
    if chance.below(5) == 0:
        chosen.append(one_of(chance, halls))
    key = client.next_key()
    wishes = tuple((number, _party(chance, client.stage, number)) for number in sorted(chosen))
    is_together = len(chosen) > 1 and chance.below(2) == 0
    is_flexible = client.stage.kind in CHANGING and chance.below(3) == 0
    form = Form(key, f"p{key}", wishes, is_together, is_flexible)
    client.forms.append(form)
    return {"form": form}


def _party(chance: Chance, stage: Stage, number: int) -> tuple[str, ...]:
    who = stage.halls[number].plan.who()
    return tuple(one_of(chance, who) for _one in range(one_of(chance, PARTIES)))


def _same_form(chance: Chance, client: Client) -> Values | None:
    return {"form": one_of(chance, client.forms)} if client.forms else None


def _other_body(chance: Chance, client: Client) -> Values | None:
    if not client.forms:
        return None
    form = one_of(chance, client.forms)
    (number, party), *rest = form.wishes
    return {
        "form": Form(
            form.key, form.person, ((number, (*party, party[0])), *rest), form.together, form.is_flexible
        )
    }


def _same_person(chance: Chance, client: Client) -> Values | None:
    if not client.forms:
        return None
    person = one_of(chance, client.forms).person
    chosen = _new_form(chance, client)["form"]
    form = client.forms[-1] = Form(chosen.key, person, chosen.wishes, chosen.together, chosen.is_flexible)
    return {"form": form}


def _register(hands: Hands, values: Values) -> str:
    form: Form = values["form"]
    receipt = register(application(hands.stage, form))
    if receipt.token is None:
        return "link"
    if hands.tokens.setdefault(form.key, receipt.token) != receipt.token:
        return "another receipt"
    return "receipt"


def _should_register(model: Model, values: Values) -> str:
    return model.register(values["form"], clock.now())


def one_registration(chance: Chance, client: Client) -> Values | None:
    if not client.forms:
        return None
    form = one_of(chance, client.forms)
    return {"key": form.key, "hall": one_of(chance, client.halls_of(form))}


def _to_cancel(chance: Chance, client: Client) -> Values | None:
    chosen = one_registration(chance, client)
    return None if chosen is None else {**chosen, "by_organiser": chance.below(3) == 0}


def target(stage: Stage, key: str, hall: int) -> Target:
    """Return the first registration of a form for a hall; one that is not there has the number 0."""
    event_id = stage.halls[hall].id
    found = db.session.execute(
        select(Registration.id, Registration.booking_id)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Booking.submit_key == key_hash(f"{stage.name}:{key}"), Registration.event_id == event_id)
        .order_by(Registration.id)
        .limit(1)
    ).one_or_none()
    db.session.rollback()
    return Target(event_id, 0) if found is None else Target(event_id, found.id, found.booking_id)


def _cancel(hands: Hands, values: Values) -> str:
    actor = ORGANISER if values["by_organiser"] else ATTENDEE
    cancel(target(hands.stage, values["key"], values["hall"]), actor)
    return "done"


def _should_cancel(model: Model, values: Values) -> str:
    return model.cancel(values["key"], values["hall"], clock.now(), by_organiser=values["by_organiser"])


def _to_remove(chance: Chance, client: Client) -> Values | None:
    chosen = one_registration(chance, client)
    return None if chosen is None else {**chosen, "rank": chance.below(3)}


def _remove(hands: Hands, values: Values) -> str:
    found = target(hands.stage, values["key"], values["hall"])
    cancel_attendee(found, attendee(found, values["rank"]), ATTENDEE)
    return "done"


def attendee(found: Target, rank: int) -> int:
    """Return the attendee of that rank, or 0 where there is none."""
    query = select(Attendee.id).where(
        Attendee.registration_id == found.registration_id, Attendee.rank == rank
    )
    attendee_id = db.session.scalar(query)
    db.session.rollback()
    return attendee_id or 0


def _should_remove(model: Model, values: Values) -> str:
    return model.remove(values["key"], values["hall"], values["rank"], clock.now())


def _to_check_in(chance: Chance, client: Client) -> Values | None:
    chosen = one_registration(chance, client)
    return None if chosen is None else {**chosen, "rank": chance.below(2), "is_in": chance.below(3) > 0}


def _check_in(hands: Hands, values: Values) -> str:
    found = target(hands.stage, values["key"], values["hall"])
    check_in(found.event_id, attendee(found, values["rank"]), is_in=values["is_in"], actor=ORGANISER)
    return "done"


def _should_check_in(model: Model, values: Values) -> str:
    return model.check_in(values["key"], values["hall"], values["rank"], is_in=values["is_in"])


def _to_resize(chance: Chance, client: Client) -> Values:
    number = chance.below(len(client.stage.halls))
    hall = client.stage.halls[number]
    pool = one_of(chance, sorted(hall.pools))
    if chance.below(30) == 0:
        return {"hall": number, "pool": pool, "wanted": one_of(chance, (-1, 1_000_001))}
    return {"hall": number, "pool": pool, "wanted": chance.below(2 * hall.wanted[EVENT] + 1)}


def _resize(hands: Hands, values: Values) -> str:
    hall = hands.stage.halls[values["hall"]]
    change_capacity(hall.id, hall.pools[values["pool"]], values["wanted"], ORGANISER)
    return "done"


def _should_resize(model: Model, values: Values) -> str:
    return model.change_capacity(values["hall"], values["pool"], values["wanted"], clock.now())


def one_where(chance: Chance, client: Client, is_wanted: Callable[[Plan], bool]) -> Values | None:
    """Choose a registration for an event of such a plan; in which state it is, nobody looks first.

    Where the rules of events change on the way, it may be any.
    """
    is_any = client.stage.kind in CHANGING and chance.below(2) == 0
    found = [
        (form.key, number)
        for form in client.forms
        for number in client.halls_of(form)
        if is_any or is_wanted(client.stage.halls[number].plan)
    ]
    if not found:
        return None
    key, number = one_of(chance, found)
    return {"key": key, "hall": number}


def _offered(chance: Chance, client: Client) -> Values | None:
    return one_where(chance, client, lambda plan: plan.promotion == rules.OFFER)


def on_registration(service: Callable[[Target, Actor], None], actor: Actor) -> Callable[[Hands, Values], str]:
    """Return what lets *actor* do *service* on the registration that a step names."""

    def do(hands: Hands, values: Values) -> str:
        service(target(hands.stage, values["key"], values["hall"]), actor)
        return "done"

    return do


def _should_accept(model: Model, values: Values) -> str:
    return model.accept(values["key"], values["hall"], clock.now())


def _should_decline(model: Model, values: Values) -> str:
    return model.decline(values["key"], values["hall"], clock.now())


def _sweep(_hands: Hands, _values: Values) -> str:
    sweep()
    return "done"


def _should_sweep(model: Model, _values: Values) -> str:
    return model.sweep(clock.now())


def _pause(chance: Chance, _client: Client) -> Values:
    longest = 4200 if chance.below(3) == 0 else 290
    return {"until": clock.now() + timedelta(seconds=1 + chance.below(longest))}


def _wait(hands: Hands, values: Values) -> str:
    """Let time pass, the worker doing what is due and sending what was decided now and then."""
    assert hands.move_clock is not None
    assert hands.deliver is not None
    while clock.now() < values["until"]:
        sweep()
        hands.move_clock(_next_look(clock.now(), values["until"]))
        hands.deliver()
    return "done"


def _should_wait(model: Model, values: Values) -> str:
    at = clock.now()
    while at < values["until"]:
        model.sweep(at)
        at = _next_look(at, values["until"])
    return "done"


def _next_look(at: datetime, until: datetime) -> datetime:
    # Shorter than the doctor's grace for what is due and not yet swept.
    return min(at + timedelta(seconds=290), until)


OF_SEATS: Sequence[Operation] = (
    Operation("register", 40, _new_form, _register, _should_register),
    Operation("register again", 6, _same_form, _register, _should_register),
    Operation("register differently", 3, _other_body, _register, _should_register),
    Operation("register once more", 5, _same_person, _register, _should_register),
    Operation("cancel", 18, _to_cancel, _cancel, _should_cancel),
    Operation("remove one", 10, _to_remove, _remove, _should_remove),
    Operation("check in", 5, _to_check_in, _check_in, _should_check_in),
    Operation("change capacity", 12, _to_resize, _resize, _should_resize),
    Operation("accept", 8, _offered, on_registration(accept, ATTENDEE), _should_accept),
    Operation("decline", 3, _offered, on_registration(decline, ATTENDEE), _should_decline),
    Operation("sweep", 2, lambda _chance, _client: {}, _sweep, _should_sweep, is_one_step=False),
    Operation("wait", 6, _pause, _wait, _should_wait, is_for_crowds=False, is_one_step=False),
)
