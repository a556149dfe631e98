"""What clients of a proof send: forms by number and name alone, so that a trace can be read and repeated."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from registration.booking.rules import Application, Person, Wish
from registration.proof.plans import parts
from registration.proof.stage import Hall, Stage

T = TypeVar("T")
Values = Mapping[str, Any]


class Chance(Protocol):
    """Where choices come from: a seed, or Hypothesis."""

    def below(self, number: int) -> int:
        """Return a number from 0 to below *number*."""


@dataclass
class Seeded:
    """Choices that come again with the same seed."""

    seed: int | str
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - no secret comes of it

    def below(self, number: int) -> int:
        """Return a number from 0 to below *number*."""
        return self._random.randrange(number)

    def bytes(self, count: int) -> bytes:
        """Return *count* bytes, for tokens."""
        return self._random.randbytes(count)


def one_of(chance: Chance, things: Sequence[T]) -> T:
    return things[chance.below(len(things))]


@dataclass(frozen=True)
class Form:
    """One form: who sends it under which key, and for each hall those who come (plans.parts).

    *is_flexible*: as many of a party may come as fit.
    """

    key: str
    person: str
    wishes: tuple[tuple[int, tuple[str, ...]], ...]
    together: bool = False
    is_flexible: bool = False


@dataclass(frozen=True)
class Step:
    """One operation with all that was chosen for it."""

    name: str
    values: Values

    def halls(self, count: int) -> list[int]:
        """Return which of *count* halls this can touch."""
        if "form" in self.values:
            return [number for number, _party in self.values["form"].wishes]
        named = [self.values[name] for name in ("hall", "to") if name in self.values]
        return named or list(range(count))

    def __str__(self) -> str:
        return f"{self.name} " + " ".join(f"{name}={_told(value)}" for name, value in self.values.items())


@dataclass
class Client:
    """One client: what it has sent so far, and where it asked to move. *name* keeps its keys and people
    apart from others'."""

    name: str
    stage: Stage
    forms: list[Form] = field(default_factory=list)
    moves: list[tuple[str, int]] = field(default_factory=list)

    def next_key(self) -> str:
        return f"{self.name}-{len(self.forms) + 1}"

    def halls_of(self, form: Form) -> list[int]:
        """Return where there may be a registration of *form*."""
        return [hall for hall, _party in form.wishes] + [to for key, to in self.moves if key == form.key]


def application(stage: Stage, form: Form) -> Application:
    """Return *form* as the service takes it."""
    wishes = []
    for number, party in form.wishes:
        hall = stage.halls[number]
        people = (person_in(hall, f"Ada {rank}", written) for rank, written in enumerate(party))
        wishes.append(Wish(hall.id, tuple(people), form.is_flexible))
    email = f"{form.person}@{stage.name}.example.org"
    key = f"{stage.name}:{form.key}"
    return Application(key, "Ada", email, "", "en", tuple(wishes), together=form.together)


def person_in(hall: Hall, name: str, written: str) -> Person:
    """Return somebody who comes to *hall*, as the services take her."""
    category, sessions, firm = parts(written)
    picked = tuple(hall.sessions[one] for one in sessions)
    return Person(name, "", firm, hall.categories.get(category), sessions=picked)


def _told(value: object) -> str:
    if isinstance(value, Form):
        parties = "+".join(
            f"{hall}:{','.join(label or '-' for label in party)}" for hall, party in value.wishes
        )
        how = f"{'/together' if value.together else ''}{'/as-fit' if value.is_flexible else ''}"
        return f"{value.key}/{value.person}/{parties}{how}"
    return str(value)
