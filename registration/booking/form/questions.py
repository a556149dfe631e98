"""The organiser's questions on a form: their fields, when they are asked, and what was answered."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import BooleanField, Field, Form, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from registration.booking.form.definition import FormQuestion
from registration.booking.form.fields import (
    ChoiceField,
    DayField,
    FileAnswerField,
    MultiCheckboxField,
    Must,
    NumberField,
    Readable,
    cleaned,
    readable_block,
)
from registration.booking.form.labels import reads
from registration.booking.form.spec import QuestionField
from registration.events import asking
from registration.events.wording import choices_told
from registration.web.locale import page_locale

ANSWER_LENGTH = 1000


def fields_of(questions: Iterable[FormQuestion], event_ids: Collection[int]) -> dict[str, Field]:
    """Return the unbound fields of *questions*; *event_ids* are all events of the form."""
    return {one.name: _field(one, is_for_all=len(one.ids) == len(event_ids)) for one in questions}


def shown(
    questions: Iterable[FormQuestion], form: Form, contact: Form, event_ids: Collection[int]
) -> list[FormQuestion]:
    """Return which of *questions* are asked of the person of *form*, who comes to *event_ids*.

    A question hangs on another one of the person, or on one of the *contact*.
    """
    found: dict[str, FormQuestion] = {}
    for one in questions:
        if not set(one.event_ids) & set(event_ids) or not is_of_category(one, form):
            continue
        if one.when is not None and not _is_brought_up(one.when, form, contact, found):
            continue
        found[one.name] = one
    return list(found.values())


def check(asked: Iterable[FormQuestion], questions: Iterable[FormQuestion], form: Form) -> None:
    """Let what is not asked of this person stand without an error, and ask for what she must answer."""
    names = {one.name for one in asked}
    for one in questions:
        field = form[one.name]
        if one.name not in names:
            field.errors = []
        elif one.question.is_required and not field.errors and not answer(one, form):
            field.errors = [_must(one.question.kind)]


def answer(one: FormQuestion, form: Form) -> str:
    """Return what the person answered, as it is stored; or an empty string."""
    field = form[one.name]
    if one.question.kind in (asking.YES, asking.CONSENT):
        return asking.TICKED if field.data else ""
    if one.question.kind == asking.CHOICES:
        return "\n".join(choice for choice in one.question.choice_ids if choice in (field.data or ()))
    if isinstance(field, NumberField):
        return field.answer
    return str(field.data or "").strip()


def is_of_category(one: FormQuestion, form: Form) -> bool:
    """Say whether the question is for people of the category in *form*."""
    if one.only_for is None:
        return True
    name, values = one.only_for
    return name in form and form[name].data in values


def _is_brought_up(
    when: tuple[str, str], form: Form, contact: Form, before: Mapping[str, FormQuestion]
) -> bool:
    name, wanted = when
    if name in before:
        return asking.is_met(answer(before[name], form), wanted)
    # Not asked of this person: then of the contact, or it is itself not shown.
    known = contact[name] if name not in form and name in contact else None
    if known is None:
        return False
    if isinstance(known, BooleanField):
        return bool(known.data)
    return wanted in (known.data if isinstance(known, MultiCheckboxField) else [known.data])


def _field(one: FormQuestion, *, is_for_all: bool) -> Field:
    question = one.question
    # Who need not answer, since it may not be asked of her, is not told that she must.
    is_certain = question.is_required and one.when is None and one.only_for is None and is_for_all
    first: list[Any] = [Must()] if is_certain else [Optional()]
    label = reads(question, "label")
    extra: dict[str, Any] = {"description": reads(question, "hint")}
    if question.kind == asking.CHOICE:
        choices = _choices(question)
        if not question.is_required:
            choices.insert(0, SelectChoice("", _l("No answer")))
        return ChoiceField(label, first, choices=choices, default="", **extra)
    if question.kind == asking.CHOICES:
        return MultiCheckboxField(label, first, choices=_choices(question), default=(), **extra)
    if question.kind in (asking.YES, asking.CONSENT):
        return BooleanField(label, first, **extra)
    if question.kind == asking.LONG:
        return TextAreaField(label, [*first, Readable(ANSWER_LENGTH)], filters=[readable_block], **extra)
    kinds = {asking.NUMBER: NumberField, asking.DATE: DayField, asking.FILE: FileAnswerField}
    field = kinds.get(question.kind, StringField)
    return field(label, [*first, Readable(ANSWER_LENGTH)], filters=[cleaned], **extra)


def _choices(question: QuestionField) -> list[SelectChoice]:
    """What is stored is the choice's id; what is read is in the reader's language, or in the event's."""
    spoken = page_locale()
    return [
        SelectChoice(
            one.id,
            one.text
            if one.locale == spoken
            else Markup('<span lang="{}">{}</span>').format(one.locale, one.text),
        )
        for one in choices_told(question, spoken, question.own_locale)
    ]


def _must(kind: str) -> str:
    sentences = {
        asking.CHOICE: _("Choose one of the options."),
        asking.CHOICES: _("Choose at least one of the options."),
        asking.CONSENT: _("Tick the box to agree."),
        asking.FILE: _("Choose a file."),
    }
    return str(sentences.get(kind, _("Answer this question.")))
