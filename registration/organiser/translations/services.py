"""The words of an event or a programme in other languages than its own: what is there, and changing it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registration.booking.models import Booking
from registration.core import optimistic_lock
from registration.core.among import among
from registration.core.database import db
from registration.core.locking import locked_all, locked_one
from registration.core.transaction import write_tx
from registration.events.models import Event, EventText, Programme, Question
from registration.events.programme_links import links_of
from registration.events.services import Text, put_calendar_note, put_text, touch
from registration.events.wording import FIELDS, Translatable, missing, missing_of, parts_of, translate
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates
from registration.seats import rules
from registration.seats.models import Registration
from registration.web.locale import NAMES

# What a whole says of itself, be it an event or a programme.
OWN_WORDS = ("title", "summary", "description")


@dataclass(frozen=True)
class SpokenLanguage:
    """One of our languages and how far it is spoken; *readers* are registrations made in it."""

    code: str
    name: str
    is_own: bool
    is_there: bool
    missing: int
    readers: int


def languages_of(event: Event) -> Sequence[SpokenLanguage]:
    """Return each language with what *event* has in it."""
    there = {text.locale for text in event.texts}
    readers = _readers(db.session(), [event.id])
    return [
        SpokenLanguage(
            code, name, code == event.locale, code in there, missing(event, code), readers.get(code, 0)
        )
        for code, name in NAMES.items()
    ]


def languages_of_programme(programme: Programme) -> Sequence[SpokenLanguage]:
    """Return each language with what *programme* has in it."""
    readers = _readers(db.session(), [one.event_id for one in links_of(db.session(), programme.id)])
    return [
        SpokenLanguage(
            code,
            name,
            code == programme.locale,
            code in programme.translations,
            missing_of(programme, code),
            readers.get(code, 0),
        )
        for code, name in NAMES.items()
    ]


def words_of(event: Event, locale: str) -> dict[str, object]:
    """Return what an event says in *locale*, by the names of the form."""
    stored = next((text for text in event.texts if text.locale == locale), None)
    found: dict[str, object] = {name: getattr(stored, name, "") for name in own_words(event)}
    for part in parts_of(event):
        there = part.translations.get(locale, {})
        found |= typed_words(part, there)
    return found


def own_words(event: Event) -> tuple[str, ...]:
    """Return what the whole of *event* says, in its own language and in others."""
    return (*OWN_WORDS, "calendar_note") if event.calendar_note else OWN_WORDS


def words_of_programme(programme: Programme, locale: str) -> dict[str, object]:
    """Return what a programme says in *locale*, by the names of the form."""
    there = programme.translations.get(locale, {})
    return {name: there.get(name, "") for name in OWN_WORDS}


def worded(part: Translatable) -> list[str]:
    """Return what can be said of *part* in other languages: what it says in its own."""
    return [field for field in FIELDS[type(part)] if getattr(part, field)]


def field_of(part: Translatable, field: str) -> str:
    """Return the name of the form's field for the words of a part."""
    return f"{part.__tablename__}-{part.id}-{field}"


def choice_field(question: Question, choice: str) -> str:
    """Return the name of the form's field for the words of one choice: it stays when the order changes."""
    digest = hashlib.blake2s(choice.encode(), digest_size=6).hexdigest()
    return f"{field_of(question, 'choice')}-{digest}"


def typed_words(part: Translatable, words: Mapping[str, Any]) -> dict[str, object]:
    """Return *words* of a part by the names of the form's fields."""
    found: dict[str, object] = {
        field_of(part, field): words.get(field, "") for field in worded(part) if field != "choices"
    }
    if isinstance(part, Question):
        choices = words.get("choices") or {}
        found |= {choice_field(part, one): choices.get(one, "") for one in part.choice_ids}
    return found


def translate_event(
    event_id: int,
    text: Text,
    parts: Mapping[tuple[str, int], Mapping[str, Any]],
    actor: Actor,
    seen: str = "",
    calendar_note: str = "",
) -> None:
    """Keep the words of an event and of its *parts*, by table and id, in the language of *text*.

    *calendar_note* stands in the calendars of those who have a seat and read that language. *seen* are the
    marks of the form. Raises ChangedMeanwhile.
    """

    def work(session: Session) -> None:
        event = _locked(session, event_id)
        wanted: dict[str, object] = asdict(text) | {"calendar_note": calendar_note}
        wanted = {name: wanted[name] for name in own_words(event)}
        for part in parts_of(event):
            told = parts.get((part.__tablename__, part.id), {})
            wanted |= typed_words(part, told) if told else {}
        optimistic_lock.check(seen, words_of(event, text.locale), wanted)
        put_text(session, event, text)
        if event.calendar_note:
            put_calendar_note(session, event, text.locale, calendar_note)
        for part in parts_of(event):
            words = parts.get((part.__tablename__, part.id))
            if words is not None:
                translate(session, part, text.locale, words)
        _note(session, event, "edited-text", text.locale, actor)

    write_tx(work)


def remove_language(event_id: int, locale: str, actor: Actor) -> None:
    """Delete the words of an event in *locale*, which is not its own."""

    def work(session: Session) -> None:
        event = _locked(session, event_id)
        if locale == event.locale:
            return
        session.execute(delete(EventText).where(EventText.event_id == event_id, EventText.locale == locale))
        for part in parts_of(event):
            translate(session, part, locale, {})
        _note(session, event, "removed-text", locale, actor)

    write_tx(work)


def translate_programme(programme_id: int, text: Text, actor: Actor, seen: str = "") -> None:
    """Keep the words of a programme in the language of *text*.

    *seen* are the marks of the form. Raises ChangedMeanwhile.
    """
    told = {name: getattr(text, name) for name in OWN_WORDS}
    _put_programme(programme_id, text.locale, told, "edited-text", actor, seen)


def remove_programme_language(programme_id: int, locale: str, actor: Actor) -> None:
    """Delete the words of a programme in *locale*; again is no error."""
    _put_programme(programme_id, locale, {}, "removed-text", actor)


def _put_programme(
    programme_id: int, locale: str, told: Mapping[str, str], action: str, actor: Actor, seen: str = ""
) -> None:
    def work(session: Session) -> None:
        programme = locked_one(session, Programme, programme_id)
        optimistic_lock.check(seen, words_of_programme(programme, locale), told)
        translate(session, programme, locale, told)
        ids = [one.event_id for one in links_of(session, programme_id)]
        # Pages are kept until an event on them is edited.
        for event in locked_all(session, Event, ids):
            touch(event)
        facts = {"locale": locale, "programme": programme_id}
        record(session, actor, Note(action, organiser_id=programme.organiser_id, facts=facts))

    write_tx(work)


def _locked(session: Session, event_id: int) -> Event:
    # Under the gate, so that two edits at once count as two and no kept page stays old.
    gates.hold(session, [event_id])
    return locked_one(session, Event, event_id)


def _note(session: Session, event: Event, action: str, locale: str, actor: Actor) -> None:
    touch(event)
    note = Note(action, organiser_id=event.organiser_id, event_id=event.id, facts={"locale": locale})
    record(session, actor, note)


def _readers(session: Session, event_ids: Sequence[int]) -> dict[str, int]:
    rows = session.execute(
        select(Booking.locale, func.count())
        .join(Registration, Registration.booking_id == Booking.id)
        .where(among(Registration.event_id, event_ids), Registration.state.not_in(rules.ENDED))
        .group_by(Booking.locale)
    )
    return {code: int(count) for code, count in rows}
