"""What organisers do; each public function is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from registration.accounts.models import Organiser
from registration.booking.event_settings.closing import to_be_told
from registration.booking.notifications.consequences import Tell, tell_or_ask
from registration.booking.notifications.notify import moved_mails
from registration.capability.services import TEAM, replace, revoke
from registration.core import optimistic_lock
from registration.core.locking import locked, locked_one
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.events import services as events
from registration.events.models import Event
from registration.events.queries import whereabouts
from registration.events.rules import DRAFT, keeps_promises
from registration.events.services import CategoryFacts, Facts, QuestionFacts, Text
from registration.journal.services import Actor, Note, record
from registration.organiser.event import moving
from registration.seats import gate as gates

NEEDS = QuestionFacts(
    label="Do you need anything to take part?",
    kind="long",
    hint="Access, food, language: say what helps. Only those who run the event see it.",
    is_sensitive=True,
)


@dataclass(frozen=True)
class NewEvent:
    """All of a new event."""

    facts: Facts
    text: Text
    capacity: int
    policy: str
    categories: Sequence[tuple[str, int | None]] = ()
    questions: Sequence[QuestionFacts] = (NEEDS,)
    slug: str = ""


def create_event(organiser_id: int, new: NewEvent, uid_host: str, actor: Actor) -> str:
    """Add an event with its seats and return its slug. Raises Refusal."""
    names = [name for name, _capacity in new.categories]
    if len(set(names)) != len(names):
        raise Refusal(_("Two categories have the same name. Give each its own."))
    return write_tx(lambda session: _create(session, organiser_id, new, uid_host, actor))


def change_event(
    event_id: int, facts: Facts, text: Text, actor: Actor, seen: str = "", *, tell: Tell = True
) -> int | None:
    """Change an event; where it moved, tell everybody who holds or waits. *seen* are the form's marks.

    Return how many are told, or None when it stays when and where it was. Raises Refusal, ChangedMeanwhile;
    ToBeTold where *tell* is None and somebody would be told.
    """

    def work(session: Session) -> int | None:
        # Under the gate: a registration sees the event before or after the change, never in between.
        with gates.locked(session, event_id) as gate:
            event = _event(session, event_id)
            optimistic_lock.check(seen, stored_event(event), asdict(facts) | asdict(text))
            _check_status(session, event, facts)
            before = whereabouts(event)
            _change(session, gate, event, facts, text, actor)
            return _told(session, event, before, tell)

    return write_tx(work)


def stored_event(event: Event) -> dict[str, object]:
    """Return what is stored of *event*, its own words with it, by the names of the form."""
    told = next((text for text in event.texts if text.locale == event.locale), None)
    return {one.name: getattr(event, one.name) for one in fields(Facts)} | {
        one.name: getattr(told, one.name, "") for one in fields(Text) if one.name != "locale"
    }


def note_export(event: Event, fmt: str, count: int, actor: Actor) -> None:
    """Journal who took how many people's details away."""
    note = Note(
        "export", organiser_id=event.organiser_id, event_id=event.id, facts={"format": fmt, "rows": count}
    )
    write_tx(lambda session: record(session, actor, note))


def _create(session: Session, organiser_id: int, new: NewEvent, uid_host: str, actor: Actor) -> str:
    event = events.create_event(session, organiser_id, new.facts, [new.text], uid_host, new.slug)
    gates.open_queue(session, event.id, new.capacity, new.policy)
    for rank, (name, capacity) in enumerate(new.categories):
        category = events.add_category(session, event, CategoryFacts(name), rank)
        if capacity is not None:
            gates.add_pool(session, event.id, "category", category.id, capacity)
    for rank, question in enumerate(new.questions):
        events.add_question(session, event, question, rank)
    note = Note("created", organiser_id=organiser_id, event_id=event.id, after=new.facts.status)
    record(session, actor, note)
    return event.slug


def _change(session: Session, gate: gates.Gate, event: Event, facts: Facts, text: Text, actor: Actor) -> None:
    was = event.status
    outside = set(session.scalars(moving.left_outside(event)))
    shift = moving.shift_of(event, facts)
    facts = facts if shift is None else moving.following(event, facts, shift)
    events.change_event(session, event, facts, text)
    if shift is not None:
        moving.follow(session, gate, event, shift)
    moving.check_within(session, event, outside)
    moving.keep_links(session, event)
    note = Note("edited", organiser_id=event.organiser_id, event_id=event.id, before=was, after=event.status)
    record(session, actor, note)


def _told(session: Session, event: Event, before: Mapping[str, Any], tell: Tell) -> int | None:
    # A draft that is published is new to calendars, but neither when nor where has changed.
    if not keeps_promises(event.status) or whereabouts(event) == before:
        return None
    if event.status == DRAFT and not to_be_told(session, event.id):
        return None
    return tell_or_ask(session, event, moved_mails(session, event.id, before), tell)


def _check_status(session: Session, event: Event, facts: Facts) -> None:
    """Raise Refusal where an event would be hidden from people who are registered for it."""
    if facts.status != DRAFT or event.status == DRAFT:
        return
    count = to_be_told(session, event.id)
    if count:
        raise Refusal(
            ngettext(
                "%(num)s registration exists, so this cannot be a draft again. Make the event unlisted "
                "under Ways in, close registration, or cancel the event.",
                "%(num)s registrations exist, so this cannot be a draft again. Make the event unlisted "
                "under Ways in, close registration, or cancel the event.",
                count,
            ),
            field="status",
        )


def stored_settings(organiser: Organiser) -> dict[str, object]:
    """Return what holds for all events of *organiser*, by the names of the form."""
    return {"calendar_mail": organiser.calendar_mail}


def change_calendar_mail(organiser_id: int, choice: str, actor: Actor, seen: str = "") -> None:
    """Choose what the organiser's mails carry for the calendar. Raises ChangedMeanwhile."""

    def work(session: Session) -> None:
        organiser = locked_one(session, Organiser, organiser_id)
        optimistic_lock.check(seen, stored_settings(organiser), {"calendar_mail": choice})
        before, organiser.calendar_mail = organiser.calendar_mail, choice
        note = Note("calendar-mail", organiser_id=organiser_id, before=before, after=choice)
        record(session, actor, note)

    write_tx(work)


def renew_team_feed(account_id: int) -> None:
    """Give a colleague's own feed a new address; the old one, if there was one, is gone."""
    write_tx(lambda session: replace(session, account_id, TEAM))


def end_team_feed(account_id: int) -> None:
    """End the address of a colleague's own feed."""
    write_tx(lambda session: revoke(session, account_id, TEAM))


def _event(session: Session, event_id: int) -> Event:
    event = locked(session, Event, event_id)
    if event is None:
        raise NotFound(_("There is no such event."))
    return event
