"""One batch of admissions: answers everybody who waits at the locked gates of what they ask for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from registration.booking.admission import access
from registration.booking.admission.attendees import name_attendees
from registration.booking.admission.pool_needs import Member, needs_of
from registration.booking.admission.prerequisites import may_come_alone, not_without
from registration.booking.admission.refusals import (
    EventFull,
    NotTogether,
    RegistrationClosed,
    SubmittedDifferently,
)
from registration.booking.admission.write import Admission, Receipt, book
from registration.booking.models import Booking
from registration.booking.notifications.notify import announce, send_link_again
from registration.booking.queries.bookings import is_waiting
from registration.booking.rules import (
    Application,
    Person,
    Wish,
    check_category,
    check_open,
    check_sessions,
    lacking,
)
from registration.capability.services import BOOKING, token_of, was_replaced
from registration.core import clock
from registration.core.among import among
from registration.core.database import table
from registration.core.limits import max_per_address
from registration.core.refusal import Refusal
from registration.events.models import Category, Event, EventSession, ProgrammeEvent
from registration.journal.services import Actor
from registration.seats import engine, rules
from registration.seats.changing import Change
from registration.seats.gate import Gate
from registration.seats.models import Registration
from registration.seats.too_large import check_can_ever_fit

_booked, _event, _category = table(Booking).c, table(Event).c, table(Category).c
_registration, _session = table(Registration).c, table(EventSession).c
_linked = table(ProgrammeEvent).c
_KNOWN = select(_booked.id, _booked.submit_key, _booked.body_hash).where(among(_booked.submit_key, "keys"))
_EVENTS = select(
    _event.id,
    _event.organiser_id,
    _event.status,
    _event.opens_at,
    _event.closes_at,
    _event.starts_at,
    _event.ends_at,
    _event.has_waitlist,
    _event.by_invitation,
    _event.access_code,
    # No event asks for two others (organiser/programmes/services.py).
    select(func.min(_linked.requires_event_id))
    .where(_linked.event_id == _event.id)
    .scalar_subquery()
    .label("requires_event_id"),
).where(among(_event.id, "ids"))
_EARLIER = (
    select(
        _booked.email_normal,
        _registration.booking_id,
        _registration.event_id,
        _registration.state,
        _registration.calendar_sequence,
    )
    .join_from(table(Registration), table(Booking), _booked.id == _registration.booking_id)
    .where(
        among(_booked.email_normal, "emails"),
        among(_registration.event_id, "ids"),
    )
)
_CATEGORIES = select(
    _category.id,
    _category.event_id,
    _category.priority,
    _category.opens_at,
    _category.closes_at,
    _category.access_code,
).where(among(_category.id, "ids"))
_SESSIONS = select(_session.id, _session.event_id, _session.starts_at, _session.ends_at).where(
    among(_session.id, "ids"), _session.is_offered
)


@dataclass
class Party:
    """The people of one wish at the gate they ask."""

    gate: Gate
    wish: Wish
    contact: str
    calendar_sequence: int
    # What all of them ask for together, and whether they get it: asked once, when the party is checked.
    whole: engine.Claim = field(init=False, repr=False)
    sits: bool = field(init=False, repr=False)


class AdmissionBatch:
    """Answers everybody who waits at the locked gates: decides in turn, then writes all at once."""

    def __init__(
        self,
        session: Session,
        locked: Mapping[int, Gate],
        waiting: Sequence[Application],
        actor: Actor,
    ) -> None:
        self.session = session
        self.actor = actor
        self.locked = locked
        self.waiting = waiting
        self.let_in: dict[str, Admission] = {}
        # Who was let in beside, by address and event.
        self.beside: Counter[tuple[str, int]] = Counter()

    def answers(self) -> Sequence[Receipt | Refusal]:
        """Return the answer to each, in turn."""
        self._read()
        lacks = [self._lacks(asked) for asked in self.waiting]
        answers = [self._decided(asked, lacks) for asked, lacks in zip(self.waiting, lacks, strict=True)]
        known_emails = [one for one in answers if isinstance(one, str)]
        self._write()
        if known_emails:
            send_link_again(self.session, known_emails, list(self.locked))
        told = [self._told(one) for one in answers]
        # Whether the other event is hers already stands in her mail alone.
        return [
            one if not missing or isinstance(one, Refusal) else not_without(self.session, missing)
            for one, missing in zip(told, lacks, strict=True)
        ]

    def _told(self, decided: "Receipt | Refusal | Admission | str") -> Receipt | Refusal:
        if isinstance(decided, Admission):
            return decided.receipt()
        return Receipt(token=None) if isinstance(decided, str) else decided

    def _read(self) -> None:
        """Read what all of them need to be answered, with one statement each."""
        run = self.session.connection().execute
        ids = list(self.locked)
        self.events = {row.id: row for row in run(_EVENTS, {"ids": ids})}
        self.needs = {row.id: row.requires_event_id for row in self.events.values() if row.requires_event_id}
        self.waiting = [asked.apart() if self._lacks(asked) else asked for asked in self.waiting]
        keys = [asked.key for asked in self.waiting]
        self.known = {row.submit_key: row for row in run(_KNOWN, {"keys": keys})}
        self.earlier: dict[str, list[Any]] = {}
        emails = {asked.email_normal for asked in self.waiting}
        for row in run(_EARLIER, {"emails": sorted(emails), "ids": ids}):
            self.earlier.setdefault(row.email_normal, []).append(row)
        chosen = {
            person.category_id
            for asked in self.waiting
            for wish in asked.wishes
            for person in wish.people
            if person.category_id is not None
        }
        self.categories: dict[int | None, Any] = {}
        if chosen:
            self.categories = {row.id: row for row in run(_CATEGORIES, {"ids": sorted(chosen)})}
        self.invited = access.invited(run, [asked.invitation_id for asked in self.waiting])
        picked = {
            session_id
            for asked in self.waiting
            for wish in asked.wishes
            for person in wish.people
            for session_id in person.sessions
        }
        self.sessions: dict[int, Any] = {}
        if picked:
            self.sessions = {row.id: row for row in run(_SESSIONS, {"ids": sorted(picked)})}

    def _decided(
        self, asked: Application, lacks: Sequence[tuple[int, int]]
    ) -> Receipt | Refusal | Admission | str:
        """Return who is let in, an answer, or the address whose link goes out again.

        *lacks* is what is asked for without the event that it can only be had with.
        """
        try:
            repeated = self._repeated(asked)
            if repeated is not None:
                return repeated
            self._check_open(asked)
            way = access.Ways(self.events, self.categories, self.invited)
            way.check(asked, self.actor)
            earlier = self.earlier.get(asked.email_normal, [])
            parties = [self._party(asked, wish, earlier) for wish in asked.wishes]
            if asked.together:
                self._check_together(parties)
        except Refusal as refusal:
            return refusal
        if lacks and not may_come_alone(self.session, lacks, asked.email_normal):
            return not_without(self.session, lacks)
        # Last of all: what is refused is refused to a known address in the same words as to any other.
        if self._has_enough(asked, earlier):
            return asked.email_normal
        admission = Admission(asked, [one for party in parties for one in self._admitted(party)])
        self.let_in[asked.key] = admission
        way.use(asked)
        self.beside.update((asked.email_normal, wish.event_id) for wish in asked.wishes)
        return admission

    def _lacks(self, asked: Application) -> list[tuple[int, int]]:
        """Return what is asked for without the event that it can only be had with."""
        return lacking(asked.wishes, self.needs) if self.needs else []

    def _has_enough(self, asked: Application, earlier: Sequence[Any]) -> bool:
        """Say whether the address has, of one of the events, as many bookings as it may."""
        for wish in asked.wishes:
            active = {
                row.booking_id
                for row in earlier
                if row.event_id == wish.event_id and row.state not in rules.ENDED
            }
            if len(active) + self.beside[asked.email_normal, wish.event_id] >= max_per_address():
                return True
        return False

    def _repeated(self, asked: Application) -> Receipt | Admission | str | None:
        """Return what the same form led to. Raises SubmittedDifferently when it is another form.

        Once the mailbox was confirmed the link is its reader's: whoever has the form gets a mail to there.
        """
        beside, known = self.let_in.get(asked.key), self.known.get(asked.key)
        if known is not None:
            is_hers = was_replaced(self.session, known.id, BOOKING)
            token = None if is_hers else token_of(self.session, known.id, BOOKING)
            _check_same(asked.body, known.body_hash, token)
            return asked.email_normal if is_hers else Receipt(token, is_waiting(self.session, known.id))
        if beside is not None:
            _check_same(asked.body, beside.asked.body)
        return beside

    def _check_open(self, application: Application) -> None:
        """Raise RegistrationClosed or NotFound unless every event asked for takes people now."""
        for wish in application.wishes:
            check_open(self.events.get(wish.event_id), clock.now(), closed=RegistrationClosed)

    def _party(self, asked: Application, wish: Wish, earlier: Sequence[Any]) -> "Party":
        """Return what *wish* asks of which gate. Raises EventFull where it could not even wait."""
        gate = self.locked[wish.event_id]
        for category_id in {person.category_id for person in wish.people} - {None}:
            category = self.categories.get(category_id)
            check_category(category, wish.event_id, clock.now(), closed=RegistrationClosed)
        for person in wish.people:
            found = [self.sessions[one] for one in set(person.sessions) if one in self.sessions]
            check_sessions(person.sessions, found, wish.event_id)
        before = [row.calendar_sequence for row in earlier if row.event_id == wish.event_id]
        party = Party(gate, wish, asked.email, 1 + max(before, default=-1))
        party.whole = self._claim(party, wish.people)
        # Who may come in part needs no more at once than one person does.
        alone = [self._claim(party, (one,)) for one in wish.people] if wish.is_flexible else [party.whole]
        for claim in alone:
            check_can_ever_fit(self.session, gate, claim.needs)
        party.sits = engine.would_sit(self.session, gate, party.whole)
        if not party.sits:
            self._check_may_wait(gate, len(wish.people))
        return party

    def _claim(self, party: "Party", people: Sequence[Person]) -> engine.Claim:
        members = [
            Member(person.category_id, person.sessions, person.firm, person.email or party.contact)
            for person in people
        ]
        chosen = {person.category_id for person in people} - {None}
        return engine.Claim(
            size=len(people),
            needs=needs_of(self.session, party.gate, members),
            priority=min((self.categories[one].priority for one in chosen), default=0),
            calendar_sequence=party.calendar_sequence,
            is_trusted=self.actor.kind == "organiser",
        )

    def _admitted(self, party: "Party") -> list[tuple[engine.Admitted, Sequence[Person]]]:
        """Let a party in: as a whole, or those who fit together and each of the others at the same place."""
        people = party.wish.people
        if not party.wish.is_flexible or party.sits:
            return [(engine.admit(self.session, party.gate, party.whole), people)]
        fitting = len(people) - 1
        while fitting and not engine.would_sit(
            self.session, party.gate, self._claim(party, people[:fitting])
        ):
            fitting -= 1
        parts = [people[:fitting]] if fitting else []
        parts += [(person,) for person in people[fitting:]]
        let_in: list[tuple[engine.Admitted, Sequence[Person]]] = []
        for part in parts:
            beside = let_in[-1][0] if let_in else None
            let_in.append((engine.admit(self.session, party.gate, self._claim(party, part), beside), part))
        return let_in

    def _check_may_wait(self, gate: Gate, asked: int) -> None:
        """Raise EventFull where nobody, or nobody more, can wait."""
        if gate.needs_approval and self.actor.kind != "organiser":
            return
        if not self.events[gate.event_id].has_waitlist:
            told = _l("All seats are taken, and this event has no waitlist.")
            raise EventFull(_with_free(gate, asked, told))
        if not rules.may_wait(gate.waiting, gate.waitlist_limit, needs_approval=False):
            told = _l("All seats are taken, and the waitlist is full. Contact the organiser.")
            raise EventFull(_with_free(gate, asked, told))

    def _check_together(self, parties: Sequence["Party"]) -> None:
        """Raise NotTogether unless all of *parties* would get their seats now."""
        if not all(party.sits for party in parties):
            raise NotTogether(
                _l(
                    "Nothing was registered, because at least one event does not have enough seats for "
                    "everyone. Leave that event out, or register for each event separately."
                ),
                field="together",
            )

    def _write(self) -> None:
        """Write everybody who was let in, a statement for each table, and go on where seats came free."""
        changes: list[Change] = []
        let_in = list(self.let_in.values())
        contacts: dict[int, Row[Any]] = {}
        if let_in:
            organisers = [self._organiser_of(one.asked) for one in let_in]
            contacts = book(self.session, let_in, organisers)
            changes += self._join(let_in, contacts)
        joined = len(changes)
        for gate in self.locked.values():
            if gate.is_draining:
                changes += engine.drain(self.session, gate, self.actor)
        has_own = len(changes) > joined or any(one.asked.names_others() for one in let_in)
        announce(self.session, changes, known=contacts, has_own=has_own)

    def _join(self, let_in: Sequence[Admission], booking_ids: Iterable[int]) -> list[Change]:
        """Write the registrations with their attendees and answers."""
        admitted, bookings, parties = [], [], []
        for admission, booking_id in zip(let_in, booking_ids, strict=True):
            for one, people in admission.admitted:
                admitted.append(one)
                bookings.append(booking_id)
                parties.append(people)
        changes = engine.join(self.session, admitted, bookings, self.actor)
        name_attendees(self.session, [change.registration_id for change in changes], parties)
        return changes

    def _organiser_of(self, asked: Application) -> int:
        return int(self.events[asked.wishes[0].event_id].organiser_id)


def _with_free(gate: Gate, asked: int, full: object) -> object:
    """Return what is true of a party that gets no seats: that some are free, but too few, or *full*."""
    free = max(0, gate.event_pool.free - gate.event_pool.kept)
    if not 0 < free < asked:
        return full
    return ngettext(
        "%(num)s seat is free; you asked for %(asked)s, and nobody else can wait. Register fewer people.",
        "%(num)s seats are free; you asked for %(asked)s, and nobody else can wait. Register fewer people.",
        free,
        asked=asked,
    )


def _check_same(body: str, known: str, token: str | None = None) -> None:
    if body != known:
        raise SubmittedDifferently(
            _l(
                "You already sent this form with different answers, and that registration is still "
                "valid. Nothing was registered now. Change that registration, or register someone "
                "else."
            ),
            token,
        )
