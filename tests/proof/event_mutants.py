"""Rules of events broken: lines that change, firms, closing, cancelling, merging."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.admission import batch as admission_batch
from registration.booking.changes import decide as changes_decide
from registration.booking.changes import target as changes_target
from registration.booking.event_settings import closing
from registration.booking.event_settings import waitlist as waitlist_settings
from registration.core import clock
from registration.seats import counters, engine, rules
from registration.seats import gate as gates
from registration.seats.line import held
from registration.seats.models import Registration
from tests.proof.breaking import Mutation, settled_without_drain


def _closing_ignored() -> Mutation:
    """An event that is closed or cancelled takes people."""
    return [(admission_batch.AdmissionBatch, "_check_open", lambda *_args: None)]


def _cancelled_decides() -> Mutation:
    """Registrations for a cancelled event are decided on."""
    return [(changes_target, "is_called_off", lambda *_args: False)]


def _cancelled_promotes() -> Mutation:
    """Whoever waits for a cancelled event gets the seats that come free there."""

    def anybody(session: Session, gate: Any, limit: int) -> Any:
        query = select(Registration.id).where(
            Registration.event_id == gate.event_id, Registration.state == rules.WAITLISTED
        )
        return held(session, gate, session.scalars(query.limit(limit)).all())

    return [(engine, "head", anybody)]


def _cancelled_untold() -> Mutation:
    """An event is cancelled and nobody is told."""
    return [(closing, "event_cancelled_mails", lambda *_args: [])]


def _cancelled_twice() -> Mutation:
    """An event that is cancelled can be closed and opened."""

    def locked(session: Session, event_id: int) -> Any:
        gates.close(session, gates.lock(session, [event_id])[event_id])
        return session.get_one(closing.Event, event_id)

    return [(closing, "_locked", locked)]


def _never_in_part() -> Mutation:
    """A party of which some could sit waits as a whole."""

    def admitted(self: admission_batch.AdmissionBatch, party: admission_batch.Party) -> Any:
        people = party.wish.people
        return [(engine.admit(self.session, party.gate, self._claim(party, people)), people)]

    return [(admission_batch.AdmissionBatch, "_admitted", admitted)]


def _merged_told() -> Mutation:
    """Whoever registered twice is told that one of the two is cancelled."""

    def settle(*args: Any, **_values: Any) -> Any:
        return changes_target.settle(*args)

    return [(changes_decide, "settle", settle)]


def _merged_without_drain() -> Mutation:
    """The seat of a registration that was there twice goes to nobody."""
    return settled_without_drain(changes_decide)


def _line_without_drain() -> Mutation:
    """What a new rule frees goes to nobody."""
    return settled_without_drain(waitlist_settings)


def _line_unwalked() -> Mutation:
    """A stricter order accuses those whom the old one let past rightly."""
    return [(waitlist_settings, "walk_by", lambda *_args: None)]


def _cap_kept() -> Mutation:
    """Firms keep the limit that was for all before."""
    return [(waitlist_settings, "_apply_cap", lambda *_args: None)]


def _firms_uncounted() -> Mutation:
    """Those of a firm who came before its limit are not counted."""
    return [(waitlist_settings, "_recount_firms", lambda *_args: None)]


def _allotment_unchecked() -> Mutation:
    """More seats are kept for firms than there are."""
    return [(waitlist_settings, "_check_allotment", lambda *_args: None)]


def _nothing_agreed() -> Mutation:
    """A firm gets a limit that says nothing."""
    return [(waitlist_settings, "_check_terms", lambda *_args: None)]


def _frozen_moves() -> Mutation:
    """A line that is frozen moves."""
    return [
        (gates.Gate, "stands_still", lambda gate, _at: rules.stands_still(gate.promotion, None, clock.now()))
    ]


def _waitlist_unlimited() -> Mutation:
    """More wait than may."""
    return [(admission_batch.AdmissionBatch, "_check_may_wait", lambda *_args: None)]


def _reserve_open() -> Mutation:
    """What the organiser keeps back goes to anybody."""

    def firms_alone(gate: Any) -> None:
        gate.event_pool.kept = sum(pool.own for pool in gate.pools.values())

    return [(counters, "reckon_kept", firms_alone)]


def _reserve_unspent() -> Mutation:
    """What the organiser gives of the reserve stays kept back."""
    return [(counters, "spend_reserve", lambda *_args: None)]


OF_EVENTS: dict[str, Callable[[], Mutation]] = {
    "closed and still taking people": _closing_ignored,
    "cancelled and still deciding": _cancelled_decides,
    "cancelled and still promoting": _cancelled_promotes,
    "cancelled and nobody told": _cancelled_untold,
    "cancelled and opened again": _cancelled_twice,
    "as many as fit wait together": _never_in_part,
    "merged and told": _merged_told,
    "merge forgets to drain": _merged_without_drain,
    "stricter order looks back": _line_unwalked,
    "frozen line moves": _frozen_moves,
    "limit of the waitlist ignored": _waitlist_unlimited,
}
OF_FIRMS: dict[str, Callable[[], Mutation]] = {
    "new rules forget to drain": _line_without_drain,
    "new limit of firms not in force": _cap_kept,
    "firms not counted that were there": _firms_uncounted,
    "nothing agreed with a firm": _nothing_agreed,
    "more kept for firms than there is": _allotment_unchecked,
    "reserve open to all": _reserve_open,
    "reserve not spent": _reserve_unspent,
}
