"""What clients were told, compared with the tables at the end: the only witness of what was lost."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import select

from registration.booking.models import Booking
from registration.booking.rules import key_hash
from registration.core.among import among
from registration.core.database import db
from registration.proof.client import Step
from registration.proof.stage import Stage
from registration.seats import rules
from registration.seats.models import Registration

# What a client may be told. Anything else is no answer: the client cannot know what came of it.
ANSWERS = frozenset(
    {
        "receipt", "link", "conflict", "full", "not-together", "not-found", "capacity", "done", "not-now",
        "offer-ended", "late", "no-seat", "no-room", "reason-missing", "firm-missing", "refused", "closed",
        "is-in", "too-large",
    }
)  # fmt: skip
_ENDING = frozenset({"cancel", "remove one", "decline", "reject", "move", "merge"})


@dataclass(frozen=True)
class Seen:
    """What a client saw of its registration for a hall."""

    hall: int
    place: int
    state: str
    part: int = 0


@dataclass(frozen=True)
class ObservedAnswer:
    """One answer: to whom, of what, when (seconds since the epoch), and what its page showed then."""

    client: str
    step: Step
    answer: str
    begun: float
    ended: float
    seen: tuple[Seen, ...] = ()

    @property
    def key(self) -> str:
        form = self.step.values.get("form")
        return str(form.key if form is not None else self.step.values.get("key", ""))


@dataclass
class Account:
    """What the ledger says in the end."""

    acknowledged: int = 0
    unanswered: int = 0
    lost: list[str] = field(default_factory=list)
    longest_gap: float = 0.0


def seen(stage: Stage, key: str) -> tuple[Seen, ...]:
    """Return what the page of a form shows now."""
    halls = {hall.id: number for number, hall in enumerate(stage.halls)}
    rows = db.session.execute(
        select(Registration.event_id, Registration.place, Registration.state, Registration.part)
        .join(Booking, Booking.id == Registration.booking_id)
        .where(Booking.submit_key == key_hash(f"{stage.name}:{key}"))
        .order_by(Registration.event_id)
    ).all()
    db.session.rollback()
    return tuple(Seen(halls[row.event_id], row.place, row.state, row.part) for row in rows)


def account(stage: Stage, ledger: Sequence[ObservedAnswer]) -> Account:
    """Compare the *ledger* of all clients with the tables."""
    told = Account(
        acknowledged=sum(one.answer in ANSWERS for one in ledger),
        unanswered=sum(one.answer not in ANSWERS for one in ledger),
        longest_gap=_longest_gap(ledger),
    )
    by_key: dict[str, list[ObservedAnswer]] = defaultdict(list)
    for one in ledger:
        if one.key:
            by_key[one.key].append(one)
    tables = _tables(stage, by_key)
    for key, answers in by_key.items():
        told.lost += [f"form {key}: {sentence}" for sentence in _wrong(answers, tables.get(key, []))]
    return told


def _wrong(answers: Sequence[ObservedAnswer], rows: Sequence[Seen]) -> list[str]:
    """Return what the tables say otherwise than one client was told."""
    receipts = [one for one in answers if one.answer == "receipt"]
    sent = [one for one in answers if "form" in one.step.values]
    wrong = []
    if not receipts:
        if rows and all(one.answer in ANSWERS for one in sent):
            wrong.append(f"was refused ({', '.join(one.answer for one in sent)}), and is there")
        return wrong
    halls = sorted(number for number, _party in receipts[0].step.values["form"].wishes)
    # Whoever moved is elsewhere too, and a party that grew has a second registration after the first.
    missing = set(halls) - {row.hall for row in rows}
    more = {row.hall for row in rows} - set(halls) - _moves(answers)
    if missing or more:
        return [f"was acknowledged for {halls}, and is there for {sorted(row.hall for row in rows)}"]
    # A party that grew or was split, or moved away and back, has several of a hall.
    now_is = {(row.hall, row.place, row.part): row.state for row in rows}
    for was in {was for one in receipts for was in one.seen}:
        state = now_is.get((was.hall, was.place, was.part))
        if state is None:
            wrong.append(f"was told place {was.place} in hall {was.hall}, and has another")
        if was.state in (rules.CONFIRMED, rules.OFFERED) and state == rules.WAITLISTED:
            wrong.append(f"had a seat in hall {was.hall}, and waits")
    states = {row.hall: row.state for row in reversed(rows)}
    for hall in halls:
        wrong += _wrong_end(hall, states[hall], answers, receipts)
    return wrong


def _moves(answers: Sequence[ObservedAnswer]) -> set[int]:
    """Return to which halls somebody asked to move."""
    return {one.step.values["to"] for one in answers if one.step.name == "move"}


def _wrong_end(
    hall: int, state: str, answers: Sequence[ObservedAnswer], receipts: Sequence[ObservedAnswer]
) -> Iterable[str]:
    """Return what is wrong with the *state* that the registration for *hall* ended in."""
    ends = [one for one in answers if one.step.name in _ENDING and one.step.values["hall"] == hall]
    cancelled = [one for one in ends if one.step.name == "cancel" and one.answer == "done"]
    # A cancellation sent before the registration was there finds nothing to cancel.
    first = min(one.ended for one in receipts)
    if any(one.begun > first for one in cancelled) and state not in rules.ENDED:
        yield f"was told in hall {hall} that it is cancelled, and is {state}"
    if state in rules.ENDED and not ends:
        yield f"never cancelled in hall {hall}, and is {state}"


def _tables(stage: Stage, keys: Iterable[str]) -> dict[str, list[Seen]]:
    names = {key_hash(f"{stage.name}:{key}"): key for key in keys}
    halls = {hall.id: number for number, hall in enumerate(stage.halls)}
    found: dict[str, list[Seen]] = defaultdict(list)
    rows = db.session.execute(
        select(
            Registration.event_id,
            Registration.place,
            Registration.state,
            Registration.part,
            Booking.submit_key,
        )
        .join(Booking, Booking.id == Registration.booking_id)
        .where(among(Registration.event_id, halls))
        .order_by(Registration.id)
    )
    for row in rows:
        found[names.get(row.submit_key, "?")].append(
            Seen(halls[row.event_id], row.place, row.state, row.part)
        )
    db.session.rollback()
    return found


def _longest_gap(ledger: Sequence[ObservedAnswer]) -> float:
    """Return the longest time in seconds in which no client was answered."""
    ends = sorted(one.ended for one in ledger if one.answer in ANSWERS)
    return max((later - earlier for earlier, later in pairwise(ends)), default=0.0)


def answers_by_operation(ledger: Sequence[ObservedAnswer]) -> dict[str, Counter[str]]:
    """Return how often each operation was answered how."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for one in ledger:
        counted[one.step.name][one.answer] += 1
    return dict(counted)
