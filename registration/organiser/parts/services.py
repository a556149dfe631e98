"""Add, change and remove the categories of an event; each public function is one transaction."""

from collections.abc import Mapping
from dataclasses import asdict, fields

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registration.booking.event_settings.usage import drop_pool, holders, in_category
from registration.core import optimistic_lock
from registration.core.children import child_of
from registration.core.locking import locked_one
from registration.core.refusal import Refusal
from registration.core.transaction import write_tx
from registration.events import services as events
from registration.events.models import Category, Event, Question
from registration.events.services import CategoryFacts
from registration.events.wording import flat, translate
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates


def add_category(event_id: int, facts: CategoryFacts, capacity: int | None, actor: Actor) -> None:
    """Add a category; with *capacity* it has seats of its own. Raises Refusal at the field."""

    def work(session: Session) -> None:
        gates.hold(session, [event_id])
        event = locked_one(session, Event, event_id)
        _check(session, event_id, facts)
        last = session.scalar(select(func.max(Category.rank)).where(Category.event_id == event_id))
        made = events.add_category(session, event, facts, 0 if last is None else last + 1)
        if capacity is not None:
            gates.add_pool(session, event_id, "category", made.id, capacity)
        _noted(session, event, "added-category", made.id, actor)

    write_tx(work)


def change_category(
    event_id: int,
    category_id: int,
    facts: CategoryFacts,
    words: Mapping[str, Mapping[str, str]],
    actor: Actor,
    seen: str = "",
) -> None:
    """Change a category; *words* are its words in other languages, *seen* the marks of the form.

    Its seats and its code stay as they are. Another turn in the line is for who registers from now on.
    Raises Refusal at the field, ChangedMeanwhile, NotFound.
    """

    def work(session: Session) -> None:
        gates.hold(session, [event_id])
        event, found = locked_one(session, Event, event_id), _found(session, event_id, category_id)
        optimistic_lock.check(seen, stored_category(found), asdict(facts) | flat(words))
        _check(session, event_id, facts, but=category_id)
        for name, value in asdict(facts).items():
            setattr(found, name, value)
        for code, told in words.items():
            translate(session, found, code, told)
        session.flush()
        _noted(session, event, "changed-category", category_id, actor)

    write_tx(work)


def stored_category(category: Category) -> dict[str, object]:
    """Return what is stored of *category*, by the names of its form."""
    own = {one.name: getattr(category, one.name) for one in fields(CategoryFacts)}
    return own | flat(category.translations)


def remove_category(event_id: int, category_id: int, actor: Actor) -> None:
    """Remove a category that nobody has chosen, with its seats. Raises Refusal, NotFound."""

    def work(session: Session) -> None:
        with gates.locked(session, event_id) as gate:
            event, found = locked_one(session, Event, event_id), _found(session, event_id, category_id)
            _check_unused(session, category_id)
            _ask_others(session, event_id, category_id)
            drop_pool(session, gate, "category", category_id)
            session.delete(found)
            session.flush()
            _noted(session, event, "removed-category", category_id, actor)

    write_tx(work)


def _check(session: Session, event_id: int, facts: CategoryFacts, but: int | None = None) -> None:
    if facts.opens_at and facts.closes_at and facts.closes_at <= facts.opens_at:
        raise Refusal(_("Registration must close after it opens."), field="closes_at")
    known = select(Category.id).where(Category.event_id == event_id, Category.name == facts.name)
    if session.scalar(known) not in (None, but):
        raise Refusal(_("There is a category of this name already."), field="name")


def _check_unused(session: Session, category_id: int) -> None:
    had = holders(session, in_category(category_id))
    if had.coming:
        raise Refusal(
            ngettext(
                "%(num)s person is in this category. Let them change to another one first, or close it: "
                "enter a time that has passed at “Closes for it”.",
                "%(num)s people are in this category. Let them change to another one first, or close it: "
                "enter a time that has passed at “Closes for it”.",
                had.coming,
            )
        )
    if had.all:
        raise Refusal(
            _(
                "People who no longer come were in this category, and the lists keep that. Close it instead: "
                "enter a time that has passed at “Closes for it”."
            )
        )


def _ask_others(session: Session, event_id: int, category_id: int) -> None:
    """Let questions be for the other categories. Raises Refusal where one is for this category alone."""
    for question in session.scalars(select(Question).where(Question.event_id == event_id)):
        if category_id not in question.category_ids:
            continue
        others = [one for one in question.category_ids if one != category_id]
        # For no category means for all: that would ask everybody.
        if not others and question.archived_at is None:
            raise Refusal(
                _(
                    "“%(label)s” is asked of this category only. Change that question first.",
                    label=question.label,
                )
            )
        if others:
            question.category_ids = others


def _found(session: Session, event_id: int, category_id: int) -> Category:
    return child_of(session, Category, category_id, _("There is no such category."), event_id=event_id)


def _noted(session: Session, event: Event, action: str, category_id: int, actor: Actor) -> None:
    events.touch(event)
    facts = {"category": category_id}
    record(session, actor, Note(action, organiser_id=event.organiser_id, event_id=event.id, facts=facts))
