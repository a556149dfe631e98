"""Ask, change, order and remove questions; each public function is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import fields

from flask_babel import gettext as _
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from registration.booking.models import Answer, Upload
from registration.core import clock, optimistic_lock
from registration.core.locking import locked_one
from registration.core.refusal import NotFound, Refusal
from registration.core.transaction import write_tx
from registration.events import services as events
from registration.events.asking import BOOKING, DECIDING, new_choice_ids
from registration.events.models import Event, Question
from registration.events.services import QuestionFacts
from registration.journal.services import Actor, Note, record
from registration.seats import gate as gates


def questions_of(session: Session, event_id: int) -> Sequence[Question]:
    """Return what an event asks, in order."""
    return session.scalars(
        select(Question)
        .where(Question.event_id == event_id, Question.archived_at.is_(None))
        .order_by(Question.rank, Question.id)
    ).all()


def ask(event_id: int, facts: QuestionFacts, actor: Actor) -> None:
    """Ask one thing more, after all others. Raises Refusal."""

    def work(session: Session, event: Event) -> None:
        known = questions_of(session, event.id)
        check(facts, known)
        events.add_question(session, event, facts, 1 + max((one.rank for one in known), default=-1))

    _changed(event_id, "added-question", actor, work)


def facts_of(question: Question) -> QuestionFacts:
    """Return what is stored of a question."""
    return QuestionFacts(**{one.name: getattr(question, one.name) for one in fields(QuestionFacts)})


def values_of(facts: QuestionFacts) -> dict[str, object]:
    """Return what a form shows of *facts*, by the names of its fields."""
    when = "" if facts.when_question_id is None else f"{facts.when_question_id}:{facts.when_answer}"
    return {
        "label": facts.label,
        "hint": facts.hint,
        "kind": facts.kind,
        "choices": "\n".join(facts.choices),
        "scope": facts.scope,
        "category_ids": [str(one) for one in sorted(facts.category_ids)],
        "when": when,
        "is_required": facts.is_required,
        "is_sensitive": facts.is_sensitive,
        "purpose": facts.purpose,
        "retention": facts.retention,
    }


def change(
    event_id: int,
    question_id: int,
    facts: QuestionFacts,
    actor: Actor,
    seen: str = "",
    *,
    renames: bool = False,
) -> None:
    """Change a question. *seen* are the marks of the form; *renames*: a changed choice is the same one.

    Raises Refusal where its answers, or questions that hang on it, would be lost, and ChangedMeanwhile.
    """

    def work(session: Session, event: Event) -> None:
        known = questions_of(session, event.id)
        question = _one(known, question_id)
        optimistic_lock.check(seen, values_of(facts_of(question)), values_of(facts))
        check(facts, known[: known.index(question)])
        if facts.kind != question.kind and _is_answered(session, question_id):
            raise Refusal(
                _("People have answered, so the kind stays. Remove the question and ask a new one."),
                field="kind",
            )
        pairs = list(zip(question.choice_ids, question.choices, strict=True))
        ids = new_choice_ids(pairs, facts.choices, renames=renames)
        for other in known:
            if other.when_question_id == question_id and not _may_say(facts, ids, other.when_answer):
                raise Refusal(
                    _("“%(other)s” is asked only after an answer that you take away.", other=other.label),
                    field="choices",
                )
        question.choice_ids = ids
        for name, value in vars(facts).items():
            setattr(question, name, list(value) if name in ("choices", "category_ids") else value)

    _changed(event_id, "changed-question", actor, work)


def move(event_id: int, question_id: int, by: int, actor: Actor) -> None:
    """Ask a question earlier (-1) or later (1). Raises Refusal before the one that it hangs on."""

    def work(session: Session, event: Event) -> None:
        order = list(questions_of(session, event.id))
        at = order.index(_one(order, question_id))
        to = min(max(at + by, 0), len(order) - 1)
        order.insert(to, order.pop(at))
        ranks = {one.id: rank for rank, one in enumerate(order)}
        for one in order:
            if one.when_question_id is not None and ranks[one.when_question_id] > ranks[one.id]:
                raise Refusal(_("“%(label)s” must come after the question it hangs on.", label=one.label))
            one.rank = ranks[one.id]

    _changed(event_id, "moved-question", actor, work)


def remove(event_id: int, question_id: int, actor: Actor) -> bool:
    """Ask a question no more; return whether it was archived, since people have answered.

    Raises Refusal while another question hangs on it.
    """
    archived: list[bool] = []

    def work(session: Session, event: Event) -> None:
        known = questions_of(session, event.id)
        question = _one(known, question_id)
        hanging = [one.label for one in known if one.when_question_id == question_id]
        if hanging:
            raise Refusal(_("“%(label)s” hangs on this question. Change that one first.", label=hanging[0]))
        archived[:] = [_is_answered(session, question_id)]
        if archived[0]:
            question.archived_at = clock.now()
        else:
            session.execute(delete(Upload).where(Upload.question_id == question_id))
            session.delete(question)

    _changed(event_id, "removed-question", actor, work)
    return archived[0]


def check(facts: QuestionFacts, before: Sequence[Question]) -> None:
    """Raise Refusal where a question cannot be asked like this after those *before* it."""
    if facts.scope == BOOKING and facts.category_ids:
        raise Refusal(
            _("What is asked once of the contact cannot be for some categories only."), field="category_ids"
        )
    if facts.when_question_id is None:
        return
    other = next((one for one in before if one.id == facts.when_question_id), None)
    if other is None or other.kind not in DECIDING:
        raise Refusal(_("Choose an answer to a question that comes before this one."), field="when")
    if facts.scope == BOOKING and other.scope != BOOKING:
        raise Refusal(
            _("What is asked once cannot hang on what each attendee answers for herself."), field="when"
        )


def _may_say(facts: QuestionFacts, ids: Sequence[str], answer: str) -> bool:
    if facts.kind not in DECIDING:
        return False
    return answer in ids if facts.choices else answer == "yes"


def _is_answered(session: Session, question_id: int) -> bool:
    return bool(session.scalar(select(exists().where(Answer.question_id == question_id))))


def _one(known: Sequence[Question], question_id: int) -> Question:
    found = next((one for one in known if one.id == question_id), None)
    if found is None:
        raise NotFound(_("There is no such question."))
    return found


def _changed(event_id: int, action: str, actor: Actor, work: Callable[[Session, Event], None]) -> None:
    def whole(session: Session) -> None:
        # Under the gate, so that nobody answers meanwhile.
        gates.hold(session, [event_id])
        event = locked_one(session, Event, event_id)
        work(session, event)
        events.touch(event)
        record(session, actor, Note(action, organiser_id=event.organiser_id, event_id=event_id))

    write_tx(whole)
