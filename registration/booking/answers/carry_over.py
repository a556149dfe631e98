"""What people answered for one event and need not answer again when they move to another."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Answer
from registration.events.asking import CHOICE, CHOICES, CONSENT, FILE
from registration.events.models import Question

# An agreement is to one event's terms, and a file lies with the question it answered.
_STAYS = (CONSENT, FILE)

Answers = tuple[tuple[int, str], ...]


def carried(
    session: Session, attendee_ids: Collection[int], event_id: int, categories: Mapping[int, int | None]
) -> dict[int, Answers]:
    """Return the answers of each attendee that fit what *event_id* asks in the same words.

    *categories* are those of that event, by the attendee's id. What hangs on another answer is asked anew.
    """
    asked = session.scalars(
        select(Question).where(
            Question.event_id == event_id,
            Question.archived_at.is_(None),
            Question.when_question_id.is_(None),
            Question.kind.not_in(_STAYS),
        )
    ).all()
    given = session.execute(
        select(
            Answer.attendee_id,
            Answer.value,
            Question.label,
            Question.kind,
            Question.scope,
            Question.is_sensitive,
        )
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.attendee_id.in_(attendee_ids))
    ).all()
    found: dict[int, Answers] = {}
    for row in given:
        for question in asked:
            if _is_same(question, row) and _may_answer(question, row.value, categories.get(row.attendee_id)):
                found[row.attendee_id] = (*found.get(row.attendee_id, ()), (question.id, row.value))
    return found


def _is_same(question: Question, row: Any) -> bool:
    names = ("label", "kind", "scope", "is_sensitive")
    return all(getattr(question, name) == getattr(row, name) for name in names)


def _may_answer(question: Question, value: str, category_id: int | None) -> bool:
    if question.category_ids and category_id not in question.category_ids:
        return False
    return question.kind not in (CHOICE, CHOICES) or set(value.split("\n")) <= set(question.choices)
