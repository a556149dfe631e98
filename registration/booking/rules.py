"""The rules of a booking: values in, decision out."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from flask_babel import lazy_gettext as _l

from registration.core.refusal import NotFound, Refusal
from registration.core.text import normal_email
from registration.events.rules import EventStatus, Phase, has_overlap, is_open_between, phase

_WHY_CLOSED = {
    Phase.NOT_YET: _l("Registration has not opened yet."),
    Phase.CLOSED: _l("Registration has closed. Contact the organiser if you still want to come."),
    Phase.OVER: _l("This event is over."),
    Phase.CANCELLED: _l("This event is cancelled."),
}


class OpenedEvent(Protocol):
    """What decides whether somebody may register for an event now."""

    @property
    def status(self) -> str: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class CategoryOfEvent(Protocol):
    """What decides whether somebody may come in a category."""

    @property
    def event_id(self) -> int: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...


class Timed(Protocol):
    """What decides whether somebody may come to a session beside others."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class SessionOfEvent(Timed, Protocol):
    """A session, and whose it is."""

    @property
    def event_id(self) -> int: ...


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

    @cached_property
    def key(self) -> str:
        return key_hash(self.submit_key)

    @cached_property
    def body(self) -> str:
        """What tells a repeat of the same form from another form under the same key."""
        # Strings, numbers and tuples alone: their repr is the same wherever it is made.
        body = repr(replace(self, submit_key=""))
        return hashlib.sha256(body.encode()).hexdigest()

    @cached_property
    def email_normal(self) -> str:
        return normal_email(self.email)

    def work_out(self) -> None:
        """Hash the form now, before the lock: at a locked gate everybody waits while it is done."""
        _kept = (self.key, self.body, self.email_normal)

    def apart(self) -> "Application":
        """Return the same under a key that only the same answers have.

        Another form under its key is then no conflict, which would tell that this one was taken.
        """
        return replace(self, submit_key=f"{self.submit_key}:{self.body}")

    def names_others(self) -> bool:
        """Say whether an attendee has an address that is not the contact's."""
        typed = {person.email for wish in self.wishes for person in wish.people}
        return bool(typed - {"", self.email})


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


def check_open(event: OpenedEvent | None, now: datetime, *, closed: type[Refusal]) -> None:
    """Raise NotFound unless *event* is there for others than its team, and *closed* unless it is open now."""
    if event is None or event.status == EventStatus.DRAFT:
        raise NotFound(_l("There is no such event."))
    now_is = phase(event.status, event.opens_at, event.closes_at, event.starts_at, event.ends_at, now)
    if now_is is not Phase.OPEN:
        raise closed(_WHY_CLOSED[now_is])


def check_category(
    category: CategoryOfEvent | None,
    event_id: int,
    now: datetime,
    *,
    is_hers: bool = False,
    closed: type[Refusal] = Refusal,
) -> None:
    """Raise Refusal unless *category* is of the event, and *closed* unless it is open now.

    Who has it already (*is_hers*) may keep it, though it is closed to others.
    """
    if category is None or category.event_id != event_id:
        raise Refusal(_l("Choose one of the categories that are listed."), field="category")
    if not is_hers and not is_open_between(category.opens_at, category.closes_at, now):
        raise closed(_l("This category is not open now. Choose another one."), field="category")


def check_sessions(picked: Collection[int], found: Collection[SessionOfEvent], event_id: int) -> None:
    """Raise Refusal unless *found* are all that was *picked*, of the event, and at different times."""
    if len(found) != len(picked) or any(one.event_id != event_id for one in found):
        raise Refusal(_l("Choose among the sessions that are listed."), field="sessions")
    if clash := session_clash(found):
        raise Refusal(clash, field="sessions")


def session_clash(sessions: Iterable[Timed]) -> str:
    """Return the sentence where two of *sessions* are at the same time, else nothing."""
    if not has_overlap([(one.starts_at, one.ends_at) for one in sessions]):
        return ""
    return str(_l("Two of the sessions overlap. Choose one of them."))


def is_unreachable(bounces: int, *, is_first: bool) -> bool:
    """Say whether an address is taken for wrong: reported twice, or once for the first mail to it.

    The first mail is the confirmation: whoever mistyped her address never got anything.
    """
    return bounces >= 2 or is_first
