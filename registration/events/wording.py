"""The words of an event's parts in the reader's language, else in the event's own.

Programmes, categories, sessions and questions have their own words in their columns, and in *translations*,
by language and column, those that were translated: a part without a translation shows its own words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registration.events.models import Category, Event, EventSession, Programme, Question
from registration.events.queries import Words

Translatable = Programme | Category | EventSession | Question
# What of each part people read. The choices of a question are told by their ids.
FIELDS: dict[type[Any], tuple[str, ...]] = {
    Programme: ("title", "summary", "description"),
    Category: ("name", "hint"),
    EventSession: ("name", "hint"),
    Question: ("label", "hint", "purpose", "retention", "choices"),
}


class LocalisedText(NamedTuple):
    """A text, and the language it is in."""

    text: str
    locale: str


@dataclass(frozen=True)
class CategoryWords:
    """A category for one reader."""

    id: int
    name: LocalisedText
    hint: LocalisedText
    opens_at: datetime | None
    closes_at: datetime | None


def said(own: Any, translations: Mapping[str, Mapping[str, Any]], field: str, locale: str) -> Any:
    """Return *field* in *locale*, else as its *own* words have it."""
    return translations.get(locale, {}).get(field) or own


def note_in(event: Event, locale: str) -> str:
    """Return what the organiser wrote for the calendars of those who have a seat."""
    if not event.calendar_note or locale == event.locale:
        return event.calendar_note
    return next((text.calendar_note for text in event.texts if text.locale == locale), "") or (
        event.calendar_note
    )


def told(part: Any, field: str, locale: str, own_locale: str) -> LocalisedText:
    """Return *field* of *part* for a reader of *locale*; its own words are in *own_locale*."""
    is_there = bool(part.translations.get(locale, {}).get(field))
    return LocalisedText(
        said(getattr(part, field), part.translations, field, locale), locale if is_there else own_locale
    )


class LocalisedChoice(NamedTuple):
    """A choice for one reader: what is stored of it, its words, and the language they are in."""

    id: str
    text: str
    locale: str


def choices_told(question: Any, locale: str, own_locale: str) -> list[LocalisedChoice]:
    """Return the choices of *question* for a reader of *locale*; what is not translated in its own words."""
    there = question.translations.get(locale, {}).get("choices", {})
    return [
        LocalisedChoice(one, there[one], locale)
        if there.get(one)
        else LocalisedChoice(one, label, own_locale)
        for one, label in zip(question.choice_ids, question.choices, strict=True)
    ]


def programme_words(programme: Programme, locale: str) -> Words:
    """Return the words of *programme* in *locale*, else in its own language; the two are never mixed."""
    there = programme.translations.get(locale, {})
    if not there.get("title"):
        return Words(programme.locale, programme.title, programme.summary, programme.description)
    return Words(locale, there["title"], there.get("summary", ""), there.get("description", ""))


def category_words(event: Event, locale: str) -> list[CategoryWords]:
    """Return the categories of *event* as a reader of *locale* is told of them."""
    return [
        CategoryWords(
            one.id,
            told(one, "name", locale, event.locale),
            told(one, "hint", locale, event.locale),
            one.opens_at,
            one.closes_at,
        )
        for one in event.categories
    ]


def parts_of(event: Event) -> Sequence[Category | EventSession | Question]:
    """Return the parts of *event* that have words of their own."""
    return [*event.categories, *event.sessions, *event.questions]


def missing(event: Event, locale: str) -> int:
    """Return how many texts of *event* a reader of *locale* gets in another language."""
    count = 0 if any(text.locale == locale for text in event.texts) else 1
    if event.calendar_note and not any(text.calendar_note for text in event.texts if text.locale == locale):
        count += 1
    return count + sum(missing_of(part, locale) for part in parts_of(event))


def missing_of(part: Translatable, locale: str) -> int:
    """Return how many texts of *part* are not there in *locale*."""
    there = part.translations.get(locale, {})
    count = sum(1 for field in FIELDS[type(part)] if getattr(part, field) and not there.get(field))
    choices = there.get("choices", {})
    is_partly = bool(choices) and any(one not in choices for one in getattr(part, "choice_ids", ()))
    return count + is_partly


def flat(translations: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return words in other languages by the names that forms give them: `name-fr`."""
    return {f"{field}-{code}": text for code, told in translations.items() for field, text in told.items()}


def translate(session: Session, part: Translatable, locale: str, words: Mapping[str, Any]) -> None:
    """Keep *words* of *part* in *locale*; empty ones are none."""
    kept = {field: words[field] for field in FIELDS[type(part)] if words.get(field)}
    if isinstance(part, Question) and isinstance(kept.get("choices"), list):
        # As a list they stand in the order that the choices have now.
        kept["choices"] = dict(zip(part.choice_ids, kept["choices"], strict=False))
    others = {code: told for code, told in part.translations.items() if code != locale}
    # A new value: SQLAlchemy does not look into JSON.
    part.translations = others | ({locale: kept} if kept else {})
    session.flush()
