"""What people answered for one event and need not answer again when they move to another."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registration.booking.models import Answer
from registration.core.among import among
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
            Question.choices,
            Question.choice_ids,
            Question.scope,
            Question.is_sensitive,
        )
        .join(Question, Question.id == Answer.question_id)
        .where(among(Answer.attendee_id, attendee_ids))
    ).all()
    found: dict[int, Answers] = {}
    for row in given:
        for question in asked:
            value = _in_choices_of(question, row) if _is_same(question, row) else None
            if value is not None and _may_answer(question, categories.get(row.attendee_id)):
                found[row.attendee_id] = (*found.get(row.attendee_id, ()), (question.id, value))
    return found


def _is_same(question: Question, row: Any) -> bool:
    names = ("label", "kind", "scope", "is_sensitive")
    return all(getattr(question, name) == getattr(row, name) for name in names)


def _may_answer(question: Question, category_id: int | None) -> bool:
    return not question.category_ids or category_id in question.category_ids


def _in_choices_of(question: Question, row: Any) -> str | None:
    """Return the answer as *question* stores it, or None where it has no choice of the same words."""
    if question.kind not in (CHOICE, CHOICES):
        return str(row.value)
    labels = dict(zip(row.choice_ids, row.choices, strict=True))
    ids = dict(zip(question.choices, question.choice_ids, strict=True))
    found = [ids.get(labels.get(one, one)) for one in row.value.split("\n")]
    return None if None in found else "\n".join(one for one in found if one)
