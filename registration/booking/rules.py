"""The rules of a booking: values in, decision out."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Person:
    """One attendee as typed: *answers* are (question id, value), *sessions* ids of what she picked."""

    name: str
    email: str = ""
    firm: str = ""
    category_id: int | None = None
    answers: tuple[tuple[int, str], ...] = ()
    sessions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Wish:
    """The people who want to come to one event: together, or *is_flexible* as many as fit."""

    event_id: int
    people: tuple[Person, ...]
    is_flexible: bool = False


@dataclass(frozen=True)
class Application:
    """What one contact asks for with one form. *consents* are (purpose, words shown).

    *together* means seats in every event at once, or nothing at all. *code* is what was typed as
    access code, *invitation_id* the personal invitation that was answered.
    """

    submit_key: str
    name: str
    email: str
    firm: str
    locale: str
    wishes: tuple[Wish, ...]
    consents: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    together: bool = False
    code: str = ""
    invitation_id: int | None = None


def body_hash(application: Application) -> str:
    """Return what tells a repeat of the same form from another form under the same key."""
    # Strings, numbers and tuples alone: their repr is the same wherever it is made.
    body = repr(replace(application, submit_key=""))
    return hashlib.sha256(body.encode()).hexdigest()


def key_hash(submit_key: str) -> str:
    """Return what is kept of a submit key, also after the person is erased."""
    return hashlib.sha256(submit_key.encode()).hexdigest()


def lacking(wishes: Iterable[Wish], needs: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return (event, other event) where people come to an event without the other one that it *needs*."""
    coming = {wish.event_id: {(one.name, one.email) for one in wish.people} for wish in wishes}
    return [
        (event_id, needs[event_id])
        for event_id, people in coming.items()
        if event_id in needs and not people <= coming.get(needs[event_id], set())
    ]


def is_unreachable(bounces: int, *, is_first: bool) -> bool:
    """Say whether an address is taken for wrong: reported twice, or once for the first mail to it.

    The first mail is the confirmation: whoever mistyped her address never got anything.
    """
    return bounces >= 2 or is_first
