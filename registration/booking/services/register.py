"""Register people for an event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from registration.booking.messages import Contact, announce, send_link_again
from registration.booking.models import Answer, Attendee, Booking, Consent
from registration.booking.rules import Application, Person, Wish, body_hash, category_counts, key_hash
from registration.capability.services import BOOKING, FEED, issue, token_of
from registration.core import clock
from registration.core.database import insert_all, table
from registration.core.refusal import NotFound, Refusal
from registration.core.text import fold, normal_email
from registration.core.together import write_together
from registration.core.tokens import new_code
from registration.events.models import Category, Event
from registration.events.rules import Phase, is_open_between, phase
from registration.journal.services import ATTENDEE, Actor
from registration.seats import engine, rules
from registration.seats import gate as gates
from registration.seats.gate import Gate
from registration.seats.models import Registration


class RegistrationClosed(Refusal):
    """The event, or a category of it, takes no registrations now."""

    code = "closed"


class EventFull(Refusal):
    """No seat is left and there is no waitlist."""

    code = "full"


class NotTogether(Refusal):
    """Seats were asked for in every event or in none, and one of them has too few."""

    code = "not-together"


class SubmittedDifferently(Refusal):
    """The form was sent before, with other answers."""

    code = "conflict"


@dataclass(frozen=True)
class Receipt:
    """What came of a form: the booking's link, or none when the address is registered already."""

    token: str | None


_booked, _event, _category = table(Booking).c, table(Event).c, table(Category).c
_registration = table(Registration).c
_KNOWN = select(_booked.id, _booked.submit_key, _booked.body_hash).where(
    _booked.submit_key.in_(bindparam("keys", expanding=True))
)
_EVENTS = select(
    _event.id,
    _event.organiser_id,
    _event.status,
    _event.opens_at,
    _event.closes_at,
    _event.starts_at,
    _event.ends_at,
    _event.has_waitlist,
).where(_event.id.in_(bindparam("ids", expanding=True)))
_EARLIER = (
    select(_booked.email_normal, _registration.event_id, _registration.state, _registration.calendar_sequence)
    .join_from(table(Registration), table(Booking), _booked.id == _registration.booking_id)
    .where(
        _booked.email_normal.in_(bindparam("emails", expanding=True)),
        _registration.event_id.in_(bindparam("ids", expanding=True)),
    )
)
_CATEGORIES = select(
    _category.id, _category.event_id, _category.priority, _category.opens_at, _category.closes_at
).where(_category.id.in_(bindparam("ids", expanding=True)))
_BOOK = insert(table(Booking)).returning(_booked.id, sort_by_parameter_order=True)
_CONSENT = insert(table(Consent))
_ATTEND = insert(table(Attendee))
_ATTEND_RETURNING = _ATTEND.returning(table(Attendee).c.id, sort_by_parameter_order=True)
_ANSWER = insert(table(Answer))
_WHY_CLOSED = {
    Phase.NOT_YET: _l("Registration has not opened yet."),
    Phase.CLOSED: _l("Registration has closed. Ask the organiser if you still want to come."),
    Phase.OVER: _l("This event is over."),
    Phase.CANCELLED: _l("This event is cancelled."),
}


def register(application: Application, actor: Actor = ATTENDEE) -> Receipt:
    """Give the people of *application* seats, or places on the waitlist.

    Those who ask at the same moment are admitted together, each in turn. The same form sent again
    answers with what is there. Raises RegistrationClosed, EventFull, NotTogether,
    SubmittedDifferently, Unavailable.
    """
    event_ids = tuple(sorted(wish.event_id for wish in application.wishes))

    def admit_all(session: Session, waiting: Callable[[], Sequence[Asked]]) -> Sequence[Receipt | Refusal]:
        locked = gates.lock(session, event_ids)
        return Desk(session, locked, waiting(), actor).answers()

    return write_together((event_ids, actor), Asked(application), admit_all)


@dataclass(frozen=True)
class Asked:
    """An application with what is looked up of it, made before the lock."""

    application: Application
    key: str = field(init=False)
    body: str = field(init=False)
    email: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", key_hash(self.application.submit_key))
        object.__setattr__(self, "body", body_hash(self.application))
        object.__setattr__(self, "email", normal_email(self.application.email))


@dataclass
class Admission:
    """Who is let in: the claims as the engine admitted them, and the link once it is made."""

    asked: Asked
    admitted: list[engine.Admitted]
    token: str = ""


class Desk:
    """Answers everybody who waits at the locked gates: decides in turn, then writes all at once."""

    def __init__(
        self, session: Session, locked: Mapping[int, Gate], waiting: Sequence[Asked], actor: Actor
    ) -> None:
        self.session = session
        self.actor = actor
        self.locked = locked
        self.waiting = waiting
        self.let_in: dict[str, Admission] = {}
        self.emails: set[str] = set()

    def answers(self) -> Sequence[Receipt | Refusal]:
        """Return the answer to each, in turn."""
        self._read()
        answers = [self._decided(asked) for asked in self.waiting]
        known_emails = [one for one in answers if isinstance(one, str)]
        self._write()
        if known_emails:
            send_link_again(self.session, known_emails, list(self.locked))
        return [self._told(one) for one in answers]

    def _told(self, decided: "Receipt | Refusal | Admission | str") -> Receipt | Refusal:
        if isinstance(decided, Admission):
            return Receipt(decided.token)
        return Receipt(token=None) if isinstance(decided, str) else decided

    def _read(self) -> None:
        """Read what all of them need to be answered, with one statement each."""
        run = self.session.connection().execute
        ids = list(self.locked)
        keys = [asked.key for asked in self.waiting]
        self.known = {row.submit_key: row for row in run(_KNOWN, {"keys": keys})}
        self.events = {row.id: row for row in run(_EVENTS, {"ids": ids})}
        self.earlier: dict[str, list[Any]] = {}
        emails = {asked.email for asked in self.waiting}
        for row in run(_EARLIER, {"emails": sorted(emails), "ids": ids}):
            self.earlier.setdefault(row.email_normal, []).append(row)
        chosen = {
            person.category_id
            for asked in self.waiting
            for wish in asked.application.wishes
            for person in wish.people
            if person.category_id is not None
        }
        self.categories: dict[int, Any] = {}
        if chosen:
            self.categories = {row.id: row for row in run(_CATEGORIES, {"ids": sorted(chosen)})}

    def _decided(self, asked: Asked) -> Receipt | Refusal | Admission | str:
        """Return who is let in, an answer, or the address whose link goes out again."""
        try:
            repeated = self._repeated(asked)
            if repeated is not None:
                return repeated
            self._check_open(asked.application)
            earlier = self.earlier.get(asked.email, [])
            if asked.email in self.emails or any(row.state not in rules.ENDED for row in earlier):
                return asked.email
            claims = [self._claim(wish, earlier) for wish in asked.application.wishes]
            if asked.application.together:
                self._check_together(claims)
        except Refusal as refusal:
            return refusal
        admission = Admission(asked, [engine.admit(self.session, gate, claim) for gate, claim in claims])
        self.let_in[asked.key] = admission
        self.emails.add(asked.email)
        return admission

    def _repeated(self, asked: Asked) -> Receipt | Admission | None:
        """Return what the same form led to. Raises SubmittedDifferently when it is another form."""
        beside, known = self.let_in.get(asked.key), self.known.get(asked.key)
        if known is not None:
            _check_same(asked.body, known.body_hash)
            return Receipt(token_of(self.session, known.id, BOOKING))
        if beside is not None:
            _check_same(asked.body, beside.asked.body)
        return beside

    def _check_open(self, application: Application) -> None:
        """Raise RegistrationClosed or NotFound unless every event asked for takes people now."""
        for wish in application.wishes:
            event = self.events.get(wish.event_id)
            if event is None or event.status == "draft":
                raise NotFound(_l("There is no such event."))
            now_is = phase(
                event.status, event.opens_at, event.closes_at, event.starts_at, event.ends_at, clock.now()
            )
            if now_is is not Phase.OPEN:
                raise RegistrationClosed(_WHY_CLOSED[now_is])

    def _claim(self, wish: Wish, earlier: Sequence[Any]) -> tuple[Gate, engine.Claim]:
        """Return what *wish* asks of which gate. Raises EventFull where nobody waits and it would."""
        gate = self.locked[wish.event_id]
        counts = category_counts(person.category_id for person in wish.people)
        for category_id in counts:
            self._check_category(category_id, wish.event_id)
        before = [row.calendar_sequence for row in earlier if row.event_id == wish.event_id]
        claim = engine.Claim(
            size=len(wish.people),
            needs=gate.needs(len(wish.people), counts),
            priority=min((self.categories[one].priority for one in counts), default=0),
            calendar_sequence=1 + max(before, default=-1),
        )
        if not self.events[wish.event_id].has_waitlist and not engine.would_sit(self.session, gate, claim):
            raise EventFull(_l("All seats are taken, and this event has no waitlist."))
        return gate, claim

    def _check_together(self, claims: Sequence[tuple[Gate, engine.Claim]]) -> None:
        """Raise NotTogether unless all of *claims* would get their seats now."""
        if not all(engine.would_sit(self.session, gate, claim) for gate, claim in claims):
            raise NotTogether(
                _l(
                    "Not every event you chose has seats left for all of you, so nothing was registered. "
                    "Choose each event for itself, or leave out the full one."
                ),
                field="together",
            )

    def _check_category(self, category_id: int, event_id: int) -> None:
        category = self.categories.get(category_id)
        if category is None or category.event_id != event_id:
            raise Refusal(_l("Choose one of the categories that are listed."), field="category")
        if not is_open_between(category.opens_at, category.closes_at, clock.now()):
            raise RegistrationClosed(
                _l("This category is not open now. Choose another one."), field="category"
            )

    def _write(self) -> None:
        """Write everybody who was let in, a statement for each table, and give the gates back."""
        changes: list[engine.Change] = []
        let_in = list(self.let_in.values())
        contacts: dict[int, Contact] = {}
        if let_in:
            contacts = self._book(let_in)
            changes += self._join(let_in, list(contacts))
        for gate in self.locked.values():
            if gate.is_draining or gate.policy == rules.STRICT:
                changes += engine.drain(self.session, gate, self.actor)
            gates.close(self.session, gate)
        announce(self.session, changes, known=contacts)

    def _book(self, let_in: Sequence[Admission]) -> dict[int, Contact]:
        """Write the bookings with their consents and links; return their contacts."""
        at = clock.now()
        asked = [one.asked for one in let_in]
        organisers = [self.events[one.application.wishes[0].event_id].organiser_id for one in asked]
        rows = [
            {
                "organiser_id": organiser_id,
                "name": one.application.name,
                "email": one.application.email,
                "email_normal": one.email,
                "firm": one.application.firm,
                "locale": one.application.locale,
                "submit_key": one.key,
                "body_hash": one.body,
                "created_at": at,
            }
            for one, organiser_id in zip(asked, organisers, strict=True)
        ]
        ids = insert_all(self.session, _BOOK, rows)
        consents = [
            {"booking_id": booking_id, "purpose": purpose, "wording": wording, "given_at": at}
            for booking_id, one in zip(ids, asked, strict=True)
            for purpose, wording in one.application.consents
        ]
        if consents:
            self.session.connection().execute(_CONSENT, consents)
        tokens = issue(self.session, ids, BOOKING, FEED)
        for booking_id, admission in zip(ids, let_in, strict=True):
            admission.token = tokens[booking_id][BOOKING]
        return {
            row_id: Contact(row_id, row["organiser_id"], row["name"], row["email"], row["locale"])
            for row_id, row in zip(ids, rows, strict=True)
        }

    def _join(self, let_in: Sequence[Admission], booking_ids: Sequence[int]) -> list[engine.Change]:
        """Write the registrations with their attendees and answers."""
        admitted, bookings, parties = [], [], []
        for admission, booking_id in zip(let_in, booking_ids, strict=True):
            for one, wish in zip(admission.admitted, admission.asked.application.wishes, strict=True):
                admitted.append(one)
                bookings.append(booking_id)
                parties.append(wish.people)
        changes = engine.join(self.session, admitted, bookings, self.actor)
        _name(self.session, [change.registration_id for change in changes], parties)
        return changes


def _check_same(body: str, known: str) -> None:
    if body != known:
        raise SubmittedDifferently(
            _l("This form was already sent with other answers. Open the link in our mail to change them.")
        )


def _name(session: Session, registration_ids: Sequence[int], parties: Sequence[Sequence[Person]]) -> None:
    """Write who comes with each registration, and what they answered."""
    named = [
        (registration_id, rank, person)
        for registration_id, people in zip(registration_ids, parties, strict=True)
        for rank, person in enumerate(people)
    ]
    rows = [
        {
            "registration_id": registration_id,
            "rank": rank,
            "name": person.name,
            "email": person.email,
            "firm": person.firm,
            "searchable": fold(f"{person.name} {person.email} {person.firm}"),
            "category_id": person.category_id,
            "code": new_code(10),
        }
        for registration_id, rank, person in named
    ]
    if not any(person.answers for _id, _rank, person in named):
        session.connection().execute(_ATTEND, rows)
        return
    ids = insert_all(session, _ATTEND_RETURNING, rows)
    answers = [
        {"attendee_id": attendee_id, "question_id": question_id, "value": value}
        for attendee_id, (_id, _rank, person) in zip(ids, named, strict=True)
        for question_id, value in person.answers
    ]
    session.connection().execute(_ANSWER, answers)
